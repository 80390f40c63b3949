// lstr*, and the two ways between code pages and wide text.
//
// The ANSI code page is UTF-8. Malformed text becomes U+FFFD, or fails the call if its flags say so.
#include <strings.h>

#include <cstring>
#include <cwchar>
#include <string>

#include "kernel/text.hpp"
#include "win32/call.hpp"

namespace wsalive::win32 {
namespace {

bool is_utf8(UINT code_page) noexcept {
  return code_page == CP_ACP || code_page == CP_OEMCP || code_page == CP_THREAD_ACP ||
         code_page == CP_UTF8;
}

/// The input of a conversion: `count` characters, or up to and with its NUL if that is -1.
template <typename Character>
std::basic_string_view<Character> input(const Character* text, int count) {
  using View = std::basic_string_view<Character>;
  if (count == -1) return View{text, std::char_traits<Character>::length(text) + 1};
  return View{text, static_cast<std::size_t>(count)};
}

template <typename Character>
int give_text(const std::basic_string<Character>& text, Character* buffer, int size) {
  const int length = static_cast<int>(text.size());
  if (size == 0) return length;
  if (size < length) return fail(ERROR_INSUFFICIENT_BUFFER, 0);
  std::copy(text.begin(), text.end(), buffer);
  return length;
}

bool is_valid_utf8(std::string_view text) noexcept {
  for (std::size_t at = 0; at < text.size();) {
    const DecodedCharacter next = decode_utf8(text, at);
    if (next.length == 0) return false;
    at += next.length;
  }
  return true;
}

bool is_valid_wide(std::wstring_view text) noexcept {
  constexpr std::uint32_t kLast = 0x10ffff, kFirstHalf = 0xd800, kLastHalf = 0xdfff;
  return std::ranges::all_of(text, [](wchar_t character) {
    const auto code = static_cast<std::uint32_t>(character);  // NOLINT(bugprone-signed-char-misuse)
    return code <= kLast && (code < kFirstHalf || code > kLastHalf);
  });
}

/// Checks a conversion's arguments. \return 0, or the code for what is wrong with them.
DWORD check(UINT code_page, const void* from, int from_size, const void* to, int to_size) noexcept {
  if (!is_utf8(code_page) || !from || from_size == 0 || from_size < -1 || to_size < 0) {
    return ERROR_INVALID_PARAMETER;
  }
  return to_size != 0 && !to ? DWORD{ERROR_INVALID_PARAMETER} : 0;
}

template <typename Character>
Character* copy_at_most(Character* to, const Character* from, int room) noexcept {
  if (!to || !from || room <= 0) return nullptr;
  int at = 0;
  for (; at < room - 1 && from[at]; ++at) to[at] = from[at];
  to[at] = 0;
  return to;
}

}  // namespace
}  // namespace wsalive::win32

using namespace wsalive::win32;

int MultiByteToWideChar(UINT CodePage, DWORD dwFlags, LPCCH lpMultiByteStr, int cbMultiByte,
                        LPWSTR lpWideCharStr, int cchWideChar) {
  if (const DWORD bad = check(CodePage, lpMultiByteStr, cbMultiByte, lpWideCharStr, cchWideChar)) {
    return fail(bad, 0);
  }
  return guarded(0, [&] {
    const std::string_view text = input(lpMultiByteStr, cbMultiByte);
    if ((dwFlags & MB_ERR_INVALID_CHARS) && !is_valid_utf8(text)) {
      return fail(ERROR_NO_UNICODE_TRANSLATION, 0);
    }
    return give_text(wsalive::widen(text), lpWideCharStr, cchWideChar);
  });
}

int WideCharToMultiByte(UINT CodePage, DWORD dwFlags, LPCWCH lpWideCharStr, int cchWideChar,
                        LPSTR lpMultiByteStr, int cbMultiByte, LPCCH lpDefaultChar,
                        LPBOOL lpUsedDefaultChar) {
  DWORD bad = check(CodePage, lpWideCharStr, cchWideChar, lpMultiByteStr, cbMultiByte);
  if (CodePage == CP_UTF8 && (lpDefaultChar || lpUsedDefaultChar)) bad = ERROR_INVALID_PARAMETER;
  if (bad) return fail(bad, 0);
  return guarded(0, [&] {
    const std::wstring_view text = input(lpWideCharStr, cchWideChar);
    if ((dwFlags & WC_ERR_INVALID_CHARS) && !is_valid_wide(text)) {
      return fail(ERROR_NO_UNICODE_TRANSLATION, 0);
    }
    if (lpUsedDefaultChar) *lpUsedDefaultChar = FALSE;  // UTF-8 has every character.
    return give_text(wsalive::narrow(text), lpMultiByteStr, cbMultiByte);
  });
}

int lstrlenA(LPCSTR lpString) { return lpString ? static_cast<int>(std::strlen(lpString)) : 0; }
int lstrlenW(LPCWSTR lpString) { return lpString ? static_cast<int>(std::wcslen(lpString)) : 0; }

LPSTR lstrcpyA(LPSTR lpString1, LPCSTR lpString2) {
  // NOLINTNEXTLINE(clang-analyzer-security.insecureAPI.strcpy): that is the function.
  return lpString1 && lpString2 ? std::strcpy(lpString1, lpString2) : nullptr;
}
LPWSTR lstrcpyW(LPWSTR lpString1, LPCWSTR lpString2) {
  return lpString1 && lpString2 ? std::wcscpy(lpString1, lpString2) : nullptr;
}
LPSTR lstrcpynA(LPSTR lpString1, LPCSTR lpString2, int iMaxLength) {
  return copy_at_most(lpString1, lpString2, iMaxLength);
}
LPWSTR lstrcpynW(LPWSTR lpString1, LPCWSTR lpString2, int iMaxLength) {
  return copy_at_most(lpString1, lpString2, iMaxLength);
}
LPSTR lstrcatA(LPSTR lpString1, LPCSTR lpString2) {
  // NOLINTNEXTLINE(clang-analyzer-security.insecureAPI.strcpy): that is the function.
  return lpString1 && lpString2 ? std::strcat(lpString1, lpString2) : nullptr;
}
LPWSTR lstrcatW(LPWSTR lpString1, LPCWSTR lpString2) {
  return lpString1 && lpString2 ? std::wcscat(lpString1, lpString2) : nullptr;
}
int lstrcmpA(LPCSTR lpString1, LPCSTR lpString2) { return std::strcmp(lpString1, lpString2); }
int lstrcmpW(LPCWSTR lpString1, LPCWSTR lpString2) { return std::wcscmp(lpString1, lpString2); }
int lstrcmpiA(LPCSTR lpString1, LPCSTR lpString2) { return ::strcasecmp(lpString1, lpString2); }
int lstrcmpiW(LPCWSTR lpString1, LPCWSTR lpString2) { return ::wcscasecmp(lpString1, lpString2); }
