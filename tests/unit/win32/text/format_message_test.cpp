// FormatMessage: texts of codes and of programs, inserts, buffers.

#include "windows.h"

#include <gtest/gtest.h>

#include <string>

#include "support/handle_count.hpp"
#include "win32/text/messages.hpp"

namespace wsalive::test {
namespace {

constexpr DWORD kString = FORMAT_MESSAGE_FROM_STRING;
constexpr DWORD kSystem = FORMAT_MESSAGE_FROM_SYSTEM;

/// FormatMessage with arguments as a C program passes them.
std::string formatted(DWORD flags, const char* source, ...) {
  char buffer[256] = "";
  va_list arguments;
  va_start(arguments, source);
  FormatMessageA(flags, source, 0, 0, buffer, sizeof buffer, &arguments);
  va_end(arguments);
  return buffer;
}

TEST(FormatMessage, KnowsEveryCodeOfTheTable) {
  for (const win32::Message& row : win32::kMessages) {
    char text[256];
    const DWORD length = FormatMessageA(kSystem | FORMAT_MESSAGE_IGNORE_INSERTS, nullptr, row.code,
                                        0, text, sizeof text, nullptr);
    EXPECT_EQ(std::string(text, length), std::string{row.text} + "\r\n");
  }
}

TEST(FormatMessage, SpellsTheSameTextWide) {
  wchar_t text[256];
  const DWORD length = FormatMessageW(kSystem | FORMAT_MESSAGE_MAX_WIDTH_MASK, nullptr,
                                      WSAECONNRESET, 0, text, 256, nullptr);
  EXPECT_EQ(std::wstring(text, length), L"The connection was reset by the peer. ");
}

TEST(FormatMessage, AllocatesWhatLocalFreeFrees) {
  char* text = nullptr;
  const DWORD length = FormatMessageA(kSystem | FORMAT_MESSAGE_ALLOCATE_BUFFER, nullptr,
                                      WSAENETRESET, 0, reinterpret_cast<LPSTR>(&text), 0, nullptr);
  ASSERT_NE(text, nullptr);
  EXPECT_EQ(strlen(text), length);
  EXPECT_EQ(LocalFree(text), nullptr);
}

TEST(FormatMessage, PutsInsertsIn) {
  EXPECT_EQ(formatted(kString, "%1 of %2!04d!, %1 again%n", "seven", 12),
            "seven of 0012, seven again\r\n");
  EXPECT_EQ(formatted(kString, "%1!ws!|%2!lu!|%3!hs!", L"wide", 5U, "narrow"), "wide|5|narrow");
  EXPECT_EQ(formatted(kString, "100%% sure%.%!%0 not this", 0), "100% sure.!");
  EXPECT_EQ(formatted(kString | FORMAT_MESSAGE_IGNORE_INSERTS, "as %1!d! it is", 0),
            "as %1!d! it is");
}

TEST(FormatMessage, TakesArgumentsAsAnArray) {
  DWORD_PTR words[] = {7, reinterpret_cast<DWORD_PTR>("text")};
  char buffer[64];
  EXPECT_EQ(FormatMessageA(kString | FORMAT_MESSAGE_ARGUMENT_ARRAY, "%2 %1!d!", 0, 0, buffer,
                           sizeof buffer, reinterpret_cast<va_list*>(words)),
            6U);
  EXPECT_STREQ(buffer, "text 7");
}

TEST(FormatMessage, RefusesAndLeavesTheBufferAlone) {
  char buffer[8] = "before";
  EXPECT_FAILS_WITH(ERROR_MR_MID_NOT_FOUND,
                    FormatMessageA(kSystem, nullptr, 0xdead, 0, buffer, sizeof buffer, nullptr));
  EXPECT_FAILS_WITH(ERROR_INSUFFICIENT_BUFFER,
                    FormatMessageA(kSystem, nullptr, 5, 0, buffer, sizeof buffer, nullptr));
  EXPECT_FAILS_WITH(ERROR_INVALID_PARAMETER,
                    FormatMessageA(0, nullptr, 5, 0, buffer, sizeof buffer, nullptr));
  EXPECT_FAILS_WITH(ERROR_INVALID_PARAMETER,
                    FormatMessageA(kString, nullptr, 5, 0, buffer, sizeof buffer, nullptr));
  EXPECT_FAILS_WITH(ERROR_INVALID_PARAMETER,
                    FormatMessageA(kString, "%1", 0, 0, buffer, sizeof buffer, nullptr));
  EXPECT_STREQ(buffer, "before");
}

}  // namespace
}  // namespace wsalive::test
