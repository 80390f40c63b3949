#!/usr/bin/env bash
# labels: ns
# A look-up whose name server never answers can be given up at once, and a process may end meanwhile. The name server is
# a socket without a reader, in namespaces of the test's own.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
program=${WSALIVE_BUILD:-$here/../../build/dev}/tests/programs/async_lookup
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
if ! unshare -Urmn true 2>/dev/null; then
  "$here/../support/skip" "no user namespaces"
  exit 77
fi
printf 'nameserver 127.0.0.1\noptions timeout:20 attempts:1\n' >"$scratch/resolv.conf"
printf 'hosts: dns\n' >"$scratch/nsswitch.conf"
cat >"$scratch/inside" <<INSIDE
set -eu
ip link set lo up
mount --bind "$scratch/resolv.conf" /etc/resolv.conf
mount --bind "$scratch/nsswitch.conf" /etc/nsswitch.conf
python3 -c 'import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("127.0.0.1", 53)); print("deaf", flush=True); time.sleep(30)' >"$scratch/deaf" &
deaf=\$!
for _ in \$(seq 100); do grep -q deaf "$scratch/deaf" && break; sleep 0.05; done
status=0
timeout 10 "$program" host.example 300 2>"$scratch/said" || status=\$?
kill \$deaf
exit \$status
INSIDE
status=0
unshare -Urmn bash "$scratch/inside" || status=$?
[ $status = 3 ] || { echo "failed: exit status $status"; cat "$scratch/said"; exit 1; }
grep -q '^given up$' "$scratch/said" || { echo "failed: said"; cat "$scratch/said"; exit 1; }
