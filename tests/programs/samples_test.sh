#!/usr/bin/env bash
# labels: net
# The smaller samples, built as C and as C++: addresses as text, control codes, the same talk over TCP and UDP, the ways
# to accept, and a server whose children inherit its listening socket. K-22
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/serving.sh"
source=$here/sources
programs=${WSALIVE_BUILD:-$here/../../build/dev}/tests/programs
folder=$(mktemp -d)
server=
trap 'kill $server 2>/dev/null || true; rm -rf "$folder"' EXIT

failed() { echo "failed: $1"; cat "$folder"/* 2>/dev/null; exit 1; }

# start <program> <arguments...>: sets $server and $port.
start() {
  serve_into "$folder/said" "$folder/complaints" timeout 60 "$programs/$1" "${@:2}"
  await_port "$folder/said" 's/^listening on .*port \([0-9]*\)$/\1/p' || failed "$1"
}

finish() {
  wait $server || failed "$1: exit status $?"
  [ ! -s "$folder/complaints" ] || failed "$1 complained"
}

addresses="127.0.0.1"
! grep -q '^0*1 ' /proc/net/if_inet6 2>/dev/null || addresses="127.0.0.1 ::1"

for tongue in "" ++; do
  for kind in tcp udp; do
    # shellcheck disable=SC2086
    set -- $addresses
    start simple$tongue serve $kind any 0 $(($# + 1))
    for address in "$@" localhost; do
      answer=$(timeout 20 "$programs/simple$tongue" ask $kind $address "$port" "a line by $kind") ||
        failed "simple$tongue ask $kind $address"
      [[ $answer == *" port $port: a line by $kind" ]] || failed "simple$tongue ask $kind $address: '$answer'"
      [ $address = localhost ] || [[ $answer == "$address "* ]] || failed "simple$tongue: '$answer' is not from $address"
    done
    finish simple$tongue
    [ "$(grep -c '^serving ' "$folder/said")" = $(($# + 1)) ] || failed "simple$tongue served others"
    if [ $kind = tcp ] && timeout 20 "$programs/simple$tongue" ask tcp 127.0.0.1 "$port" x 2>"$folder/refused"; then
      failed "simple$tongue without a server"
    fi
  done
  grep -q 'connect: error 10061' "$folder/refused" || failed "simple$tongue without a server said"

  for way in blocking select event condition; do
    start accept_ways$tongue $way 0.0.0.0 0 3 127.0.0.9
    for _ in 1 2 3; do
      answer=$(timeout 10 bash -c "cat </dev/tcp/127.0.0.1/$port") || failed "accept_ways$tongue $way"
      [ "$answer" = "127.0.0.1 accepted by $way" ] || failed "accept_ways$tongue $way: '$answer'"
    done
    finish accept_ways$tongue
  done
  # A client from the refused address is reset, and the next one served.
  start accept_ways$tongue condition 0.0.0.0 0 1 127.0.0.9
  python3 - "$port" <<'CLIENT' || failed "accept_ways$tongue took a client that it refuses"
import socket, sys
s = socket.socket()
s.settimeout(10)
s.bind(("127.0.0.9", 0))
try:
    s.connect(("127.0.0.1", int(sys.argv[1])))
    sys.exit(1 if s.recv(64) else 2)
except ConnectionResetError:
    pass
CLIENT
  timeout 10 bash -c "cat </dev/tcp/127.0.0.1/$port" >"$folder/greeting" || failed "accept_ways$tongue, after a refusal"
  finish accept_ways$tongue
  grep -q '^turned away: 1$' "$folder/said" || failed "accept_ways$tongue turned no client away"

  "$programs/inet_xtoy$tongue" 192.0.2.7 2001:db8::0:1 >"$folder/said" || failed "inet_xtoy$tongue"
  for way in "inet_pton, inet_ntop" "WSAStringToAddress, WSAAddressToString" "getaddrinfo, getnameinfo"; do
    grep -q "^  $way: 192.0.2.7$" "$folder/said" || failed "inet_xtoy$tongue, $way"
    grep -q "^  $way: 2001:db8::1$" "$folder/said" || failed "inet_xtoy$tongue, $way"
  done
  if "$programs/inet_xtoy$tongue" 192.0.2.300 >"$folder/said"; then failed "inet_xtoy$tongue took no address for one"; fi

  timeout 20 "$programs/ioctl$tongue" >"$folder/said" || failed "ioctl$tongue"
  diff - "$folder/said" <<'EXPECTED' || failed "ioctl$tongue"
FIONBIO: nothing to read is error 10035
FIONREAD: 7 octets
SIO_KEEPALIVE_VALS: keep-alive is on
an unknown code: error 10045
EXPECTED

  start prefork$tongue 127.0.0.1 0 3 20
  for _ in $(seq 20); do
    answer=$(timeout 10 bash -c "cat </dev/tcp/127.0.0.1/$port") || failed "connect to prefork$tongue"
    [[ $answer == "served by "[0-9]* ]] || failed "prefork$tongue said '$answer'"
  done
  finish prefork$tongue
  grep -q "^3 children, exit code 0$" "$folder/said" || failed "prefork$tongue"
done

if command -v x86_64-w64-mingw32-gcc >/dev/null; then
  for program in inet_xtoy ioctl prefork service service_load simple accept_ways iocp_server iocp_client \
    overlapped_echo; do
    x86_64-w64-mingw32-gcc -D_WIN32_WINNT=0x0a00 -D__USE_MINGW_ANSI_STDIO=0 "$source/$program.c" -o "$folder/$program.exe" \
      -lws2_32 -lmswsock || failed "$program for Windows"
  done
fi
