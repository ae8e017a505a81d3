#!/usr/bin/env bash
# Makes the two environments of this project from their hash locks and switches the commit hooks on:
#   .venv           what the project needs, plus the project itself (locks/requirements-dev.txt)
#   .venv-security  the scanners of `make security` (locks/requirements-security.txt)
# Only built packages: a source package would run its own code while it is installed.
# Safe to run again: an environment whose lock did not change is left alone.
# PYTHON chooses the interpreter. Index, proxy and certificate settings of pip are honoured.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

stop() {
    printf 'error: %s\n  where: %s\n  why:   %s\n  next:  %s\n' "$1" "$2" "$3" "$4" >&2
    exit 1
}

is_supported() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1
}

find_python() {
    local candidate
    for candidate in ${PYTHON:+"$PYTHON"} python3 python3.13 python3.12 python3.11 python; do
        if is_supported "$candidate"; then
            printf '%s\n' "$candidate"
            return
        fi
        if [ "$candidate" = "${PYTHON:-}" ]; then
            return 1
        fi
    done
    return 1
}

# uv is faster, but it does not read the settings of pip: where pip has an index of its own, pip it is.
use_uv() {
    command -v uv >/dev/null &&
        [ -z "${PIP_INDEX_URL:-}${PIP_CONFIG_FILE:-}" ] &&
        ! "$python" -m pip config get global.index-url >/dev/null 2>&1
}

# environment FOLDER LOCK: makes FOLDER hold exactly what LOCK names.
environment() {
    local folder=$1 lock=$2 stamp
    [ -f "$lock" ] || stop "no lock to install from" "$lock" 'the file is missing' \
        "get it back with \`git checkout HEAD -- $lock\`, or make it with \`make lock\`"
    stamp="$("$python" --version) $(git hash-object --no-filters "$lock")"
    if [ -x "$folder/bin/python" ] && [ "$(cat "$folder/.lock" 2>/dev/null)" = "$stamp" ]; then
        printf '%s: up to date\n' "$folder"
        return
    fi
    printf '%s: installing %s\n' "$folder" "$lock"
    if use_uv; then
        uv --quiet venv --clear --python "$python" "$folder"
        uv --quiet pip sync --require-hashes --only-binary :all: --python "$folder/bin/python" "$lock"
    else
        "$python" -m venv --clear "$folder"
        "$folder/bin/python" -m pip --quiet --disable-pip-version-check install \
            --require-hashes --no-deps --only-binary :all: -r "$lock"
    fi || stop "$folder could not be made" "$lock" 'the message above says what failed' \
        'check the network and the index settings of pip, then run "make setup" again'
    printf '%s\n' "$stamp" >"$folder/.lock"
}

# The project itself, so that an edit takes effect at once. Its build tool comes from the lock.
project() {
    local stamp
    stamp=$(git hash-object --no-filters pyproject.toml)
    [ "$(cat .venv/.project 2>/dev/null)" != "$stamp" ] || return 0
    if use_uv; then
        uv --quiet pip install --python .venv/bin/python --no-deps --no-build-isolation --offline --editable .
    else
        .venv/bin/python -m pip --quiet --disable-pip-version-check install \
            --no-deps --no-build-isolation --no-index --editable .
    fi || stop 'the project could not be installed' pyproject.toml 'the message above says what failed' \
        'put pyproject.toml right, then run "make setup" again'
    printf '%s\n' "$stamp" >.venv/.project
}

hooks() {
    local current
    if [ "$(git rev-parse --show-toplevel 2>/dev/null)" != "$(pwd -P)" ]; then
        printf 'hooks: not a git repository of its own, so none were set\n'
        return
    fi
    current=$(git config --local --get core.hooksPath || printf '')
    case $current in
    '' | .githooks) git config --local core.hooksPath .githooks ;;
    *) stop "the commit hooks are not active" '.git/config' "core.hooksPath is \`$current\`" \
        'call .githooks/pre-commit from there, or run "git config core.hooksPath .githooks"' ;;
    esac
    printf 'hooks: active\n'
}

python=$(find_python) || stop 'no suitable Python' "${PYTHON:-PATH}" 'this project runs on Python 3.11, 3.12 and 3.13' \
    'install one of them, or name it: "PYTHON=/path/to/python3.12 make setup"'
command -v git >/dev/null || stop 'git was not found' PATH 'the hooks and the security stages read the repository through it' \
    'install git, then run "make setup" again'

hooks
environment .venv locks/requirements-dev.txt
project
environment .venv-security locks/requirements-security.txt
printf 'ready: "make test" runs the tests, "make help" lists the rest\n'
