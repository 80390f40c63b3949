# For the tests that start an example as a server; they source it.

# own_network <script>: goes on in a network of its own, where that is allowed: thousands of connections leave as many
# ports waiting for a minute.
own_network() {
  if [ -n "${WSALIVE_OWN_NETWORK:-}" ] || ! unshare -Urn ip link set lo up 2>/dev/null; then return 0; fi
  WSALIVE_OWN_NETWORK=yes exec unshare -Urn sh -c 'ip link set lo up && exec "$0"' "$1"
}

# serve_into <file> <complaints> <command...>: runs it as $server; what it writes goes to these files. They are emptied first:
# otherwise the new process does that, perhaps only after await_port has read the port of an earlier server.
serve_into() {
  : >"$1"
  : >"$2"
  "${@:3}" >"$1" 2>"$2" &
  server=$!
}

# await_port <file> <sed expression> [<tries>]: sets $port to what $server, which was just started, has written to the
# file. Fails if it ends before, or has not written it after so many times 50 ms (200).
await_port() {
  for _ in $(seq "${3:-200}"); do
    port=$(sed -n "$2" "$1" | head -1)
    [ -z "$port" ] || return 0
    kill -0 "$server" 2>/dev/null || return 1
    sleep 0.05
  done
  return 1
}

# takes_interrupts: whether Ctrl+C ends a server of this build. ThreadSanitizer holds a signal back until the system call
# that it came in has ended.
takes_interrupts() { ! grep -q '^WSALIVE_SANITIZE:STRING=thread' "${WSALIVE_BUILD:?}/CMakeCache.txt"; }

# end_by_force <file>: ends $server, which must not have told of a race there.
end_by_force() {
  kill -KILL "$server"
  wait "$server" 2>/dev/null || true
  ! grep -q 'ThreadSanitizer' "$1" || { cat "$1"; exit 1; }
}

# skip_interrupts <script>: where Ctrl+C cannot be tried, the rest of the script is skipped.
skip_interrupts() {
  takes_interrupts && return
  "$(dirname "$1")/../support/skip" "ThreadSanitizer holds a signal back: no server was ended by Ctrl+C"
  exit 77
}
