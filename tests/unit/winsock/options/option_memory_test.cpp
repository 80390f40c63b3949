// labels: net
// Pointers that are not in the program's memory: NULL, small integers, unmapped and read-only pages, pages
// that end within the value or the length. An error, never a crash, and nothing changed (K-13, K-26).

#include <gtest/gtest.h>
#include <winsock2.h>
#include <ws2tcpip.h>

#include <array>
#include <cstring>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "support/live_socket.hpp"
#include "support/option_calls.hpp"

namespace wsalive::test {
namespace {

using policy::Release;
using policy::Rules;

struct Row {
  std::string_view name;
  int level;
  int option;
  Rules rules = Rules::documented;

  friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};

constexpr std::array kRows{
    // clang-format off
    Row{"KeepAlive",         SOL_SOCKET,  SO_KEEPALIVE},
    Row{"KeepAliveObserved", SOL_SOCKET,  SO_KEEPALIVE, Rules::observed},
    Row{"NoDelay",           IPPROTO_TCP, TCP_NODELAY},
    Row{"NoDelayObserved",   IPPROTO_TCP, TCP_NODELAY,  Rules::observed},
    Row{"KeepIdle",          IPPROTO_TCP, TCP_KEEPIDLE},
    Row{"KeepCount",         IPPROTO_TCP, TCP_KEEPCNT},
    // clang-format on
};

class OptionMemory : public testing::TestWithParam<Row> {
 protected:
  OptionMemory() : started_(Release::win11, GetParam().rules) {
    EXPECT_EQ(error_of_vals(live_.handle(), 1, 60'000, 2'000), 0);
    EXPECT_EQ(error_of_set(live_.handle(), IPPROTO_TCP, TCP_KEEPCNT, 7), 0);
    before_ = KeepAliveState::of(live_);
  }
  ~OptionMemory() override { EXPECT_EQ(KeepAliveState::of(live_), before_); }

  int set(const char* value, int size) {
    const Row& row = GetParam();
    return setsockopt(live_.handle(), row.level, row.option, value, size) == 0 ? 0 : last_error();
  }
  int get(char* value, int* size) {
    const Row& row = GetParam();
    return getsockopt(live_.handle(), row.level, row.option, value, size) == 0 ? 0 : last_error();
  }
  /// How many bytes of the value count.
  [[nodiscard]] static int counting() {
    const bool is_switch = GetParam().option == SO_KEEPALIVE || GetParam().option == TCP_NODELAY;
    return GetParam().rules == Rules::observed && is_switch ? 1 : 4;
  }

  Started started_;
  LiveSocket live_ = LiveSocket::connected();
  BadPage gone_{BadPage::Access::none};
  BadPage read_only_{BadPage::Access::read_only};

 private:
  KeepAliveState before_;
};

TEST_P(OptionMemory, SetRefusesAValueThatCannotBeRead) {
  std::vector<const char*> bad{nullptr, reinterpret_cast<char*>(1), gone_.inside()};
  for (int good = 1; good < counting(); ++good) {
    bad.push_back(gone_.before(static_cast<std::size_t>(good)));
  }
  for (const char* const value : bad) {
    EXPECT_EQ(set(value, 4), WSAEFAULT);
    EXPECT_EQ(set(value, 64), WSAEFAULT);
  }
}

TEST_P(OptionMemory, SetReadsOnlyTheBytesThatCount) {  // K-15
  char* const value = gone_.before(static_cast<std::size_t>(counting()));
  int size = sizeof(DWORD);
  DWORD now = 0;
  ASSERT_EQ(get(reinterpret_cast<char*>(&now), &size), 0);
  std::memcpy(value, &now, static_cast<std::size_t>(counting()));
  EXPECT_EQ(set(value, 64), 0);
}

TEST_P(OptionMemory, SetTakesAValueFromReadOnlyMemory) {
  int size = sizeof(DWORD);
  char* const value = gone_.before(4);
  ASSERT_EQ(get(value, &size), 0);
  EXPECT_EQ(set(value, 4), 0);
}

TEST_P(OptionMemory, GetRefusesAValueThatCannotBeWritten) {
  std::vector<char*> bad{nullptr, reinterpret_cast<char*>(1), gone_.inside(), read_only_.inside()};
  for (int good = 1; good < counting(); ++good) {
    bad.push_back(gone_.before(static_cast<std::size_t>(good)));
    bad.push_back(read_only_.before(static_cast<std::size_t>(good)));
  }
  std::memset(gone_.before(8), 0x5a, 8);
  std::memset(read_only_.before(8), 0x5a, 8);
  int* const in_heap = reinterpret_cast<int*>(gone_.before(64));
  for (char* const value : bad) {
    int size = 64;
    EXPECT_EQ(get(value, &size), WSAEFAULT);
    EXPECT_EQ(size, 64);
    *in_heap = 64;
    EXPECT_EQ(get(value, in_heap), WSAEFAULT);
    EXPECT_EQ(*in_heap, 64);
  }
  const std::string untouched(8, 0x5a);
  EXPECT_EQ(std::string_view(gone_.before(8), 8), untouched);
  EXPECT_EQ(std::string_view(read_only_.before(8), 8), untouched);
}

TEST_P(OptionMemory, GetRefusesALengthThatCannotBeRead) {
  std::array<char, 8> value{};
  value.fill(0x5a);
  const std::array<void*, 5> bad{nullptr, reinterpret_cast<void*>(1), gone_.inside(),
                                 gone_.before(1), gone_.before(3)};
  for (void* const size : bad) {
    EXPECT_EQ(get(value.data(), static_cast<int*>(size)), WSAEFAULT);
    EXPECT_EQ(value[0], 0x5a);
  }
}

TEST_P(OptionMemory, GetRefusesALengthThatCannotBeWritten) {
  // A readable length of 0 is too short; the page's bytes are zero.
  EXPECT_EQ(get(gone_.before(4), reinterpret_cast<int*>(read_only_.inside())), WSAEFAULT);
  BadPage long_enough{BadPage::Access::none};
  std::array<char, 8> value{};
  const int size = 4;
  std::memcpy(long_enough.before(4), &size, sizeof size);
  long_enough.forbid_writing();
  EXPECT_EQ(get(value.data(), reinterpret_cast<int*>(long_enough.before(4))), WSAEFAULT);
  EXPECT_EQ(get(gone_.before(8), reinterpret_cast<int*>(long_enough.before(4))), WSAEFAULT);
}

TEST_P(OptionMemory, GetFillsTheLastBytesOfAPage) {
  int size = 64;
  EXPECT_EQ(get(gone_.before(static_cast<std::size_t>(counting())), &size), 0);
  EXPECT_EQ(size, counting());
}

INSTANTIATE_TEST_SUITE_P(Rows, OptionMemory, testing::ValuesIn(kRows),
                         [](const auto& row) { return std::string{row.param.name}; });

}  // namespace
}  // namespace wsalive::test
