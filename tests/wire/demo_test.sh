#!/usr/bin/env bash
# The demo plays and keeps its word: as a stranger runs it, as a plain user, and where namespaces are
# denied.
# labels: ns realtime
set -u
demo="$WSALIVE_BUILD/demo/wsalive-demo"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
chmod 755 "$scratch"
failed=0

check() {  # check WHAT COMMAND...
  local what=$1
  shift
  if "$@"; then echo "ok: $what"; else echo "FAILED: $what"; failed=1; fi
}
says() { grep -qF -- "$2" "$1"; }
well_formed() { python3 -c 'import sys, xml.dom.minidom as m; m.parse(sys.argv[1])' "$1"; }
no_escapes() { ! grep -q $'\033' "$1"; }

unshare --user --map-root-user --net true 2>"$scratch/denied" ||
  { "$(dirname "$0")/../support/skip" "namespaces are denied here: $(cat "$scratch/denied")"; exit 77; }

"$WSALIVE_BUILD/bin/wsalive" demo --svg "$scratch/demo.svg" >"$scratch/full" 2>&1
check "the play ends as predicted" test $? = 0
check "without keep-alive the question is lost" says "$scratch/full" "the program reads WSAETIMEDOUT"
check "the firewall forgets" says "$scratch/full" "the firewall forgets it"
check "the dead server is noticed" says "$scratch/full" "the program reads WSAENETRESET"
check "each probe is listed" says "$scratch/full" "probe 10 "
check "no escapes outside a terminal" no_escapes "$scratch/full"
check "the picture is well-formed" well_formed "$scratch/demo.svg"

# In a user namespace that may have no network namespaces.
unshare --user --map-root-user sh -c \
  'echo 0 >/proc/sys/user/max_net_namespaces && exec "$@"' sh "$demo" --svg "$scratch/none.svg" \
  >"$scratch/denied" 2>&1
check "denied namespaces: loopback ends as predicted" test $? = 0
check "denied namespaces: it says so" says "$scratch/denied" "Namespaces are denied here"
check "denied namespaces: the dead server is noticed" says "$scratch/denied" "the program reads WSAENETRESET"
check "denied namespaces: no picture" test ! -e "$scratch/none.svg"

# Where the kernel or the host has no nf_tables.
mkdir "$scratch/bin"
printf '#!/bin/sh\necho "nf_tables: Protocol not supported"\necho "add table"\nexit 1\n' >"$scratch/bin/nft"
chmod 755 "$scratch/bin/nft"
PATH=$scratch/bin:$PATH "$demo" --svg "$scratch/none.svg" >"$scratch/without" 2>&1
check "no firewall: loopback ends as predicted" test $? = 0
check "no firewall: it says so" says "$scratch/without" \
  "No network with a firewall can be made here: nft: nf_tables: Protocol not supported."
check "no firewall: the dead server is noticed" says "$scratch/without" "the program reads WSAENETRESET"
check "no firewall: no picture" test ! -e "$scratch/none.svg"

"$demo" --client "$scratch/no-folder" >"$scratch/bad" 2>&1
check "a missing client is exit status 7" test $? = 7
check "and is named" says "$scratch/bad" "cannot start $scratch/no-folder"

"$demo" --svg "$scratch/no-folder/demo.svg" >"$scratch/bad" 2>&1
check "a picture that cannot be written is exit status 7" test $? = 7
check "and is named" says "$scratch/bad" "cannot write the picture $scratch/no-folder/demo.svg: No such file or directory"

[ $failed = 0 ] || tail -n +1 "$scratch/full" "$scratch/denied" "$scratch/without"
exit $failed
