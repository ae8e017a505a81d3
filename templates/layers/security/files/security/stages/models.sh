#!/usr/bin/env bash
# Models: no file may run code when it is loaded, whatever its name says, and every trained model must
# be the one that models.toml records. Looks at all files that git knows,
# at those that it ignores, and at all of artifacts/. Environments and caches of tools are left out.
# shellcheck source=security/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
begin models
check canary models "$work/planted"

git ls-files -z --cached --others --exclude-standard >"$work/list"
git ls-files -z --others --ignored --exclude-standard -- . ':!artifacts' ':!.venv*' \
    ':!.mypy_cache' ':!.pytest_cache' ':!.ruff_cache' ':(exclude,glob)**/__pycache__/**' \
    ':(exclude,glob)**/node_modules/**' >>"$work/list"
if [ -d artifacts ]; then
    find artifacts -path "$reports" -prune -o -type f -print0 >>"$work/list"
fi
mkdir "$work/binaries"
judge 'model files' check model_files --list "$work/list" --planted "$work/planted" \
    --copy-binaries "$work/binaries" --remark "$work/remark" --sarif "$work/models.sarif"
remark "$work/remark"

# A second opinion. picklescan goes by names, so it gets every binary file under names that it knows.
scanner=$(tool picklescan)
mkdir "$work/binaries/planted"
cp "$work/planted/planted.pkl" "$work/binaries/planted/"
capture picklescan "$scanner" --strict --path "$work/binaries"
judge picklescan check tool_findings picklescan --captured "$work/picklescan" \
    --planted "$work/binaries/planted" --expect picklescan \
    --subjects "$(find "$work/binaries" -type f | wc -l)" --sarif "$work/picklescan.sarif"
finish
