// The registry functions on the store of .reg files (K-86): types, sizes, errors, A and W.

#include "windows.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include "support/handle_count.hpp"
#include "support/temp_folder.hpp"

namespace wsalive::test {
namespace {

constexpr const char* kKey = "SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters";
constexpr const wchar_t* kWideKey = L"SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters";

class RegistryFunctions : public testing::Test {
 protected:
  RegistryFunctions() {
    std::ofstream{file()} << "Windows Registry Editor Version 5.00\r\n\r\n"
                             "[HKEY_LOCAL_MACHINE\\"
                          << kKey
                          << "]\r\n"
                             "\"KeepAliveTime\"=dword:00001388\r\n"
                             "\"Hostname\"=\"k\xC3\xB6nig\"\r\n";
    ::setenv("WSALIVE_REGISTRY", file().c_str(), 1);
  }
  ~RegistryFunctions() override { ::unsetenv("WSALIVE_REGISTRY"); }

  [[nodiscard]] std::string file() const { return (folder_.path() / "test.reg").string(); }

  HKEY open(REGSAM rights) {
    HKEY key = nullptr;
    EXPECT_EQ(RegOpenKeyExA(HKEY_LOCAL_MACHINE, kKey, 0, rights, &key), ERROR_SUCCESS);
    return key;
  }

