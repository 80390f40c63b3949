#!/usr/bin/env bash
# labels: net
# The asynchronous examples under load, built as C and as C++: a completion-port server with a thousand overlapped
# connections and more, and clients that connect by list and by name. K-104, K-105
set -eu
here=$(cd "$(dirname "$0")" && pwd)
programs=${WSALIVE_BUILD:-$here/../../build/dev}/examples
scratch=$(mktemp -d)
server=
trap 'kill $server 2>/dev/null || true; rm -rf "$scratch"' EXIT
ulimit -n "$(ulimit -Hn)" 2>/dev/null || true
connections=1000
[ "$(ulimit -n)" -ge 4096 ] || connections=200

failed() { echo "failed: $1"; cat "$scratch"/* 2>/dev/null; exit 1; }

# start_server <program> <clients>: sets $server and $port.
start_server() {
  "$programs/$1" 127.0.0.1 0 "$2" >"$scratch/said" 2>"$scratch/complaints" &
  server=$!
  for _ in $(seq 200); do
    port=$(sed -n 's/^listening on .* port //p' "$scratch/said")
    [ -n "$port" ] && return
    kill -0 $server 2>/dev/null || break
    sleep 0.05
  done
  failed "$1"
}

end_server() {
  for _ in $(seq 200); do
    kill -0 $server 2>/dev/null || break
    sleep 0.05
  done
  wait $server || failed "server: exit status $?"
  [ ! -s "$scratch/complaints" ] || failed "server complained"
}

for tongue in "" ++; do
  start_server iocp_echo$tongue $((connections + 3))
  timeout 60 "$programs/overlapped_client$tongue" 127.0.0.1 "$port" $connections 5 \
    >"$scratch/client" 2>&1 || failed "overlapped_client$tongue"
  grep -q "^$connections connections, 0 failed" "$scratch/client" || failed "overlapped_client$tongue"
  for way in "list $port 127.0.0.2 127.0.0.1" "name localhost $port" "name 127.0.0.1 $port"; do
    # shellcheck disable=SC2086
    answer=$(timeout 20 "$programs/connect_by$tongue" $way) || failed "connect_by$tongue $way"
    [ "$answer" = "127.0.0.1 keep-alive on: hello" ] || failed "connect_by$tongue $way: '$answer'"
  done
  end_server
  grep -q "^$((connections + 3)) connections, $((connections * 5 * 64 + 18)) octets" "$scratch/said" ||
    failed "octets were lost"
done
