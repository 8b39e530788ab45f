#!/usr/bin/env bash
# Installs the programs that the tests start (and nothing else needs), where they are missing.
set -euo pipefail

missing=()
has() { command -v "$1" >/dev/null || [ -x "/usr/sbin/$1" ]; }

has chromium || missing+=(chromium)
has redis-server || missing+=(redis-server)
has initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=(postgresql)
has ip || missing+=(iproute2)
has fc-list || missing+=(fontconfig)
# What the screenshots are set in: Latin, and 中文.
grep -qi dejavu <(fc-list 2>/dev/null) || missing+=(fonts-dejavu)
grep -qi 'noto sans cjk' <(fc-list 2>/dev/null) || missing+=(fonts-noto-cjk)

[ ${#missing[@]} -gt 0 ] || exit 0

if ! command -v apt-get >/dev/null; then
  cat >&2 <<EOF
The tests need programs that are not on this machine: ${missing[*]} (Debian's names).
Install them with this system's package manager, then run this again.
EOF
  exit 1
fi
root=()
if [ "$(id -u)" != 0 ]; then
  command -v sudo >/dev/null || {
    echo "Run this as root: apt-get install ${missing[*]}" >&2
    exit 1
  }
  root=(sudo)
fi
"${root[@]}" apt-get update
"${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"
