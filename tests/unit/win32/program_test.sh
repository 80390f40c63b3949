#!/usr/bin/env bash
# labels: net
# A Windows source of wide characters, compiled as it is by wsalive-cc and wsalive-c++: modules, wmain, and
# printf as Windows has it.
set -eu
build=${WSALIVE_BUILD:?}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
sanitize=$(sed -n 's/^WSALIVE_SANITIZE:STRING=\(..*\)/-fsanitize=\1/p' "$build/CMakeCache.txt")

cat >"$folder/tour.c" <<'SOURCE'
#define UNICODE
#define _UNICODE
#include <winsock2.h>

#include <VersionHelpers.h>
#include <stdio.h>
#include <tchar.h>
#include <windows.h>

typedef int(WSAAPI* connect_function)(SOCKET, const struct sockaddr*, int);
typedef NTSTATUS(WINAPI* version_function)(PRTL_OSVERSIONINFOW);

static int say(FILE* stream, const char* format, ...) {
  va_list arguments;
  int count;
  va_start(arguments, format);
  count = stream ? vfprintf(stream, format, arguments) : vprintf(format, arguments);
  va_end(arguments);
  return count;
}

static int write_safely(char* to, size_t size, const char* format, ...) {
  va_list arguments;
  int count;
  va_start(arguments, format);
  count = vsprintf_s(to, size, format, arguments);
  va_end(arguments);
  return count;
}

/* Every function of the family reads a DWORD by %lu. */
static void print_in_all_ways(DWORD big) {
  char text[32];
  wchar_t wide[32];
  swprintf(wide, 32, L"%lu %s", big, L"wide");
  fwprintf(stdout, L"%s; %d\n", wide, write_safely(text, sizeof text, "%lu", big));
  say(NULL, "%s, %lu", text, big);
  say(stdout, ", %lu\n", big);
}

int wmain(int argc, wchar_t** argv) {
  HMODULE winsock = LoadLibrary(TEXT("C:\\Windows\\System32\\WS2_32.dll"));
  version_function get_version;
  RTL_OSVERSIONINFOW version = {sizeof(version), 0, 0, 0, 0, {0}};
  WCHAR path[MAX_PATH];
  DWORD big = 4000000000u;
  LONG small = -5;

  printf("%d arguments, the last is %ws\n", argc - 1, argv[argc - 1]);
  wprintf(L"%ws, %s and %hs; %lu, %ld, %I64d\n", L"wide", L"also wide", "narrow", big, small, 1LL << 40);
  _tprintf(_T("modules: %d %d %d %d\n"), GetModuleHandle(L"ws2_32") == winsock,
           (connect_function)GetProcAddress(winsock, "connect") == connect,
           GetProcAddress(winsock, "malloc") == NULL && GetLastError() == ERROR_PROC_NOT_FOUND,
           GetModuleHandle(L"no-such-module") == NULL && GetLastError() == ERROR_MOD_NOT_FOUND);
  get_version = (version_function)GetProcAddress(GetModuleHandle(L"ntdll.dll"), "RtlGetVersion");
  small = get_version(&version);
  printf("release: %ld %lu.%lu.%lu %d\n", small, version.dwMajorVersion, version.dwMinorVersion,
         version.dwBuildNumber, IsWindows8OrGreater());
  printf("path: %d %d\n", GetModuleFileName(NULL, path, MAX_PATH) > 4,
         GetModuleFileName(NULL, path, 4) == 4 && GetLastError() == ERROR_INSUFFICIENT_BUFFER);
  print_in_all_ways(big);
  printf("freed: %d %d\n", FreeLibrary(winsock), FreeLibrary((HMODULE)path));
  return 7;
}
SOURCE
cp "$folder/tour.c" "$folder/tour.cpp"

cat >"$folder/expected" <<'EXPECTED'
2 arguments, the last is zwölf
wide, also wide and narrow; 4000000000, -5, 1099511627776
modules: 1 1 1 1
release: 0 6.1.7600 0
path: 1 1
4000000000 wide; 10
4000000000, 4000000000, 4000000000
freed: 1 0
EXPECTED

for language in cc:c c++:cpp; do
  # shellcheck disable=SC2086
  "$build/bin/wsalive-${language%:*}" -Wall -Wextra -Werror $sanitize "$folder/tour.${language#*:}" -o "$folder/tour"
  status=0
  WSALIVE_RELEASE=win7 "$folder/tour" elf zwölf >"$folder/said" || status=$?
  diff "$folder/expected" "$folder/said"
  [ "$status" = 7 ] || { echo "exit status $status"; exit 1; }
done
