// gai_strerror: a sentence for each EAI_* code, narrow and wide, as constants.

#include <winsock2.h>
#include <ws2tcpip.h>

#include <algorithm>
#include <array>

namespace wsalive::winsock {
namespace {

struct ErrorText {
  int code;
  const char* narrow;
  const wchar_t* wide;
};

#define ROW(code, text) \
  ErrorText { code, text, L##text }

// Sorted by number; the last row stands for every other code.
constexpr std::array kErrorTexts{
    // clang-format off
    ROW(EAI_MEMORY,   "There was not enough memory for the name look-up."),
    ROW(WSAEFAULT,    "A pointer that was given to the name look-up leads to no memory."),
    ROW(EAI_BADFLAGS, "The flags or another argument of the name look-up are not valid."),
    ROW(EAI_SOCKTYPE, "The type of socket does not exist in this family of addresses."),
    ROW(EAI_FAMILY,   "The family of addresses is not supported."),
    ROW(WSANOTINITIALISED, "WSAStartup has not been called, or the name look-up came after the last WSACleanup."),
    ROW(EAI_SERVICE,  "The service is not known for that type of socket."),
    ROW(EAI_NONAME,   "No such host is known."),
    ROW(EAI_AGAIN,    "The name server did not answer; the look-up may succeed later."),
    ROW(EAI_FAIL,     "The name look-up failed in a way that will not pass."),
    // clang-format on
};
#undef ROW
static_assert(std::ranges::is_sorted(kErrorTexts, {}, &ErrorText::code));

constexpr ErrorText kUnknown{0, "The name look-up failed.", L"The name look-up failed."};

const ErrorText& row_of(int code) {
  const auto* const row = std::ranges::lower_bound(kErrorTexts, code, {}, &ErrorText::code);
  return row != kErrorTexts.end() && row->code == code ? *row : kUnknown;
}

}  // namespace
}  // namespace wsalive::winsock

// Windows' prototypes have no const; the text is constant all the same.
char* gai_strerrorA(int ecode) { return const_cast<char*>(wsalive::winsock::row_of(ecode).narrow); }
WCHAR* gai_strerrorW(int ecode) { return const_cast<WCHAR*>(wsalive::winsock::row_of(ecode).wide); }
