#!/usr/bin/env bash
# Dependencies: the locks against the policy (always, offline), then against the advisories of the
# package index. Where that service cannot be reached the stage is not green.
# shellcheck source=security/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
begin dependencies

judge 'lock policy' check locks --sarif "$work/locks.sarif"

scanner=$(tool pip-audit)
for name in run dev security; do
    lock=locks/requirements-$name.txt
    # pip-audit passes over entries that are meant for another Python or platform. The copies hold
    # every entry without its condition.
    mkdir "$work/$name"
    check audit --write-copies "$work/$name" --lock "$lock" || {
        unchecked "the $name lock could not be read"
        continue
    }
    for copy in "$work/$name"/*.txt; do
        capture "$name/$(basename "$copy" .txt)" "$scanner" --strict --require-hashes --disable-pip \
            --progress-spinner off --format json --requirement "$copy"
    done
    judge "pip-audit of the $name lock" check audit --captured "$work/$name" --lock "$lock" \
        --sarif "$work/pip-audit-$name.sarif"
done
finish
