// labels: net
// What no program sees of SO_KEEPALIVE: the kernel and the engine follow the switch, and a call that is refused leaves both as
// they were (K-13). Which values, lengths and sockets are taken: tests/conformance/option_calls.c.

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
#include "support/option_calls.hpp"

namespace wsalive::test {
namespace {

using policy::Rules;

enum class Effect : std::uint8_t { none, on, off };

struct Row {
  std::string_view name;
  Rules rules;
  std::uint32_t value;
  int size;
  Effect effect;

  friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};

constexpr std::array kRows{
    // clang-format off
    Row{"On",              Rules::documented, 1,     4,  Effect::on},
    Row{"Off",             Rules::documented, 0,     4,  Effect::off},
    Row{"Refused",         Rules::documented, 1,     3,  Effect::none},
    Row{"ObservedByte",    Rules::observed,   1,     1,  Effect::on},
    Row{"ObservedOff",     Rules::observed,   0x100, 4,  Effect::off},
    Row{"ObservedRefused", Rules::observed,   1,     -1, Effect::none},
    // clang-format on
};

class SetKeepAlive : public testing::TestWithParam<Row> {};

// Both from off and from on, so that an effect and its absence show.
TEST_P(SetKeepAlive, IsFollowedByKernelAndEngine) {
  const Row& row = GetParam();
  const Started started{policy::Release::win11, row.rules};
  for (const bool was_on : {false, true}) {
    const LiveSocket live = LiveSocket::fresh();
    ASSERT_EQ(set_dword(live.handle(), SOL_SOCKET, SO_KEEPALIVE, was_on ? 1 : 0), 0);
    const KeepAliveState before = KeepAliveState::of(live);
    ASSERT_EQ(before.kernel.on == os::Switch::on, was_on);
    const int result = set_dword(live.handle(), SOL_SOCKET, SO_KEEPALIVE, row.value, row.size);
    EXPECT_EQ(result == 0, row.effect != Effect::none);
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

INSTANTIATE_TEST_SUITE_P(Rows, SetKeepAlive, testing::ValuesIn(kRows),
                         [](const auto& row) { return std::string{row.param.name}; });

TEST(KeepAliveOption, GivesTheKernelTheReleasesTiming) {
  const Started started;
  const std::array all{LiveSocket::fresh(), LiveSocket::fresh(Kind::tcp, Family::ipv6),
                       LiveSocket::listening(), LiveSocket::connected()};
  for (const LiveSocket& live : all) {
    EXPECT_EQ(set_dword(live.handle(), SOL_SOCKET, SO_KEEPALIVE, 1), 0);
    EXPECT_EQ(os::keep_alive_values(live.fd()), (os::KernelKeepAlive{os::Switch::on, 7200, 1, 10}));
    EXPECT_EQ(set_dword(live.handle(), SOL_SOCKET, SO_KEEPALIVE, 0), 0);
    EXPECT_EQ(os::keep_alive_switch(live.fd()), os::Switch::off);
  }
}

TEST(KeepAliveOption, IsNotSetInTheKernelForOtherSockets) {
  const Started started;
  const std::array others{LiveSocket::fresh(Kind::udp), LiveSocket::fresh(Kind::udp, Family::ipv6),
                          LiveSocket::fresh(Kind::local_stream, Family::local)};
  for (const LiveSocket& live : others) {
    EXPECT_EQ(error_of_set(live.handle(), SOL_SOCKET, SO_KEEPALIVE, 1), WSAENOPROTOOPT);
    EXPECT_EQ(os::keep_alive_switch(live.fd()), os::Switch::off);
  }
}

// Two ways to the program's memory: the stack is known to be there.
TEST(KeepAliveOption, IsReadIntoTheHeapAsIntoTheStack) {
  for (const Rules rules : {Rules::documented, Rules::observed}) {
    const Started started{policy::Release::win11, rules};
    const LiveSocket live = LiveSocket::fresh();
    const auto heap = std::make_unique<std::array<char, 12>>();
    std::array<char, 12> stack{};
    for (const int room : {0, 1, 3, 4, 8}) {
      for (const DWORD on : {0U, 1U}) {
        ASSERT_EQ(set_dword(live.handle(), SOL_SOCKET, SO_KEEPALIVE, on), 0);
        const KeepAliveState before = KeepAliveState::of(live);
        stack.fill(0x5a);
        heap->fill(0x5a);
        int size = room;
        int size_again = room;
        const int result = getsockopt(live.handle(), SOL_SOCKET, SO_KEEPALIVE, stack.data(), &size);
        EXPECT_EQ(getsockopt(live.handle(), SOL_SOCKET, SO_KEEPALIVE, heap->data(), &size_again),
                  result);
        EXPECT_EQ(stack, *heap);
        EXPECT_EQ(size, size_again);
        EXPECT_EQ(KeepAliveState::of(live), before);
      }
    }
  }
}

}  // namespace
}  // namespace wsalive::test
