// labels: net
// getsockopt and setsockopt of SO_KEEPALIVE: values, lengths and sockets, on live sockets of the kernel.
// Each row is a fact; a refusing row also proves that socket, kernel, engine and buffers stayed as they
// were (K-13).

#include <gtest/gtest.h>
#include <winsock2.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>

#include "support/live_socket.hpp"

namespace wsalive::test {
namespace {

using policy::Release;
using policy::Rules;

enum class Effect : std::uint8_t { none, on, off };

// -- set ---------------------------------------------------------------------------------------

struct SetRow {
  std::string_view name;
  Release release;
  Rules rules;
  std::uint32_t value;
  int size;
  int error;  // 0, or what WSAGetLastError() then returns.
  Effect effect;
  std::string_view source;

  friend void PrintTo(const SetRow& row, std::ostream* out) {
    *out << row.name << ' ' << row.source;
  }
};

constexpr auto kDoc = Rules::documented;
constexpr auto kObs = Rules::observed;

constexpr std::array kSetRows{
    // clang-format off
    SetRow{"Dword",                   Release::win11,      kDoc, 1,          4,  0,           Effect::on,   "K-11"},
    SetRow{"Zero",                    Release::win11,      kDoc, 0,          4,  0,           Effect::off,  "K-11"},
    SetRow{"HighByteAlone",           Release::win11,      kDoc, 0x80000000, 4,  0,           Effect::on,   "K-11"},
    SetRow{"SecondByteAlone",         Release::win11,      kDoc, 0x100,      4,  0,           Effect::on,   "K-11"},
    SetRow{"Longer",                  Release::win11,      kDoc, 1,          8,  0,           Effect::on,   "K-15"},
    SetRow{"ThreeBytes",              Release::win11,      kDoc, 1,          3,  WSAEFAULT,   Effect::none, "K-26"},
    SetRow{"OneByte",                 Release::win11,      kDoc, 1,          1,  WSAEFAULT,   Effect::none, "K-26"},
    SetRow{"NoBytes",                 Release::win11,      kDoc, 1,          0,  WSAEFAULT,   Effect::none, "K-26"},
    SetRow{"Negative",                Release::win11,      kDoc, 1,          -1, WSAEFAULT,   Effect::none, "K-26"},
    SetRow{"Windows2000",             Release::win2000,    kDoc, 1,          4,  0,           Effect::on,   "K-11"},
    SetRow{"Windows2000ThreeBytes",   Release::win2000,    kDoc, 1,          3,  WSAEFAULT,   Effect::none, "K-26"},
    SetRow{"ObservedDword",           Release::win11,      kObs, 1,          4,  0,           Effect::on,   "K-16"},
    SetRow{"ObservedByte",            Release::win11,      kObs, 1,          1,  0,           Effect::on,   "K-16"},
    SetRow{"ObservedSecondByteIsOff", Release::win11,      kObs, 0x100,      4,  0,           Effect::off,  "K-16"},
    SetRow{"ObservedNoBytes",         Release::win11,      kObs, 1,          0,  WSAEFAULT,   Effect::none, "K-16"},
    SetRow{"ObservedNegative",        Release::win11,      kObs, 1,          -1, WSAENOBUFS,  Effect::none, "K-16"},
    SetRow{"ObservedNegative21H1",    Release::win10_21h1, kObs, 1,          -1, WSAENOBUFS,  Effect::none, "K-16"},
    SetRow{"ObservedNegative1709",    Release::win10_1709, kObs, 1,          -1, WSAEFAULT,   Effect::none, "K-16"},
    SetRow{"ObservedNegativeWin7",    Release::win7,       kObs, 1,          -1, WSAEFAULT,   Effect::none, "K-16"},
    SetRow{"ObservedNegativeVista",   Release::vista,      kObs, 1,          -1, WSAENOBUFS,  Effect::none, "K-16"},
    SetRow{"ObservedByteVista",       Release::vista,      kObs, 1,          1,  0,           Effect::on,   "K-16"},
    SetRow{"ObservedByte2003",        Release::ws2003,     kObs, 1,          1,  WSAEFAULT,   Effect::none, "K-16"},
    SetRow{"ObservedSecondByte2003",  Release::ws2003,     kObs, 0x100,      4,  0,           Effect::on,   "K-16"},
    SetRow{"ObservedNegative2003",    Release::ws2003,     kObs, 1,          -1, WSAEFAULT,   Effect::none, "K-16"},
    // clang-format on
};

class SetKeepAlive : public testing::TestWithParam<SetRow> {};

// Both from off and from on, so that an effect and its absence show.
TEST_P(SetKeepAlive, AnswersAsWindowsDoes) {
  const SetRow& row = GetParam();
  const Started started{row.release, row.rules};
  const std::uint32_t one = 1;
  for (const bool was_on : {false, true}) {
    const LiveSocket live = LiveSocket::fresh();
    if (was_on) {
      ASSERT_EQ(setsockopt(live.handle(), SOL_SOCKET, SO_KEEPALIVE,
                           reinterpret_cast<const char*>(&one), 4),
                0);
    }
    const KeepAliveState before = KeepAliveState::of(live);
    ASSERT_EQ(before.kernel.on == os::Switch::on, was_on);
    std::array<char, 8> bytes{};
    std::memcpy(bytes.data(), &row.value, sizeof row.value);

    const int result = setsockopt(live.handle(), SOL_SOCKET, SO_KEEPALIVE, bytes.data(), row.size);

    EXPECT_EQ(result, row.error == 0 ? 0 : SOCKET_ERROR);
    if (row.error != 0) {
      EXPECT_EQ(last_error(), row.error);
    }
    const KeepAliveState after = KeepAliveState::of(live);
    const bool is_on = row.effect == Effect::none ? was_on : row.effect == Effect::on;
    EXPECT_EQ(after.on, is_on);
    EXPECT_EQ(after.driven, is_on);
    EXPECT_EQ(after.kernel.on == os::Switch::on, is_on);
    if (row.effect == Effect::none) {
      EXPECT_EQ(after, before);  // K-13
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Rows, SetKeepAlive, testing::ValuesIn(kSetRows),
                         [](const auto& row) { return std::string{row.param.name}; });

// -- get ---------------------------------------------------------------------------------------

struct GetRow {
  std::string_view name;
  Release release;
  Rules rules;
  int size;
  int error;
  int reported;  // What *optlen is afterwards.
  int written;   // How many bytes of the buffer.
  std::string_view source;

  friend void PrintTo(const GetRow& row, std::ostream* out) {
    *out << row.name << ' ' << row.source;
  }
};

constexpr std::array kGetRows{
    // clang-format off
    GetRow{"Dword",            Release::win11,   kDoc, 4,  0,         4,  4, "K-12"},
    GetRow{"Longer",           Release::win11,   kDoc, 8,  0,         4,  4, "K-12"},
    GetRow{"ThreeBytes",       Release::win11,   kDoc, 3,  WSAEFAULT, 3,  0, "K-26"},
    GetRow{"NoBytes",          Release::win11,   kDoc, 0,  WSAEFAULT, 0,  0, "K-26"},
    GetRow{"Negative",         Release::win11,   kDoc, -1, WSAEFAULT, -1, 0, "K-26"},
    GetRow{"Windows2000",      Release::win2000, kDoc, 4,  0,         4,  4, "K-12"},
    GetRow{"ObservedDword",    Release::win11,   kObs, 4,  0,         1,  1, "K-16"},
    GetRow{"ObservedByte",     Release::win11,   kObs, 1,  0,         1,  1, "K-16"},
    GetRow{"ObservedNoBytes",  Release::win11,   kObs, 0,  WSAEFAULT, 0,  0, "K-16"},
    GetRow{"ObservedNegative", Release::win11,   kObs, -1, WSAEFAULT, -1, 0, "K-16"},
    GetRow{"ObservedVista",    Release::vista,   kObs, 4,  0,         1,  1, "K-16"},
    GetRow{"Observed2003",     Release::ws2003,  kObs, 4,  0,         4,  4, "K-16"},
    GetRow{"Observed2003Byte", Release::ws2003,  kObs, 1,  WSAEFAULT, 1,  0, "K-16"},
    // clang-format on
};

class GetKeepAlive : public testing::TestWithParam<GetRow> {};

TEST_P(GetKeepAlive, AnswersAsWindowsDoes) {
  const GetRow& row = GetParam();
  const Started started{row.release, row.rules};
  const LiveSocket live = LiveSocket::fresh();
  for (const std::uint32_t wanted : {0U, 1U}) {
    ASSERT_EQ(setsockopt(live.handle(), SOL_SOCKET, SO_KEEPALIVE,
                         reinterpret_cast<const char*>(&wanted), 4),
              0);
    const KeepAliveState before = KeepAliveState::of(live);
    // On the stack and on the heap: two ways to the program's memory.
    auto heap = std::make_unique<std::array<char, 12>>();
    std::array<char, 12> stack{};
    for (char* const buffer : {stack.data(), heap->data()}) {
      std::memset(buffer, 0x5a, 12);
      int size = row.size;

      const int result = getsockopt(live.handle(), SOL_SOCKET, SO_KEEPALIVE, buffer, &size);

      EXPECT_EQ(result, row.error == 0 ? 0 : SOCKET_ERROR);
      if (row.error != 0) {
        EXPECT_EQ(last_error(), row.error);
      }
      EXPECT_EQ(size, row.reported);
      std::array<char, 12> expected{};
      expected.fill(0x5a);
      std::memcpy(expected.data(), &wanted, static_cast<std::size_t>(row.written));
      EXPECT_EQ(std::string_view(buffer, 12), std::string_view(expected.data(), 12));
      EXPECT_EQ(KeepAliveState::of(live), before);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Rows, GetKeepAlive, testing::ValuesIn(kGetRows),
                         [](const auto& row) { return std::string{row.param.name}; });

}  // namespace
}  // namespace wsalive::test
