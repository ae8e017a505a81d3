#!/usr/bin/env bash
# Renews the locks and the lists of components of every kind in templates/. For maintainers of the road.
#
#   scripts/relock.sh [--newest DAY] [KIND...]
#
# For each kind it renders a project with the binary of this repository, installs the scanners from the
# present security lock, runs the project's own scripts/lock.sh, and copies the results back:
#   templates/kinds/KIND/files/locks/requirements-{run,dev}.txt
#   templates/kinds/KIND/files/sbom.cdx.json.jinja
#   templates/layers/security/files/locks/requirements-security.txt   (the same for every kind)
# Then it renews tests/judges/requirements.txt, the list of the judges in our own tests.
# DAY takes nothing uploaded after it, such as 2026-11-16; without it, nothing younger than seven days.
# Needs cargo, git, Python 3.11 to 3.13 and an index of Python packages. Read the difference, then test.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$(pwd -P)
# A name that no package has, so that its one place in the list of components can be found again.
name=zz-relocked-project

newest=()
kinds=()
while [ $# -gt 0 ]; do
    case $1 in
    --newest)
        [ $# -ge 2 ] || { printf 'error: --newest needs a day, such as 2026-11-16\n' >&2; exit 2; }
        newest=("$2")
        shift 2
        ;;
    -*)
        printf 'error: unknown option "%s"\n  next: scripts/relock.sh [--newest DAY] [KIND...]\n' "$1" >&2
        exit 2
        ;;
    *)
        kinds+=("$1")
        shift
        ;;
    esac
done
if [ ${#kinds[@]} -eq 0 ]; then
    for file in templates/kinds/*/kind.toml; do
        kinds+=("$(basename "$(dirname "$file")")")
    done
fi
for kind in "${kinds[@]}"; do
    if [ ! -f "templates/kinds/$kind/kind.toml" ]; then
        printf 'error: there is no kind "%s" in templates/kinds\n' "$kind" >&2
        exit 2
    fi
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# scanners PROJECT: makes .venv-security of the project from its lock; the later kinds share the first one.
scanners() {
    if [ ! -d "$work/scanners" ]; then
        "${PYTHON:-python3}" -m venv "$work/scanners"
        "$work/scanners/bin/python" -m pip --quiet --disable-pip-version-check install \
            --require-hashes --no-deps -r "$1/locks/requirements-security.txt"
    fi
    ln -s "$work/scanners" "$1/.venv-security"
}

for kind in "${kinds[@]}"; do
    printf '== %s\n' "$kind"
    target=templates/kinds/$kind/files
    mkdir -p "$target/locks"
    (
        cd "$work"
        cargo run --release --quiet --manifest-path "$root/Cargo.toml" -- \
            new "$name" --kind "$kind" --host none --yes --road "$root/templates"
    )
    project=$work/$name
    scanners "$project"
    bash "$project/scripts/lock.sh" ${newest[@]+"${newest[@]}"}
    cp "$project/locks/requirements-run.txt" "$project/locks/requirements-dev.txt" "$target/locks/"
    cp "$project/locks/requirements-security.txt" templates/layers/security/files/locks/
    if [ "$(grep -c "\"$name\"" "$project/sbom.cdx.json")" -ne 1 ]; then
        printf 'error: sbom.cdx.json of %s does not hold the name of the project exactly once\n' "$kind" >&2
        exit 1
    fi
    sed "s/\"$name\"/{@ name | tojson @}/" "$project/sbom.cdx.json" >"$target/sbom.cdx.json.jinja"
    rm -rf "$project"
done
printf '== judges\n'
UV_PYTHON_DOWNLOADS=never "$work/scanners/bin/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
    --no-emit-index-url --no-emit-find-links --no-annotate --exclude-newer "${newest[0]:-$(date -u -d '7 days ago' +%F)}" \
    tests/judges/requirements.in --output-file tests/judges/requirements.txt
printf 'next: git diff templates tests, then the tests\n'
