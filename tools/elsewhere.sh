#!/usr/bin/env bash
# The wheel in a clean environment far from the checkout: its report must be the checkout's to the byte.
# usage: tools/elsewhere.sh [PYTHON [REGION]]; the checkout's own report is built with .venv
set -euo pipefail
cd "$(dirname "$0")/.."
checkout=$PWD region=${2:-bergslagen}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${1:-python3}" -m venv "$folder/env"
"$folder/env/bin/pip" install -q --no-deps --require-hashes -r requirements/run.txt
"$folder/env/bin/pip" wheel -q --no-deps --no-build-isolation -w "$folder" .
"$folder/env/bin/pip" install -q --no-deps "$folder"/*.whl
export SAMVERKAN_DATA_DIR=$folder/no-updates
PYTHONPATH=$checkout .venv/bin/python -m analysis.cli build "$region" --out "$folder/here" --force
cd "$folder" # nothing of the checkout is in reach
env -u PYTHONPATH env/bin/samverkan build "$region" --out "$folder/there" --force
diff -r -x build.json here there
echo "the same bytes: $(find "there/$region" -type f | wc -l) files of $region from the wheel"
