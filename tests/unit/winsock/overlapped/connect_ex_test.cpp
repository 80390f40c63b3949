// ConnectEx, WSAConnectByList and WSAConnectByName: requests, their ends, and SO_KEEPALIVE around them.
// labels: net

#include <winsock2.h>

#include <mswsock.h>

#include <array>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "support/pending_requests.hpp"
#include "support/port.hpp"
#include "support/winsock_api.hpp"

namespace wsalive::test {
namespace {

int set_keep_alive(SOCKET s, DWORD on = 1) {
  return setsockopt(s, SOL_SOCKET, SO_KEEPALIVE, reinterpret_cast<const char*>(&on), sizeof on);
}
DWORD keep_alive_of(SOCKET s) {
  DWORD on = 99;
  int size = sizeof on;
  EXPECT_EQ(getsockopt(s, SOL_SOCKET, SO_KEEPALIVE, reinterpret_cast<char*>(&on), &size), 0);
  return on;
}

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

TEST_F(ConnectExTest, NeedsAnUpdateBeforeGetpeernameAndShutdown) {  // K-34
  const Own from = listener();
  const Own s = bound_tcp();
  ASSERT_TRUE(is_started(connect_ex(s, name_of(from), &overlapped_)));
  ASSERT_EQ(result_of(s, overlapped_, bytes_), 0);
  sockaddr_in name{};
  int size = sizeof name;
  EXPECT_TRUE(fails_with(getpeername(s, reinterpret_cast<sockaddr*>(&name), &size), WSAENOTCONN));
  EXPECT_TRUE(fails_with(shutdown(s, SD_SEND), WSAENOTCONN));
  const DWORD any = 1;
  EXPECT_EQ(setsockopt(s, SOL_SOCKET, SO_UPDATE_CONNECT_CONTEXT, nullptr, 0), 0)
      << WSAGetLastError();
  EXPECT_EQ(setsockopt(s, SOL_SOCKET, SO_UPDATE_CONNECT_CONTEXT,
                       reinterpret_cast<const char*>(&any), sizeof any),
            0);
  EXPECT_EQ(getpeername(s, reinterpret_cast<sockaddr*>(&name), &size), 0);
  EXPECT_EQ(name.sin_port, name_of(from).sin_port);
  EXPECT_EQ(shutdown(s, SD_SEND), 0);
}

TEST_F(ConnectExTest, RefusesBadInputAndChangesNothing) {  // K-103
  const Own from = listener();
  const sockaddr_in to = name_of(from);
  const Own unbound = tcp();
  EXPECT_TRUE(refuses(connect_ex(unbound, to, &overlapped_), WSAEINVAL));
  const Own s = bound_tcp();
  EXPECT_TRUE(refuses(connect_ex(s, to, nullptr), ERROR_INVALID_PARAMETER));
  EXPECT_TRUE(refuses(connect_ex(INVALID_SOCKET, to, &overlapped_), WSAENOTSOCK));
  EXPECT_TRUE(refuses(connect_ex(from, to, &overlapped_), WSAEINVAL));
  EXPECT_TRUE(refuses(ConnectEx(s, nullptr, 16, nullptr, 0, nullptr, &overlapped_), WSAEFAULT));
  EXPECT_TRUE(refuses(ConnectEx(s, reinterpret_cast<const sockaddr*>(&to), sizeof to, nullptr, 5,
                                nullptr, &overlapped_),
                      WSAEFAULT));
  EXPECT_EQ(overlapped_.Internal, 0U);
  ASSERT_TRUE(is_started(connect_ex(s, to, &overlapped_)));
  ASSERT_EQ(result_of(s, overlapped_, bytes_), 0);
  OVERLAPPED second{};
  EXPECT_TRUE(refuses(connect_ex(s, to, &second), WSAEISCONN));
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

TEST_F(ConnectExTest, ARefusalComesWithTheEndAndTheSocketMayTryAgain) {  // K-101
  sockaddr_in nobody{};
  {
    const Own gone = listener();
    nobody = name_of(gone);
  }
  const Own s = bound_tcp();
  const BOOL answer = connect_ex(s, nobody, &overlapped_);
  EXPECT_FALSE(answer);
  EXPECT_EQ(
      WSAGetLastError() == ERROR_IO_PENDING ? result_of(s, overlapped_, bytes_) : WSAGetLastError(),
      WSAECONNREFUSED);
  EXPECT_EQ(set_keep_alive(s), 0);  // K-31
  const Own from = listener();
  overlapped_ = {};
  ASSERT_TRUE(is_started(connect_ex(s, name_of(from), &overlapped_))) << WSAGetLastError();
  EXPECT_EQ(result_of(s, overlapped_, bytes_), 0);
}

struct Era {
  const char* release;
  int refused;  // What setting SO_KEEPALIVE answers while a request is in process.
};
class InTransition : public testing::TestWithParam<Era> {};

TEST_P(InTransition, SoKeepaliveFollowsTheReleaseWhileConnectExIsPending) {  // K-30 to K-33, K-115
  const Winsock started{GetParam().release};
  const Deaf deaf;
  const Own s = bound_tcp();
  OVERLAPPED overlapped{};
  EXPECT_TRUE(refuses(connect_ex(s, deaf.address(), &overlapped), ERROR_IO_PENDING));
  const int before_vista = GetParam().refused == 0;
  EXPECT_EQ(set_keep_alive(s) == 0 ? 0 : WSAGetLastError(), GetParam().refused);
  EXPECT_EQ(keep_alive_of(s), before_vista ? 1U : 0U);
  sockaddr_in name{};
  int size = sizeof name;
  EXPECT_TRUE(fails_with(getpeername(s, reinterpret_cast<sockaddr*>(&name), &size), WSAENOTCONN));
  EXPECT_TRUE(fails_with(connect_to(s, deaf.address()), WSAEINVAL));
  OVERLAPPED second{};
  EXPECT_TRUE(refuses(connect_ex(s, deaf.address(), &second), WSAEINVAL));
  EXPECT_TRUE(fails_with(send(s, "x", 1, 0), WSAENOTCONN));  // K-102
  EXPECT_TRUE(CancelIoEx(reinterpret_cast<HANDLE>(s.get()), &overlapped));
  DWORD bytes = 0;
  EXPECT_EQ(result_of(s, overlapped, bytes), WSA_OPERATION_ABORTED);
  EXPECT_EQ(set_keep_alive(s), 0);
}

TEST_P(InTransition, SoKeepaliveFollowsTheReleaseWhileAListIsTried) {  // K-30
  const Winsock started{GetParam().release};
  const Deaf deaf;
  const Own s = tcp();
  sockaddr_in to = deaf.address();
  SOCKET_ADDRESS_LIST list{1, {{reinterpret_cast<LPSOCKADDR>(&to), sizeof to}}};
  const timeval limit{0, 300'000};
  int code = 0;
  std::thread caller{[&] {
    code = WSAConnectByList(s, &list, nullptr, nullptr, nullptr, nullptr, &limit, nullptr)
               ? 0
               : WSAGetLastError();
  }};
  std::this_thread::sleep_for(std::chrono::milliseconds{100});
  EXPECT_EQ(set_keep_alive(s) == 0 ? 0 : WSAGetLastError(), GetParam().refused);
  caller.join();
  EXPECT_EQ(code, WSAETIMEDOUT);
  EXPECT_EQ(set_keep_alive(s), 0);
}

INSTANTIATE_TEST_SUITE_P(Releases, InTransition,
                         testing::Values(Era{"winxp", 0}, Era{"ws2003", 0}, Era{"vista", WSAEINVAL},
                                         Era{"win11", WSAEINVAL}));

TEST_F(ConnectExTest, KeepAliveSetBeforeHoldsOnTheConnection) {  // K-34
  const Own from = listener();
  const Own s = bound_tcp();
  ASSERT_EQ(set_keep_alive(s), 0);
  ASSERT_TRUE(is_started(connect_ex(s, name_of(from), &overlapped_)));
  ASSERT_EQ(result_of(s, overlapped_, bytes_), 0);
  EXPECT_EQ(keep_alive_of(s), 1U);
  EXPECT_EQ(set_keep_alive(s, 0), 0);
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
  const Own other = tcp();
  list.count = 1;
  EXPECT_FALSE(WSAConnectByList(other, reinterpret_cast<PSOCKET_ADDRESS_LIST>(&list), nullptr,
                                nullptr, nullptr, nullptr, nullptr, nullptr));
  EXPECT_EQ(WSAGetLastError(), WSAECONNREFUSED);
  EXPECT_FALSE(WSAConnectByList(other, reinterpret_cast<PSOCKET_ADDRESS_LIST>(&list), nullptr,
                                nullptr, nullptr, nullptr, nullptr, &overlapped_));
  EXPECT_EQ(WSAGetLastError(), WSAEINVAL);
}

TEST_F(ConnectExTest, ANameIsLookedUpAndConnectedTo) {  // K-105
  const Own from = listener();
  const std::string port = std::to_string(ntohs(name_of(from).sin_port));
  const Own s = tcp();
  EXPECT_TRUE(WSAConnectByNameA(s, "127.0.0.1", port.c_str(), nullptr, nullptr, nullptr, nullptr,
                                nullptr, nullptr))
      << WSAGetLastError();
  const Own other = tcp();
  std::wstring wide{port.begin(), port.end()};
  wchar_t node[] = L"localhost";
  EXPECT_TRUE(WSAConnectByNameW(other, node, wide.data(), nullptr, nullptr, nullptr, nullptr,
                                nullptr, nullptr))
      << WSAGetLastError();
}

TEST_F(ConnectExTest, ANameCallRefusesBadInput) {  // K-105
  const Own s = tcp();
  const auto by_name = [&](const char* node, const char* service, DWORD* size, sockaddr* name,
                           OVERLAPPED* reserved) {
    return WSAConnectByNameA(s, node, service, size, name, nullptr, nullptr, nullptr, reserved)
               ? 0
               : WSAGetLastError();
  };
  sockaddr_in name{};
  DWORD small = 4;
  EXPECT_EQ(by_name(nullptr, "80", nullptr, nullptr, nullptr), WSAEINVAL);
  EXPECT_EQ(by_name("127.0.0.1", nullptr, nullptr, nullptr, nullptr), WSAEINVAL);
  EXPECT_EQ(by_name("127.0.0.1", "80", nullptr, nullptr, &overlapped_), WSAEINVAL);
  EXPECT_EQ(by_name("127.0.0.1", "80", &small, reinterpret_cast<sockaddr*>(&name), nullptr),
            WSAEFAULT);
  EXPECT_EQ(by_name("127.0.0.1", "no-such-service", nullptr, nullptr, nullptr), WSATYPE_NOT_FOUND);
}

}  // namespace
}  // namespace wsalive::test
