#!/usr/bin/env bash
# Tests: style, types and tests of the project, from the locked environment.
# shellcheck source=security/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
begin tests

if [ ! -x .venv/bin/python ]; then
    unchecked '.venv is missing; run "make setup", then again'
    finish
fi
judge ruff .venv/bin/ruff check .
judge 'ruff format' .venv/bin/ruff format --check .
judge mypy .venv/bin/mypy

# pytest ends with 5 when it found no test, which is as far from green as an error in it.
judge pytest .venv/bin/python -m pytest -q
finish
