#!/usr/bin/env bash
# labels: slow
# make install and make uninstall: which files, with which modes, and what is left afterwards.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=${WSALIVE_BUILD:-$here/../../build/dev}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
log=$scratch/log

failed() { echo "failed: $1"; cat "$log"; exit 1; }
# made <target> PREFIX=... [DESTDIR=...]
made() { make -s -C "$here/../.." -o all BUILD="$build" "$@" >"$log" 2>&1; }
below() { (cd "$1" && find . | sort); }
nothing_in() { [ -z "$(ls -A "$1")" ] || { find "$1" >"$log"; failed "$2 is left"; }; }

echo "the files are those of cmake --install, and a record of them"
DESTDIR="$scratch/cmake" cmake --install "$build" --prefix /opt/wsalive >"$log" || failed "cmake --install"
made install PREFIX=/opt/wsalive DESTDIR="$scratch/make" || failed "make install"
{ below "$scratch/cmake/opt/wsalive"; echo ./share/wsalive; echo ./share/wsalive/installed; } | sort |
  diff - <(below "$scratch/make/opt/wsalive") >"$log" || failed "make install puts other files than cmake does"
made uninstall PREFIX=/opt/wsalive DESTDIR="$scratch/make" || failed "make uninstall"
[ ! -e "$scratch/make" ] || failed "a folder that was made for it is left"

echo "umask 077, and names with spaces, colons, commas and letters beyond ASCII"
place="$scratch/ein Ort: für, alle"
(umask 077 && made install PREFIX="/opt/a b:c" DESTDIR="$place") || failed "make install under umask 077"
find "$place" ! -type l \( -type d ! -perm 755 -o -path '*/bin/*' ! -perm 755 -o \
  ! -type d ! -perm 755 ! -perm 644 \) >"$log"
[ ! -s "$log" ] || failed "modes of"
tree="$place/opt/a b:c"
for file in LICENSE README.md CHANGELOG.md docs/semantics.md examples/client.c; do
  [ -f "$tree/share/doc/wsalive/$file" ] || failed "$file is not among the documents"
done
for page in wsalive wsalive-cc wsalive-c++; do
  [ -s "$tree/share/man/man1/$page.1" ] || failed "no manual page of $page"
done

echo "what the README leads to is there"
grep -ohE '\]\([^):#]+\)' "$tree/share/doc/wsalive/README.md" | sort -u | tr -d ']()' >"$scratch/links"
[ "$(wc -l <"$scratch/links")" -gt 10 ] || failed "the README's links were not found"
while IFS= read -r link; do
  [ -e "$tree/share/doc/wsalive/$link" ] || failed "the README leads to $link, which is not there"
done <"$scratch/links"

echo "a tree that was moved, and whose build knows nothing of it, is removed whole"
mkdir "$scratch/new place"
mv "$tree" "$scratch/new place/moved"
made uninstall PREFIX="$scratch/new place/moved" BUILD=/nonexistent || failed "make uninstall of a tree that was moved"
[ ! -e "$scratch/new place/moved/bin" ] || failed "bin is left"
[ -d "$scratch/new place" ] || failed "a folder that install did not make was removed"

echo "what was there before stays, also after a second installation"
old=$scratch/old/usr/local
mkdir -p "$old/bin" "$old/lib/pkgconfig" "$old/share/man"
echo mine >"$old/share/man/other"
below "$old" >"$scratch/before"
made install PREFIX=/usr/local DESTDIR="$scratch/old" || failed "the first make install"
echo "file lib/of_an_earlier_release" >>"$old/share/wsalive/installed"
touch "$old/lib/of_an_earlier_release"
made install PREFIX=/usr/local DESTDIR="$scratch/old" || failed "the second make install"
made uninstall PREFIX=/usr/local DESTDIR="$scratch/old" || failed "make uninstall after two installations"
below "$old" | diff "$scratch/before" - >"$log" || failed "make uninstall leaves or takes"

echo "files of others in our folders stay"
made install PREFIX="$scratch/shared" || failed "make install"
touch "$scratch/shared/include/theirs.h"
made uninstall PREFIX="$scratch/shared" || failed "make uninstall"
below "$scratch/shared" | tr '\n' ' ' | grep -qx '. ./include ./include/theirs.h ' || failed "other files than theirs are left"

echo "what cmake --install has put is removed by the build's list"
DESTDIR="$scratch/plain" cmake --install "$build" --prefix /usr >"$log" || failed "cmake --install"
mkdir "$scratch/build"  # A build of its own: other tests install from $build, too.
(cd "$scratch/plain" && find . ! -type d | cut -c2-) >"$scratch/build/install_manifest.txt"
made uninstall PREFIX=/usr DESTDIR="$scratch/plain" BUILD="$scratch/build" || failed "make uninstall after cmake --install"
find "$scratch/plain" ! -type d -o -name '*wsalive*' >"$log"
[ ! -s "$log" ] || failed "make uninstall after cmake --install leaves"

echo "an install into a folder without the right to write says so"
if made install PREFIX=/proc/wsalive; then failed "an install into /proc succeeded"; fi
grep -qF "cannot install into /proc/wsalive: $(id -un) may not write there; do it as root, or name another PREFIX" "$log" ||
  failed "what was said"

echo "where nothing is, that is said"
mkdir "$scratch/empty"
if made uninstall PREFIX="$scratch/empty" BUILD="$scratch/build"; then failed "nothing was removed, and uninstall did not say so"; fi
grep -q "no wsalive to remove.*$scratch/empty" "$log" || failed "what was said"
nothing_in "$scratch/empty" "something"
