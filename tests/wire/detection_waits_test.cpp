// How a program learns of a connection's end that waits by network events, or has overlapped operations
// pending with an event, a routine or a port: found dead by keep-alive, reset by the peer, ended by retransmission.
// labels: ns realtime slow
// shards: 2

#include <array>
#include <ostream>
#include <string>
#include <thread>

#include "support/port.hpp"
#include "support/selected_events.hpp"
#include "support/wire_talk.hpp"

namespace wsalive::test {
namespace {

enum class Bringing { cable_cut, peer_forgets, data_lost };

/// T = I = 1 s. One probe: found dead 2 s after the last segment; many, where one that is answered is waited for.
Stored stored_for(Bringing how) {
  const DWORD probes = how == Bringing::peer_forgets ? 20 : 1;
  return {.keep_alive_time = 1000,
          .keep_alive_interval = 1000,
          .data_retransmissions = probes,
          .pptp_data_retransmissions = probes};
}

struct End {
  const char* name;
  Bringing how;
  int code;         // In progress, and once to a later call where none was.
  int later;        // To calls after that.
  DWORD port_code;  // GetLastError of GetQueuedCompletionStatus.

  friend void PrintTo(const End& end, std::ostream* out) { *out << end.name; }
};

const End kEnds[] = {
    // clang-format off
    {"KeepAlive",      Bringing::cable_cut,    WSAENETRESET,  WSAECONNRESET, ERROR_NETNAME_DELETED},  // K-90
    {"Retransmission", Bringing::data_lost,    WSAETIMEDOUT,  WSAETIMEDOUT,  ERROR_SEM_TIMEOUT},      // K-91
    {"PeersReset",     Bringing::peer_forgets, WSAECONNRESET, WSAECONNRESET, ERROR_NETNAME_DELETED},  // K-92
    // clang-format on
};

class DetectionBy : public TwoHosts, public testing::WithParamInterface<End> {
 protected:
  void SetUp() override {
    TwoHosts::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    ASSERT_TRUE(lab::set_sysctl(network().client(), "net/ipv4/tcp_retries2", "2"));
  }

  void bring_end(WireTalk& talk) {
    ASSERT_TRUE(network().cut_cable());
    if (GetParam().how == Bringing::data_lost) {
      ASSERT_EQ(talk.send("never acknowledged"), 0);
    } else if (GetParam().how == Bringing::peer_forgets) {
      talk.server().abort();
      ASSERT_TRUE(network().mend_cable());
    }
  }

  /// Calls that begin after the end has been told.
  void expect_later(WireTalk& talk) {
    OVERLAPPED overlapped{};
    EXPECT_EQ(receive_into(talk.client(), room(), overlapped), GetParam().later);
    EXPECT_EQ(send_from(talk.client(), room(), overlapped), GetParam().later);
    EXPECT_EQ(talk.receive(), GetParam().later);
    EXPECT_EQ(talk.send("x"), GetParam().later);
  }

  WSABUF room() { return buffer_of(room_.data(), room_.size()); }

