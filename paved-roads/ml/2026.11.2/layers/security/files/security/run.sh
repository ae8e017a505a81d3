#!/usr/bin/env bash
# Runs the security stages, all of them or those named, and prints one line for each:
#   security/run.sh [STAGE...]
# Exit code: 0 all pass, 1 at least one FAIL, 3 no FAIL but something could not be checked, 2 wrong use.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
all=(secrets dependencies code models workflows container sbom provenance policy tests)
reports=artifacts/security

stages=("$@")
[ $# -gt 0 ] || stages=("${all[@]}")
for stage in "${stages[@]}"; do
    if [ ! -f "security/stages/$stage.sh" ]; then
        printf 'error: there is no stage "%s"\n  next: choose from %s\n' "$stage" "${all[*]}" >&2
        exit 2
    fi
done

mkdir -p "$reports"
worst=0
summary=
for stage in "${stages[@]}"; do
    rm -f "$reports/$stage.outcome"
    status=0
    bash "security/stages/$stage.sh" || status=$?
    { read -r outcome && read -r reason; } 2>/dev/null <"$reports/$stage.outcome" || {
        outcome='COULD NOT CHECK' reason="the stage left no result (exit code $status)" status=3
    }
    summary+=$(printf '%-13s %-16s %s' "$stage" "$outcome" "$reason")$'\n'
    case $status in
    0) ;;
    1) worst=1 ;;
    *) [ "$worst" -eq 1 ] || worst=3 ;;
    esac
done

printf '%-13s %-16s %s\n%s' stage outcome why "$summary"
case $worst in
0) printf 'result: pass\n' ;;
1) printf 'result: FAIL. Each finding above says how to put it right.\n' ;;
*) printf 'result: not green, because something could not be checked. The table says what.\n' ;;
esac
exit "$worst"
