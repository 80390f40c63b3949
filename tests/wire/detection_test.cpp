// What the program hears when a connection ends: found dead by keep-alive, ended by retransmission, or
// reset by the peer; told apart on a real wire, for programs that block, that do not, and that wait in
// select or WSAPoll.
// labels: ns realtime
// shards: 2

#include "support/wire_talk.hpp"

#include <ws2tcpip.h>
#include <wsalive_ext.h>

#include <thread>

namespace wsalive::test {
namespace {

using namespace std::chrono_literals;
using lab::Act;
using lab::SegmentDirection;

/// T = I = 1 s, one probe: found dead 2 s after the last segment.
const Stored kQuick{.keep_alive_time = 1000,
                    .keep_alive_interval = 1000,
                    .data_retransmissions = 1,
                    .pptp_data_retransmissions = 1};

class Detection : public TwoHosts {
 protected:
  void SetUp() override {
    TwoHosts::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    // Two retransmissions: 200, 400 and 800 ms instead of a quarter of an hour.
    ASSERT_TRUE(lab::set_sysctl(network().client(), "net/ipv4/tcp_retries2", "2"));
  }

  /// The peer's host answers the next segment with a reset: its socket is gone without a segment.
  void peer_loses_its_memory(WireTalk& talk) {
    ASSERT_TRUE(network().cut_cable());
    talk.server().abort();
    ASSERT_TRUE(network().mend_cable());
  }

  StartedFromStore started_{"winxp", kQuick};
};

TEST_F(Detection, ABlockedReceiveEndsWithNetReset) {  // K-90
  WireTalk talk{network()};
  talk.switch_on();
  ASSERT_TRUE(network().cut_cable());
  EXPECT_EQ(talk.receive(), WSAENETRESET);
  EXPECT_EQ(talk.receive(), WSAECONNRESET);
  EXPECT_EQ(talk.send("x"), WSAECONNRESET);
}

/// After that the engine has no thread any more that an earlier test has started, in another network namespace.
void await_engines_rest() { std::this_thread::sleep_for(500ms); }

/// T = 700 ms, I = 200 ms, one probe: only `repair` can do that.
Instant switch_on_below_a_second(WireTalk& talk) {
  const Instant on = talk.set_values(700, 200);
  wsalive_keepalive now{};
  now.size = sizeof now;
  EXPECT_EQ(wsalive_keepalive_in_force(talk.client(), &now), 0) << WSAGetLastError();
  EXPECT_EQ(now.driver, WSALIVE_DRIVER_REPAIR);
  return on;
}

TEST_F(Detection, ABlockedReceiveEndsWithNetResetBelowASecondToo) {  // K-50, K-90
  await_engines_rest();
  WireTalk talk{network()};
  const Instant on = [&] {
    const lab::Visit visit{network().client()};  // The engine's thread is born where it drives.
    return switch_on_below_a_second(talk);
  }();
  ASSERT_TRUE(network().cut_cable());
  EXPECT_EQ(talk.receive(), WSAENETRESET);
  EXPECT_EQ(talk.receive(), WSAECONNRESET);
  EXPECT_EQ(talk.send("x"), WSAECONNRESET);
  std::this_thread::sleep_for(100ms);
  const policy::Timing asked{policy::DwordMillis{700}, policy::DwordMillis{200}, 1};
  EXPECT_EQ(differences(talk.story(), {.timing = asked, .on = on, .until = wire_now()}), "")
      << talk.told();
}

TEST_F(Detection, WhereDestroyingIsRefusedTheKernelEndsItWithNetReset) {  // K-90
  await_engines_rest();
  WireTalk talk{network()};
  switch_on_below_a_second(talk);  // By a thread that stands in another network namespace.
  ASSERT_TRUE(network().cut_cable());
  EXPECT_EQ(talk.receive(), WSAENETRESET);
  EXPECT_EQ(talk.receive(), WSAECONNRESET);
  // The engine's probe, and the one with which the kernel's own keep-alive ends.
  EXPECT_EQ(lab::instants(talk.story(), Act::probe, SegmentDirection::out).size(), 2U)
      << talk.told();
}

TEST_F(Detection, TheFirstLaterCallHearsItIfNoneWasInProgress) {  // K-90
  WireTalk talk{network()};
  talk.never_block();
  talk.switch_on();
  ASSERT_TRUE(network().cut_cable());
  EXPECT_EQ(talk.receive(), WSAEWOULDBLOCK);
  std::this_thread::sleep_for(2200ms);
  EXPECT_EQ(talk.send("x"), WSAENETRESET);
  EXPECT_EQ(talk.receive(), WSAECONNRESET);
}

TEST_F(Detection, SetSockOptHearsItForAsLongAsTheSocketLives) {  // K-28, K-90
  WireTalk talk{network()};
  talk.switch_on();
  ASSERT_TRUE(network().cut_cable());
  EXPECT_EQ(talk.receive(), WSAENETRESET);
  const DWORD on = 1;
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(setsockopt(talk.client(), SOL_SOCKET, SO_KEEPALIVE,
                         reinterpret_cast<const char*>(&on), sizeof on),
              SOCKET_ERROR);
    EXPECT_EQ(WSAGetLastError(), WSAENETRESET);
  }
}

TEST_F(Detection, APeersResetInAnswerToAProbeIsConnReset) {  // K-92
  WireTalk talk{network()};
  talk.switch_on();
  peer_loses_its_memory(talk);
  EXPECT_EQ(talk.receive(), WSAECONNRESET);
  EXPECT_EQ(talk.receive(), WSAECONNRESET);
  EXPECT_EQ(talk.send("x"), WSAECONNRESET);
  const auto story = talk.story();
  EXPECT_EQ(lab::instants(story, Act::probe, SegmentDirection::out).size(), 1U) << talk.told();
  EXPECT_EQ(lab::instants(story, Act::reset, SegmentDirection::in).size(), 1U) << talk.told();
}

TEST_F(Detection, ARetransmissionTimeOutIsTimedOut) {  // K-91
  WireTalk talk{network()};
  talk.switch_on();
  ASSERT_TRUE(network().cut_cable());
  ASSERT_EQ(talk.send("never acknowledged"), 0);
  EXPECT_EQ(talk.receive(), WSAETIMEDOUT);
  EXPECT_EQ(talk.receive(), WSAETIMEDOUT);
  EXPECT_EQ(talk.send("x"), WSAETIMEDOUT);
  EXPECT_TRUE(lab::instants(talk.story(), Act::probe, SegmentDirection::out).empty())
      << talk.told();
}

/// TCP_MAXRTMS of a Windows 10 program.
class RetransmissionLimit : public TwoHosts {
 protected:
  static void limit(const WireTalk& talk, DWORD ms) {
    ASSERT_EQ(setsockopt(talk.client(), IPPROTO_TCP, TCP_MAXRTMS,
                         reinterpret_cast<const char*>(&ms), sizeof ms),
              0);
  }

