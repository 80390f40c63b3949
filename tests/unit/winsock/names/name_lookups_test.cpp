// Hosts, services and protocols by name and number; nothing here needs a name server.
// labels: net

#include <winsock2.h>
#include <ws2tcpip.h>

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <string>
#include <thread>

#include "support/pages.hpp"
#include "support/started.hpp"

namespace wsalive::test {
namespace {

std::string own_name() {
  std::array<char, 256> name{};
  EXPECT_EQ(gethostname(name.data(), name.size()), 0);
  return name.data();
}

TEST(Lookups, NeedAStartUp) {  // K-20
  char room = 'x';
  wchar_t wide_room = L'x';
  const auto refused = [](const void* answer) {
    EXPECT_EQ(answer, nullptr);
    EXPECT_EQ(last_error(), WSANOTINITIALISED);
    set_last_error(0);
  };
  refused(gethostbyname("localhost"));
  refused(gethostbyaddr("\x7f\0\0\1", 4, AF_INET));
  refused(getservbyname("http", "tcp"));
  refused(getservbyport(htons(80), "tcp"));
  refused(getprotobyname("tcp"));
  refused(getprotobynumber(IPPROTO_TCP));
  EXPECT_EQ(gethostname(&room, 1), SOCKET_ERROR);
  EXPECT_EQ(last_error(), WSANOTINITIALISED);
  EXPECT_EQ(GetHostNameW(&wide_room, 1), SOCKET_ERROR);
  EXPECT_EQ(room, 'x');
}

TEST(GetHostByName, OfNothingIsThisMachine) {  // K-107
  const Started started;
  const std::string name = own_name();
  for (const char* const nothing : {"", static_cast<const char*>(nullptr)}) {
    const hostent* const host = gethostbyname(nothing);
    ASSERT_NE(host, nullptr);
    EXPECT_EQ(host->h_name, name);
    EXPECT_EQ(host->h_addrtype, AF_INET);
    EXPECT_EQ(host->h_length, 4);
    EXPECT_NE(host->h_addr_list[0], nullptr);
  }
}

TEST(GetHostByName, ReadsNumbersAndTheHostsFile) {
  const Started started;
  const hostent* const number = gethostbyname("192.0.2.1");
  ASSERT_NE(number, nullptr);
  EXPECT_EQ(std::memcmp(number->h_addr_list[0], "\xC0\0\2\1", 4), 0);
  EXPECT_EQ(number->h_addr_list[1], nullptr);
  const hostent* const named = gethostbyname("localhost");
  ASSERT_NE(named, nullptr);
  EXPECT_EQ(std::memcmp(named->h_addr_list[0], "\x7F\0\0\1", 4), 0);
}

TEST(GetHostByName, OfATextThatIsNotThereIsAFault) {  // K-26
  const Started started;
  const Pages pages;
  for (const char* const bad : {reinterpret_cast<const char*>(std::uintptr_t{16}),
                                static_cast<const char*>(pages.absent())}) {
    set_last_error(0);
    EXPECT_EQ(gethostbyname(bad), nullptr);
    EXPECT_EQ(last_error(), WSAEFAULT);
  }
}

TEST(GetHostByName, EachThreadHasItsOwnAnswer) {
  const Started started;
  const hostent* const here = gethostbyname("192.0.2.1");
  ASSERT_NE(here, nullptr);
  std::thread{[here] {
    const hostent* const there = gethostbyname("192.0.2.2");
    ASSERT_NE(there, nullptr);
    EXPECT_NE(there, here);
  }}.join();
  EXPECT_STREQ(here->h_name, "192.0.2.1");
  EXPECT_EQ(gethostbyname("192.0.2.3"), here) << "the next call overwrites it";
}

struct ByAddrRow {
  const char* name;
  int length;
  int family;
  int error;
};

constexpr std::array kByAddrRows{
    // clang-format off
    ByAddrRow{"Short",     3, AF_INET,   WSAEFAULT},
    ByAddrRow{"Negative", -1, AF_INET,   WSAEFAULT},
    ByAddrRow{"ShortSix",  4, AF_INET6,  WSAEFAULT},
    ByAddrRow{"LinuxsSix", 16, 10,       WSAEAFNOSUPPORT},
    ByAddrRow{"Local",     4, AF_UNIX,   WSAEAFNOSUPPORT},
    // clang-format on
};

TEST(GetHostByAddr, ChecksFamilyLengthAndPointer) {  // K-26
  const Started started;
  const Pages pages;
  const std::array<char, 16> bytes{};
  for (const ByAddrRow& row : kByAddrRows) {
    EXPECT_EQ(gethostbyaddr(bytes.data(), row.length, row.family), nullptr) << row.name;
    EXPECT_EQ(last_error(), row.error) << row.name;
  }
  for (const char* const bad :
       {static_cast<const char*>(nullptr), static_cast<const char*>(pages.absent()),
        static_cast<const char*>(pages.last_readable(3))}) {
    EXPECT_EQ(gethostbyaddr(bad, 4, AF_INET), nullptr);
    EXPECT_EQ(last_error(), WSAEFAULT);
  }
}

TEST(GetHostByAddr, FindsLocalhost) {
  const Started started;
  const hostent* const host = gethostbyaddr("\x7F\0\0\1", 4, AF_INET);
  ASSERT_NE(host, nullptr);
  EXPECT_EQ(host->h_addrtype, AF_INET);
  EXPECT_EQ(std::memcmp(host->h_addr_list[0], "\x7F\0\0\1", 4), 0);
}

TEST(Services, ByNameAndByPort) {
  const Started started;
  const servent* service = getservbyname("http", "tcp");
  ASSERT_NE(service, nullptr);
  EXPECT_EQ(static_cast<u_short>(service->s_port), htons(80)) << "in network order";
  EXPECT_STREQ(service->s_proto, "tcp");
  service = getservbyport(htons(53), "udp");
  ASSERT_NE(service, nullptr);
  EXPECT_STREQ(service->s_name, "domain");
  EXPECT_NE(getservbyname("http", nullptr), nullptr) << "any protocol";
}

TEST(Services, UnknownOnesAreNoData) {
  const Started started;
  EXPECT_EQ(getservbyname("no-such-service", nullptr), nullptr);
  EXPECT_EQ(last_error(), WSANO_DATA);
  EXPECT_EQ(getservbyport(htons(1), "no-such-protocol"), nullptr);
  EXPECT_EQ(last_error(), WSANO_DATA);
  EXPECT_EQ(getservbyname(nullptr, nullptr), nullptr);
  EXPECT_EQ(last_error(), WSAEFAULT);
}

TEST(Protocols, ByNameAndByNumber) {
  const Started started;
  const protoent* protocol = getprotobyname("tcp");
  ASSERT_NE(protocol, nullptr);
  EXPECT_EQ(protocol->p_proto, IPPROTO_TCP);
  protocol = getprotobynumber(IPPROTO_UDP);
  ASSERT_NE(protocol, nullptr);
  EXPECT_STREQ(protocol->p_name, "udp");
  EXPECT_EQ(getprotobyname("no-such-protocol"), nullptr);
  EXPECT_EQ(last_error(), WSANO_DATA);
  EXPECT_EQ(getprotobynumber(-1), nullptr);
  EXPECT_EQ(last_error(), WSANO_DATA);
}

TEST(GetHostName, IsWholeOrNothing) {  // K-26
  const Started started;
  const Pages pages;
  const std::string name = own_name();
  const auto length = static_cast<int>(name.size());
  std::array<char, 256> narrow{"untouched"};
  std::array<wchar_t, 256> wide{L"untouched"};
  for (const int room : {-1, 0, length}) {
    EXPECT_EQ(gethostname(narrow.data(), room), SOCKET_ERROR);
    EXPECT_EQ(last_error(), WSAEFAULT);
    EXPECT_EQ(GetHostNameW(wide.data(), room), SOCKET_ERROR);
    EXPECT_EQ(last_error(), WSAEFAULT);
  }
  EXPECT_STREQ(narrow.data(), "untouched");
  EXPECT_STREQ(wide.data(), L"untouched");
  EXPECT_EQ(gethostname(narrow.data(), length + 1), 0);
  EXPECT_EQ(GetHostNameW(wide.data(), length + 1), 0);
  EXPECT_EQ(narrow.data(), name);
  EXPECT_EQ(wide.data(), std::wstring(name.begin(), name.end()));
  for (char* const bad : {static_cast<char*>(nullptr), pages.read_only(), pages.absent()}) {
    EXPECT_EQ(gethostname(bad, 256), SOCKET_ERROR);
    EXPECT_EQ(last_error(), WSAEFAULT);
  }
}

}  // namespace
}  // namespace wsalive::test
