#!/usr/bin/env bash
# Makes the environment .venv with the first Python that is new enough; PYTHON names another.
set -euo pipefail

for python in ${PYTHON:-python3.11 python3.12 python3.13 python3.14 python3}; do
  if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    [ -x .venv/bin/python ] && exit 0
    "$python" -m venv .venv || {
      echo "$python has no venv module. On Debian: apt-get install python3-venv" >&2
      rm -rf .venv
      exit 1
    }
    exit 0
  fi
done
echo "No Python 3.11 or newer was found. Install one, or name it: make PYTHON=/path/to/python3" >&2
exit 1
