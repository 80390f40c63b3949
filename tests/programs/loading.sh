# For the tests that load an echo server with thousands of clients; they source it. From here on the test runs in a network of its
# own where that is allowed, with $programs, $scratch and $connections: how many clients a program makes at once.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/serving.sh"
own_network "$0"
programs=${WSALIVE_BUILD:-$here/../../build/dev}/tests/programs
scratch=$(mktemp -d)
server=
trap 'kill $server 2>/dev/null || true; rm -rf "$scratch"' EXIT
ulimit -n "$(ulimit -Hn)" 2>/dev/null || true
connections=2000
[ "$(ulimit -n)" -ge 4096 ] || connections=200

failed() { echo "failed: $1"; cat "$scratch"/* 2>/dev/null; exit 1; }

# start_server <program> <clients>: sets $server and $port.
start_server() {
  serve_into "$scratch/said" "$scratch/complaints" "$programs/$1" 127.0.0.1 0 "$2"
  await_port "$scratch/said" 's/^listening on .* port //p' || failed "$1"
}

# served <connections> <octets>: the server ends by itself, without a complaint, and says at its end that it served so many.
served() {
  for _ in $(seq 400); do
    kill -0 $server 2>/dev/null || break
    sleep 0.05
  done
  kill -0 $server 2>/dev/null && failed "the server does not end"
  wait $server || failed "server: exit status $?"
  [ ! -s "$scratch/complaints" ] || failed "server complained"
  grep -q "^$1 connections, $2 octets" "$scratch/said" || failed "octets were lost, not $2"
}

# run_client <program> <messages>
run_client() {
  timeout 120 "$programs/$1" 127.0.0.1 "$port" $connections "$2" >"$scratch/client" 2>&1 || failed "$1"
  grep -q "^$connections connections, 0 failed" "$scratch/client" || failed "$1"
}
