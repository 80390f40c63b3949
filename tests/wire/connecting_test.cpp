// T under a second, set before the connection: whichever way that is made, the exact driver takes over at
// once, and the first probe leaves in time.
// labels: ns

#include "support/winsock_api.hpp"

#include <mstcpip.h>
#include <mswsock.h>
#include <wsalive_ext.h>

#include <array>
#include <ostream>
#include <string>

#include "support/port.hpp"
#include "support/private_network.hpp"

namespace wsalive::test {
namespace {

void need(bool done) { ASSERT_TRUE(done) << WSAGetLastError(); }

void by_connect(SOCKET s, sockaddr_in to) { need(connect_to(s, to) == 0); }

void without_blocking(SOCKET s, sockaddr_in to) {
  u_long on = 1;
  need(ioctlsocket(s, FIONBIO, &on) == 0);
  if (connect_to(s, to) != 0) {
    WSAPOLLFD item{s, POLLWRNORM, 0};
    need(WSAPoll(&item, 1, 5000) == 1);
  }
}

void by_connect_ex(SOCKET s, sockaddr_in to) {
  GUID id = WSAID_CONNECTEX;
  LPFN_CONNECTEX connect_ex = nullptr;
  DWORD bytes = 0;
  need(WSAIoctl(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof id, &connect_ex,
                sizeof connect_ex, &bytes, nullptr, nullptr) == 0);
  need(bind_to(s, loopback()) == 0);
  OVERLAPPED overlapped{};
  const BOOL done = connect_ex(s, reinterpret_cast<const sockaddr*>(&to), sizeof to, nullptr, 0,
                               nullptr, &overlapped);
  need(done || WSAGetLastError() == ERROR_IO_PENDING);
  need(result_of(s, overlapped, bytes) == 0);
}

void by_list(SOCKET s, sockaddr_in to) {
  SOCKET_ADDRESS_LIST list{1, {{reinterpret_cast<LPSOCKADDR>(&to), sizeof to}}};
  need(WSAConnectByList(s, &list, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr));
}

void by_name(SOCKET s, sockaddr_in to) {
  const std::string port = std::to_string(ntohs(to.sin_port));
  need(WSAConnectByNameA(s, "127.0.0.1", port.c_str(), nullptr, nullptr, nullptr, nullptr, nullptr,
                         nullptr));
}

struct Way {
  const char* name;
  void (*connect)(SOCKET s, sockaddr_in to);

  friend void PrintTo(const Way& way, std::ostream* out) { *out << way.name; }
};
constexpr std::array kWays{Way{"Connect", by_connect}, Way{"WithoutBlocking", without_blocking},
                           Way{"ConnectEx", by_connect_ex}, Way{"ByList", by_list},
                           Way{"ByName", by_name}};

void set_values(SOCKET s) {
  tcp_keepalive values{1, 700, 100};
  DWORD bytes = 0;
  need(WSAIoctl(s, SIO_KEEPALIVE_VALS, &values, sizeof values, nullptr, 0, &bytes, nullptr,
                nullptr) == 0);
}

wsalive_keepalive in_force(SOCKET s) {
  wsalive_keepalive now{};
  now.size = sizeof now;
  EXPECT_EQ(wsalive_keepalive_in_force(s, &now), 0) << WSAGetLastError();
  return now;
}

class Connecting : public PrivateNetwork, public testing::WithParamInterface<Way> {
 protected:
  Winsock started_;
};

TEST_P(Connecting, TheExactDriverTakesOverAtOnce) {  // K-34, K-57
  const Own from = listener();
  const Own s = tcp();
  set_values(s);
  GetParam().connect(s, name_of(from));
  const wsalive_keepalive now = in_force(s);
  EXPECT_EQ(now.driver, WSALIVE_DRIVER_REPAIR);
  EXPECT_EQ(now.actual_idle, 700U);
  EXPECT_LE(now.next_probe_in, 700U);
}

INSTANTIATE_TEST_SUITE_P(Ways, Connecting, testing::ValuesIn(kWays),
                         [](const auto& way) { return std::string{way.param.name}; });

using Accepting = PrivateNetwork;

TEST_F(Accepting, TheExactDriverTakesOverAtOnce) {  // K-41, K-57
  const Winsock started;
  const Own from = listener();
  set_values(from);
  const Own client = tcp();
  ASSERT_EQ(connect_to(client, name_of(from)), 0);
  const Own accepted = accept_one(from);
  EXPECT_EQ(in_force(accepted).driver, WSALIVE_DRIVER_REPAIR);
}

}  // namespace
}  // namespace wsalive::test