  StartedFromStore started_{"win10-1703", {}};
};

TEST_F(RetransmissionLimit, IsNotTheEndOfASilentPeer) {  // K-76
  // Shorter than T, between two probes, and longer than all; keep-alive kept by the kernel (three
  // probes of 1 s) until then, or driven.
  for (const DWORD limit_ms : {700U, 2500U, 60'000U}) {
    WireTalk talk{network()};
    const DWORD three = 3;
    ASSERT_EQ(setsockopt(talk.client(), IPPROTO_TCP, TCP_KEEPCNT,
                         reinterpret_cast<const char*>(&three), sizeof three),
              0);
    const Instant on = talk.set_values(1000, 1000);
    limit(talk, limit_ms);
    ASSERT_TRUE(network().cut_cable());
    EXPECT_EQ(talk.receive(), WSAENETRESET);
    std::this_thread::sleep_for(100ms);
    const policy::Timing asked{policy::DwordMillis{1000}, policy::DwordMillis{1000}, 3};
    EXPECT_EQ(differences(talk.story(), {.timing = asked, .on = on, .until = wire_now()}), "")
        << talk.told();
    ASSERT_TRUE(network().mend_cable());
  }
}

TEST_F(RetransmissionLimit, EndsUnacknowledgedData) {  // K-76, K-91
  WireTalk talk{network()};
  talk.set_values(1000, 300);
  limit(talk, 1500);
  ASSERT_TRUE(network().cut_cable());
  std::this_thread::sleep_for(1450ms);  // Two probes are out.
  const Instant begin = wire_now();
  ASSERT_EQ(talk.send("never acknowledged"), 0);
  EXPECT_EQ(talk.receive(), WSAETIMEDOUT);
  EXPECT_GE(wire_now() - begin, 1400ms);
  EXPECT_LE(wire_now() - begin, 2500ms);
  EXPECT_EQ(talk.receive(), WSAETIMEDOUT);
}

TEST_F(Detection, ARetransmissionTimeOutAfterUnansweredProbesIsTimedOut) {  // K-91
  WireTalk talk{network()};
  talk.switch_on();
  ASSERT_TRUE(network().cut_cable());
  std::this_thread::sleep_for(1400ms);
  ASSERT_EQ(lab::instants(talk.story(), Act::probe, SegmentDirection::out).size(), 1U)
      << talk.told();
  ASSERT_EQ(talk.send("never acknowledged"), 0);
  EXPECT_EQ(talk.receive(), WSAETIMEDOUT);
}

/// Sends until the peer's window is closed.
void fill_the_window(WireTalk& talk) {
  talk.never_block();
  const std::string much(16384, 'x');
  int error = 0;
  for (int i = 0; i < 2000 && error == 0; ++i) error = talk.send(much);
  ASSERT_EQ(error, WSAEWOULDBLOCK);
}

int received_until_not_blocked(WireTalk& talk, std::chrono::milliseconds patience) {
  const Instant end = wire_now() + patience;
  int result = talk.receive();
  while (result == WSAEWOULDBLOCK && wire_now() < end) {
    std::this_thread::sleep_for(20ms);
    result = talk.receive();
  }
  return result;
}

TEST_F(Detection, AClosedWindowOfALivingPeerEndsNothing) {  // K-58
  WireTalk talk{network(), 4096};
  talk.switch_on();
  fill_the_window(talk);
  EXPECT_EQ(received_until_not_blocked(talk, 3500ms), WSAEWOULDBLOCK) << talk.told();
}

TEST_F(Detection, AClosedWindowOfADeadPeerIsTimedOut) {  // K-91
  WireTalk talk{network(), 4096};
  talk.switch_on();
  fill_the_window(talk);
  std::this_thread::sleep_for(500ms);
  ASSERT_TRUE(network().cut_cable());
  EXPECT_EQ(received_until_not_blocked(talk, 15s), WSAETIMEDOUT) << talk.told();
}

/// Which sets select puts the socket into: R, W and E.
std::string selected(SOCKET s, long seconds) {
  fd_set readable;
  fd_set writable;
  fd_set exceptional;
  for (fd_set* const set : {&readable, &writable, &exceptional}) {
    FD_ZERO(set);
    FD_SET(s, set);
  }
  timeval wait{seconds, 0};
  select(0, &readable, &writable, &exceptional, &wait);
  std::string sets;
  if (FD_ISSET(s, &readable)) sets += 'R';
  if (FD_ISSET(s, &writable)) sets += 'W';
  if (FD_ISSET(s, &exceptional)) sets += 'E';
  return sets;
}

short polled(SOCKET s, short events) {
  WSAPOLLFD wait{s, events, 0};
  WSAPoll(&wait, 1, 0);
  return wait.revents;
}

/// Waits for the end without using it up.
void wait_for_end(SOCKET s) {
  fd_set readable;
  FD_ZERO(&readable);
  FD_SET(s, &readable);
  timeval wait{10, 0};
  ASSERT_EQ(select(0, &readable, nullptr, nullptr, &wait), 1);
}

TEST_F(Detection, SelectAndPollShowADeadPeerAndUseNothingUp) {  // K-90, K-93
  WireTalk talk{network()};
  talk.switch_on();
  ASSERT_TRUE(network().cut_cable());
  wait_for_end(talk.client());
  EXPECT_EQ(selected(talk.client(), 0), "RW");
  EXPECT_EQ(polled(talk.client(), POLLRDNORM | POLLWRNORM) & (POLLERR | POLLHUP | POLLWRNORM),
            POLLERR | POLLHUP | POLLWRNORM);
  EXPECT_EQ(polled(talk.client(), POLLRDNORM) & (POLLERR | POLLHUP | POLLWRNORM),
            POLLERR | POLLHUP);
  EXPECT_EQ(talk.receive(), WSAENETRESET);
}

TEST_F(Detection, SelectAndPollShowAPeersReset) {  // K-93
  WireTalk talk{network()};
  talk.switch_on();
  peer_loses_its_memory(talk);
  wait_for_end(talk.client());
  EXPECT_EQ(selected(talk.client(), 0), "RW");
  EXPECT_EQ(polled(talk.client(), POLLRDNORM | POLLWRNORM) & (POLLERR | POLLHUP | POLLWRNORM),
            POLLERR | POLLHUP | POLLWRNORM);
  EXPECT_EQ(talk.receive(), WSAECONNRESET);
}

TEST_F(Detection, GetSockOptUsesNothingUpAndSoErrorReadsZero) {  // K-90
  WireTalk talk{network()};
  talk.switch_on();
  ASSERT_TRUE(network().cut_cable());
  wait_for_end(talk.client());
  DWORD error = 77;
  int size = sizeof error;
  EXPECT_EQ(getsockopt(talk.client(), SOL_SOCKET, SO_ERROR, reinterpret_cast<char*>(&error), &size),
            0);
  EXPECT_EQ(error, 0U);
  EXPECT_EQ(talk.receive(), WSAENETRESET);
}

class BehindAFirewall : public ThroughFirewall {
 protected:
  void SetUp() override {
    ThroughFirewall::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    ASSERT_TRUE(lab::set_sysctl(network().client(), "net/ipv4/tcp_retries2", "2"));
    ASSERT_TRUE(network().forget_after(2s));
  }

  StartedFromStore started_{"win11", {}};
};

TEST_F(BehindAFirewall, WithoutKeepAliveTheConnectionIsForgotten) {
  WireTalk talk{network()};
  ASSERT_EQ(talk.send("before"), 0);
  ASSERT_EQ(talk.server().receive(1s), "before");
  std::this_thread::sleep_for(3s);
  ASSERT_EQ(talk.send("lost"), 0);
  EXPECT_EQ(talk.receive(), WSAETIMEDOUT);
  EXPECT_EQ(talk.server().receive(0ms), "");
}

TEST_F(BehindAFirewall, WithItTheConnectionLives) {  // K-50, K-60
  WireTalk talk{network()};
  talk.set_values(1000, 1000);
  ASSERT_EQ(talk.send("before"), 0);
  ASSERT_EQ(talk.server().receive(1s), "before");
  std::this_thread::sleep_for(5s);
  ASSERT_EQ(talk.send("found"), 0);
  EXPECT_EQ(talk.server().receive(1s), "found");
}

}  // namespace
}  // namespace wsalive::test
