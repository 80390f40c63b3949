#!/usr/bin/env bash
# labels: net
# The examples that wait by events and by WSAPoll under load, built as C and as C++: an event-driven server with
# two thousand clients at once, each client of the other kind against each server. K-112
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/serving.sh"
own_network "$0"
programs=${WSALIVE_BUILD:-$here/../../build/dev}/tests/programs
scratch=$(mktemp -d)
server=
trap 'kill $server 2>/dev/null || true; rm -rf "$scratch"' EXIT
ulimit -n "$(ulimit -Hn)" 2>/dev/null || true
connections=2000
[ "$(ulimit -n)" -ge 4096 ] || connections=200

failed() { echo "failed: $1"; cat "$scratch"/* 2>/dev/null; exit 1; }

# start_server <program> <clients>: sets $server and $port.
start_server() {
  serve_into "$scratch/said" "$scratch/complaints" "$programs/$1" 127.0.0.1 0 "$2"
  await_port "$scratch/said" 's/^listening on .* port //p' || failed "$1"
}

# end_server <connections> <octets>
end_server() {
  for _ in $(seq 400); do
    kill -0 $server 2>/dev/null || break
    sleep 0.05
  done
  kill -0 $server 2>/dev/null && failed "the server does not end"
  wait $server || failed "server: exit status $?"
  [ ! -s "$scratch/complaints" ] || failed "server complained"
  grep -q "^$1 connections, $2 octets" "$scratch/said" || failed "octets were lost"
}

# run_client <program> <messages>
run_client() {
  timeout 120 "$programs/$1" 127.0.0.1 "$port" $connections "$2" >"$scratch/client" 2>&1 ||
    failed "$1"
  grep -q "^$connections connections, 0 failed" "$scratch/client" || failed "$1"
}

for tongue in "" ++; do
  start_server event_echo$tongue $((3 * connections))
  run_client poll_client$tongue 5
  run_client overlapped_client$tongue 3
  run_client poll_client$tongue 2
  end_server $((3 * connections)) $((connections * 10 * 64))
  start_server iocp_echo$tongue $connections
  run_client poll_client$tongue 5
  end_server $connections $((connections * 5 * 64))
done
