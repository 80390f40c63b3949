#!/usr/bin/env bash
# The conformance programs still build for Windows and run under Wine: one topic, held against the list of
# Wine's differences. `make conformance-wine` asks them all.
# labels: net slow
set -eu
here=$(cd "$(dirname "$0")" && pwd)
status=0
out=$("$here/wine" --programs "$WSALIVE_BUILD/tests/conformance" startup 2>&1) || status=$?
echo "$out"
[ "$status" != 77 ] || "$here/../support/skip" "$out"
exit "$status"
