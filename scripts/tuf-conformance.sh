#!/bin/sh
# Runs the public TUF client conformance suite against Highroad's own client of registries.
#
#   scripts/tuf-conformance.sh FOLDER_OF_SUITE [arguments for pytest]
#
# FOLDER_OF_SUITE is a checkout of https://github.com/theupdateframework/tuf-conformance. The suite needs Python 3.10, the
# packages that its pyproject.toml names, and the program `faketime`. Set PYTEST to the pytest of an environment that has
# the packages; otherwise one is made in FOLDER_OF_SUITE/env.
set -eu
suite=$(cd "${1:?name the folder of the suite}" && pwd)
shift
here=$(cd "$(dirname "$0")/.." && pwd)
if ! command -v faketime >/dev/null; then
    echo "faketime is not installed (Debian: apt install faketime)" >&2
    exit 3
fi
if [ -z "${PYTEST:-}" ]; then
    PYTEST=$suite/env/bin/pytest
    if [ ! -x "$PYTEST" ]; then
        python3 -m venv "$suite/env"
        "$suite/env/bin/python" -m pip install --quiet "$suite"
    fi
fi
cd "$here"
cargo build --quiet --locked --example tuf_conformance
client=$(cargo metadata --format-version 1 --no-deps --locked | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')/debug/examples/tuf_conformance
cd "$suite"
# No file of expected failures is given: every test has to pass.
exec "$PYTEST" tuf_conformance --quiet --entrypoint "$client" "$@"
