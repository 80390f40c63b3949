#!/usr/bin/env bash
# labels: slow
# tools/setup where there is no apt-get: all that is needed is found by CMake, pkg-config, the compiler and PATH, or is
# named. The other distribution is a PATH without Debian's tools, and tools that do not know this or that.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
setup=$here/../../tools/setup
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/bin"
IFS=: read -ra folders <<<"$PATH:/usr/sbin:/sbin"
for folder in "${folders[@]}"; do
  [ -d "$folder" ] || continue
  find "$folder" -maxdepth 1 ! -type d -exec ln -s -t "$scratch/bin" {} + 2>/dev/null || true  # The first one counts.
done
rm -f "$scratch/bin/apt-get" "$scratch/bin/dpkg-query"

status=0
said=
foreign() {
  status=0
  said=$(PATH=$scratch/bin "$setup" "$@" 2>&1) || status=$?
}
failed() { echo "failed: $1; status $status, said:"; echo "$said"; exit 1; }
says() { grep -qF "$1" <<<"$said" || failed "'$1' is not said"; }
# instead_of <tool> <<shell code>>, which gets the tool's real path as $tool
instead_of() {
  local tool
  tool=$(command -v "$1")
  rm "$scratch/bin/$1"
  { echo '#!/bin/sh'; echo "tool=$tool"; cat; } >"$scratch/bin/$1"
  chmod +x "$scratch/bin/$1"
}

foreign
[ $status = 0 ] || failed "all is there, and setup does not go on"

# Each is asked in its own way, and what is there is not named.
instead_of pkg-config <<'END'
case "$*" in *nettle*) exit 1 ;; esac
exec $tool "$@"
END
instead_of cmake <<'END'
exec $tool -DCMAKE_DISABLE_FIND_PACKAGE_fmt=ON "$@"
END
instead_of c++ <<'END'
case "$*" in *-E*) sed 's/asio[.]hpp/no_such_header.hpp/' | $tool "$@"; exit ;; esac
exec $tool "$@"
END
foreign
[ $status = 1 ] || failed "something is missing, and setup goes on"
says "this system has no apt-get"
says "a library that pkg-config knows as nettle (Debian: nettle-dev)"
says "a package that CMake finds as fmt (Debian: libfmt-dev)"
says "a library with the header asio.hpp (Debian: libasio-dev)"
[ "$(sed -n '/It lacks/,$p' <<<"$said" | grep -c '(Debian: ')" = 3 ] || failed "other things are named than what is missing"

# What is optional is named, and does not hold anybody up.
for tool in pkg-config cmake c++; do ln -sf "$(command -v $tool)" "$scratch/bin/$tool"; done
instead_of pkg-config <<'END'
case "$*" in *hivex*) exit 1 ;; esac
exec $tool "$@"
END
foreign
[ $status = 0 ] || failed "an optional library is missing, and setup does not go on"
says "left out, since it is not here:"
says "hivex"

# Without a compiler and CMake these are named first.
rm "$scratch/bin/cmake" "$scratch/bin/c++"
foreign
[ $status = 1 ] || failed "there is no compiler, and setup goes on"
says "the program c++ (Debian: g++)"
says "the program cmake (Debian: cmake)"
