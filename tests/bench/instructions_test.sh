#!/usr/bin/env bash
# labels: slow
# The hot calls take no more instructions than they did; skipped without valgrind.
exec "$WSALIVE_SOURCE/bench/instructions" "$WSALIVE_BUILD"
