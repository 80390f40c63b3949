// Modules by their names, narrow and wide: loading, finding, file names, and what is none.

#include "windows.h"

#include <array>
#include <string>

#include <gtest/gtest.h>

#include "support/handle_count.hpp"
#include "support/wide_text.hpp"

namespace wsalive::test {
namespace {

TEST(Modules, AreTheSameByEverySpelling) {
  const HMODULE winsock = LoadLibraryA("ws2_32.dll");
  ASSERT_NE(winsock, nullptr);
  EXPECT_EQ(LoadLibraryW(L"WS2_32"), winsock);
  EXPECT_EQ(LoadLibraryExA("mswsock.dll", nullptr, 0), winsock);
  EXPECT_EQ(
      LoadLibraryExW(L"C:\\Windows\\System32\\ws2_32.dll", nullptr, LOAD_LIBRARY_SEARCH_SYSTEM32),
      winsock);
  EXPECT_EQ(GetModuleHandleA("ws2_32"), winsock);
  EXPECT_EQ(GetModuleHandleW(L"Ws2_32.dll"), winsock);
  for (int each = 0; each < 4; ++each) EXPECT_TRUE(FreeLibrary(winsock));  // As often as loaded.
}

TEST(Modules, ThatAreNotThereAreADocumentedCode) {
  EXPECT_FAILS_WITH(ERROR_MOD_NOT_FOUND, LoadLibraryA("no-such-module"));
  EXPECT_FAILS_WITH(ERROR_MOD_NOT_FOUND, LoadLibraryExW(L"no-such-module", nullptr, 0));
  EXPECT_FAILS_WITH(ERROR_MOD_NOT_FOUND, GetModuleHandleW(L"no-such-module"));
  const auto nothing = reinterpret_cast<HMODULE>(8);  // NOLINT(performance-no-int-to-ptr)
  EXPECT_FAILS_WITH(ERROR_INVALID_HANDLE, FreeLibrary(nothing));
  EXPECT_FAILS_WITH(ERROR_INVALID_HANDLE, GetProcAddress(nothing, "send"));
  EXPECT_FAILS_WITH(ERROR_MOD_NOT_FOUND, GetModuleFileNameW(nothing, nullptr, 0));
}

TEST(Modules, TheProgramsNameIsCutWhereItMustBe) {
  std::array<char, MAX_PATH> narrow{};
  std::array<wchar_t, MAX_PATH> wide{};
  const DWORD length = GetModuleFileNameA(nullptr, narrow.data(), narrow.size());
  ASSERT_GT(length, 4U);
  const std::wstring path = wide_of(narrow.data());
  EXPECT_EQ(GetModuleFileNameW(nullptr, wide.data(), wide.size()), path.size());
  EXPECT_EQ(std::wstring(wide.data()), path);
  SetLastError(0);
  EXPECT_EQ(GetModuleFileNameW(nullptr, wide.data(), 4), 4U);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INSUFFICIENT_BUFFER});
  EXPECT_EQ(std::wstring(wide.data()), path.substr(0, 3));
}

}  // namespace
}  // namespace wsalive::test
