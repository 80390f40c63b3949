// The made-up network and the capture, before anything is built on them: the kernel's own keep-alive
// is seen as it is, probes are answered and deliver nothing, a firewall really forgets, and a host
// that denies namespaces is named.
// labels: ns realtime

#include <sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <thread>

#include "lab/capture.hpp"
#include "support/crafted_segment.hpp"
#include "support/plain_socket.hpp"
#include "support/private_network.hpp"

namespace wsalive::test {
namespace {

using namespace std::chrono_literals;
using lab::Act;
using lab::Capture;
using lab::Event;
using lab::Segment;
using lab::SegmentDirection;
using lab::Visit;
using lab::Wiring;

// The kernel's timers run at its tick, 1 to 10 ms apart, and a shared host stalls now and then.
constexpr auto kTolerance = 60ms;

/// A client's connection to a server on the other host, with a capture at the client's plug.
struct Conversation {
  PlainSocket client;
  PlainSocket server;
  Capture capture;
  std::vector<Segment> seen;

  std::vector<Event> story() {
    Result<std::vector<Segment>> more = capture.take();
    EXPECT_TRUE(more) << more.error().attempt;
    if (more) seen.insert(seen.end(), more->begin(), more->end());
    return lab::narrate(lab::of_port(seen, server.port()));
  }
};

Conversation begin_conversation(const lab::Network& network) {
  const auto listening_on = [&] {
    const Visit visit{network.server()};
    return PlainSocket::listening("0.0.0.0");
  };
  const PlainSocket listener = listening_on();
  const Visit visit{network.client()};
  Result<Capture> capture = Capture::start(Wiring::client_interface);
  if (!capture) {
    ADD_FAILURE() << capture.error().attempt;
    std::abort();
  }
  PlainSocket client = PlainSocket::connected(Wiring::server_v4, listener.port());
  return {std::move(client), listener.accepted(), std::move(*capture), {}};
}

std::string told(const std::vector<Event>& story) {
  std::string text;
  for (const Event& event : story) text += lab::describe(event) + '\n';
  return text;
}

void expect_near(std::chrono::nanoseconds measured, std::chrono::nanoseconds wanted) {
  EXPECT_GE(measured, wanted - 5ms);  // A late tick at the last segment makes a probe look early.
  EXPECT_LE(measured, wanted + kTolerance);
}

using Harness = TwoHosts;

TEST_F(Harness, SeesTheKernelsOwnProbesAndTheirAnswers) {  // K-94
  Conversation talk = begin_conversation(network());
  talk.client.send("hello");
  ASSERT_EQ(talk.server.receive(1s), "hello");
  talk.client.keep_alive(1s, 1s, 5);
  std::this_thread::sleep_for(1200ms);

  const std::vector<Event> story = talk.story();
  const auto probes = lab::instants(story, Act::probe, SegmentDirection::out);
  const auto answers = lab::instants(story, Act::answer, SegmentDirection::in);
  ASSERT_EQ(probes.size(), 1U) << told(story);
  ASSERT_EQ(answers.size(), 1U) << told(story);
  const auto heard = lab::instants(story, Act::acknowledgement, SegmentDirection::in);
  ASSERT_EQ(heard.size(), 1U) << told(story);  // Of "hello": the silence is counted from here.
  expect_near(probes[0] - heard[0], 1s);
  EXPECT_LT(answers[0] - probes[0], kTolerance);
}

TEST_F(Harness, SeesSilenceProbedAndEndedByAReset) {  // K-94
  Conversation talk = begin_conversation(network());
  talk.client.keep_alive(1s, 1s, 2);
  ASSERT_TRUE(network().cut_cable());
  EXPECT_EQ(talk.client.ended(4s), ETIMEDOUT);

  const std::vector<Event> story = talk.story();
  const auto probes = lab::instants(story, Act::probe, SegmentDirection::out);
  const auto resets = lab::instants(story, Act::reset, SegmentDirection::out);
  ASSERT_EQ(probes.size(), 2U) << told(story);
  ASSERT_EQ(resets.size(), 1U) << told(story);
  expect_near(probes[1] - probes[0], 1s);
  expect_near(resets[0] - probes[1], 1s);
  EXPECT_EQ(talk.server.ended(0ms), -1);  // The reset was cut off too.
}

TEST_F(Harness, AMendedCableCarriesAgain) {
  Conversation talk = begin_conversation(network());
  ASSERT_TRUE(network().cut_cable());
  talk.client.send("late");
  EXPECT_EQ(talk.server.receive(300ms), "");
  ASSERT_TRUE(network().mend_cable());
  EXPECT_EQ(talk.server.receive(3s), "late");
}

/// A probe as the client would send it now, from the story so far.
Segment crafted_probe(const std::vector<Event>& story) {
  Segment probe = story.front().segment;  // The SYN has the ends.
  probe.flags = lab::ack;
  for (const Event& event : story) {
    const Segment& s = event.segment;
    if (event.segment.direction == SegmentDirection::out && s.has(lab::ack)) {
      probe.seq = s.seq + s.payload - 1;
      probe.ack = s.ack;
      probe.window = s.window;
    }
  }
  return probe;
}

class CraftedProbe : public Harness, public testing::WithParamInterface<std::string> {};

TEST_P(CraftedProbe, IsAnsweredAndDeliversNoOctet) {  // K-95
  Conversation talk = begin_conversation(network());
  talk.client.send("before");
  ASSERT_EQ(talk.server.receive(1s), "before");
  const Segment probe = crafted_probe(talk.story());
  {
    const Visit visit{network().client()};
    send_crafted(probe, GetParam());
  }
  EXPECT_EQ(talk.server.receive(200ms), "");

  const std::vector<Event> story = talk.story();
  EXPECT_EQ(lab::instants(story, Act::probe, SegmentDirection::out).size(), 1U) << told(story);
  EXPECT_EQ(lab::instants(story, Act::answer, SegmentDirection::in).size(), 1U) << told(story);
  talk.client.send("after");
  EXPECT_EQ(talk.server.receive(1s), "after");
}

INSTANTIATE_TEST_SUITE_P(WithAndWithoutGarbage, CraftedProbe, testing::Values("", "g"),
                         [](const auto& row) { return row.param.empty() ? "Bare" : "OneOctet"; });

using Firewall = ThroughFirewall;

TEST_F(Firewall, CarriesWhatBeganWithASyn) {
  ASSERT_TRUE(network().forget_after(3s));
  Conversation talk = begin_conversation(network());
  talk.client.send("request");
  EXPECT_EQ(talk.server.receive(1s), "request");
}

TEST_F(Firewall, ForgetsAnIdleConnectionAndDropsItsNextSegment) {
  ASSERT_TRUE(network().forget_after(1s));
  Conversation talk = begin_conversation(network());
  talk.client.send("first");
  ASSERT_EQ(talk.server.receive(1s), "first");
  std::this_thread::sleep_for(1600ms);

  talk.client.send("lost");
  EXPECT_EQ(talk.server.receive(500ms), "");
  EXPECT_EQ(talk.client.ended(0ms), -1) << "nobody tells the client";
  const std::vector<Event> story = talk.story();
  EXPECT_GE(lab::instants(story, Act::retransmission, SegmentDirection::out).size(), 1U)
      << told(story);
}

TEST_F(Firewall, RemembersAConnectionThatIsKeptAlive) {
  ASSERT_TRUE(network().forget_after(2s));
  Conversation talk = begin_conversation(network());
  talk.client.keep_alive(1s, 1s, 5);
  std::this_thread::sleep_for(3500ms);
  talk.client.send("found");
  EXPECT_EQ(talk.server.receive(500ms), "found");
}

TEST_F(PrivateNetwork, LoopbackShowsEachSegmentOnce) {
  const PlainSocket listener = PlainSocket::listening("::1");
  Result<Capture> capture = Capture::start("lo");
  ASSERT_TRUE(capture);
  const PlainSocket client = PlainSocket::connected("::1", listener.port());
  const PlainSocket server = listener.accepted();
  client.send("x");
  ASSERT_EQ(server.receive(1s), "x");

  const auto segments = capture->take();
  ASSERT_TRUE(segments);
  const std::vector<Event> story = lab::narrate(lab::of_port(*segments, listener.port()));
  EXPECT_EQ(lab::instants(story, Act::open, SegmentDirection::out).size(), 1U) << told(story);
  EXPECT_EQ(lab::instants(story, Act::open, SegmentDirection::in).size(), 1U) << told(story);
  EXPECT_EQ(lab::instants(story, Act::data, SegmentDirection::out).size(), 1U) << told(story);
}

TEST_F(PrivateNetwork, ASilentPeerAnswersNoProbe) {
  const PlainSocket listener = PlainSocket::listening("127.0.0.1");
  Result<Capture> capture = Capture::start("lo");
  ASSERT_TRUE(capture);
  const PlainSocket client = PlainSocket::connected("127.0.0.1", listener.port());
  const PlainSocket server = listener.accepted();
  server.go_silent();
  client.keep_alive(1s, 1s, 1);
  EXPECT_EQ(client.ended(3s), ETIMEDOUT);

  const auto segments = capture->take();
  ASSERT_TRUE(segments);
  const std::vector<Event> story = lab::narrate(lab::of_port(*segments, listener.port()));
  EXPECT_EQ(lab::instants(story, Act::probe, SegmentDirection::out).size(), 1U) << told(story);
  EXPECT_EQ(lab::instants(story, Act::answer, SegmentDirection::in).size(), 0U) << told(story);
}

TEST_F(PrivateNetwork, ACaptureThatOverflowsSaysSo) {
  const PlainSocket listener = PlainSocket::listening("127.0.0.1");
  Result<Capture> capture = Capture::start("lo", 1);
  ASSERT_TRUE(capture);
  const PlainSocket client = PlainSocket::connected("127.0.0.1", listener.port());
  const PlainSocket server = listener.accepted();
  for (int i = 0; i < 600; ++i) {
    client.send("x");
    ASSERT_EQ(server.receive(1s), "x");
  }
  const auto segments = capture->take();
  ASSERT_FALSE(segments);
  EXPECT_EQ(segments.error().code, ENOBUFS);
}

/// Runs `act` in a child; its status must be 0.
template <typename F>
void in_a_child(F act) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(act());
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST_F(PrivateNetwork, APlainUserMayHaveOneToo) {
  in_a_child([] {
    if (::setgid(65534) != 0 || ::setuid(65534) != 0) return 0;  // The fixture was the proof.
    ::prctl(PR_SET_DUMPABLE, 1);  // As a program has it that a plain user starts.
    return lab::enter_private_namespaces() && lab::Network::make(lab::Shape::direct) ? 0 : 1;
  });
}

TEST_F(PrivateNetwork, DenialNamesTheStepAndTheReason) {
  in_a_child([] {
    if (::unshare(CLONE_NEWUSER) != 0) return 2;
    if (!lab::set_sysctl("user/max_net_namespaces", "0")) return 3;
    const Status entered = lab::enter_private_namespaces();
    if (entered) return 4;
    return entered.error().code == EPERM &&
                   std::string_view{entered.error().attempt} == "unshare a user namespace"
               ? 0
               : 5;
  });
}

}  // namespace
}  // namespace wsalive::test
