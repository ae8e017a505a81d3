#!/usr/bin/env bash
# Secrets: every version of every file and every message in the history, and the tree as it is now.
# shellcheck source=security/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
begin secrets

scan_history() {
    local status=0
    if [ "$(git rev-parse --is-shallow-repository)" = true ]; then
        unchecked 'history: this clone is shallow; fetch all of it (git fetch --unshallow, or depth 0 in CI)'
        return
    fi
    # rev-list names each object once, however many commits hold it.
    git rev-list --objects --all |
        git cat-file --batch='%(objectname) %(objecttype) %(objectsize) %(rest)' |
        check secret_scan --batch --sarif "$work/secrets-history.sarif" || status=$?
    book history "$status"
}

scan_tree() {
    local status=0
    git ls-files -z --cached --others --exclude-standard |
        check secret_scan --files --sarif "$work/secrets-tree.sarif" || status=$?
    book tree "$status"
}

# A second opinion with rules of other people. Locks and the SBOM are hashes from end to end.
second_opinion() {
    local scanner
    scanner=$(tool detect-secrets-hook)
    check canary secrets "$work/planted"
    list_files . ':!locks/*' ':!sbom.cdx.json' ':!*.ipynb'
    capture detect-secrets "$scanner" --json --no-verify \
        --disable-filter detect_secrets.filters.allowlist.is_line_allowlisted \
        -- ${files[@]+"${files[@]}"} "$work/planted/planted.py"
    judge detect-secrets check tool_findings detect-secrets --captured "$work/detect-secrets" \
        --planted "$work/planted" --expect detect-secrets --subjects "${#files[@]}" \
        --sarif "$work/detect-secrets.sarif"
}

scan_history
scan_tree
second_opinion
finish
