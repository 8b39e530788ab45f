#!/usr/bin/env bash
# step.sh [--show] TITLE COMMAND…: run a step of the build, with its title and time on a line.
# Its output goes to .venv/log and is shown when it fails; with --show it is shown as it comes.
set -uo pipefail

show=false
if [ "$1" = --show ]; then
  show=true
  shift
fi
title=$1
shift

took() { awk -v from="$1" -v to="$EPOCHREALTIME" 'BEGIN { printf "%.1f s", to - from }'; }

start=$EPOCHREALTIME
if $show; then
  printf -- '--- %s\n' "$title"
  "$@"
  code=$?
  printf -- '--- %s: %s in %s\n' "$title" "$([ "$code" = 0 ] && echo done || echo FAILED)" "$(took "$start")"
else
  mkdir -p .venv/log
  log=.venv/log/${title//[^A-Za-z0-9]/_}.log
  printf '%-60s ' "$title"
  "$@" >"$log" 2>&1
  code=$?
  if [ "$code" = 0 ]; then
    took "$start"
    echo
  else
    printf 'FAILED after %s\n' "$(took "$start")"
    tail -n 200 "$log" | sed 's/^/    /'
    echo "    (all of it: $log)"
  fi
fi
exit "$code"
