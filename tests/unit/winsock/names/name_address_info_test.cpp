// getaddrinfo and getnameinfo, narrow and wide: Windows' answers, codes and their order. Numbers,
// localhost and the services file only.
// labels: net

#include <winsock2.h>
#include <ws2tcpip.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <vector>

#include "support/pages.hpp"
#include "support/started.hpp"

namespace wsalive::test {
namespace {

struct Row {
  const char* name;
  const char* node;
  const char* service;
  int flags;
  int family;
  int type;
  int protocol;
  int error;
  const char* answers;  // "address:port/type/protocol", in order, joined by spaces.
};

constexpr int kTcp = IPPROTO_TCP;
constexpr int kUdp = IPPROTO_UDP;

constexpr std::array kRows{
    // clang-format off
    Row{"Numbers",          "192.0.2.1",  "80",    0, 0, SOCK_STREAM, kTcp, 0, "192.0.2.1:80/1/6"},
    Row{"TypeUnsaid",       "192.0.2.1",  "80",    0, 0, 0, 0,              0, "192.0.2.1:80/0/0"},
    Row{"ProtocolEchoed",   "192.0.2.1",  "80",    0, 0, SOCK_STREAM, 0,    0, "192.0.2.1:80/1/0"},
    Row{"NoService",        "192.0.2.1",  nullptr, 0, 0, 0, 0,              0, "192.0.2.1/0/0"},
    Row{"EmptyService",     "192.0.2.1",  "",      0, 0, 0, 0,              0, "192.0.2.1/0/0"},
    Row{"Ipv6",             "2001:db8::1", "80",   0, AF_INET6, SOCK_STREAM, 0, 0, "[2001:db8::1]:80/1/0"},
    Row{"NamedService",     "192.0.2.1",  "http",  0, 0, SOCK_STREAM, 0,    0, "192.0.2.1:80/1/0"},
    Row{"BothTypes",        "192.0.2.1",  "domain", 0, 0, 0, 0,             0, "192.0.2.1:53/1/0 192.0.2.1:53/2/0"},
    Row{"ByProtocol",       "192.0.2.1",  "domain", 0, 0, 0, kUdp,          0, "192.0.2.1:53/2/17"},
    Row{"Loopback",         nullptr,      "80",    0, AF_INET, SOCK_STREAM, 0, 0, "127.0.0.1:80/1/0"},
    Row{"Any",              nullptr,      "80",    AI_PASSIVE, AF_INET, SOCK_STREAM, 0, 0, "0.0.0.0:80/1/0"},
    Row{"AnySix",           nullptr,      "80",    AI_PASSIVE, AF_INET6, SOCK_STREAM, 0, 0, "[::]:80/1/0"},
    Row{"PassiveWithNode",  "192.0.2.1",  "80",    AI_PASSIVE, 0, 0, 0,     0, "192.0.2.1:80/0/0"},
    Row{"Localhost",        "localhost",  "80",    0, AF_INET, 0, 0,        0, "127.0.0.1:80/0/0"},
    Row{"Mapped",           "192.0.2.1",  "80",    AI_V4MAPPED, AF_INET6, 0, 0, 0, "[::ffff:192.0.2.1]:80/0/0"},
    Row{"NumericOnly",      "192.0.2.1",  "80",    AI_NUMERICHOST | AI_NUMERICSERV, 0, 0, 0, 0, "192.0.2.1:80/0/0"},
    Row{"NothingAsked",     nullptr,      nullptr, 0, 0, 0, 0,              WSAHOST_NOT_FOUND, ""},
    Row{"NotNumericHost",   "localhost",  "80",    AI_NUMERICHOST, 0, 0, 0, WSAHOST_NOT_FOUND, ""},
    Row{"NotNumericService", "192.0.2.1", "http",  AI_NUMERICSERV, 0, 0, 0, WSAHOST_NOT_FOUND, ""},
    Row{"UnknownService",   "192.0.2.1",  "no-such-service", 0, 0, 0, 0,    WSATYPE_NOT_FOUND, ""},
    Row{"ServiceOfRaw",     "192.0.2.1",  "http",  0, 0, SOCK_RAW, 0,       WSATYPE_NOT_FOUND, ""},
    Row{"PortTooLarge",     "192.0.2.1",  "65536", 0, 0, 0, 0,              WSATYPE_NOT_FOUND, ""},
    Row{"OtherFamily",      "192.0.2.1",  "80",    0, AF_INET6, 0, 0,       WSAHOST_NOT_FOUND, ""},
    Row{"LinuxsSix",        "::1",        "80",    0, 10, 0, 0,             WSAEAFNOSUPPORT, ""},
    Row{"LocalFamily",      "x",          "80",    0, AF_UNIX, 0, 0,        WSAEAFNOSUPPORT, ""},
    Row{"UnknownType",      "192.0.2.1",  "80",    0, 0, 9, 0,              WSAESOCKTNOSUPPORT, ""},
    Row{"UnknownFlag",      "192.0.2.1",  "80",    0x1000, 0, 0, 0,         WSAEINVAL, ""},
    Row{"NameOfNoNode",     nullptr,      "80",    AI_CANONNAME, 0, 0, 0,   WSAEINVAL, ""},
    // clang-format on
};

std::string text_of(const sockaddr* address, size_t size) {
  std::array<char, 80> text{};
  DWORD room = text.size();
  EXPECT_EQ(WSAAddressToStringA(const_cast<sockaddr*>(address), static_cast<DWORD>(size), nullptr,
                                text.data(), &room),
            0);
  return text.data();
}

template <typename Info>
std::string text_of(const Info* list) {
  std::string text;
  for (; list; list = list->ai_next) {
    if (!text.empty()) text += ' ';
    text += text_of(list->ai_addr, list->ai_addrlen) + '/' + std::to_string(list->ai_socktype) +
            '/' + std::to_string(list->ai_protocol);
    EXPECT_EQ(list->ai_family, list->ai_addr->sa_family);
  }
  return text;
}

template <typename Info>
Info hints_of(const Row& row) {
  Info hints{};
  hints.ai_flags = row.flags;
  hints.ai_family = row.family;
  hints.ai_socktype = row.type;
  hints.ai_protocol = row.protocol;
  return hints;
}

std::wstring wide(const char* text) {
  return text ? std::wstring(text, text + std::strlen(text)) : std::wstring{};
}

class GetAddrInfoRow : public testing::TestWithParam<Row> {
 protected:
  Started started_;
};

TEST_P(GetAddrInfoRow, NarrowAndWideAgree) {
  const Row& row = GetParam();
  const ADDRINFOA hints = hints_of<ADDRINFOA>(row);
  ADDRINFOA untouched{};
  ADDRINFOA* list = &untouched;
  set_last_error(0);
  EXPECT_EQ(getaddrinfo(row.node, row.service, &hints, &list), row.error);
  EXPECT_EQ(last_error(), row.error);
  EXPECT_EQ(list == &untouched, row.error != 0) << "a refusal gives nothing";

  const ADDRINFOW wide_hints = hints_of<ADDRINFOW>(row);
  ADDRINFOW* wide_list = nullptr;
  const std::wstring node = wide(row.node);
  const std::wstring service = wide(row.service);
  EXPECT_EQ(GetAddrInfoW(row.node ? node.c_str() : nullptr, row.service ? service.c_str() : nullptr,
                         &wide_hints, &wide_list),
            row.error);
  if (row.error == 0) {
    EXPECT_EQ(text_of(list), row.answers);
    EXPECT_EQ(text_of(wide_list), row.answers);
    freeaddrinfo(list);
  }
  FreeAddrInfoW(wide_list);
}

INSTANTIATE_TEST_SUITE_P(Rows, GetAddrInfoRow, testing::ValuesIn(kRows),
                         [](const auto& row) { return std::string{row.param.name}; });

TEST(GetAddrInfo, NeedsAStartUp) {  // K-20
  ADDRINFOA* list = nullptr;
  EXPECT_EQ(getaddrinfo("192.0.2.1", nullptr, nullptr, &list), WSANOTINITIALISED);
  EXPECT_EQ(last_error(), WSANOTINITIALISED);
}

TEST(GetAddrInfo, TheEmptyNodeIsThisMachine) {  // K-107
  const Started started;
  ADDRINFOA hints{};
  hints.ai_family = AF_INET;
  hints.ai_flags = AI_CANONNAME;
  ADDRINFOA* list = nullptr;
  ASSERT_EQ(getaddrinfo("", "80", &hints, &list), 0);
  std::array<char, 256> name{};
  EXPECT_EQ(gethostname(name.data(), name.size()), 0);
  EXPECT_STREQ(list->ai_canonname, name.data());
  freeaddrinfo(list);
}

TEST(GetAddrInfo, TheCanonicalNameStandsInTheFirstAnswerOnly) {
  const Started started;
  ADDRINFOW hints{};
  hints.ai_flags = AI_CANONNAME;
  ADDRINFOW* list = nullptr;
  ASSERT_EQ(GetAddrInfoW(L"192.0.2.1", L"domain", &hints, &list), 0);
  EXPECT_STREQ(list->ai_canonname, L"192.0.2.1");
  ASSERT_NE(list->ai_next, nullptr);
  EXPECT_EQ(list->ai_next->ai_canonname, nullptr);
  FreeAddrInfoW(list);
}

TEST(GetAddrInfo, AnswersInTheHintsAreRefused) {
  const Started started;
  char name = 'x';
  ADDRINFOA hints{};
  hints.ai_canonname = &name;
  ADDRINFOA* list = nullptr;
  EXPECT_EQ(getaddrinfo("192.0.2.1", "80", &hints, &list), WSANO_RECOVERY);
  EXPECT_EQ(list, nullptr);
}

TEST(GetAddrInfo, BadPointersAreFaults) {  // K-26
  const Started started;
  const Pages pages;
  ADDRINFOA* list = nullptr;
  const auto* const bad_hints = reinterpret_cast<const ADDRINFOA*>(pages.absent());
  EXPECT_EQ(getaddrinfo("192.0.2.1", "80", bad_hints, &list), WSAEFAULT);
  EXPECT_EQ(getaddrinfo("192.0.2.1", "80", nullptr, nullptr), WSAEFAULT);
  EXPECT_EQ(
      getaddrinfo("192.0.2.1", "80", nullptr, reinterpret_cast<PADDRINFOA*>(pages.read_only())),
      WSAEFAULT);
  EXPECT_EQ(list, nullptr);
}

TEST(FreeAddrInfo, OfNothingDoesNothing) {
  freeaddrinfo(nullptr);
  FreeAddrInfoW(nullptr);
}

TEST(GaiStrError, IsTheSameSentenceTwice) {
  std::vector<std::string> sentences;
  for (const int code : {EAI_AGAIN, EAI_BADFLAGS, EAI_FAIL, EAI_FAMILY, EAI_MEMORY, EAI_NONAME,
                         EAI_SERVICE, EAI_SOCKTYPE, 12345}) {
    const std::string narrow = gai_strerrorA(code);
    EXPECT_EQ(std::wstring(narrow.begin(), narrow.end()), gai_strerrorW(code));
    sentences.push_back(narrow);
  }
  std::ranges::sort(sentences);
  EXPECT_EQ(std::ranges::adjacent_find(sentences), sentences.end()) << "one for each code";
}

struct InfoRow {
  const char* name;
  int size;
  DWORD node_room;
  DWORD service_room;
  int flags;
  int error;
};

constexpr std::array kInfoRows{
    // clang-format off
    InfoRow{"Both",            16, 64, 64, NI_NUMERICHOST | NI_NUMERICSERV, 0},
    InfoRow{"JustFits",        16, 10, 3,  NI_NUMERICHOST | NI_NUMERICSERV, 0},
    InfoRow{"NodeShort",       16, 9,  3,  NI_NUMERICHOST | NI_NUMERICSERV, ERROR_INSUFFICIENT_BUFFER},
    InfoRow{"ServiceShort",    16, 10, 2,  NI_NUMERICHOST | NI_NUMERICSERV, ERROR_INSUFFICIENT_BUFFER},
    InfoRow{"NodeNone",        16, 0,  3,  NI_NUMERICHOST | NI_NUMERICSERV, WSAEINVAL},
    InfoRow{"AddressShort",    15, 64, 64, NI_NUMERICHOST | NI_NUMERICSERV, WSAEFAULT},
    InfoRow{"AddressNegative", -1, 64, 64, NI_NUMERICHOST | NI_NUMERICSERV, WSAEFAULT},
    InfoRow{"UnknownFlag",     16, 64, 64, 0x40,                            WSAEINVAL},
    // clang-format on
};

class GetNameInfoRow : public testing::TestWithParam<InfoRow> {
 protected:
  Started started_;
};

SOCKADDR_IN documentation_address() {
  SOCKADDR_IN address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(80);
  address.sin_addr.s_addr = htonl(0xC0000201);
  return address;
}

TEST_P(GetNameInfoRow, NarrowAndWideAgree) {
  const InfoRow& row = GetParam();
  const SOCKADDR_IN address = documentation_address();
  const auto* const at = reinterpret_cast<const SOCKADDR*>(&address);
  std::array<char, 64> node{"untouched"};
  std::array<char, 64> service{"untouched"};
  set_last_error(0);
  EXPECT_EQ(getnameinfo(at, row.size, node.data(), row.node_room, service.data(), row.service_room,
                        row.flags),
            row.error);
  EXPECT_EQ(last_error(), row.error);
  EXPECT_STREQ(node.data(), row.error == 0 ? "192.0.2.1" : "untouched");
  EXPECT_STREQ(service.data(), row.error == 0 ? "80" : "untouched");

  std::array<wchar_t, 64> wide_node{};
  std::array<wchar_t, 64> wide_service{};
  EXPECT_EQ(GetNameInfoW(at, row.size, wide_node.data(), row.node_room, wide_service.data(),
                         row.service_room, row.flags),
            row.error);
  EXPECT_STREQ(wide_node.data(), row.error == 0 ? L"192.0.2.1" : L"");
}

INSTANTIATE_TEST_SUITE_P(Rows, GetNameInfoRow, testing::ValuesIn(kInfoRows),
                         [](const auto& row) { return std::string{row.param.name}; });

TEST(GetNameInfo, OneOfTheTwoIsEnoughAndNoneIsNot) {
  const Started started;
  const SOCKADDR_IN address = documentation_address();
  const auto* const at = reinterpret_cast<const SOCKADDR*>(&address);
  std::array<char, 64> service{};
  EXPECT_EQ(getnameinfo(at, sizeof address, nullptr, 0, service.data(), service.size(), 0), 0);
  EXPECT_STREQ(service.data(), "http");
  EXPECT_EQ(getnameinfo(at, sizeof address, nullptr, 0, nullptr, 0, 0), WSAHOST_NOT_FOUND);
}

TEST(GetNameInfo, BadPointersAndFamiliesAreRefused) {  // K-20, K-26
  const Pages pages;
  SOCKADDR_IN address = documentation_address();
  const auto* const at = reinterpret_cast<const SOCKADDR*>(&address);
  std::array<char, 64> text{"untouched"};
  const auto ask = [&](const void* from, char* node) {
    return getnameinfo(static_cast<const SOCKADDR*>(from), sizeof address, node, 64, text.data(),
                       text.size(), NI_NUMERICHOST);
  };
  EXPECT_EQ(ask(at, text.data()), WSANOTINITIALISED);
  const Started started;
  EXPECT_EQ(ask(nullptr, text.data()), WSAEFAULT);
  EXPECT_EQ(ask(pages.absent(), text.data()), WSAEFAULT);
  EXPECT_EQ(ask(at, pages.read_only()), WSAEFAULT);
  EXPECT_STREQ(text.data(), "untouched") << "the service is not written either";
  address.sin_family = AF_UNIX;
  EXPECT_EQ(ask(at, text.data()), WSAEAFNOSUPPORT);
}

}  // namespace
}  // namespace wsalive::test
