// Addresses without ports as text, and byte order: answers, codes, and what a refusal leaves behind.

#include <winsock2.h>
#include <ws2tcpip.h>

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <string>
#include <string_view>
#include <thread>

#include "base/owned.hpp"
#include "support/pages.hpp"
#include "support/started.hpp"
#include "winsock/socket.hpp"

namespace wsalive::test {
namespace {

using policy::Release;

constexpr int kUntouched = 12345;  // A last error that nothing here gives.

u_long network(u_long value) { return htonl(value); }

struct AddrRow {
  std::string_view name;
  const char* text;
  u_long host_order;
};

constexpr std::array kAddrRows{
    // clang-format off
    AddrRow{"Dotted",        "127.0.0.1",       0x7F000001},
    AddrRow{"ThreeParts",    "10.1.770",        0x0A010302},
    AddrRow{"TwoParts",      "10.66051",        0x0A010203},
    AddrRow{"OnePart",       "2130706433",      0x7F000001},
    AddrRow{"Octal",         "0177.0.0.01",     0x7F000001},
    AddrRow{"Hexadecimal",   "0x7f.0.0.1",      0x7F000001},
    AddrRow{"Broadcast",     "255.255.255.255", 0xFFFFFFFF},
    AddrRow{"Space",         " ",               0},
    AddrRow{"Null",          nullptr,           0xFFFFFFFF},
    AddrRow{"PartTooLarge",  "1.2.3.256",       0xFFFFFFFF},
    AddrRow{"FiveParts",     "1.2.3.4.5",       0xFFFFFFFF},
    AddrRow{"Name",          "localhost",       0xFFFFFFFF},
    // clang-format on
};

class InetAddr : public testing::TestWithParam<AddrRow> {};

TEST_P(InetAddr, NeedsNoStartUp) {  // K-100
  set_last_error(kUntouched);
  EXPECT_EQ(inet_addr(GetParam().text), network(GetParam().host_order));
  EXPECT_EQ(last_error(), kUntouched);
}

INSTANTIATE_TEST_SUITE_P(Texts, InetAddr, testing::ValuesIn(kAddrRows),
                         [](const auto& row) { return std::string{row.param.name}; });

TEST(InetAddrOfNothing, DependsOnTheRelease) {
  for (const policy::ReleaseRow& row : policy::kReleases) {
    const Started started{row.release};
    EXPECT_EQ(inet_addr(""), row.release < Release::ws2003 ? 0 : INADDR_NONE) << row.name;
  }
}

TEST(InetNtoa, GivesEachThreadATextOfItsOwn) {
  IN_ADDR loopback{};
  loopback.s_addr = network(INADDR_LOOPBACK);
  char* const here = inet_ntoa(loopback);
  EXPECT_STREQ(here, "127.0.0.1");
  std::thread{[here] {
    IN_ADDR broadcast{};
    broadcast.s_addr = INADDR_NONE;
    EXPECT_STREQ(inet_ntoa(broadcast), "255.255.255.255");
    EXPECT_STREQ(here, "127.0.0.1");
  }}.join();
}

struct PtonRow {
  std::string_view name;
  int family;
  const char* text;
  int result;
  int error;
};

constexpr std::array kPtonRows{
    // clang-format off
    PtonRow{"Ipv4",          AF_INET,   "1.2.3.4",        1,  0},
    PtonRow{"Ipv6",          AF_INET6,  "::ffff:1.2.3.4", 1,  0},
    PtonRow{"ShortIpv4",     AF_INET,   "1.2.3",          0,  0},
    PtonRow{"OctalIpv4",     AF_INET,   "01.2.3.4",       0,  0},
    PtonRow{"WithPort",      AF_INET,   "1.2.3.4:80",     0,  0},
    PtonRow{"WithZone",      AF_INET6,  "fe80::1%1",      0,  0},
    PtonRow{"WrongFamily",   AF_INET6,  "1.2.3.4",        0,  0},
    PtonRow{"LinuxsAfInet6", 10,        "::1",            -1, WSAEAFNOSUPPORT},
    PtonRow{"NoFamily",      AF_UNSPEC, "1.2.3.4",        -1, WSAEAFNOSUPPORT},
    PtonRow{"Local",         AF_UNIX,   "1.2.3.4",        -1, WSAEAFNOSUPPORT},
    PtonRow{"NullText",      AF_INET,   nullptr,          -1, WSAEFAULT},
    // clang-format on
};

class InetPtonText : public testing::TestWithParam<PtonRow> {};

TEST_P(InetPtonText, NarrowAndWideAgree) {
  const PtonRow& row = GetParam();
  std::array<unsigned char, 16> narrow{};
  std::array<unsigned char, 16> wide{};
  narrow.fill(0xAA);
  wide.fill(0xAA);
  const std::wstring text =
      row.text ? std::wstring(row.text, row.text + std::strlen(row.text)) : L"";

  set_last_error(0);
  EXPECT_EQ(inet_pton(row.family, row.text, narrow.data()), row.result);
  EXPECT_EQ(last_error(), row.error);
  set_last_error(0);
  EXPECT_EQ(InetPtonW(row.family, row.text ? text.c_str() : nullptr, wide.data()), row.result);
  EXPECT_EQ(last_error(), row.error);

  EXPECT_EQ(narrow, wide);
  EXPECT_EQ(narrow[0] == 0xAA, row.result != 1) << "only a success writes";
}

INSTANTIATE_TEST_SUITE_P(Rows, InetPtonText, testing::ValuesIn(kPtonRows),
                         [](const auto& row) { return std::string{row.param.name}; });

TEST(InetPtonPlace, ThatIsNoMemoryIsAFault) {  // K-26
  const Pages pages;
  for (void* const bad :
       {static_cast<void*>(nullptr), static_cast<void*>(pages.read_only()),
        static_cast<void*>(pages.absent()), static_cast<void*>(pages.last_writable(3))}) {
    set_last_error(0);
    EXPECT_EQ(inet_pton(AF_INET, "1.2.3.4", bad), -1);
    EXPECT_EQ(last_error(), WSAEFAULT);
  }
  EXPECT_EQ(inet_pton(AF_INET, "1.2.3.4", pages.last_writable(4)), 1);
}

TEST(InetPtonPlace, IsLeftWhereTheTextIsNoMemory) {  // K-26
  void* const pages =
      ::mmap(nullptr, 2 * Pages::kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  auto* const absent = static_cast<char*>(pages) + Pages::kSize;
  ::munmap(absent, Pages::kSize);
  char* const unended = absent - 4;
  std::memset(unended, '1', 4);
  IN_ADDR place{};
  const IN_ADDR before = place;
  for (char* const bad : {reinterpret_cast<char*>(std::uintptr_t{16}), absent, unended}) {
    set_last_error(0);
    EXPECT_EQ(inet_pton(AF_INET, bad, &place), -1);
    EXPECT_EQ(last_error(), WSAEFAULT);
    set_last_error(0);
    EXPECT_EQ(InetPtonW(AF_INET, reinterpret_cast<const wchar_t*>(bad), &place), -1);
    EXPECT_EQ(last_error(), WSAEFAULT);
  }
  EXPECT_EQ(std::memcmp(&place, &before, sizeof place), 0);
  std::memcpy(absent - 8, "1.2.3.4", 8);  // To the last octet that there is.
  EXPECT_EQ(inet_pton(AF_INET, absent - 8, &place), 1);
  ::munmap(pages, Pages::kSize);
}

struct NtopRow {
  std::string_view name;
  int family;
  std::size_t room;
  int error;
};

constexpr std::array kNtopRows{
    // clang-format off
    NtopRow{"Ipv4",       AF_INET,   INET_ADDRSTRLEN,  0},
    NtopRow{"JustFits",   AF_INET,   8,                0},
    NtopRow{"OneShort",   AF_INET,   7,                ERROR_INVALID_PARAMETER},
    NtopRow{"NoRoom",     AF_INET,   0,                ERROR_INVALID_PARAMETER},
    NtopRow{"LinuxsSix",  10,        INET6_ADDRSTRLEN, WSAEAFNOSUPPORT},
    // clang-format on
};

class InetNtopText : public testing::TestWithParam<NtopRow> {};

TEST_P(InetNtopText, IsWholeOrNothing) {
  const NtopRow& row = GetParam();
  const std::array<unsigned char, 4> bytes{1, 2, 3, 4};
  std::array<char, INET6_ADDRSTRLEN> narrow{"untouched"};
  std::array<wchar_t, INET6_ADDRSTRLEN> wide{L"untouched"};

  set_last_error(0);
  EXPECT_EQ(inet_ntop(row.family, bytes.data(), narrow.data(), row.room),
            row.error == 0 ? narrow.data() : nullptr);
  EXPECT_EQ(last_error(), row.error);
  set_last_error(0);
  EXPECT_EQ(InetNtopW(row.family, bytes.data(), wide.data(), row.room),
            row.error == 0 ? wide.data() : nullptr);
  EXPECT_EQ(last_error(), row.error);

  EXPECT_STREQ(narrow.data(), row.error == 0 ? "1.2.3.4" : "untouched");
  EXPECT_STREQ(wide.data(), row.error == 0 ? L"1.2.3.4" : L"untouched");
}

INSTANTIATE_TEST_SUITE_P(Rows, InetNtopText, testing::ValuesIn(kNtopRows),
                         [](const auto& row) { return std::string{row.param.name}; });

TEST(InetNtopPointers, ThatLeadNowhereAreRefused) {  // K-26
  const Pages pages;
  const std::array<unsigned char, 16> bytes{};
  std::array<char, 64> text{};
  EXPECT_EQ(inet_ntop(AF_INET6, bytes.data(), nullptr, 64), nullptr);
  EXPECT_EQ(last_error(), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(inet_ntop(AF_INET6, pages.last_readable(15), text.data(), 64), nullptr);
  EXPECT_EQ(last_error(), WSAEFAULT);
  EXPECT_EQ(inet_ntop(AF_INET6, bytes.data(), pages.read_only(), 64), nullptr);
  EXPECT_EQ(last_error(), WSAEFAULT);
  EXPECT_STREQ(inet_ntop(AF_INET6, pages.last_readable(16), text.data(), 64), "::");
}

TEST(ByteOrder, NeedsNoStartUp) {  // K-100
  EXPECT_EQ(htons(0x0102), 0x0201);
  EXPECT_EQ(ntohs(0x0102), 0x0201);
  EXPECT_EQ(htonl(0x01020304U), 0x04030201U);
  EXPECT_EQ(ntohl(0x01020304U), 0x04030201U);
}

TEST(ByteOrderOfASocket, ChecksStartUpThenSocketThenPlace) {  // K-20, K-23, K-26
  const Pages pages;
  const Fd fd{::dup(0)};
  u_long number = 7;
  u_short small = 7;
  EXPECT_EQ(WSAHtonl(INVALID_SOCKET, 1, nullptr), SOCKET_ERROR);
  EXPECT_EQ(last_error(), WSANOTINITIALISED);

  const Started started;
  EXPECT_EQ(WSAHtonl(INVALID_SOCKET, 1, nullptr), SOCKET_ERROR);
  EXPECT_EQ(last_error(), WSAENOTSOCK);
  winsock::Socket* const socket = winsock::Socket::open(fd.get(), {.kind = winsock::Kind::tcp});
  ASSERT_NE(socket, nullptr);
  const auto s = static_cast<SOCKET>(fd.get());
  EXPECT_EQ(WSAHtonl(s, 1, nullptr), SOCKET_ERROR);
  EXPECT_EQ(last_error(), WSAEFAULT);
  EXPECT_EQ(WSANtohs(s, 1, reinterpret_cast<u_short*>(pages.read_only())), SOCKET_ERROR);
  EXPECT_EQ(last_error(), WSAEFAULT);
  EXPECT_EQ(WSAHtonl(s, 1, &number), 0);
  EXPECT_EQ(WSAHtons(s, 1, &small), 0);
  EXPECT_EQ(number, 0x01000000U);
  EXPECT_EQ(small, 0x0100);
  EXPECT_EQ(WSANtohl(s, number, &number), 0);
  EXPECT_EQ(WSANtohs(s, small, &small), 0);
  EXPECT_EQ(number, 1U);
  EXPECT_EQ(small, 1);
  socket->release();
}

}  // namespace
}  // namespace wsalive::test
