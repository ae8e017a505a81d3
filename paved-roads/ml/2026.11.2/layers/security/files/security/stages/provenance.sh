#!/usr/bin/env bash
# Provenance: what was made, from which commit, locks and data, as an in-toto statement with a SLSA
# predicate in artifacts/provenance.json. The statement is a claim about this run. A release states its
# packages by security/provenance.sh, and its pipeline signs that statement.
# shellcheck source=security/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
begin provenance
rm -f artifacts/provenance.json

commit=$(git rev-parse --verify HEAD)
changes=$(git status --porcelain --untracked-files=no)
judge 'every artifact traces to its record and its data' check provenance --commit "$commit" \
    --tree "${changes:+changed}" --output artifacts/provenance.json --remark "$work/remark" \
    --sarif "$work/provenance.sarif"
remark "$work/remark"
finish