  StartedFromStore started_{"winxp", stored_for(GetParam().how)};
  std::array<char, 16> room_{};
  std::array<OVERLAPPED, 2> pending_{};
};

TEST_P(DetectionBy, NetworkEvents) {  // K-90 to K-93
  WireTalk talk{network()};
  talk.switch_on();
  const Events events;
  ASSERT_EQ(events.select(talk.client(), FD_READ | FD_WRITE | FD_CLOSE), 0);
  EXPECT_EQ(events.now(talk.client()), "WRITE");
  bring_end(talk);
  EXPECT_EQ(events.next(talk.client(), 15'000), "CLOSE=" + std::to_string(GetParam().code));
  EXPECT_EQ(events.now(talk.client()), "");
  EXPECT_EQ(talk.receive(), GetParam().code);  // The event has used nothing up.
  expect_later(talk);
  EXPECT_EQ(events.now(talk.client()), "");  // FD_CLOSE once.
}

TEST_P(DetectionBy, OverlappedWithAnEvent) {  // K-90 to K-92
  WireTalk talk{network()};
  talk.switch_on();
  std::array<OwnEvent, 2> events;
  for (std::size_t at = 0; at < 2; ++at) {
    pending_[at].hEvent = events[at].get();
    ASSERT_EQ(receive_into(talk.client(), room(), pending_[at]), WSA_IO_PENDING);
  }
  bring_end(talk);
  for (std::size_t at = 0; at < 2; ++at) {
    ASSERT_TRUE(events[at].is_set(15'000));
    DWORD bytes = 99;
    EXPECT_EQ(result_of(talk.client(), pending_[at], bytes), GetParam().code);
  }
  expect_later(talk);
}

std::array<DWORD, 2> routine_codes;
std::size_t routines_ran;

TEST_P(DetectionBy, OverlappedWithARoutine) {  // K-90 to K-92
  WireTalk talk{network()};
  talk.switch_on();
  routines_ran = 0;
  for (OVERLAPPED& each : pending_) {
    ASSERT_EQ(receive_into(talk.client(), room(), each,
                           [](DWORD code, DWORD, LPWSAOVERLAPPED, DWORD) {
                             routine_codes.at(routines_ran++) = code;
                           }),
              WSA_IO_PENDING);
  }
  bring_end(talk);
  while (routines_ran < 2 && SleepEx(15'000, TRUE) == WAIT_IO_COMPLETION) {
  }
  ASSERT_EQ(routines_ran, 2U);
  for (const DWORD code : routine_codes) EXPECT_EQ(code, static_cast<DWORD>(GetParam().code));
  expect_later(talk);
}

TEST_P(DetectionBy, OverlappedWithAPort) {  // K-90 to K-92
  WireTalk talk{network()};
  talk.switch_on();
  const Port port;
  port.add(talk.client(), 7);
  for (OVERLAPPED& each : pending_) {
    ASSERT_EQ(receive_into(talk.client(), room(), each), WSA_IO_PENDING);
  }
  bring_end(talk);
  for (OVERLAPPED& each : pending_) {
    EXPECT_EQ(port.take(15'000), (Taken{GetParam().port_code, 0, 7, &each}));
    DWORD bytes = 99;
    EXPECT_EQ(result_of(talk.client(), each, bytes), GetParam().code);
  }
  expect_later(talk);
}

TEST_P(DetectionBy, ABlockedCallBesidePendingOperationsAndASelection) {  // K-90 to K-93
  WireTalk talk{network()};
  talk.switch_on();
  const OwnEvent event;
  pending_[0].hEvent = event.get();
  ASSERT_EQ(receive_into(talk.client(), room(), pending_[0]), WSA_IO_PENDING);
  int blocked_code = 0;
  std::thread blocked{[&] { blocked_code = talk.receive(); }};
  std::this_thread::sleep_for(std::chrono::milliseconds{100});
  const Events events;  // Makes the socket non-blocking, which the call in progress does not mind.
  ASSERT_EQ(events.select(talk.client(), FD_CLOSE), 0);
  bring_end(talk);
  blocked.join();
  EXPECT_EQ(blocked_code, GetParam().code);
  ASSERT_TRUE(event.is_set(15'000));
  DWORD bytes = 99;
  EXPECT_EQ(result_of(talk.client(), pending_[0], bytes), GetParam().code);
  EXPECT_EQ(events.next(talk.client(), 15'000), "CLOSE=" + std::to_string(GetParam().code));
  expect_later(talk);
}

TEST_P(DetectionBy, TheFirstOverlappedCallAfterwardsIfNoneWasPending) {  // K-90 to K-92
  WireTalk talk{network()};
  talk.switch_on();
  bring_end(talk);
  WSAPOLLFD item{talk.client(), 0, 0};
  ASSERT_EQ(WSAPoll(&item, 1, 15'000), 1);
  EXPECT_EQ(item.revents, POLLERR | POLLHUP);  // K-93
  OVERLAPPED overlapped{};
  EXPECT_EQ(receive_into(talk.client(), room(), overlapped), GetParam().code);
  expect_later(talk);
}

INSTANTIATE_TEST_SUITE_P(Ends, DetectionBy, testing::ValuesIn(kEnds),
                         [](const auto& row) { return std::string{row.param.name}; });

}  // namespace
}  // namespace wsalive::test
