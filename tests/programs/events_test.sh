#!/usr/bin/env bash
# labels: net
# The examples that wait by events and by WSAPoll under load, built as C and as C++: an event-driven server with
# two thousand clients at once, each client of the other kind against each server. K-112
set -eu
. "$(dirname "$0")/loading.sh"

for tongue in "" ++; do
  start_server event_echo$tongue $((3 * connections))
  run_client poll_client$tongue 5
  run_client overlapped_client$tongue 3
  run_client poll_client$tongue 2
  served $((3 * connections)) $((connections * 10 * 64))
  start_server iocp_echo$tongue $connections
  run_client poll_client$tongue 5
  served $connections $((connections * 5 * 64))
done
