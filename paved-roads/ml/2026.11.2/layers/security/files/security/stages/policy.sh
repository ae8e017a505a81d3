#!/usr/bin/env bash
# Policy: every guardrail of this project's road, by Highroad itself, where it is installed. It knows the
# waivers in highroad.toml and what the road gave this project; the other stages work without it.
# shellcheck source=security/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
begin policy

command -v highroad >/dev/null ||
    not_applicable 'Highroad is not installed here; the other stages have checked without it'
status=0
highroad check --format sarif >"$work/highroad.sarif" || status=$?
[ "$status" -eq 0 ] || highroad check || true
book 'highroad check' "$status"
finish