  HandleCount count_;
  TempFolder folder_;
};

TEST_F(RegistryFunctions, AProgramReadsKeepAliveTimeAsOnWindows) {  // K-80, K-86
  const HKEY key = open(KEY_QUERY_VALUE);
  DWORD value = 0, type = 0, size = sizeof value;
  EXPECT_EQ(RegQueryValueExA(key, "keepalivetime", nullptr, &type, reinterpret_cast<BYTE*>(&value),
                             &size),
            ERROR_SUCCESS);
  EXPECT_EQ(type, DWORD{REG_DWORD});
  EXPECT_EQ(size, 4U);
  EXPECT_EQ(value, 5000U);
  EXPECT_EQ(RegCloseKey(key), ERROR_SUCCESS);
}

TEST_F(RegistryFunctions, TextComesNarrowAndWideWithItsNul) {  // K-86
  HKEY key = nullptr;
  ASSERT_EQ(RegOpenKeyExW(HKEY_LOCAL_MACHINE, kWideKey, 0, KEY_READ, &key), ERROR_SUCCESS);
  char narrow[32];
  DWORD size = sizeof narrow, type = 0;
  EXPECT_EQ(
      RegQueryValueExA(key, "Hostname", nullptr, &type, reinterpret_cast<BYTE*>(narrow), &size),
      ERROR_SUCCESS);
  EXPECT_EQ(type, DWORD{REG_SZ});
  EXPECT_STREQ(narrow, "k\xC3\xB6nig");
  EXPECT_EQ(size, 7U);
  wchar_t wide[32];
  size = sizeof wide;
  EXPECT_EQ(
      RegQueryValueExW(key, L"Hostname", nullptr, nullptr, reinterpret_cast<BYTE*>(wide), &size),
      ERROR_SUCCESS);
  EXPECT_STREQ(wide, L"k\u00F6nig");
  EXPECT_EQ(size, 6 * sizeof(wchar_t));
  EXPECT_EQ(RegCloseKey(key), ERROR_SUCCESS);
}

TEST_F(RegistryFunctions, AShortBufferIsTheCallersToEnlarge) {  // K-86
  const HKEY key = open(KEY_READ);
  char narrow[3] = "ab";
  DWORD size = 0;
  EXPECT_EQ(RegQueryValueExA(key, "Hostname", nullptr, nullptr, nullptr, &size), ERROR_SUCCESS);
  EXPECT_EQ(size, 7U);
  size = sizeof narrow;
  EXPECT_EQ(
      RegQueryValueExA(key, "Hostname", nullptr, nullptr, reinterpret_cast<BYTE*>(narrow), &size),
      ERROR_MORE_DATA);
  EXPECT_EQ(size, 7U);
  EXPECT_STREQ(narrow, "ab");
  EXPECT_EQ(RegQueryValueExA(key, "Hostname", nullptr, nullptr, nullptr, nullptr), ERROR_SUCCESS);
  EXPECT_EQ(RegCloseKey(key), ERROR_SUCCESS);
}

TEST_F(RegistryFunctions, WritesAreReadBackByBothSpellings) {  // K-86
  HKEY key = nullptr;
  DWORD disposition = 0, value = 0xFFFFFFFF, read = 0, size = sizeof read;
  ASSERT_EQ(RegCreateKeyExW(HKEY_LOCAL_MACHINE, L"SOFTWARE\\wsalive-test", 0, nullptr, 0,
                            KEY_ALL_ACCESS, nullptr, &key, &disposition),
            ERROR_SUCCESS);
  EXPECT_EQ(disposition, DWORD{REG_CREATED_NEW_KEY});
  EXPECT_EQ(RegSetValueExA(key, "Number", 0, REG_DWORD, reinterpret_cast<BYTE*>(&value), 4),
            ERROR_SUCCESS);
  EXPECT_EQ(
      RegQueryValueExW(key, L"Number", nullptr, nullptr, reinterpret_cast<BYTE*>(&read), &size),
      ERROR_SUCCESS);
  EXPECT_EQ(read, value);
  const wchar_t text[] = L"\u20AC 5";
  EXPECT_EQ(
      RegSetValueExW(key, L"Price", 0, REG_SZ, reinterpret_cast<const BYTE*>(text), sizeof text),
      ERROR_SUCCESS);
  char narrow[16];
  size = sizeof narrow;
  EXPECT_EQ(
      RegQueryValueExA(key, "Price", nullptr, nullptr, reinterpret_cast<BYTE*>(narrow), &size),
      ERROR_SUCCESS);
  EXPECT_STREQ(narrow, "\xE2\x82\xAC 5");
  EXPECT_EQ(RegDeleteValueA(key, "Number"), ERROR_SUCCESS);
  EXPECT_EQ(RegDeleteValueW(key, L"Number"), ERROR_FILE_NOT_FOUND);
  EXPECT_EQ(RegCloseKey(key), ERROR_SUCCESS);
  ASSERT_EQ(RegCreateKeyExA(HKEY_LOCAL_MACHINE, "SOFTWARE\\wsalive-test", 0, nullptr, 0, KEY_READ,
                            nullptr, &key, &disposition),
            ERROR_SUCCESS);
  EXPECT_EQ(disposition, DWORD{REG_OPENED_EXISTING_KEY});
  EXPECT_EQ(RegCloseKey(key), ERROR_SUCCESS);
}

TEST_F(RegistryFunctions, AnswerTheDocumentedCodes) {  // K-86
  HKEY key = nullptr;
  DWORD size = 4, value = 0, reserved = 0;
  auto* const data = reinterpret_cast<BYTE*>(&value);
  EXPECT_EQ(RegOpenKeyExA(HKEY_LOCAL_MACHINE, "SOFTWARE\\absent", 0, KEY_READ, &key),
            ERROR_FILE_NOT_FOUND);
  EXPECT_EQ(RegOpenKeyExA(HKEY_LOCAL_MACHINE, "\\SYSTEM", 0, KEY_READ, &key), ERROR_BAD_PATHNAME);
  EXPECT_EQ(RegOpenKeyExA(HKEY_LOCAL_MACHINE, kKey, 0, KEY_READ, nullptr), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(RegOpenKeyExA(nullptr, kKey, 0, KEY_READ, &key), ERROR_INVALID_HANDLE);
  EXPECT_EQ(key, nullptr);
  key = open(KEY_QUERY_VALUE);
  EXPECT_EQ(RegQueryValueExA(key, "absent", nullptr, nullptr, nullptr, &size),
            ERROR_FILE_NOT_FOUND);
  EXPECT_EQ(RegQueryValueExA(key, "Hostname", &reserved, nullptr, nullptr, &size),
            ERROR_INVALID_PARAMETER);
  EXPECT_EQ(RegQueryValueExA(key, "Hostname", nullptr, nullptr, data, nullptr),
            ERROR_INVALID_PARAMETER);
  EXPECT_EQ(RegSetValueExA(key, "KeepAliveTime", 0, REG_DWORD, data, 4), ERROR_ACCESS_DENIED);
  EXPECT_EQ(RegDeleteValueA(key, "KeepAliveTime"), ERROR_ACCESS_DENIED);
  EXPECT_EQ(RegCloseKey(key), ERROR_SUCCESS);
  EXPECT_EQ(RegCloseKey(key), ERROR_INVALID_HANDLE);
  EXPECT_EQ(RegCloseKey(HKEY_LOCAL_MACHINE), ERROR_SUCCESS);
  key = open(KEY_SET_VALUE);
  EXPECT_EQ(RegQueryValueExA(key, "Hostname", nullptr, nullptr, nullptr, &size),
            ERROR_ACCESS_DENIED);
  EXPECT_EQ(RegSetValueExA(key, "Number", 0, REG_DWORD, nullptr, 4), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(RegCloseKey(key), ERROR_SUCCESS);
}

}  // namespace
}  // namespace wsalive::test
