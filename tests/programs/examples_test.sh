#!/usr/bin/env bash
# labels: net
# The examples talk to each other over loopback; where mingw-w64 is installed they are also built for Windows, so that they stay
# ordinary Winsock programs.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/serving.sh"
source=$here/../../examples
programs=${WSALIVE_BUILD:-$here/../../build/dev}/examples
scratch=$(mktemp -d)
server=
trap 'kill $server 2>/dev/null || true; rm -rf "$scratch"' EXIT

failed() { echo "failed: $1"; cat "$scratch"/* 2>/dev/null; exit 1; }

# start <program> <arguments...>: sets $server and $port.
start() {
  serve_into "$scratch/listening" "$scratch/complaints" "$programs/$1" "${@:2}"
  await_port "$scratch/listening" 's/^listening on .* port //p' 100 || failed "$1"
}
stop() {
  kill "$server"
  wait "$server" 2>/dev/null || true
}

# Many at once, each with more than a buffer holds.
long=$(head -c 60000 /dev/zero | tr '\0' w)
for program in server completion_port; do
  case $program in server) start server 127.0.0.1 0 ;; *) start completion_port 0 ;; esac
  answer=$(timeout 20 "$programs/client" localhost "$port" "one line") || failed "client of $program"
  [ "$answer" = "one line" ] || failed "client of $program got '$answer'"
  clients=()
  for i in $(seq 20); do
    timeout 20 "$programs/client" 127.0.0.1 "$port" "$i $long" >"$scratch/answer.$i" &
    clients+=($!)
  done
  wait "${clients[@]}" || failed "a client of $program"
  for i in $(seq 20); do [ "$(cat "$scratch/answer.$i")" = "$i $long" ] || failed "client $i of $program got another text"; done
  rm "$scratch"/answer.*
  stop
  [ ! -s "$scratch/complaints" ] || failed "$program complained"
done

# The server no longer listens.
if timeout 20 "$programs/client" 127.0.0.1 "$port" x >"$scratch/said" 2>&1; then failed "client without server"; fi
grep -q "connect: error 10061" "$scratch/said" || failed "client without server said"

# Keep-alive on an idle connection; then the server goes.
start server 127.0.0.1 0
timeout 20 "$programs/keepalive" 127.0.0.1 "$port" 1500 500 >"$scratch/kept" 2>&1 &
kept=$!
for _ in $(seq 100); do grep -q '^waiting' "$scratch/kept" && break; sleep 0.05; done
stop
wait $kept || failed "keepalive: exit status $?"
grep -Eq '^(the other end has closed the connection|recv: error 10054)$' "$scratch/kept" || failed "keepalive missed the end"

if command -v x86_64-w64-mingw32-gcc >/dev/null; then
  for program in client server keepalive completion_port; do
    x86_64-w64-mingw32-gcc -Wall -Wextra -Werror "$source/$program.c" -o "$scratch/$program.exe" -lws2_32 ||
      failed "$program for Windows"
  done
fi
