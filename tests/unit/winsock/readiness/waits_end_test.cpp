// A wait ends in time and takes no processor, whatever its sockets are ready for beside what it asks (K-93).
// labels: net

#include <sys/resource.h>

#include <cstddef>

#include "support/winsock_api.hpp"

#include <array>
#include <cctype>
#include <chrono>
#include <ctime>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "support/live_socket.hpp"

namespace wsalive::test {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds kWait{40};

std::chrono::nanoseconds processor_time() {
  timespec used{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return std::chrono::seconds{used.tv_sec} + std::chrono::nanoseconds{used.tv_nsec};
}

/// A socket in some state, with what keeps it there.
struct State {
  Own socket;
  std::vector<Own> others;
};

State connected(const std::function<void(Pair&)>& then) {
  Pair pair = connected_pair();
  then(pair);
  State made{std::move(pair.client), {}};
  if (pair.server.get() != INVALID_SOCKET) made.others.push_back(std::move(pair.server));
  return made;
}

Own bound_udp() {
  Own made = udp();
  EXPECT_EQ(bind_to(made, loopback()), 0);
  return made;
}

/// Until it is ready for something.
void settle(const Own& s, SHORT events) {
  WSAPOLLFD item{s, events, 0};
  EXPECT_EQ(WSAPoll(&item, 1, 5000), 1);
}

State reset() {
  return connected([](Pair& pair) {
    reset_by_server(pair);
    settle(pair.client, 0);
  });
}

State both_ended() {
  return connected([](Pair& pair) {
    EXPECT_EQ(shutdown(pair.client, SD_SEND), 0);
    pair.server.close();
    settle(pair.client, POLLRDNORM);
  });
}

State failed_connect() {
  Own from = listener();
  const sockaddr_in address = name_of(from);
  from.close();
  State made{tcp(), {}};
  u_long on = 1;
  EXPECT_EQ(ioctlsocket(made.socket, FIONBIO, &on), 0);
  EXPECT_TRUE(fails_with(connect_to(made.socket, address), WSAEWOULDBLOCK));
  settle(made.socket, 0);
  return made;
}

/// No socket receives what it has sent.
State unheard_datagram() {
  Own gone = bound_udp();
  const sockaddr_in address = name_of(gone);
  gone.close();
  State made{udp(), {}};
  EXPECT_EQ(connect_to(made.socket, address), 0);
  EXPECT_EQ(send(made.socket, "x", 1, 0), 1);
  settle(made.socket, POLLRDNORM);
  return made;
}

State with_urgent() {
  return connected([](Pair& pair) {
    EXPECT_EQ(send(pair.server, "!", 1, MSG_OOB), 1);
    settle(pair.client, POLLRDBAND);
  });
}

State with_data_and_end() {
  return connected([](Pair& pair) {
    EXPECT_EQ(send(pair.server, "x", 1, 0), 1);
    pair.server.close();
    settle(pair.client, POLLRDNORM);
  });
}

State full() {
  return connected([](Pair& pair) {
    u_long on = 1;
    EXPECT_EQ(ioctlsocket(pair.client, FIONBIO, &on), 0);
    const std::vector<char> much(1 << 16);
    while (send(pair.client, much.data(), static_cast<int>(much.size()), 0) > 0) {
    }
  });
}

State awaited_listener() {
  State made{listener(), {}};
  made.others.push_back(tcp());
  EXPECT_EQ(connect_to(made.others[0], name_of(made.socket)), 0);
  settle(made.socket, POLLRDNORM);
  return made;
}

struct StateRow {
  std::string_view name;
  State (*make)();
};
constexpr std::array kStates{
    StateRow{"never connected",
             [] {
               return State{tcp(), {}};
             }},
    StateRow{"connected", [] { return connected([](Pair&) {}); }},
    StateRow{"urgent data", with_urgent},
    StateRow{"data and the peer's end", with_data_and_end},
    StateRow{"both ended", both_ended},
    StateRow{"reset", reset},
    StateRow{"full", full},
    StateRow{"failed connect", failed_connect},
    StateRow{"listening",
             [] {
               return State{listener(), {}};
             }},
    StateRow{"listening, awaited", awaited_listener},
    StateRow{"datagrams",
             [] {
               return State{udp(), {}};
             }},
    StateRow{"a datagram that nobody heard", unheard_datagram},
};

struct Waited {
  int ready;
  milliseconds lasted;
  std::chrono::nanoseconds used;
};

Waited measured(const std::function<int()>& call) {
  const auto began = std::chrono::steady_clock::now();
  const auto used = processor_time();
  const int ready = call();
  return {ready, std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - began),
          processor_time() - used};
}

/// A wait returns at once if a socket is ready; else it lasts, and sleeps.
void expect_waits(const std::function<int(milliseconds)>& call) {
  const int now = call(milliseconds{0});
  const Waited later = measured([&] { return call(kWait); });
  EXPECT_EQ(later.ready, now);
  if (now != 0) return;
  EXPECT_GE(later.lasted, kWait);
  EXPECT_LT(later.used, kWait / 2);
}

fd_set set_of(const std::vector<SOCKET>& sockets) {
  fd_set set;
  FD_ZERO(&set);
  for (const SOCKET s : sockets) FD_SET(s, &set);
  return set;
}

constexpr unsigned kAllSets = 7;

/// select with the sockets in the sets of `which`: 1 reading, 2 writing, 4 exceptional. nullopt: for ever.
int selected(const std::vector<SOCKET>& sockets, unsigned which, std::optional<milliseconds> wait) {
  std::array<fd_set, 3> sets;
  std::array<fd_set*, 3> given{};
  for (unsigned at = 0; at < sets.size(); ++at) {
    sets[at] = set_of(sockets);
    given[at] = (which >> at & 1U) != 0 ? &sets[at] : nullptr;
  }
  timeval time{};
  if (wait) time.tv_usec = std::chrono::microseconds{*wait}.count();
  return select(0, given[0], given[1], given[2], wait ? &time : nullptr);
}

class WaitsEnd : public testing::TestWithParam<StateRow> {
 protected:
  Winsock started_;
};

TEST_P(WaitsEnd, Select) {
  const State state = GetParam().make();
  const Own idle = bound_udp();
  for (unsigned which = 1; which <= kAllSets; ++which) {
    SCOPED_TRACE(testing::Message() << "sets " << which);
    expect_waits([&](milliseconds wait) { return selected({state.socket}, which, wait); });
    if ((which & 2U) != 0) continue;  // An idle datagram socket is writable.
    expect_waits([&](milliseconds wait) { return selected({state.socket, idle}, which, wait); });
  }
}

TEST_P(WaitsEnd, Poll) {
  const State state = GetParam().make();
  for (const int asked : {0, POLLRDNORM, POLLRDBAND, POLLWRNORM, POLLIN | POLLOUT}) {
    const auto events = static_cast<SHORT>(asked);
    SCOPED_TRACE(testing::Message() << "events " << events);
    expect_waits([&](milliseconds wait) {
      WSAPOLLFD item{state.socket, events, 0};
      return WSAPoll(&item, 1, static_cast<INT>(wait.count()));
    });
  }
}

/// Endless waits sleep, and end when a socket beside it is ready for what is asked.
TEST_P(WaitsEnd, ForWhatComesLater) {
  for (const unsigned which : {1U, 4U, 5U}) {
    SCOPED_TRACE(testing::Message() << "sets " << which);
    const State state = GetParam().make();
    if (selected({state.socket}, which, milliseconds{0}) != 0) continue;
    const Pair pair = connected_pair();
    std::thread later{[&] {
      std::this_thread::sleep_for(kWait);
      EXPECT_EQ(send(pair.server, "!", 1, which == 1 ? 0 : MSG_OOB), 1);
    }};
    const Waited waited = measured([&] {
      return selected({state.socket, pair.client}, which, std::nullopt);
    });
    later.join();
    EXPECT_GE(waited.ready, 1);
    EXPECT_LT(waited.used, kWait / 2);
  }
}

INSTANTIATE_TEST_SUITE_P(, WaitsEnd, testing::ValuesIn(kStates), [](const auto& each) {
  std::string name{each.param.name};
  for (char& letter : name) {
    if (std::isalpha(static_cast<unsigned char>(letter)) == 0) letter = '_';
  }
  return name;
});

/// Without a descriptor to be had the wait still ends, and hardly works.
TEST(WaitsEndLater, WithAFullDescriptorTable) {
  const Winsock started;
  const State broken = reset();
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none{3, before.rlim_max};  // poll takes no more descriptors than that.
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const Waited waited = measured([&] { return selected({broken.socket}, 4, kWait); });
  EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(waited.ready, 0);
  EXPECT_GE(waited.lasted, kWait);
  EXPECT_LT(waited.used, kWait / 2);
}

}  // namespace
}  // namespace wsalive::test
