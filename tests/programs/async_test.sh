#!/usr/bin/env bash
# labels: net
# The asynchronous examples under load, built as C and as C++: servers on a completion port and on the events of
# overlapped operations, each with two thousand connections at once of clients by completion routines, on a port, by
# list and by name. Every message comes back, and every octet is counted at both ends. K-104, K-105
set -eu
. "$(dirname "$0")/loading.sh"

# hold <program> <way...>: so many connections at once, three lines on each; adds their octets to $octets.
hold() {
  timeout 120 "$programs/$1" $connections "${@:2}" >"$scratch/client" 2>&1 || failed "$*"
  grep -q "^$connections connections, 0 failed" "$scratch/client" || failed "$*"
  octets=$((octets + $(seq 0 $((connections - 1)) | sed 's/.*/connection & says 0/' | wc -c) * 3))
}

# Two thousand are about what one pass of a test may cost: each server has each kind of client once, in C or in C++.
for tongue in "" ++; do
  octets=0
  start_server iocp_echo$tongue $((2 * connections + 3))
  run_client overlapped_client$tongue 5
  run_client iocp_client$tongue 5
  for way in "list $port 127.0.0.2 127.0.0.1" "name localhost $port" "name 127.0.0.1 $port"; do
    # shellcheck disable=SC2086
    answer=$(timeout 20 "$programs/connect_by$tongue" $way) || failed "connect_by$tongue $way"
    [ "$answer" = "127.0.0.1 keep-alive on: hello" ] || failed "connect_by$tongue $way: '$answer'"
  done
  served $((2 * connections + 3)) $((2 * connections * 5 * 64 + 18))

  start_server overlapped_echo$tongue $((3 * connections))
  run_client iocp_client$tongue 3
  hold connect_by$tongue list "$port" 127.0.0.2 127.0.0.1
  hold connect_by$tongue name localhost "$port"
  served $((3 * connections)) $((connections * 3 * 64 + octets))
done

skip_interrupts "$0"
# A server that Ctrl+C ends while its clients are connected: what they hold is closed, and nothing stays.
for tongue in "" ++; do
  start_server iocp_server$tongue 3
  run_client iocp_client$tongue 3
  exec 3<>"/dev/tcp/127.0.0.1/$port"
  echo hello >&3
  read -r -t 10 answer <&3 || failed "iocp_server$tongue does not answer"
  [ "$answer" = hello ] || failed "iocp_server$tongue said '$answer'"
  kill -INT $server
  if read -r -t 10 answer <&3; then failed "iocp_server$tongue does not close"; fi
  exec 3>&-
  served $((connections + 1)) $((connections * 3 * 64 + 6))
done
