#!/usr/bin/env bash
# Code: bandit, the security rules of ruff, and what both miss about loading models and data.
# Tests may assert and start programs, so bandit and ruff look at everything else.
# shellcheck source=security/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
begin code
check canary code "$work/planted"

scanner=$(tool bandit)
printf '{}\n' >"$work/bandit.yaml"
list_files '*.py' ':!tests/*'
capture bandit "$scanner" --quiet --format json --ignore-nosec --configfile "$work/bandit.yaml" \
    --exclude /nothing -- ${files[@]+"${files[@]}"} "$work/planted/planted.py"
judge bandit check tool_findings bandit --captured "$work/bandit" --planted "$work/planted" \
    --expect bandit-B602,bandit-B307 --subjects "${#files[@]}" --sarif "$work/bandit.sarif"

scanner=$(tool ruff)
list_files '*.py' '*.ipynb' ':!tests/*'
capture ruff "$scanner" check --isolated --no-cache --ignore-noqa --no-respect-gitignore \
    --select S,E9,F --output-format json -- ${files[@]+"${files[@]}"} "$work/planted/planted.py"
judge 'ruff S' check tool_findings ruff --captured "$work/ruff" --planted "$work/planted" \
    --expect ruff-S602,ruff-S307 --subjects "${#files[@]}" --sarif "$work/ruff.sarif"

list_files '*.py' '*.ipynb'
judge 'model and data loading' check ml_code --planted "$work/planted/planted.py" \
    --sarif "$work/ml-code.sarif" -- ${files[@]+"${files[@]}"}
finish
