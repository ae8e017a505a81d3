#!/usr/bin/env bash
# Container: the recipe of the image, by hadolint and by the policy of this project.
# shellcheck source=security/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
begin container
check canary container "$work/planted"
list_files 'Dockerfile' 'Dockerfile.*' '*/Dockerfile' '*/Dockerfile.*' '*.dockerfile' '*Containerfile'

scanner=$(tool hadolint)
printf 'failure-threshold: info\n' >"$work/hadolint.yaml"
capture hadolint "$scanner" --config "$work/hadolint.yaml" --disable-ignore-pragma --no-color \
    --format json -- ${files[@]+"${files[@]}"} "$work/planted/Dockerfile"
judge hadolint check tool_findings hadolint --captured "$work/hadolint" --planted "$work/planted" \
    --expect hadolint-DL3007,hadolint-DL3002,hadolint-DL4006 --subjects "${#files[@]}" \
    --sarif "$work/hadolint.sarif"

judge policy check container_policy --planted "$work/planted/Dockerfile" \
    --sarif "$work/dockerfile.sarif" -- ${files[@]+"${files[@]}"}
finish
