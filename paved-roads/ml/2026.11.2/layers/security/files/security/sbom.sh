#!/usr/bin/env bash
# Writes the list of what the project ships, from the run lock, as CycloneDX: sbom.cdx.json.
# The same lock gives the same bytes. `make sbom` runs this; the sbom stage compares.
#   security/sbom.sh [FILE]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=security/lib.sh
. security/lib.sh
target=${1:-sbom.cdx.json}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$(tool cyclonedx-py)" requirements --output-reproducible --spec-version 1.6 --output-format JSON \
    --validate --output-file "$work/raw.json" locks/requirements-run.txt
check sbom --raw "$work/raw.json" --output "$target"
