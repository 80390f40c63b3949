#!/usr/bin/env bash
# labels: net
# The chat programs of sources: many clients hear every line of all others, and Ctrl+C ends the
# server cleanly, with all its books in order.
set -eu
. "$(dirname "$0")/serving.sh"
programs=${WSALIVE_BUILD:?}/tests/programs
folder=$(mktemp -d)
trap 'kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
server=
own_network "$0"  # There every port is free; elsewhere others are tried.

for port in 24001 "$((20000 + RANDOM % 10000))" "$((20000 + RANDOM % 10000))" "$((20000 + RANDOM % 10000))"; do
  serve_into "$folder/said" "$folder/complaints" "$programs/chat_server" "$port" 32
  await_port "$folder/said" 's/^listening on port //p' && break
done
[ -n "$port" ] || { cat "$folder/complaints"; exit 1; }

timeout 60 "$programs/chat_load" "$port" 8 200
timeout 60 "$programs/chat_load" "$port" 20 20
takes_interrupts || end_by_force "$folder/complaints"
skip_interrupts "$0"
kill -INT "$server"
wait "$server"
cat "$folder/said" "$folder/complaints"
# 8 x 200 and 20 x 20 lines.
grep -q '^28 clients, 2000 lines, ' "$folder/said"

# They stay ordinary Windows programs, and C++ takes them as it is.
source=${WSALIVE_SOURCE:?}/tests/programs/sources
for program in chat_server chat_load; do
  if command -v x86_64-w64-mingw32-gcc >/dev/null; then
    x86_64-w64-mingw32-gcc -D_WIN32_WINNT=0x0a00 -Wall -Wextra "$source/$program.c" -o "$folder/$program.exe" -lws2_32
  fi
  "$WSALIVE_BUILD/bin/wsalive-c++" -x c++ -Wall -Wextra -Werror -c "$source/$program.c" -o "$folder/$program.o"
done
