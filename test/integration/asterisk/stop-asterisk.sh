#!/usr/bin/env bash
# Stops the test Asterisk that start-asterisk.sh started, by its recorded process id only.
#   stop-asterisk.sh [22|16] [--purge | --kill]     --purge also removes the run folder (not the installed packages)
#                                                   --kill ends it without a goodbye, as a power cut would
set -u
V=${1:-22}; RUN=${AST_RUN:-${TMPDIR:-/tmp}/pbx-asterisk-$V}
kill_server() {   # $1: the `timeout` that guards the server
  local C
  for C in $(cat "/proc/$1/task/$1/children" 2>/dev/null); do kill -KILL "$C" 2>/dev/null; done
  kill -KILL "$1" 2>/dev/null
}
if [ -s "$RUN/pid" ]; then
  P=$(cat "$RUN/pid")
  if kill -0 "$P" 2>/dev/null; then
    if [ "${2:-}" = --kill ]; then kill_server "$P"; else kill -TERM "$P" 2>/dev/null; fi
    for _ in $(seq 1 100); do kill -0 "$P" 2>/dev/null || break; sleep 0.1; done
    kill -0 "$P" 2>/dev/null && kill_server "$P"
    echo "[asterisk $V] stopped pid $P" >&2
  fi
  rm -f "$RUN/pid"
fi
[ "${2:-}" = --purge ] && rm -rf "$RUN"
exit 0
