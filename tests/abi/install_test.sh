#!/usr/bin/env bash
# labels: slow
# Installs into a scratch folder and uses it the four ways that users do: wsalive-cc and wsalive-c++,
# pkg-config, the CMake package, the CMake toolchain file. Every program is run.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=${WSALIVE_BUILD:-$here/../../build/dev}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
unset CC CXX CFLAGS CXXFLAGS LDFLAGS PKG_CONFIG_PATH CMAKE_PREFIX_PATH LD_LIBRARY_PATH
log=$scratch/log

failed() { echo "failed: $1"; cat "$log"; exit 1; }
# must_say <words> <program> [arguments]: runs it and compares all it says.
must_say() {
  local wanted=$1
  shift
  "$@" >"$log" 2>&1 || failed "$*: exit status $?"
  [ "$(cat "$log")" = "$wanted" ] || failed "$*: wanted '$wanted', got:"
}
quietly() { "$@" >"$log" 2>&1 && [ ! -s "$log" ] || failed "$*"; }
builds() { "$@" >"$log" 2>&1 || failed "$*"; }

says="setsockopt: error 10038"  # WSAENOTSOCK
DESTDIR=$scratch/stage cmake --install "$build" --prefix /opt/wsalive >"$log" || failed install
# Moved after it was installed: everything finds its folders from its own place.
mv "$scratch/stage/opt/wsalive" "$scratch/ein größerer Ort"
prefix="$scratch/ein größerer Ort"
[ ! -e "$prefix/include/winsock2.h" ] || failed "winsock2.h on the common include path"
cp -r "$here/consumer" "$scratch/consumer"
cd "$scratch/consumer"
cp program.c program.cpp

echo "wsalive-cc, from the installed tree and from the build tree"
for bin in "$prefix/bin" "$build/bin"; do
  quietly "$bin/wsalive-cc" -Wall -Wextra program.c -o program -lws2_32 -lmswsock -ladvapi32 -lkernel32 -liphlpapi
  must_say "$says" ./program
  quietly "$bin/wsalive-c++" --win32 -Wall -Wextra program.cpp -o program -l ws2_32 Ws2_32.lib
  must_say "$says, C++, as on Windows" ./program
  quietly "$bin/wsalive-c++" wide.cpp -o wide -municode
  must_say "" ./wide grüß
done
quietly "$prefix/bin/wsalive-cc" -static-libwsalive program.c -o program
must_say "$says" ./program
if ldd program | grep -q libwsalive; then failed "-static-libwsalive left the shared library"; fi
quietly env CC=wsalive-cc "$prefix/bin/wsalive-cc" -c program.c -o program.o
if command -v clang >/dev/null; then
  quietly env WSALIVE_CXX=clang++ "$prefix/bin/wsalive-c++" -std=c++20 -Wall --win32 program.cpp -o program
  must_say "$says, C++, as on Windows" ./program
fi

echo "pkg-config"
export PKG_CONFIG_PATH=$prefix/lib/pkgconfig
eval "flags=($(pkg-config --cflags --libs wsalive-winsock))"  # A space in a folder is escaped.
quietly cc -Wno-unknown-pragmas program.c -o program "${flags[@]}"
must_say "$says" env LD_LIBRARY_PATH="$prefix/lib" ./program
quietly c++ -Wno-unknown-pragmas program.cpp -o program "${flags[@]}"
must_say "$says, C++" env LD_LIBRARY_PATH="$prefix/lib" ./program

echo "the CMake package"
builds cmake -S package -B package/build -DCMAKE_PREFIX_PATH="$prefix"
builds cmake --build package/build
for program in c_program static_program; do must_say "$says" "package/build/$program"; done
must_say "$says, C++" package/build/cxx_program
must_say "" package/build/wide grüß

echo "the CMake toolchain file"
toolchain=$prefix/lib/cmake/wsalive/wsalive-toolchain.cmake
builds cmake -S windows -B windows/build -G Ninja -DCMAKE_TOOLCHAIN_FILE="$toolchain"
builds cmake --build windows/build
must_say "$says, as on Windows" windows/build/c_program
must_say "$says, C++, as on Windows" windows/build/cxx_program
must_say "" windows/build/wide grüß

echo "the demo"
client=$prefix/libexec/wsalive/keepalive_client
if ldd "$client" | grep -q libwsalive; then failed "the demo's client needs a library that the loader does not look for there"; fi
"$prefix/bin/wsalive" demo --nonsense >"$log" 2>&1 && failed "an unknown option of the demo"
"$prefix/libexec/wsalive/wsalive-demo" --nonsense >"$log" 2>&1 && failed "an unknown option of the demo's program"
grep -q "usage: wsalive-demo" "$log" || failed "the demo's program"
if unshare --user --map-root-user --net true 2>/dev/null; then
  must_say "wsalive demo: cannot write the picture $scratch/no-folder/demo.svg: No such file or directory; \
name a file in a folder that you may write to" sh -c \
    '! "$1" demo --svg "$2"' sh "$prefix/bin/wsalive" "$scratch/no-folder/demo.svg"
fi
