#!/usr/bin/env bash
# Provenance: what was made, from which commit, locks and data, as an in-toto statement with a SLSA
# predicate in artifacts/provenance.json. The statement is a claim; the pipeline of a release signs it.
# shellcheck source=security/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
begin provenance

commit=$(git rev-parse --verify HEAD)
changes=$(git status --porcelain --untracked-files=no)
judge 'every artifact traces to its record and its data' check provenance --commit "$commit" \
    --tree "${changes:+changed}" --output artifacts/provenance.json --sarif "$work/provenance.sarif"
finish
