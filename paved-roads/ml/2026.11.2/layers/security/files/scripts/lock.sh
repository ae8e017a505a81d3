#!/usr/bin/env bash
# Renews the locks from the ranges in pyproject.toml: exact versions with hashes, for every platform
# and for Python 3.11 and later. A release younger than seven days is left out, because most malicious
# ones are found and removed within that time. Locks name no index, so yours is used.
#   scripts/lock.sh [DAY]   DAY: take nothing uploaded after this day, such as 2027-01-31
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
newest=${1:-P7D}

uv=.venv-security/bin/uv
if [ ! -x "$uv" ]; then
    printf 'error: %s is missing\n  why:  the locks are made by the uv of the security lock\n  next: run "make setup"\n' "$uv" >&2
    exit 1
fi
export UV_PYTHON_DOWNLOADS=never

# compile LOCK ARGUMENT...: the new lock replaces the old one only when it is complete.
compile() {
    local lock=$1
    shift
    "$uv" --quiet pip compile --universal --python-version 3.11 --exclude-newer "$newest" \
        --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
        --upgrade --output-file "$lock.new" "$@" >/dev/null
    mv "$lock.new" "$lock"
    printf '%s: %d packages\n' "$lock" "$(grep -c '==' "$lock")"
}

compile locks/requirements-run.txt pyproject.toml
compile locks/requirements-dev.txt pyproject.toml --group dev --constraint locks/requirements-run.txt
compile locks/requirements-security.txt --group security
security/sbom.sh
printf 'next: read the difference, run "make setup test security", then commit\n'
