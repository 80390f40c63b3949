#!/usr/bin/env bash
# The compiler fronts with clang behind them, at each level of optimisation: what the C library defines inline is seen
# by an optimising compiler only. The examples, the conformance programs and every header, as C and as C++.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
source=${WSALIVE_SOURCE:-$here/../..}
build=${WSALIVE_BUILD:-$source/build/dev}
if ! command -v clang >/dev/null || ! command -v clang++ >/dev/null; then
  "$source/tests/support/skip" "no clang; it comes with tools/setup"
  exit 77
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# winsock2.h first, as its users have it.
{ echo '#include <winsock2.h>'
  (cd "$source/include/winsock" && printf '%s\n' *.h) | grep -v '[A-Z]' | sed 's/.*/#include <&>/'
  echo 'int answer(const char* name) { return printf("%s\n", name) + (int)sizeof(SOCKET); }'
} >"$scratch/headers.c"
cp "$scratch/headers.c" "$scratch/headers.cpp"

failed=0
check() {  # <variable> <compiler> <front> <level> <source>
  env "$1=$2" "$build/bin/$3" "$4" -Wall -Wextra -Werror -fsyntax-only "$5" && return
  echo "failed: $3 with $2 at $4: $5"
  failed=1
}
tried=0
for level in -O0 -O1 -O2 -O3 -Os; do
  for file in "$scratch/headers.c" "$source"/examples/*.c "$source"/tests/programs/sources/*.c "$source"/tests/conformance/*.c; do
    check WSALIVE_CC clang wsalive-cc $level "$file"
    tried=$((tried + 1))
  done
  check WSALIVE_CXX clang++ wsalive-c++ $level "$scratch/headers.cpp"
done
echo "$tried sources compiled"
exit $failed
