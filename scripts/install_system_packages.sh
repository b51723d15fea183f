#!/bin/sh
# The Debian packages that the tests of pages and PDF use. Without the right to install them, those tests are skipped by name.
set -eu
packages="chromium libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
command -v dpkg-query >/dev/null 2>&1 || { echo "not a Debian machine: install by hand: $packages"; exit 0; }
missing=""
for package in $packages; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
[ -z "$missing" ] && exit 0
if [ "$(id -u)" != 0 ]; then
    echo "these packages are missing; as root: apt-get install$missing"
    exit 0
fi
# shellcheck disable=SC2086 # the list is meant to be split
apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
