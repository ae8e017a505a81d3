#!/usr/bin/env bash
# Writes where the packages of a release come from, as an in-toto statement with a SLSA predicate:
# which files, by which command, from which commit and locks. The release pipeline signs it.
#   security/provenance.sh OUTPUT PACKAGE...
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=security/lib.sh
. security/lib.sh
if [ $# -lt 2 ]; then
    printf 'error: no package to state\n  next: security/provenance.sh OUTPUT PACKAGE...\n' >&2
    exit 2
fi
output=$1
shift
rm -f "$output"

# Made anew, so that the statement is true; a difference from the commit shows as a changed tree.
bash security/sbom.sh
commit=$(git rev-parse --verify HEAD)
changes=$(git status --porcelain --untracked-files=no)
check provenance --commit "$commit" --tree "${changes:+changed}" --output "$output" --subject "$@"
