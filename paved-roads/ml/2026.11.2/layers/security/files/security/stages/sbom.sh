#!/usr/bin/env bash
# SBOM: sbom.cdx.json must be valid and be what the run lock gives today.
# shellcheck source=security/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
begin sbom

if [ ! -f sbom.cdx.json ]; then
    failed 'sbom.cdx.json is missing; run "make sbom" and commit it'
    finish
fi
bash security/sbom.sh "$work/sbom.cdx.json"
if cmp -s sbom.cdx.json "$work/sbom.cdx.json"; then
    note "equal to the run lock, $(grep -c '"bom-ref": "pkg:' sbom.cdx.json) components"
else
    failed 'sbom.cdx.json is not what locks/requirements-run.txt gives; run "make sbom", read the difference, commit it'
fi
judge 'CycloneDX schema' check sbom_schema sbom.cdx.json
finish
