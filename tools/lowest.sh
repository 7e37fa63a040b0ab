#!/usr/bin/env bash
# The quick tests with the lowest versions that pyproject.toml allows, in an environment of its own.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=build/lowest
bin=$folder/bin
[ -x "$bin/python" ] || "${1:-python3}" -m venv "$folder"
"$bin/python" - > "$folder/lowest.txt" <<'PYTHON'
import re
import tomllib

project = tomllib.load(open("pyproject.toml", "rb"))["project"]
for bound in (*project["dependencies"], *project["optional-dependencies"]["dev"]):
    print(re.sub(r">=([0-9.]+).*", r"==\1", bound))
PYTHON
"$bin/pip" install -q -r "$folder/lowest.txt"
"$bin/pip" install -q --no-deps -e .
"$bin/python" -m pytest -n 2 --dist loadgroup -m "not slow and not faults"
