#!/usr/bin/env bash
# The facts of tests/abi/tables against mingw-w64's headers, which are independent: a wrong number here
# on both sides of our own tests does not compile here. Skipped where mingw-w64 is not installed.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
compiler=x86_64-w64-mingw32-gcc
if ! command -v $compiler >/dev/null; then
  "$here/../support/skip" "$compiler is not installed (package gcc-mingw-w64-x86-64)"
  exit 77
fi
$compiler -std=gnu11 -D_WIN32_WINNT=0x0A00 -fsyntax-only -x c "$here/facts.h"
