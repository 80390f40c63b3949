// select and WSAPoll: what each state of a socket makes them say. Ended connections (K-93) and sets (K-108):
// tests/conformance/select_poll.c.
// labels: net

#include "support/winsock_api.hpp"

#include <array>
#include <chrono>
#include <string>
#include <vector>

#include "support/live_socket.hpp"

namespace wsalive::test {
namespace {

constexpr timeval kNow{0, 0};
constexpr timeval kSoon{5, 0};

fd_set set_of(std::initializer_list<SOCKET> sockets) {
  fd_set set;
  FD_ZERO(&set);
  for (const SOCKET s : sockets) FD_SET(s, &set);
  return set;
}

/// What select says about one socket: r, w, e.
std::string said(SOCKET s, const timeval& wait = kNow) {
  fd_set reading = set_of({s});
  fd_set writing = set_of({s});
  fd_set exceptional = set_of({s});
  const int ready = select(0, &reading, &writing, &exceptional, &wait);
  std::string letters;
  if (FD_ISSET(s, &reading)) letters += 'r';
  if (FD_ISSET(s, &writing)) letters += 'w';
  if (FD_ISSET(s, &exceptional)) letters += 'e';
  EXPECT_EQ(ready, static_cast<int>(letters.size()));
  return letters;
}

SHORT polled(SOCKET s, SHORT events, INT wait_ms = 0) {
  WSAPOLLFD item{s, events, 0x7f};
  const int ready = WSAPoll(&item, 1, wait_ms);
  EXPECT_EQ(ready, item.revents != 0 ? 1 : 0) << WSAGetLastError();
  return item.revents;
}

void set_non_blocking(SOCKET s) {
  u_long on = 1;
  ASSERT_EQ(ioctlsocket(s, FIONBIO, &on), 0);
}

class Select : public testing::Test {
 protected:
  Winsock started_;
};

TEST_F(Select, TellsReadyFromNot) {
  const Pair pair = connected_pair();
  EXPECT_EQ(said(pair.client), "w");
  EXPECT_EQ(send(pair.server, "x", 1, 0), 1);
  EXPECT_EQ(said(pair.client, kSoon), "rw");
  const Own from = listener();
  EXPECT_EQ(said(from), "");
  const Own client = tcp();
  EXPECT_EQ(connect_to(client, name_of(from)), 0);
  EXPECT_EQ(said(from, kSoon), "r");
  EXPECT_EQ(said(tcp()), "");
  EXPECT_EQ(said(udp()), "w");
}

TEST_F(Select, TellsTheEndAsReadable) {
  Pair pair = connected_pair();
  pair.server.close();
  EXPECT_EQ(said(pair.client, kSoon), "rw");
  EXPECT_EQ(polled(pair.client, POLLRDNORM, 1000), POLLRDNORM | POLLHUP);
}

TEST_F(Select, TellsAFailedConnectAsExceptionalAlone) {
  Own from = listener();
  const sockaddr_in address = name_of(from);
  from.close();
  const Own client = tcp();
  set_non_blocking(client);
  ASSERT_TRUE(fails_with(connect_to(client, address), WSAEWOULDBLOCK));
  EXPECT_EQ(said(client, kSoon), "e");
  EXPECT_EQ(said(client), "e");  // Until the next request.
  EXPECT_EQ(polled(client, POLLWRNORM), POLLERR | POLLHUP | POLLWRNORM);
}

TEST_F(Select, TellsACompletedConnectAsWritable) {
  const Own from = listener();
  const Own client = tcp();
  set_non_blocking(client);
  ASSERT_TRUE(fails_with(connect_to(client, name_of(from)), WSAEWOULDBLOCK));
  EXPECT_EQ(said(client, kSoon), "w");
  EXPECT_EQ(polled(client, POLLWRNORM | POLLRDNORM), POLLWRNORM);
}

TEST_F(Select, TellsUrgentDataAsExceptional) {
  const Pair pair = connected_pair();
  EXPECT_EQ(send(pair.server, "!", 1, MSG_OOB), 1);
  fd_set exceptional = set_of({pair.client});
  EXPECT_EQ(select(0, nullptr, nullptr, &exceptional, &kSoon), 1);
  char byte = 0;
  EXPECT_EQ(recv(pair.client, &byte, 1, MSG_OOB), 1);
  EXPECT_EQ(byte, '!');
}

TEST_F(Select, RefusesANegativeTimeAndLeavesTheSets) {
  const Own s = udp();
  fd_set good = set_of({s.get()});
  const timeval negative{-1, 0};
  EXPECT_TRUE(fails_with(select(0, &good, nullptr, nullptr, &negative), WSAEINVAL));
  EXPECT_EQ(good.fd_count, 1U);
}

TEST_F(Select, EmptiesTheSetsAtTheTimeOut) {
  const Own s = listener();
  fd_set reading = set_of({s.get()});
  const timeval wait{0, 30'000};
  const auto before = std::chrono::steady_clock::now();
  EXPECT_EQ(select(-1, &reading, nullptr, nullptr, &wait), 0);
  EXPECT_GE(std::chrono::steady_clock::now() - before, std::chrono::milliseconds{30});
  EXPECT_EQ(reading.fd_count, 0U);
}

TEST_F(Select, BadMemoryIsAFault) {  // K-26
  const BadPage unmapped{BadPage::Access::none};
  const BadPage read_only{BadPage::Access::read_only};
  const Own s = udp();
  auto* const none = reinterpret_cast<fd_set*>(unmapped.inside());
  auto* const constant = reinterpret_cast<fd_set*>(read_only.inside());
  fd_set good = set_of({s.get()});
  for (fd_set* bad : {reinterpret_cast<fd_set*>(1), none, constant}) {
    EXPECT_TRUE(fails_with(select(0, bad, &good, nullptr, &kNow), WSAEFAULT));
    EXPECT_TRUE(fails_with(select(0, nullptr, nullptr, bad, &kNow), WSAEFAULT));
  }
  // The count says more sockets than there is memory.
  auto* const cut = reinterpret_cast<fd_set*>(unmapped.before(16));
  cut->fd_count = 2;
  cut->fd_array[0] = s;
  EXPECT_TRUE(fails_with(select(0, nullptr, cut, nullptr, &kNow), WSAEFAULT));
  EXPECT_EQ(cut->fd_count, 2U);
  cut->fd_count = 0xffffffff;
  EXPECT_TRUE(fails_with(select(0, nullptr, cut, nullptr, &kNow), WSAEFAULT));
  cut->fd_count = 1;
  EXPECT_EQ(select(0, nullptr, cut, nullptr, &kNow), 1);
  const auto* const time = reinterpret_cast<const timeval*>(unmapped.inside());
  EXPECT_TRUE(fails_with(select(0, nullptr, &good, nullptr, time), WSAEFAULT));
  EXPECT_EQ(good.fd_count, 1U);

  auto* const polls = reinterpret_cast<WSAPOLLFD*>(unmapped.inside());
  EXPECT_TRUE(fails_with(WSAPoll(polls, 1, 0), WSAEFAULT));
  EXPECT_TRUE(fails_with(WSAPoll(nullptr, 1, 0), WSAEFAULT));
  EXPECT_TRUE(
      fails_with(WSAPoll(reinterpret_cast<WSAPOLLFD*>(read_only.inside()), 1, 0), WSAEFAULT));
}

TEST_F(Select, PollKnowsItsEvents) {
  const Pair pair = connected_pair();
  EXPECT_EQ(polled(pair.client, POLLOUT), POLLOUT);
  EXPECT_EQ(polled(pair.client, POLLIN), 0);
  EXPECT_EQ(send(pair.server, "x", 1, 0), 1);
  EXPECT_EQ(polled(pair.client, POLLIN | POLLOUT, 1000), POLLRDNORM | POLLOUT);
  EXPECT_EQ(polled(SOCKET{2}, POLLIN), POLLNVAL);
  EXPECT_EQ(polled(INVALID_SOCKET, POLLIN), POLLNVAL);
  EXPECT_EQ(polled(tcp(), POLLIN | POLLOUT), 0);
  WSAPOLLFD item{pair.client, 0, 0x7f};
  EXPECT_TRUE(fails_with(WSAPoll(&item, 0, 0), WSAEINVAL));
  for (const SHORT bad : {SHORT{POLLERR}, SHORT{POLLHUP}, SHORT{POLLNVAL}, SHORT{POLLPRI}}) {
    item.events = bad;
    EXPECT_TRUE(fails_with(WSAPoll(&item, 1, 0), WSAEINVAL)) << bad;
    EXPECT_EQ(item.revents, 0x7f);
  }
}

// A socket that is known to be ready (here: not to be one) does not keep the others from being asked about.
TEST_F(Select, PollTellsOfAllAtOnce) {
  const Pair pair = connected_pair();
  ASSERT_EQ(send(pair.server, "x", 1, 0), 1);
  ASSERT_EQ(polled(pair.client, POLLIN, 1000), POLLRDNORM);
  std::array<WSAPOLLFD, 3> items{
      {{INVALID_SOCKET, POLLIN, 0x7f}, {pair.client, POLLIN, 0x7f}, {pair.server, POLLIN, 0x7f}}};
  EXPECT_EQ(WSAPoll(items.data(), 3, -1), 2);
  EXPECT_EQ(items[0].revents, POLLNVAL);
  EXPECT_EQ(items[1].revents, POLLRDNORM);
  EXPECT_EQ(items[2].revents, 0);
}

TEST_F(Select, AThousandSocketsInOneCall) {
  std::vector<Pair> pairs;
  std::vector<WSAPOLLFD> items;
  for (int i = 0; i < 250; ++i) {
    pairs.push_back(connected_pair());
    items.push_back({pairs.back().client, POLLIN, 0});
    items.push_back({pairs.back().server, POLLIN | POLLOUT, 0});
  }
  ASSERT_EQ(send(pairs[200].server, "x", 1, 0), 1);
  ASSERT_EQ(polled(pairs[200].client, POLLIN, 1000), POLLRDNORM);
  EXPECT_EQ(WSAPoll(items.data(), static_cast<ULONG>(items.size()), 0), 251);
  for (std::size_t at = 0; at < items.size(); ++at) {
    const SHORT expected = at % 2 == 1 ? SHORT{POLLOUT} : at == 400 ? SHORT{POLLRDNORM} : SHORT{0};
    EXPECT_EQ(items[at].revents, expected) << at;
  }
}

TEST_F(Select, CommandsWork) {
  const Pair pair = connected_pair();
  u_long value = 9;
  EXPECT_EQ(ioctlsocket(pair.client, FIONREAD, &value), 0);
  EXPECT_EQ(value, 0U);
  EXPECT_EQ(send(pair.server, "hello", 5, 0), 5);
  EXPECT_EQ(said(pair.client, kSoon), "rw");
  EXPECT_EQ(ioctlsocket(pair.client, FIONREAD, &value), 0);
  EXPECT_EQ(value, 5U);
  EXPECT_EQ(ioctlsocket(pair.client, SIOCATMARK, &value), 0);
  EXPECT_EQ(value, 1U);
  DWORD unread = 0;
  DWORD returned = 0;
  EXPECT_EQ(WSAIoctl(pair.client, static_cast<DWORD>(FIONREAD), nullptr, 0, &unread, 4, &returned,
                     nullptr, nullptr),
            0);
  EXPECT_EQ(unread, 5U);
  EXPECT_EQ(returned, 4U);
  EXPECT_TRUE(fails_with(ioctlsocket(pair.client, 0x12345678, &value), WSAEOPNOTSUPP));
  EXPECT_TRUE(fails_with(ioctlsocket(pair.client, FIONREAD, nullptr), WSAEFAULT));
  EXPECT_TRUE(fails_with(ioctlsocket(pair.client, FIONBIO, nullptr), WSAEFAULT));
  EXPECT_TRUE(fails_with(ioctlsocket(SOCKET{2}, FIONBIO, nullptr), WSAENOTSOCK));
  char bytes[8];
  EXPECT_EQ(recv(pair.client, bytes, 8, 0), 5);
  value = 1;
  EXPECT_EQ(ioctlsocket(pair.client, FIONBIO, &value), 0);
  EXPECT_TRUE(fails_with(recv(pair.client, bytes, 8, 0), WSAEWOULDBLOCK));
}

TEST_F(Select, TheMarkIsTheReverseOfBsds) {
  const Pair pair = connected_pair();
  EXPECT_EQ(send(pair.server, "a", 1, 0), 1);
  EXPECT_EQ(send(pair.server, "!", 1, MSG_OOB), 1);
  fd_set exceptional = set_of({pair.client});
  EXPECT_EQ(select(0, nullptr, nullptr, &exceptional, &kSoon), 1);
  char byte = 0;
  EXPECT_EQ(recv(pair.client, &byte, 1, 0), 1);  // Up to the mark.
  u_long value = 9;
  EXPECT_EQ(ioctlsocket(pair.client, SIOCATMARK, &value), 0);
  EXPECT_EQ(value, 0U);
}

}  // namespace
}  // namespace wsalive::test
