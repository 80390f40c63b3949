// WSAStartup, WSACleanup and the last error: counting, versions, and what every call says before and
// after (K-20, K-100, K-121, K-122).
// labels: net

#include "support/winsock_api.hpp"

#include <array>
#include <cstring>
#include <ostream>
#include <string>
#include <string_view>
#include <thread>

namespace wsalive::test {
namespace {

struct VersionRow {
  const char* name;
  WORD asked;
  int error;
  WORD negotiated;

  friend void PrintTo(const VersionRow& row, std::ostream* out) { *out << row.name; }
};

// K-100
constexpr std::array kVersionRows{
    // clang-format off
    VersionRow{"None",         MAKEWORD(0, 0),     WSAVERNOTSUPPORTED, 0},
    VersionRow{"BelowOne",     MAKEWORD(0, 9),     WSAVERNOTSUPPORTED, 0},
    VersionRow{"One",          MAKEWORD(1, 0),     0, MAKEWORD(1, 0)},
    VersionRow{"OneOne",       MAKEWORD(1, 1),     0, MAKEWORD(1, 1)},
    VersionRow{"OneNine",      MAKEWORD(1, 9),     0, MAKEWORD(1, 1)},
    VersionRow{"Two",          MAKEWORD(2, 0),     0, MAKEWORD(2, 0)},
    VersionRow{"TwoOne",       MAKEWORD(2, 1),     0, MAKEWORD(2, 1)},
    VersionRow{"TwoTwo",       MAKEWORD(2, 2),     0, MAKEWORD(2, 2)},
    VersionRow{"TwoThree",     MAKEWORD(2, 3),     0, MAKEWORD(2, 2)},
    VersionRow{"TheNumber22",  0x22,               0, MAKEWORD(2, 2)},
    VersionRow{"TheHighest",   MAKEWORD(255, 255), 0, MAKEWORD(2, 2)},
    // clang-format on
};

class Version : public testing::TestWithParam<VersionRow> {};

TEST_P(Version, IsNegotiated) {
  const VersionRow& row = GetParam();
  WSADATA data;
  std::memset(&data, 0x55, sizeof data);

  ASSERT_EQ(WSAStartup(row.asked, &data), row.error);
  if (row.error != 0) {
    EXPECT_EQ(data.wVersion, 0x5555);
    EXPECT_EQ(WSACleanup(), SOCKET_ERROR);  // Nothing was counted.
    return;
  }
  EXPECT_EQ(data.wVersion, row.negotiated);
  EXPECT_EQ(data.wHighVersion, MAKEWORD(2, 2));
  EXPECT_STREQ(data.szSystemStatus, "Running");
  EXPECT_EQ(data.iMaxSockets == 0, LOBYTE(row.negotiated) == 2);
  EXPECT_EQ(WSACleanup(), 0);
}

INSTANTIATE_TEST_SUITE_P(Rows, Version, testing::ValuesIn(kVersionRows),
                         [](const auto& row) { return std::string{row.param.name}; });

TEST(Startup, NeedsWritableMemory) {  // K-26
  EXPECT_EQ(WSAStartup(MAKEWORD(2, 2), nullptr), WSAEFAULT);
  EXPECT_EQ(WSAStartup(MAKEWORD(2, 2), reinterpret_cast<WSADATA*>(1)), WSAEFAULT);
  static const WSADATA kReadOnly{};
  EXPECT_EQ(WSAStartup(MAKEWORD(2, 2), const_cast<WSADATA*>(&kReadOnly)), WSAEFAULT);
  EXPECT_TRUE(fails_with(WSACleanup(), WSANOTINITIALISED));
}

TEST(Startup, IsCounted) {  // K-100
  WSADATA data;
  ASSERT_EQ(WSAStartup(MAKEWORD(2, 2), &data), 0);
  ASSERT_EQ(WSAStartup(MAKEWORD(1, 1), &data), 0);
  const SOCKET s = socket(AF_INET, SOCK_STREAM, 0);
  ASSERT_NE(s, INVALID_SOCKET);

  EXPECT_EQ(WSACleanup(), 0);
  EXPECT_EQ(bind_to(s, loopback()), 0);
  EXPECT_EQ(WSACleanup(), 0);
  EXPECT_TRUE(fails_with(WSACleanup(), WSANOTINITIALISED));
  EXPECT_TRUE(fails_with(closesocket(s), WSANOTINITIALISED));  // K-20
}

TEST(Startup, TheLastCleanupClosesAllSockets) {  // K-23, K-100
  SOCKET s = INVALID_SOCKET;
  int descriptor = -1;
  {
    const Winsock started;
    s = socket(AF_INET, SOCK_STREAM, 0);
    descriptor = static_cast<int>(s);
  }
  const Winsock again;
  EXPECT_TRUE(fails_with(listen(s, 1), WSAENOTSOCK));
  EXPECT_EQ(static_cast<int>(Own{socket(AF_INET, SOCK_STREAM, 0)}.get()), descriptor);
}

TEST(Startup, EveryCallNeedsIt) {  // K-20
  char byte = 0;
  sockaddr_in address = loopback();
  auto* const name = reinterpret_cast<sockaddr*>(&address);
  int size = sizeof address;
  // Beats a bad socket and a bad pointer.
  const SOCKET bad = INVALID_SOCKET;
  const auto not_started = [](long long result) { return fails_with(result, WSANOTINITIALISED); };
  EXPECT_TRUE(no_socket(socket(-1, -1, -1), WSANOTINITIALISED));
  EXPECT_TRUE(no_socket(accept(bad, name, &size), WSANOTINITIALISED));
  EXPECT_TRUE(not_started(bind(bad, nullptr, 0)));
  EXPECT_TRUE(not_started(listen(bad, 1)));
  EXPECT_TRUE(not_started(connect(bad, nullptr, 0)));
  EXPECT_TRUE(not_started(send(bad, &byte, 1, 0)));
  EXPECT_TRUE(not_started(recv(bad, &byte, 1, 0)));
  EXPECT_TRUE(not_started(shutdown(bad, SD_BOTH)));
  EXPECT_TRUE(not_started(getsockname(bad, nullptr, nullptr)));
  EXPECT_TRUE(not_started(getpeername(bad, nullptr, nullptr)));
  EXPECT_TRUE(not_started(closesocket(bad)));
}

TEST(LastError, IsTheThreadsOwnAndNeedsNoStartup) {  // K-100
  WSASetLastError(-5);
  std::thread{[] {
    EXPECT_EQ(WSAGetLastError(), 0);
    WSASetLastError(7);
  }}.join();
  EXPECT_EQ(WSAGetLastError(), -5);
}

TEST(Choice, AnUnknownNameIsRefusedAndChoosesNothing) {  // K-122
  EXPECT_TRUE(fails_with(wsalive_choose("win12", nullptr), WSAEINVAL));
  EXPECT_TRUE(fails_with(wsalive_choose(nullptr, "guessed"), WSAEINVAL));
  EXPECT_TRUE(fails_with(wsalive_choose("vista", "guessed"), WSAEINVAL));
  const Winsock started;  // Not vista: the last error is cleared.
  const Own s = tcp();
  WSASetLastError(77);
  EXPECT_EQ(bind_to(s, loopback()), 0);
  EXPECT_EQ(WSAGetLastError(), 0);
}

TEST(Choice, AnUnknownNameFromTheEnvironmentStopsTheStartup) {  // K-121, K-122
  ::setenv("WSALIVE_RELEASE", "win12", 1);
  WSADATA data;
  EXPECT_EQ(WSAStartup(MAKEWORD(2, 2), &data), WSASYSNOTREADY);
  EXPECT_NE(std::string_view{wsalive_startup_problem()}.find("win12"), std::string_view::npos);
  EXPECT_TRUE(fails_with(WSACleanup(), WSANOTINITIALISED));

  ::setenv("WSALIVE_RELEASE", "vista", 1);
  {
    const Winsock started;
    EXPECT_STREQ(wsalive_startup_problem(), "");
    const Own s = tcp();
    WSASetLastError(77);
    EXPECT_EQ(bind_to(s, loopback()), 0);
    EXPECT_EQ(WSAGetLastError(), 77);
  }
  const Winsock called{"win7"};  // The call is stronger.
  const Own s = tcp();
  WSASetLastError(77);
  EXPECT_EQ(bind_to(s, loopback()), 0);
  EXPECT_EQ(WSAGetLastError(), 0);
  ::unsetenv("WSALIVE_RELEASE");
}

}  // namespace
}  // namespace wsalive::test
