#!/usr/bin/env bash
# The GitHub Action's one step: an environment of its own, the audit, its outputs. Everything comes in as variables.
set -uo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
program="${ETHICSCHECK_PROGRAM:-}"
if [ -z "$program" ]; then
  environment="${RUNNER_TEMP:-$(mktemp -d)}/ethicscheck-venv"
  package="${ETHICSCHECK_PACKAGE:-}"
  "${ETHICSCHECK_PYTHON:-python3}" -m venv "$environment" \
    && "$environment/bin/pip" install --quiet "${package:-$here[ci]}" \
    || { echo "::error title=ethicscheck::could not be installed; the lines above say why"; exit 2; }
  program="$environment/bin/ethicscheck"
fi

output="${ETHICSCHECK_OUTPUT:-ethicscheck-out}"
words=(audit "${ETHICSCHECK_CONFIG:-ethicscheck.yaml}" -o "$output" -f auto)
read -r -a formats <<<"${ETHICSCHECK_FORMATS:-}"
for name in ${formats[@]+"${formats[@]}"}; do words+=(-f "$name"); done
[ -n "${ETHICSCHECK_BASELINE:-}" ] && words+=(--baseline "$ETHICSCHECK_BASELINE")
[ "${ETHICSCHECK_ALLOW_INCONCLUSIVE:-false}" = true ] && words+=(--allow-inconclusive)

rm -f -- "$output/audit.json"  # an older verdict is not this run's
"$program" "${words[@]}"
code=$?

verdict=""
if [ -f "$output/audit.json" ]; then
  verdict="$("${ETHICSCHECK_PYTHON:-python3}" -c 'import json, sys; print(json.load(open(sys.argv[1], encoding="utf-8"))["verdict"])' "$output/audit.json")"
fi
if [ -n "${GITHUB_OUTPUT:-}" ]; then
  {
    echo "exit-code=$code"
    echo "verdict=$verdict"
    echo "record=$output/audit.json"
  } >>"$GITHUB_OUTPUT"
fi
[ "$code" -eq 2 ] && echo "::error title=ethicscheck::could not audit; the lines above say why"
exit "$code"
