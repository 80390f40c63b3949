#!/usr/bin/env bash
# labels: net
# The Winsock examples talk to each other over loopback, IPv4 and IPv6; where mingw-w64 is installed they
# are also built for Windows, so that they stay ordinary Winsock programs.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/serving.sh"
source=$here/../../examples/winsock
programs=${WSALIVE_BUILD:-$here/../../build/dev}/examples
scratch=$(mktemp -d)
server=
trap 'kill $server 2>/dev/null || true; rm -rf "$scratch"' EXIT

failed() { echo "failed: $1"; cat "$scratch"/* 2>/dev/null; exit 1; }

# start_server <address> <clients>: sets $server and $port.
start_server() {
  serve_into "$scratch/listening" "$scratch/complaints" "$programs/server" "$1" 0 "$2"
  await_port "$scratch/listening" 's/^listening on .* port //p' 100 || failed "server $1"
}

for address in 127.0.0.1 ::1; do
  if [ $address = ::1 ] && ! grep -q '^0*1 ' /proc/net/if_inet6 2>/dev/null; then
    "$here/../support/skip" "no IPv6 loopback"
    continue
  fi
  start_server $address 2
  answer=$(timeout 10 "$programs/client" $address "$port" "one line") || failed "client $address"
  [ "$answer" = "one line" ] || failed "client $address got '$answer'"
  answer=$(timeout 10 "$programs/client" $address "$port" "another") || failed "second client $address"
  [ "$answer" = another ] || failed "second client $address got '$answer'"
  wait $server || failed "server $address: exit status $?"
  [ ! -s "$scratch/complaints" ] || failed "server $address complained"
done

# Nobody listens there any more.
if timeout 10 "$programs/client" 127.0.0.1 "$port" x >"$scratch/said" 2>&1; then failed "client without server"; fi
grep -q "connect: error 10061" "$scratch/said" || failed "client without server said"

# Asks twice, 100 ms apart, with SIO_KEEPALIVE_VALS; then the server goes.
start_server 127.0.0.1 0
timeout 10 "$programs/keepalive_client" 127.0.0.1 "$port" 100 1500 300 >"$scratch/kept" 2>&1 &
kept=$!
for _ in $(seq 100); do grep -q '^waiting' "$scratch/kept" && break; sleep 0.05; done
kill $server
wait $server 2>/dev/null || true
wait $kept || failed "keepalive_client: exit status $?"
grep -q '^second question: second question$' "$scratch/kept" || failed "keepalive_client got no answer"
grep -q 'the server has ended the connection' "$scratch/kept" || failed "keepalive_client missed the end"

if command -v x86_64-w64-mingw32-gcc >/dev/null; then
  for program in client server keepalive_client; do
    x86_64-w64-mingw32-gcc -Wall -Wextra -Werror "$source/$program.c" -o "$scratch/$program.exe" -lws2_32 ||
      failed "$program for Windows"
  done
fi
