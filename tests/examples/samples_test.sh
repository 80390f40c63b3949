#!/usr/bin/env bash
# labels: net
# The smaller samples, built as C and as C++: addresses as text, control codes, and a server whose children inherit
# its listening socket.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
source=$here/../../examples/winsock
programs=${WSALIVE_BUILD:-$here/../../build/dev}/examples
folder=$(mktemp -d)
server=
trap 'kill $server 2>/dev/null || true; rm -rf "$folder"' EXIT

failed() { echo "failed: $1"; cat "$folder"/* 2>/dev/null; exit 1; }

for tongue in "" ++; do
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

  timeout 60 "$programs/prefork$tongue" 127.0.0.1 0 3 20 >"$folder/said" 2>"$folder/complaints" &
  server=$!
  for _ in $(seq 200); do
    port=$(sed -n 's/^listening on port //p' "$folder/said")
    [ -n "$port" ] && break
    sleep 0.05
  done
  for _ in $(seq 20); do
    answer=$(timeout 10 bash -c "cat </dev/tcp/127.0.0.1/$port") || failed "connect to prefork$tongue"
    [[ $answer == "served by "[0-9]* ]] || failed "prefork$tongue said '$answer'"
  done
  wait $server || failed "prefork$tongue: exit status $?"
  [ ! -s "$folder/complaints" ] || failed "prefork$tongue complained"
  grep -q "^3 children, exit code 0$" "$folder/said" || failed "prefork$tongue"
done

if command -v x86_64-w64-mingw32-gcc >/dev/null; then
  for program in inet_xtoy ioctl prefork service service_load; do
    x86_64-w64-mingw32-gcc -D_WIN32_WINNT=0x0a00 -D__USE_MINGW_ANSI_STDIO=0 "$source/$program.c" -o "$folder/$program.exe" \
      -lws2_32 -lmswsock || failed "$program for Windows"
  done
fi
