// Addresses with ports as text: WSAStringToAddress and WSAAddressToString, narrow and wide.

#include <winsock2.h>
#include <ws2tcpip.h>

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <string>
#include <string_view>

#include "support/pages.hpp"
#include "support/started.hpp"

namespace wsalive::test {
namespace {

constexpr int kInLength = sizeof(SOCKADDR_IN);
constexpr int kIn6Length = sizeof(SOCKADDR_IN6);
static_assert(kInLength == 16 && kIn6Length == 28);

struct ParseRow {
  std::string_view name;
  int family;
  const char* text;
  int room;
  int error;
  int length_after;
};

constexpr std::array kParseRows{
    // clang-format off
    ParseRow{"Ipv4",           AF_INET,  "1.2.3.4:80",     128,          0,         kInLength},
    ParseRow{"JustFits",       AF_INET,  "1.2.3.4",        kInLength,    0,         kInLength},
    ParseRow{"Ipv6",           AF_INET6, "[fe80::1%3]:80", 128,          0,         kIn6Length},
    ParseRow{"TooShort",       AF_INET,  "1.2.3.4",        15,           WSAEFAULT, kInLength},
    ParseRow{"TooShortForSix", AF_INET6, "::1",            kInLength,    WSAEFAULT, kIn6Length},
    ParseRow{"Negative",       AF_INET,  "1.2.3.4",        -1,           WSAEFAULT, kInLength},
    ParseRow{"NoAddress",      AF_INET,  "1.2.3.x",        128,          WSAEINVAL, 128},
    ParseRow{"Empty",          AF_INET,  "",               128,          WSAEINVAL, 128},
    ParseRow{"WrongFamily",    AF_INET,  "::1",            128,          WSAEINVAL, 128},
    ParseRow{"LinuxsSix",      10,       "::1",            128,          WSAEINVAL, 128},
    ParseRow{"NullText",       AF_INET,  nullptr,          128,          WSAEINVAL, 128},
    // clang-format on
};

class StringToAddress : public testing::TestWithParam<ParseRow> {
 protected:
  Started started_;
};

TEST_P(StringToAddress, NarrowAndWideAgree) {
  const ParseRow& row = GetParam();
  SOCKADDR_STORAGE narrow;
  SOCKADDR_STORAGE wide;
  std::memset(&narrow, 0xAA, sizeof narrow);
  std::memset(&wide, 0xAA, sizeof wide);
  std::string text = row.text ? row.text : "";
  std::wstring wide_text{text.begin(), text.end()};

  int length = row.room;
  set_last_error(0);
  EXPECT_EQ(WSAStringToAddressA(row.text ? text.data() : nullptr, row.family, nullptr,
                                reinterpret_cast<LPSOCKADDR>(&narrow), &length),
            row.error == 0 ? 0 : SOCKET_ERROR);
  EXPECT_EQ(last_error(), row.error);
  EXPECT_EQ(length, row.length_after);

  length = row.room;
  EXPECT_EQ(WSAStringToAddressW(row.text ? wide_text.data() : nullptr, row.family, nullptr,
                                reinterpret_cast<LPSOCKADDR>(&wide), &length),
            row.error == 0 ? 0 : SOCKET_ERROR);
  EXPECT_EQ(last_error(), row.error);
  EXPECT_EQ(length, row.length_after);

  EXPECT_EQ(std::memcmp(&narrow, &wide, sizeof narrow), 0);
  EXPECT_EQ(narrow.ss_family, row.error == 0 ? row.family : 0xAAAA) << "only a success writes";
}

INSTANTIATE_TEST_SUITE_P(Rows, StringToAddress, testing::ValuesIn(kParseRows),
                         [](const auto& row) { return std::string{row.param.name}; });

TEST(StringToAddressResult, HasPortZoneAndAddress) {
  const Started started;
  std::string text = "[fe80::1%3]:258";
  SOCKADDR_IN6 address{};
  int length = sizeof address;
  ASSERT_EQ(WSAStringToAddressA(text.data(), AF_INET6, nullptr,
                                reinterpret_cast<LPSOCKADDR>(&address), &length),
            0);
  EXPECT_EQ(address.sin6_port, htons(258));
  EXPECT_EQ(address.sin6_scope_id, 3U);
  EXPECT_EQ(address.sin6_addr.s6_bytes[0], 0xFE);
  EXPECT_EQ(address.sin6_addr.s6_bytes[15], 1);
}

struct FormatRow {
  std::string_view name;
  int family;
  int port;
  DWORD size;
  DWORD room;
  int error;
  DWORD room_after;
};

constexpr std::array kFormatRows{
    // clang-format off
    FormatRow{"Ipv4",       AF_INET,   80, kInLength, 64, 0,         11},
    FormatRow{"NoPort",     AF_INET,   0,  kInLength, 64, 0,         8},
    FormatRow{"Longer",     AF_INET,   80, 128,       64, 0,         11},
    FormatRow{"JustFits",   AF_INET,   80, kInLength, 11, 0,         11},
    FormatRow{"OneShort",   AF_INET,   80, kInLength, 10, WSAEFAULT, 11},
    FormatRow{"NoRoom",     AF_INET,   80, kInLength, 0,  WSAEFAULT, 11},
    FormatRow{"ShortSize",  AF_INET,   80, 15,        64, WSAEINVAL, 64},
    FormatRow{"SizeZero",   AF_INET,   80, 0,         64, WSAEINVAL, 64},
    FormatRow{"Six",        AF_INET6,  80, kIn6Length, 64, 0,        11},
    FormatRow{"LinuxsSix",  10,        80, kIn6Length, 64, WSAEINVAL, 64},
    // clang-format on
};

class AddressToString : public testing::TestWithParam<FormatRow> {
 protected:
  Started started_;
};

TEST_P(AddressToString, NarrowAndWideAgree) {
  const FormatRow& row = GetParam();
  SOCKADDR_STORAGE address{};
  auto* const in = reinterpret_cast<SOCKADDR_IN*>(&address);
  in->sin_family = static_cast<USHORT>(row.family);
  in->sin_port = htons(static_cast<u_short>(row.port));
  if (row.family == AF_INET) {
    in->sin_addr.s_addr = htonl(0x01020304);
  } else {
    reinterpret_cast<SOCKADDR_IN6*>(&address)->sin6_addr.s6_bytes[0] = 0xFE;
  }
  const std::string expected = row.error != 0           ? "untouched"
                               : row.family == AF_INET6 ? "[fe00::]:80"
                               : row.port == 0          ? "1.2.3.4"
                                                        : "1.2.3.4:80";
  std::array<char, 64> narrow{"untouched"};
  std::array<wchar_t, 64> wide{L"untouched"};
  DWORD room = row.room;
  set_last_error(0);
  EXPECT_EQ(WSAAddressToStringA(reinterpret_cast<LPSOCKADDR>(&address), row.size, nullptr,
                                narrow.data(), &room),
            row.error == 0 ? 0 : SOCKET_ERROR);
  EXPECT_EQ(last_error(), row.error);
  EXPECT_EQ(narrow.data(), expected);
  EXPECT_EQ(room, row.family == AF_INET6 && row.error == 0 ? 12U : row.room_after);

  room = row.room;
  EXPECT_EQ(WSAAddressToStringW(reinterpret_cast<LPSOCKADDR>(&address), row.size, nullptr,
                                wide.data(), &room),
            row.error == 0 ? 0 : SOCKET_ERROR);
  EXPECT_EQ(wide.data(), std::wstring(expected.begin(), expected.end()));
}

INSTANTIATE_TEST_SUITE_P(Rows, AddressToString, testing::ValuesIn(kFormatRows),
                         [](const auto& row) { return std::string{row.param.name}; });

TEST(AddressText, NeedsAStartUp) {  // K-20
  std::string text = "1.2.3.4";
  SOCKADDR_IN address{};
  int length = sizeof address;
  DWORD room = 0;
  EXPECT_EQ(WSAStringToAddressA(text.data(), AF_INET, nullptr,
                                reinterpret_cast<LPSOCKADDR>(&address), &length),
            SOCKET_ERROR);
  EXPECT_EQ(last_error(), WSANOTINITIALISED);
  set_last_error(0);
  EXPECT_EQ(WSAAddressToStringA(nullptr, 0, nullptr, nullptr, &room), SOCKET_ERROR);
  EXPECT_EQ(last_error(), WSANOTINITIALISED);
}

TEST(AddressText, BadPointersAreFaults) {  // K-26
  const Started started;
  const Pages pages;
  std::string text = "1.2.3.4";
  SOCKADDR_IN address{};
  address.sin_family = AF_INET;
  auto* const good = reinterpret_cast<LPSOCKADDR>(&address);
  const auto parse = [&](void* place, void* length) {
    set_last_error(0);
    EXPECT_EQ(WSAStringToAddressA(text.data(), AF_INET, nullptr, static_cast<LPSOCKADDR>(place),
                                  static_cast<LPINT>(length)),
              SOCKET_ERROR);
    return last_error();
  };
  int length = sizeof address;
  EXPECT_EQ(parse(nullptr, &length), WSAEFAULT);
  EXPECT_EQ(parse(good, nullptr), WSAEFAULT);
  EXPECT_EQ(parse(good, pages.absent()), WSAEFAULT);
  EXPECT_EQ(parse(pages.last_writable(15), &length), WSAEFAULT);
  EXPECT_EQ(parse(pages.read_only(), &length), WSAEFAULT);

  const auto format = [&](void* from, void* place, void* room) {
    set_last_error(0);
    EXPECT_EQ(WSAAddressToStringA(static_cast<LPSOCKADDR>(from), sizeof address, nullptr,
                                  static_cast<LPSTR>(place), static_cast<LPDWORD>(room)),
              SOCKET_ERROR);
    return last_error();
  };
  std::array<char, 64> place{};
  DWORD room = 64;
  EXPECT_EQ(format(nullptr, place.data(), &room), WSAEFAULT);
  EXPECT_EQ(format(pages.absent(), place.data(), &room), WSAEFAULT);
  EXPECT_EQ(format(good, nullptr, &room), WSAEFAULT);
  EXPECT_EQ(format(good, pages.read_only(), &room), WSAEFAULT);
  EXPECT_EQ(format(good, place.data(), nullptr), WSAEFAULT);
  EXPECT_EQ(room, 64U);
}

}  // namespace
}  // namespace wsalive::test
