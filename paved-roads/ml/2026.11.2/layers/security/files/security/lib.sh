# shellcheck shell=bash
# What the stages share. A stage begins, judges one thing after another, and finishes with one of
#   pass               everything was checked and nothing was found           (exit code 0)
#   FAIL               something was found                                    (exit code 1)
#   COULD NOT CHECK    a tool, a service or a subject was missing; never green (exit code 3)
#   not applicable     this project has no such thing by its nature           (exit code 0)
# Settings of the tools are given here and in the stages. No file of the repository and no variable of
# the environment can weaken them; planted faults in each run show that the tools are awake.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$(pwd -P)
reports=artifacts/security
mkdir -p "$reports"
export NO_COLOR=1 PYTHONDONTWRITEBYTECODE=1

# Variables by which a pipeline could switch rules off.
for variable in $(compgen -e); do
    case $variable in
    RUFF_* | BANDIT_* | HADOLINT_* | ZIZMOR_* | PIP_AUDIT_* | PYTHONPATH | PYTHONSTARTUP | PYTEST_ADDOPTS | PYTEST_PLUGINS | MYPYPATH | MYPY_CONFIG_FILE*)
        unset "$variable"
        ;;
    esac
done

begin() {
    stage=$1
    outcome=pass
    reasons=
    work=$(mktemp -d)
    rm -f "$reports/$stage.outcome" "$reports/$stage.sarif"
    trap conclude_early EXIT
    printf '== %s\n' "$stage"
}

# note, failed, unchecked TEXT: books a result. FAIL outweighs COULD NOT CHECK, which outweighs pass.
note() {
    reasons="${reasons:+$reasons; }$1"
}
failed() {
    outcome=FAIL
    note "$1"
}
unchecked() {
    [ "$outcome" = FAIL ] || outcome='COULD NOT CHECK'
    note "$1"
}

# book WHAT CODE: books the exit code of a check: 0 clean, 1 findings, anything else not checked.
book() {
    case $2 in
    0) note "$1: clean" ;;
    1) failed "$1: findings above" ;;
    *) unchecked "$1: could not be checked, see above" ;;
    esac
}

# judge WHAT COMMAND...: runs a check and books how it ended.
judge() {
    local what=$1 status=0
    shift
    "$@" || status=$?
    book "$what" "$status"
}

# remark FILE: adds what a check had to say about a clean result, where it said something.
remark() {
    [ ! -s "$1" ] || note "$(cat "$1")"
}

not_applicable() {
    outcome='not applicable'
    note "$1"
    finish
}

finish() {
    trap - EXIT
    check merge_sarif "$stage" "$work" "$reports/$stage.sarif" ||
        unchecked "no report in $reports/$stage.sarif"
    rm -rf "$work"
    printf '%s\n%s\n' "$outcome" "$reasons" >"$reports/$stage.outcome"
    printf '%s: %s: %s\n\n' "$stage" "$outcome" "$reasons"
    case $outcome in
    pass | 'not applicable') exit 0 ;;
    FAIL) exit 1 ;;
    *) exit 3 ;;
    esac
}

# A stage that breaks off has not checked, whatever it saw before.
conclude_early() {
    unchecked 'the stage stopped early, see above'
    finish
}

# tool NAME: the path of a scanner of the security lock.
tool() {
    if [ ! -x ".venv-security/bin/$1" ]; then
        printf '%s is missing from .venv-security. Next: run "make setup", then again.\n' "$1" >&2
        return 3
    fi
    printf '%s/.venv-security/bin/%s\n' "$root" "$1"
}

# check MODULE ARGUMENT...: runs security/checks/MODULE.py apart from PYTHONPATH and the user's packages.
check() {
    local python
    python=$(tool python) || return
    "$python" -I -B -X utf8 -c '
import runpy, sys, traceback
sys.path.append(sys.argv.pop(1))
name = "security.checks." + sys.argv.pop(1)
sys.argv[0] = name
try:
    runpy.run_module(name, run_name="__main__", alter_sys=True)
except Exception:  # a crash is no finding
    traceback.print_exc()
    sys.exit(3)' "$root" "$@"
}

# capture NAME COMMAND...: keeps the output of a tool in $work/NAME.{out,err} and its exit code in
# NAME.status. A check reads all three and decides; an exit code alone says too little.
capture() {
    local name=$1 status=0
    shift
    "$@" >"$work/$name.out" 2>"$work/$name.err" || status=$?
    printf '%d\n' "$status" >"$work/$name.status"
}

# list_files PATTERN...: sets `files` to what git knows or would add, by the patterns of git.
list_files() {
    local file
    files=()
    git ls-files -z --cached --others --exclude-standard -- "$@" >"$work/files"
    while IFS= read -r -d '' file; do
        [ ! -f "$file" ] || files+=("$file")
    done <"$work/files"
}
