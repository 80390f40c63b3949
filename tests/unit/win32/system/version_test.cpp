// Version queries report the chosen release, every one of them (K-120).

#include "winsock2.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "VersionHelpers.h"
#include "policy/release.hpp"
#include "support/handle_count.hpp"

namespace wsalive::test {
namespace {

/// WSALIVE_RELEASE for as long as this lives.
class Release {
 public:
  explicit Release(std::string_view name) {
    ::setenv("WSALIVE_RELEASE", std::string{name}.c_str(), 1);
  }
  ~Release() { ::unsetenv("WSALIVE_RELEASE"); }
};

OSVERSIONINFOEXW asked(const policy::Version& version) {
  OSVERSIONINFOEXW info{};
  info.dwOSVersionInfoSize = sizeof info;
  info.dwMajorVersion = version.major;
  info.dwMinorVersion = version.minor;
  info.dwBuildNumber = version.build;
  return info;
}

bool verify(const policy::Version& version, DWORD kinds, BYTE condition) {
  OSVERSIONINFOEXW info = asked(version);
  return VerifyVersionInfoW(&info, kinds, VerSetConditionMask(0, kinds, condition));
}

TEST(Version, EveryQueryNamesTheChosenRelease) {  // K-120
  for (const policy::ReleaseRow& row : policy::kReleases) {
    const Release chosen{row.name};
    OSVERSIONINFOA narrow{};
    narrow.dwOSVersionInfoSize = sizeof narrow;
    ASSERT_TRUE(GetVersionExA(&narrow));
    EXPECT_EQ(narrow.dwMajorVersion, row.version.major) << row.name;
    EXPECT_EQ(narrow.dwMinorVersion, row.version.minor) << row.name;
    EXPECT_EQ(narrow.dwBuildNumber, row.version.build) << row.name;
    EXPECT_EQ(narrow.dwPlatformId, DWORD{VER_PLATFORM_WIN32_NT});
    OSVERSIONINFOEXW wide = asked({});
    ASSERT_TRUE(GetVersionExW(reinterpret_cast<OSVERSIONINFOW*>(&wide)));
    EXPECT_EQ(wide.dwBuildNumber, row.version.build) << row.name;
    EXPECT_EQ(wide.wProductType == VER_NT_SERVER, row.name == "ws2003");
    EXPECT_EQ(LOBYTE(LOWORD(GetVersion())), row.version.major);
    EXPECT_EQ(HIWORD(GetVersion()), row.version.build);
    EXPECT_TRUE(verify(row.version, VER_MAJORVERSION | VER_MINORVERSION, VER_GREATER_EQUAL));
    EXPECT_TRUE(verify(row.version, VER_BUILDNUMBER, VER_EQUAL));
    EXPECT_EQ(IsWindowsVistaOrGreater() != FALSE, row.release >= policy::Release::vista);
    EXPECT_EQ(IsWindows10OrGreater() != FALSE, row.release >= policy::Release::win10);
    EXPECT_EQ(IsWindowsServer() != FALSE, row.name == "ws2003");
  }
}

TEST(Version, TheMajorNumberDecidesBeforeTheMinor) {  // 6.1 against 5.2 and 6.3
  const Release chosen{"win7"};
  constexpr DWORD kBoth = VER_MAJORVERSION | VER_MINORVERSION;
  EXPECT_TRUE(verify({5, 2, 0}, kBoth, VER_GREATER));
  EXPECT_TRUE(verify({6, 1, 0}, kBoth, VER_GREATER_EQUAL));
  EXPECT_FALSE(verify({6, 3, 0}, kBoth, VER_GREATER_EQUAL));
  EXPECT_TRUE(verify({6, 3, 0}, kBoth, VER_LESS));
  SetLastError(0);
  EXPECT_FALSE(verify({6, 1, 0}, kBoth, VER_GREATER));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_OLD_WIN_VERSION});
}

TEST(Version, IsFixedByTheStartUp) {  // K-122
  WSADATA data;
  {
    const Release chosen{"winxp"};
    ASSERT_EQ(WSAStartup(MAKEWORD(2, 2), &data), 0);
  }
  EXPECT_EQ(LOBYTE(LOWORD(GetVersion())), 5);
  EXPECT_EQ(WSACleanup(), 0);
  EXPECT_EQ(LOBYTE(LOWORD(GetVersion())), 10);
}

TEST(Version, BadArgumentsChangeNothing) {
  OSVERSIONINFOA info{};
  info.dwOSVersionInfoSize = 7;
  EXPECT_FAILS_WITH(ERROR_INSUFFICIENT_BUFFER, GetVersionExA(&info));
  EXPECT_EQ(info.dwMajorVersion, 0U);
  OSVERSIONINFOEXW wide = asked({});
  EXPECT_FAILS_WITH(ERROR_BAD_ARGUMENTS, VerifyVersionInfoW(&wide, VER_MAJORVERSION, 0));
  EXPECT_FAILS_WITH(ERROR_BAD_ARGUMENTS, VerifyVersionInfoW(&wide, 0, 1));
}

TEST(SystemInfo, TellsOfThisMachine) {
  SYSTEM_INFO info{}, native{};
  GetSystemInfo(&info);
  GetNativeSystemInfo(&native);
  EXPECT_GE(info.dwNumberOfProcessors, 1U);
  EXPECT_EQ(info.dwPageSize % 4096, 0U);
  EXPECT_EQ(info.dwAllocationGranularity, 65536U);
  EXPECT_EQ(info.dwNumberOfProcessors, native.dwNumberOfProcessors);
  char name[MAX_COMPUTERNAME_LENGTH + 1];
  DWORD size = sizeof name;
  ASSERT_TRUE(GetComputerNameA(name, &size));
  EXPECT_EQ(strlen(name), size);
  wchar_t wide[1];
  DWORD none = 0;
  EXPECT_FAILS_WITH(ERROR_BUFFER_OVERFLOW, GetComputerNameW(wide, &none));
  EXPECT_EQ(none, size + 1);
  EXPECT_FAILS_WITH(ERROR_INVALID_PARAMETER, GetComputerNameA(nullptr, &size));
}

}  // namespace
}  // namespace wsalive::test
