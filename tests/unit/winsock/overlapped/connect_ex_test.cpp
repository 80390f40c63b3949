// ConnectEx and WSAConnectByList: what is sent along, told of the addresses, and left of a request that is refused or closed. The rest:
// tests/conformance, connecting.c, pending.c and states.c.
// labels: net

#include <winsock2.h>

#include <mswsock.h>

#include <array>
#include <string>

#include <gtest/gtest.h>

#include "support/pending_requests.hpp"
#include "support/port.hpp"
#include "support/winsock_api.hpp"

namespace wsalive::test {
namespace {

Own bound_tcp() {
  Own made = tcp();
  EXPECT_EQ(bind_to(made, loopback()), 0);
  return made;
}

BOOL connect_ex(SOCKET s, const sockaddr_in& to, OVERLAPPED* overlapped, std::string data = {},
                DWORD* sent = nullptr) {
  static std::string kept;
  kept = std::move(data);
  return ConnectEx(s, reinterpret_cast<const sockaddr*>(&to), sizeof to, kept.data(),
                   static_cast<DWORD>(kept.size()), sent, overlapped);
}

bool is_started(BOOL answer) { return answer || WSAGetLastError() == ERROR_IO_PENDING; }

class ConnectExTest : public testing::Test {
 protected:
  Winsock started_;
  OVERLAPPED overlapped_{};
  DWORD bytes_ = 0;
};

TEST_F(ConnectExTest, ComesByItsGuidAndNoOtherDoes) {  // K-103
  const Own s = tcp();
  GUID id = WSAID_CONNECTEX;
  LPFN_CONNECTEX function = nullptr;
  DWORD bytes = 0;
  EXPECT_EQ(WSAIoctl(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof id, &function,
                     sizeof function, &bytes, nullptr, nullptr),
            0);
  EXPECT_EQ(function, &ConnectEx);
  EXPECT_EQ(bytes, sizeof function);
  id.Data1 ^= 1;
  EXPECT_TRUE(fails_with(WSAIoctl(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof id, &function,
                                  sizeof function, &bytes, nullptr, nullptr),
                         WSAEINVAL));
}

TEST_F(ConnectExTest, ConnectsAndSendsItsData) {
  const Own from = listener();
  const Own s = bound_tcp();
  ASSERT_TRUE(is_started(connect_ex(s, name_of(from), &overlapped_, "first")));
  EXPECT_EQ(result_of(s, overlapped_, bytes_), 0);
  EXPECT_EQ(bytes_, 5U);
  const Own accepted = accept_one(from);
  std::array<char, 8> room{};
  EXPECT_EQ(recv(accepted, room.data(), 8, 0), 5);
}

TEST_F(ConnectExTest, ACallThatIsRefusedTakesNothingFromTheSocket) {
  const Own s = bound_tcp();
  sockaddr_in nobody = loopback();
  {
    const Own gone = listener();
    nobody = name_of(gone);
  }
  // Refused at once or a little later.
  const bool waits = is_started(connect_ex(s, nobody, &overlapped_));
  EXPECT_EQ(waits ? result_of(s, overlapped_, bytes_) : WSAGetLastError(), WSAECONNREFUSED);
  const auto last_error = [&s] {
    int code = 0;
    int size = sizeof code;
    EXPECT_EQ(getsockopt(s, SOL_SOCKET, SO_ERROR, reinterpret_cast<char*>(&code), &size), 0);
    return code;
  };
  const int before = last_error();
  OVERLAPPED with_bad_event{};
  with_bad_event.hEvent = reinterpret_cast<HANDLE>(0x7ff0);
  EXPECT_TRUE(refuses(connect_ex(s, nobody, &with_bad_event), ERROR_INVALID_HANDLE));
  EXPECT_EQ(last_error(), before);
  const Own from = listener();
  overlapped_ = {};
  ASSERT_TRUE(is_started(connect_ex(s, name_of(from), &overlapped_)));
  EXPECT_EQ(result_of(s, overlapped_, bytes_), 0);
}

TEST_F(ConnectExTest, AClosedSocketsRequestIsAborted) {
  const Deaf deaf;
  const Port port;
  Own s = bound_tcp();
  port.add(s, 5);
  ASSERT_TRUE(is_started(connect_ex(s, deaf.address(), &overlapped_)));
  s.close();
  EXPECT_EQ(port.take(), (Taken{ERROR_OPERATION_ABORTED, 0, 5, &overlapped_}));
}

TEST_F(ConnectExTest, AListIsTriedInTurn) {  // K-104
  sockaddr_in nobody{};
  {
    const Own gone = listener();
    nobody = name_of(gone);
  }
  const Own from = listener();
  sockaddr_in good = name_of(from);
  struct {
    INT count;
    SOCKET_ADDRESS addresses[2];
  } list{2,
         {{reinterpret_cast<LPSOCKADDR>(&nobody), sizeof nobody},
          {reinterpret_cast<LPSOCKADDR>(&good), sizeof good}}};
  const Own s = tcp();
  u_long on = 1;
  ASSERT_EQ(ioctlsocket(s, FIONBIO, &on), 0);  // It waits all the same.
  sockaddr_in local{};
  sockaddr_in remote{};
  DWORD local_size = sizeof local;
  DWORD remote_size = sizeof remote;
  EXPECT_TRUE(WSAConnectByList(s, reinterpret_cast<PSOCKET_ADDRESS_LIST>(&list), &local_size,
                               reinterpret_cast<LPSOCKADDR>(&local), &remote_size,
                               reinterpret_cast<LPSOCKADDR>(&remote), nullptr, nullptr))
      << WSAGetLastError();
  EXPECT_EQ(remote.sin_port, good.sin_port);
  EXPECT_EQ(local.sin_port, name_of(s).sin_port);
}

}  // namespace
}  // namespace wsalive::test
