// Winsock 1.1's blocking hooks (K-22).
// labels: net

#include "support/winsock_api.hpp"

namespace wsalive::test {
namespace {

/// What the hook does and sees; a hook has no argument.
struct Seen {
  int calls = 0;
  int cancel_at = 0;
  int send_at = 0;
  SOCKET peer = INVALID_SOCKET;
  BOOL blocking = FALSE;
};
Seen g_seen;
SOCKET g_helper = INVALID_SOCKET;

int hook() {
  ++g_seen.calls;
  g_seen.blocking = WSAIsBlocking();
  char byte = 0;
  EXPECT_TRUE(fails_with(recv(INVALID_SOCKET, &byte, 1, 0), WSAEINPROGRESS));
  EXPECT_TRUE(fails_with(closesocket(g_helper), WSAEINPROGRESS));
  EXPECT_EQ(WSASetBlockingHook(hook), nullptr);
  EXPECT_EQ(WSAGetLastError(), WSAEINPROGRESS);
  if (g_seen.calls == g_seen.cancel_at) {
    EXPECT_EQ(WSACancelBlockingCall(), 0);
  }
  if (g_seen.calls == g_seen.send_at) {
    EXPECT_EQ(::write(static_cast<int>(g_seen.peer), "x", 1), 1);
  }
  return FALSE;
}

class Hooks : public testing::Test {
 protected:
  Hooks() : started_(nullptr, MAKEWORD(1, 1)), pair_(connected_pair()) {
    g_seen = {};
    g_seen.peer = pair_.server;
  }
  ~Hooks() override { WSAUnhookBlockingHook(); }

  Winsock started_;
  Pair pair_;
};

TEST_F(Hooks, AreCalledWhileACallWaits) {
  const FARPROC before = WSASetBlockingHook(hook);
  ASSERT_NE(before, nullptr);
  EXPECT_EQ(before(), 0);
  EXPECT_EQ(WSAIsBlocking(), FALSE);
  g_seen.send_at = 3;
  char byte = 0;
  EXPECT_EQ(recv(pair_.client, &byte, 1, 0), 1);
  EXPECT_GE(g_seen.calls, 3);
  EXPECT_EQ(g_seen.blocking, TRUE);
  EXPECT_EQ(WSASetBlockingHook(before), hook);
  const int calls = g_seen.calls;
  EXPECT_EQ(send(pair_.server, "x", 1, 0), 1);
  EXPECT_EQ(recv(pair_.client, &byte, 1, 0), 1);
  EXPECT_EQ(g_seen.calls, calls);  // Back to none.
}

TEST_F(Hooks, CancelTheCall) {
  ASSERT_NE(WSASetBlockingHook(hook), nullptr);
  char byte = 0;
  g_seen.cancel_at = 2;
  EXPECT_TRUE(fails_with(recv(pair_.client, &byte, 1, 0), WSAEINTR));
  EXPECT_EQ(g_seen.calls, 2);
  g_seen = {};
  g_seen.cancel_at = 1;
  const Own from = listener();
  EXPECT_TRUE(no_socket(accept(from, nullptr, nullptr), WSAEINTR));
  g_seen = {};
  g_seen.cancel_at = 2;
  fd_set reading;
  FD_ZERO(&reading);
  FD_SET(from.get(), &reading);
  EXPECT_TRUE(fails_with(select(0, &reading, nullptr, nullptr, nullptr), WSAEINTR));
  EXPECT_EQ(reading.fd_count, 1U);
  EXPECT_TRUE(fails_with(WSACancelBlockingCall(), WSAEINVAL));
  EXPECT_EQ(send(pair_.client, "x", 1, 0), 1);  // The socket is as good as before.
}

TEST_F(Hooks, CancelAConnect) {
  const Own full = listener(0);
  const Own filler = tcp();
  ASSERT_EQ(connect_to(filler, name_of(full)), 0);
  ASSERT_NE(WSASetBlockingHook(hook), nullptr);
  g_seen.cancel_at = 3;
  const Own s = tcp();
  EXPECT_TRUE(fails_with(connect_to(s, name_of(full)), WSAEINTR));
  EXPECT_EQ(g_seen.calls, 3);
}

TEST_F(Hooks, AreNotCalledOnNonBlockingSockets) {
  ASSERT_NE(WSASetBlockingHook(hook), nullptr);
  u_long on = 1;
  ASSERT_EQ(ioctlsocket(pair_.client, FIONBIO, &on), 0);
  char byte = 0;
  EXPECT_TRUE(fails_with(recv(pair_.client, &byte, 1, 0), WSAEWOULDBLOCK));
  EXPECT_EQ(g_seen.calls, 0);
}

TEST_F(Hooks, NeedAFunction) {
  EXPECT_EQ(WSASetBlockingHook(nullptr), nullptr);
  EXPECT_EQ(WSAGetLastError(), WSAEFAULT);
}

TEST(HooksInVersion2, OfAnEarlierStartupAreNotCalled) {
  {
    const Winsock started{nullptr, MAKEWORD(1, 1)};
    ASSERT_NE(WSASetBlockingHook(hook), nullptr);
  }
  const Winsock started;
  g_seen = {};
  const Pair pair = connected_pair();
  EXPECT_EQ(send(pair.server, "x", 1, 0), 1);
  char byte = 0;
  EXPECT_EQ(recv(pair.client, &byte, 1, 0), 1);
  EXPECT_EQ(g_seen.calls, 0);
}

TEST(HooksInVersion2, DoNotExist) {  // K-22
  const Winsock started;
  EXPECT_EQ(WSASetBlockingHook(hook), nullptr);
  EXPECT_EQ(WSAGetLastError(), WSAEOPNOTSUPP);
  EXPECT_TRUE(fails_with(WSAUnhookBlockingHook(), WSAEOPNOTSUPP));
  EXPECT_TRUE(fails_with(WSACancelBlockingCall(), WSAEOPNOTSUPP));
  EXPECT_EQ(WSAIsBlocking(), FALSE);
}

}  // namespace
}  // namespace wsalive::test
