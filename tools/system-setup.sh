#!/bin/sh
# Make sure that the system packages of tools/system-packages.txt are there: installed with apt
# when run as root on Debian or Ubuntu, otherwise the line to run is printed and the exit code is 1.
set -eu
here=$(dirname "$0")
python=${1:-python3}
packages=$(tr '\n' ' ' < "$here/system-packages.txt")

missing() {
    "$python" -c 'import ensurepip, venv' 2>/dev/null || { echo python3-venv; return; }
    command -v chromium >/dev/null || command -v chromium-browser >/dev/null \
        || { echo chromium; return; }
    echo samverkan | hunspell -d sv_SE -l >/dev/null 2>&1 || { echo hunspell-sv; return; }
}

first=$(missing)
[ -z "$first" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "installing system packages ($first is missing): $packages"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -q
    # shellcheck disable=SC2086  # the list is meant to be split
    apt-get install -y -q --no-install-recommends $packages
    exit 0
fi
echo "error: $first is missing; run: sudo apt-get install -y $packages" >&2
exit 1
