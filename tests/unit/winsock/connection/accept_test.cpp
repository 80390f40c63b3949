// accept and WSAAccept: the names that they tell, and the condition function's answers. What the new socket inherits, and that the
// condition may make no call: tests/conformance, inheritance.c and error_order.c.
// labels: net

#include "support/winsock_api.hpp"

#include <cstring>

namespace wsalive::test {
namespace {

class Accept : public testing::Test {
 protected:
  Accept() : from_(listener()), client_(tcp()) {
    EXPECT_EQ(connect_to(client_, name_of(from_)), 0);
  }

  Winsock started_;
  Own from_;
  Own client_;
};

/// What the condition function saw, and what it is to answer.
struct Asked {
  int answer = CF_ACCEPT;
  int calls = 0;
  sockaddr_in caller{};
  sockaddr_in callee{};
};

int CALLBACK condition(LPWSABUF caller, LPWSABUF, LPQOS, LPQOS, LPWSABUF callee, LPWSABUF, GROUP*,
                       DWORD_PTR data) {
  auto& asked = *reinterpret_cast<Asked*>(data);
  ++asked.calls;
  std::memcpy(&asked.caller, caller->buf, sizeof asked.caller);
  std::memcpy(&asked.callee, callee->buf, sizeof asked.callee);
  return asked.answer;
}

TEST_F(Accept, AsksTheCondition) {
  Asked asked;
  sockaddr_in peer{};
  int size = sizeof peer;
  const Own accepted{WSAAccept(from_, reinterpret_cast<sockaddr*>(&peer), &size, condition,
                               reinterpret_cast<DWORD_PTR>(&asked))};
  ASSERT_NE(accepted.get(), INVALID_SOCKET);
  EXPECT_EQ(asked.calls, 1);
  EXPECT_EQ(asked.caller.sin_port, name_of(client_).sin_port);
  EXPECT_EQ(asked.callee.sin_port, name_of(from_).sin_port);
  EXPECT_EQ(peer.sin_port, asked.caller.sin_port);
  EXPECT_EQ(listen(from_, 1), 0);  // Calls may be made again.
}

TEST_F(Accept, RejectsByReset) {
  Asked asked;
  asked.answer = CF_REJECT;
  const auto data = reinterpret_cast<DWORD_PTR>(&asked);
  EXPECT_TRUE(no_socket(WSAAccept(from_, nullptr, nullptr, condition, data), WSAECONNREFUSED));
  char byte = 0;
  EXPECT_TRUE(fails_with(recv(client_, &byte, 1, 0), WSAECONNRESET));
}

TEST_F(Accept, DefersToTheNextAccept) {
  Asked asked;
  asked.answer = CF_DEFER;
  const auto data = reinterpret_cast<DWORD_PTR>(&asked);
  EXPECT_TRUE(no_socket(WSAAccept(from_, nullptr, nullptr, condition, data), WSATRY_AGAIN));
  fd_set reading;
  FD_ZERO(&reading);
  FD_SET(from_.get(), &reading);
  EXPECT_EQ(select(0, &reading, nullptr, nullptr, nullptr), 1);
  const Own accepted = accept_one(from_);
  ASSERT_NE(accepted.get(), INVALID_SOCKET);
  EXPECT_EQ(send(client_, "x", 1, 0), 1);
  char byte = 0;
  EXPECT_EQ(recv(accepted, &byte, 1, 0), 1);
}

TEST_F(Accept, ADeferredConnectionEndsWithItsListener) {
  Asked asked;
  asked.answer = CF_DEFER;
  const auto data = reinterpret_cast<DWORD_PTR>(&asked);
  EXPECT_TRUE(no_socket(WSAAccept(from_, nullptr, nullptr, condition, data), WSATRY_AGAIN));
  from_.close();
  char byte = 0;
  EXPECT_EQ(recv(client_, &byte, 1, 0), 0);
}

}  // namespace
}  // namespace wsalive::test
