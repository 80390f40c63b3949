#!/usr/bin/env bash
# labels: slow net
# The line service under load for WSALIVE_SOAK seconds (50), as C and as C++: nothing is lost, and the server's
# descriptors and memory are after the load what they were before it.
set -eu
. "$(dirname "$0")/serving.sh"
own_network "$0"
programs=${WSALIVE_BUILD:?}/tests/programs
folder=$(mktemp -d)
server=
trap 'kill $server 2>/dev/null || true; rm -rf "$folder"' EXIT
seconds=${WSALIVE_SOAK:-50}
size=300000
head -c $size /dev/urandom >"$folder/file"

failed() { echo "failed: $1"; cat "$folder/said" "$folder/complaints" "$folder/load" 2>/dev/null | tail -40; exit 1; }
descriptors() { find "/proc/$server/fd" -mindepth 1 | wc -l; }
sanitized=false
if grep -q '^WSALIVE_SANITIZE:STRING=.' "$WSALIVE_BUILD/CMakeCache.txt"; then sanitized=true; fi
memory() { sed -n 's/^VmRSS:[[:space:]]*\([0-9]*\) kB/\1/p' "/proc/$server/status"; }

# start <program>: sets $server and $port.
start() {
  serve_into "$folder/said" "$folder/complaints" "$programs/$1" 127.0.0.1 0 "$folder/file" 60 "$folder/log"
  await_port "$folder/said" 's/^listening on .* port //p' || failed "$1"
}

# load <program> <seconds>: adds what was done to the sums.
load() {
  timeout $(($2 + 60)) "$programs/$1" 127.0.0.1 "$port" $size 12 "$2" >"$folder/load" 2>&1 || failed "$1"
  read -r c l f < <(sed -n 's/^\([0-9]*\) connections, \([0-9]*\) lines, \([0-9]*\) files, 0 failures$/\1 \2 \3/p' "$folder/load")
  connections=$((connections + c)) lines=$((lines + l)) files=$((files + f))
}

# settled: waits until what has been left is gone, and no longer than five seconds.
settled() {
  for _ in $(seq 50); do
    [ "$(descriptors)" -le "$1" ] && return
    sleep 0.1
  done
  failed "$(descriptors) descriptors, $1 before the load"
}

for tongue in "" ++; do
  connections=0 lines=0 files=0
  start service$tongue
  idle=$(descriptors)
  load service_load$tongue 3
  settled "$idle"
  before=$(memory)
  if [ -z "$tongue" ]; then load service_load "$seconds"; else load service_load++ 5; fi
  settled "$idle"
  after=$(memory)
  echo "service$tongue: $connections connections, $lines lines, $files files; $idle descriptors; $before kB, then $after kB"
  # What one thread more costs, not what a leak of one object a connection would. A sanitizer keeps what was freed.
  $sanitized || [ $((after - before)) -le 4096 ] || failed "memory grew from $before to $after kB"
  takes_interrupts || { end_by_force "$folder/complaints"; continue; }
  kill -INT $server
  wait $server || failed "service$tongue: exit status $?"
  [ ! -s "$folder/complaints" ] || failed "service$tongue complained"
  grep -q "^$connections connections, $lines lines, $files files, 0 idle, 0 failures, 0 handles left$" "$folder/said" ||
    failed "something was lost: $connections connections, $lines lines, $files files"
done
skip_interrupts "$0"
