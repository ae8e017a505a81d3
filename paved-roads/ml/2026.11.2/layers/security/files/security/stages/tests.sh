#!/usr/bin/env bash
# Tests: style, types and tests of the project, from the locked environment. The settings in
# pyproject.toml may be stricter than the road's and never weaker, no file that git knows is left out,
# and every test file must have run at least one test.
# shellcheck source=security/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
begin tests

if [ ! -x .venv/bin/python ]; then
    unchecked '.venv is missing; run "make setup", then again'
    finish
fi
list_files '*.py' '*.toml' '*.ini' '*.cfg'
judge 'tool settings' check tool_settings --sarif "$work/tool-settings.sarif" \
    -- ${files[@]+"${files[@]}"}

# Files that are named one by one are looked at whatever `exclude` says.
list_files '*.py' '*.ipynb'
judge ruff .venv/bin/ruff check --no-cache --no-respect-gitignore --config pyproject.toml \
    -- ${files[@]+"${files[@]}"}
judge 'ruff format' .venv/bin/ruff format --check --no-cache --no-respect-gitignore \
    --config pyproject.toml -- ${files[@]+"${files[@]}"}
judge mypy .venv/bin/mypy --strict --config-file pyproject.toml -- src redteam security tests

# pytest ends with 5 when it found no test, which is as far from green as an error in it.
list_files ':(glob)tests/**/test_*.py'
judge pytest .venv/bin/python -m pytest -q -c pyproject.toml --rootdir . -p no:cacheprovider \
    -o addopts=--import-mode=importlib -o testpaths=tests -o 'python_files=test_*.py' \
    -o 'python_functions=test' -o 'python_classes=Test' -o norecursedirs=.venv -o junit_family=xunit1 \
    --junitxml="$work/pytest.xml" tests
judge 'test files' check tests_ran --report "$work/pytest.xml" -- ${files[@]+"${files[@]}"}
finish
