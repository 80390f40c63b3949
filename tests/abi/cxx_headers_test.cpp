// The Windows headers as C++20, and our own error codes against them.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <type_traits>

#include "base/wsa_error.hpp"
#include "facts.h"

namespace wsalive::test {
namespace {

struct Row {
  WsaError ours;
  int windows;
  const char* name;
};

// WSAGetLastError's numbers, on both sides of the seam.
constexpr std::array kCodes{
    // clang-format off
    Row{WsaError::invalid_handle, ERROR_INVALID_HANDLE, "ERROR_INVALID_HANDLE"},
    Row{WsaError::invalid_handle, WSA_INVALID_HANDLE, "WSA_INVALID_HANDLE"},
    Row{WsaError::not_enough_memory, WSA_NOT_ENOUGH_MEMORY, "WSA_NOT_ENOUGH_MEMORY"},
    Row{WsaError::netname_deleted, ERROR_NETNAME_DELETED, "ERROR_NETNAME_DELETED"},
    Row{WsaError::invalid_parameter, WSA_INVALID_PARAMETER, "WSA_INVALID_PARAMETER"},
    Row{WsaError::wait_timeout, WAIT_TIMEOUT, "WAIT_TIMEOUT"},
    Row{WsaError::operation_aborted, WSA_OPERATION_ABORTED, "WSA_OPERATION_ABORTED"},
    Row{WsaError::io_incomplete, WSA_IO_INCOMPLETE, "WSA_IO_INCOMPLETE"},
    Row{WsaError::io_pending, WSA_IO_PENDING, "WSA_IO_PENDING"},
    Row{WsaError::interrupted, WSAEINTR, "WSAEINTR"},
    Row{WsaError::bad_file, WSAEBADF, "WSAEBADF"},
    Row{WsaError::access_denied, WSAEACCES, "WSAEACCES"},
    Row{WsaError::fault, WSAEFAULT, "WSAEFAULT"},
    Row{WsaError::invalid_argument, WSAEINVAL, "WSAEINVAL"},
    Row{WsaError::too_many_files, WSAEMFILE, "WSAEMFILE"},
    Row{WsaError::would_block, WSAEWOULDBLOCK, "WSAEWOULDBLOCK"},
    Row{WsaError::in_progress, WSAEINPROGRESS, "WSAEINPROGRESS"},
    Row{WsaError::already, WSAEALREADY, "WSAEALREADY"},
    Row{WsaError::not_a_socket, WSAENOTSOCK, "WSAENOTSOCK"},
    Row{WsaError::destination_required, WSAEDESTADDRREQ, "WSAEDESTADDRREQ"},
    Row{WsaError::message_size, WSAEMSGSIZE, "WSAEMSGSIZE"},
    Row{WsaError::wrong_protocol_type, WSAEPROTOTYPE, "WSAEPROTOTYPE"},
    Row{WsaError::unknown_option, WSAENOPROTOOPT, "WSAENOPROTOOPT"},
    Row{WsaError::protocol_not_supported, WSAEPROTONOSUPPORT, "WSAEPROTONOSUPPORT"},
    Row{WsaError::socket_type_not_supported, WSAESOCKTNOSUPPORT, "WSAESOCKTNOSUPPORT"},
    Row{WsaError::operation_not_supported, WSAEOPNOTSUPP, "WSAEOPNOTSUPP"},
    Row{WsaError::family_not_supported, WSAEAFNOSUPPORT, "WSAEAFNOSUPPORT"},
    Row{WsaError::address_in_use, WSAEADDRINUSE, "WSAEADDRINUSE"},
    Row{WsaError::address_not_available, WSAEADDRNOTAVAIL, "WSAEADDRNOTAVAIL"},
    Row{WsaError::network_down, WSAENETDOWN, "WSAENETDOWN"},
    Row{WsaError::network_unreachable, WSAENETUNREACH, "WSAENETUNREACH"},
    Row{WsaError::network_reset, WSAENETRESET, "WSAENETRESET"},
    Row{WsaError::connection_aborted, WSAECONNABORTED, "WSAECONNABORTED"},
    Row{WsaError::connection_reset, WSAECONNRESET, "WSAECONNRESET"},
    Row{WsaError::no_buffers, WSAENOBUFS, "WSAENOBUFS"},
    Row{WsaError::is_connected, WSAEISCONN, "WSAEISCONN"},
    Row{WsaError::not_connected, WSAENOTCONN, "WSAENOTCONN"},
    Row{WsaError::shut_down, WSAESHUTDOWN, "WSAESHUTDOWN"},
    Row{WsaError::timed_out, WSAETIMEDOUT, "WSAETIMEDOUT"},
    Row{WsaError::connection_refused, WSAECONNREFUSED, "WSAECONNREFUSED"},
    Row{WsaError::name_too_long, WSAENAMETOOLONG, "WSAENAMETOOLONG"},
    Row{WsaError::host_down, WSAEHOSTDOWN, "WSAEHOSTDOWN"},
    Row{WsaError::host_unreachable, WSAEHOSTUNREACH, "WSAEHOSTUNREACH"},
    Row{WsaError::system_not_ready, WSASYSNOTREADY, "WSASYSNOTREADY"},
    Row{WsaError::version_not_supported, WSAVERNOTSUPPORTED, "WSAVERNOTSUPPORTED"},
    Row{WsaError::not_initialised, WSANOTINITIALISED, "WSANOTINITIALISED"},
    Row{WsaError::type_not_found, WSATYPE_NOT_FOUND, "WSATYPE_NOT_FOUND"},
    Row{WsaError::host_not_found, WSAHOST_NOT_FOUND, "WSAHOST_NOT_FOUND"},
    Row{WsaError::try_again, WSATRY_AGAIN, "WSATRY_AGAIN"},
    Row{WsaError::no_recovery, WSANO_RECOVERY, "WSANO_RECOVERY"},
    Row{WsaError::no_data, WSANO_DATA, "WSANO_DATA"},
    // clang-format on
};

TEST(ErrorCodes, HaveWindowsNumbers) {
  for (const Row& row : kCodes) EXPECT_EQ(static_cast<int>(row.ours), row.windows) << row.name;
}

TEST(Headers, DeclareTheOptionFunctionsAsMicrosoftDoes) {  // K-06
  using Get = int (*)(SOCKET, int, int, char*, int*);
  using Set = int (*)(SOCKET, int, int, const char*, int);
  static_assert(std::is_same_v<decltype(&getsockopt), Get>);
  static_assert(std::is_same_v<decltype(&setsockopt), Set>);
}

TEST(Headers, KeepNamesOfCxxFree) {
  struct Poller {
    static int select(int value) { return value; }
  };
  const int low = 3;
  const int high = 4;
  EXPECT_EQ(std::min(low, high) + std::max(low, high), 7);
  EXPECT_EQ(Poller::select(5), 5);
  EXPECT_EQ(std::to_integer<int>(std::byte{7}), 7);
}

TEST(Headers, GuardCxxBlocksByTry) {
  int caught = 0;
  int finished = 0;
  __try {
    __try {
      throw 1;
    } __except (EXCEPTION_EXECUTE_HANDLER) {
      ++caught;
    }
  } __finally {
    ++finished;
  }
  EXPECT_EQ(caught, 1);
  EXPECT_EQ(finished, 1);
}

TEST(Headers, CompareGuids) {
  constexpr GUID kConnectEx = WSAID_CONNECTEX;
  constexpr GUID kAcceptEx = WSAID_ACCEPTEX;
  EXPECT_TRUE(IsEqualGUID(kConnectEx, kConnectEx));
  EXPECT_NE(kConnectEx, kAcceptEx);
}

}  // namespace
}  // namespace wsalive::test
