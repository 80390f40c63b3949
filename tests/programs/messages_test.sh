#!/usr/bin/env bash
# labels: net
# The examples of messages with control data, of sockets handed to other processes and of asynchronous look-ups, as C
# and as C++. K-109
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/serving.sh"
programs=${WSALIVE_BUILD:-$here/../../build/dev}/tests/programs
scratch=$(mktemp -d)
server=
trap 'kill $server 2>/dev/null || true; rm -rf "$scratch"' EXIT

failed() { echo "failed: $1"; cat "$scratch"/* 2>/dev/null; exit 1; }

# start <program> <arguments...>: sets $server and $port.
start() {
  serve_into "$scratch/said" "$scratch/complaints" "$programs/$1" "${@:2}"
  await_port "$scratch/said" 's/^.*listening on port //p' || failed "$1"
}

finish() {
  wait $server || failed "$1: exit status $?"
  [ ! -s "$scratch/complaints" ] || failed "$1 complained"
}

for tongue in "" ++; do
  start udp_answer$tongue serve 0 3
  for address in 127.0.0.1 127.0.0.2 127.1.2.3; do
    answer=$(timeout 10 "$programs/udp_answer$tongue" ask $address "$port" "are you there") || failed "ask $address"
    [ "$answer" = "$address answers: are you there" ] || failed "ask $address: '$answer'"
  done
  finish udp_answer$tongue
  grep -q '^127.0.0.1 asked at 127.1.2.3: are you there$' "$scratch/said" || failed "udp_answer$tongue said"

  start sockdup$tongue 0 2
  for word in one two; do
    exec 3<>"/dev/tcp/127.0.0.1/$port"
    read -r -t 10 who <&3 || failed "no child"
    case $who in "process $server") failed "the parent itself answers" ;; process*) ;; *) failed "child said '$who'" ;; esac
    echo $word >&3
    read -r -t 10 echoed <&3 || failed "no echo"
    [ "$echoed" = $word ] || failed "echo of '$echoed'"
    exec 3>&-
  done
  finish sockdup$tongue
  grep -q '^2 connections handed over$' "$scratch/said" || failed "sockdup$tongue said"

  timeout 20 "$programs/async_lookup$tongue" localhost >"$scratch/found" || failed "async_lookup$tongue"
  grep -qE '^(127.0.0.1|::1)$' "$scratch/found" || failed "async_lookup$tongue found"
done
