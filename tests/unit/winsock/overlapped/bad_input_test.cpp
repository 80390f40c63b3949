// What the asynchronous calls refuse, as rows: invalid handles, handles of another kind, no OVERLAPPED or one that is not
// in memory, buffers that are not there, closed ports. Each returns its documented code, completes nowhere, changes nothing
// and leaves nothing behind: every row is asked some hundred times, and what the process holds is counted.
// labels: net

#include <winsock2.h>

#include <ws2tcpip.h>

#include <mswsock.h>

#include <array>
#include <functional>
#include <vector>

#include <gtest/gtest.h>

#include "support/port.hpp"
#include "support/resource_count.hpp"
#include "support/winsock_api.hpp"
#include "winsock/overlapped/operation.hpp"

namespace wsalive::test {
namespace {

constexpr DWORD kName = sizeof(sockaddr_in) + 16;

template <typename T>
T* nowhere() {
  return reinterpret_cast<T*>(std::uintptr_t{8});  // NOLINT(performance-no-int-to-ptr)
}
HANDLE as_handle(SOCKET s) {
  return reinterpret_cast<HANDLE>(s);  // NOLINT(performance-no-int-to-ptr)
}
const sockaddr* as_name(const sockaddr_in& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

/// One call, and the code with which it fails.
struct Refused {
  const char* what;
  int code;
  std::function<BOOL()> call;
};

class BadInput : public testing::Test {
 protected:
  /// Asks every row, often; nothing completes, and nothing stays.
  void expect_refused(const std::vector<Refused>& rows) {
    constexpr int kRounds = 100;
    const std::size_t operations = winsock::operations_in_use();
    for (const Refused& row : rows) {
      expect_nothing_left(row.what, kRounds, [&] {
        WSASetLastError(0);
        EXPECT_FALSE(row.call()) << row.what;
        EXPECT_EQ(WSAGetLastError(), row.code) << row.what;
      });
      EXPECT_EQ(overlapped_.Internal, 0U) << row.what;
      EXPECT_EQ(winsock::operations_in_use(), operations) << row.what;
    }
    EXPECT_TRUE(port_.is_empty());
  }
  [[nodiscard]] SOCKET event_as_socket() const { return reinterpret_cast<SOCKET>(event_.get()); }

  Winsock started_;
  Port port_;
  OwnEvent event_;
  Own from_ = listener();
  Own fresh_ = tcp();
  Own bound_ = bound();
  Own datagrams_ = udp();
  Pair pair_ = connected_pair();
  std::array<char, 128> room_{};
  OVERLAPPED overlapped_{};

 private:
  static Own bound() {
    Own made = tcp();
    EXPECT_EQ(bind_to(made, loopback()), 0);
    return made;
  }
};

TEST_F(BadInput, AcceptExRefuses) {
  struct Call {
    SOCKET from, to;
    void* room;
    DWORD data = 0, local = kName, remote = kName;
    OVERLAPPED* overlapped;
    DWORD* received = nullptr;
  };
  const auto accept = [](Call call) {
    return [call] {
      return AcceptEx(call.from, call.to, call.room, call.data, call.local, call.remote,
                      call.received, call.overlapped);
    };
  };
  const SOCKET from = from_, to = fresh_, connected = pair_.client, datagrams = datagrams_;
  void* const room = room_.data();
  OVERLAPPED* const o = &overlapped_;
  const Own other_family{socket(AF_INET6, SOCK_STREAM, IPPROTO_TCP)};
  OVERLAPPED bad_event{};
  bad_event.hEvent = as_handle(0x3fffffff);
  expect_refused({
      // clang-format off
      {"no socket", WSAENOTSOCK, accept({.from = INVALID_SOCKET, .to = to, .room = room, .overlapped = o})},
      {"an event for the listener", WSAENOTSOCK, accept({.from = event_as_socket(), .to = to, .room = room, .overlapped = o})},
      {"an event for the socket", WSAENOTSOCK, accept({.from = from, .to = event_as_socket(), .room = room, .overlapped = o})},
      {"no listener", WSAEINVAL, accept({.from = bound_, .to = to, .room = room, .overlapped = o})},
      {"a datagram socket", WSAEINVAL, accept({.from = datagrams, .to = to, .room = room, .overlapped = o})},
      {"into a datagram socket", WSAEINVAL, accept({.from = from, .to = datagrams, .room = room, .overlapped = o})},
      {"into a bound socket", WSAEINVAL, accept({.from = from, .to = bound_, .room = room, .overlapped = o})},
      {"into a connection", WSAEINVAL, accept({.from = from, .to = connected, .room = room, .overlapped = o})},
      {"into the listener", WSAEINVAL, accept({.from = from, .to = from, .room = room, .overlapped = o})},
      {"into another family", WSAEINVAL, accept({.from = from, .to = other_family, .room = room, .overlapped = o})},
      {"no OVERLAPPED", ERROR_INVALID_PARAMETER, accept({.from = from, .to = to, .room = room, .overlapped = nullptr})},
      {"an OVERLAPPED nowhere", WSAEFAULT, accept({.from = from, .to = to, .room = room, .overlapped = nowhere<OVERLAPPED>()})},
      {"no event", ERROR_INVALID_HANDLE, accept({.from = from, .to = to, .room = room, .overlapped = &bad_event})},
      {"no buffer", WSAEFAULT, accept({.from = from, .to = to, .room = nullptr, .overlapped = o})},
      {"a buffer nowhere", WSAEFAULT, accept({.from = from, .to = to, .room = nowhere<void>(), .data = 64, .overlapped = o})},
      {"a count nowhere", WSAEFAULT, accept({.from = from, .to = to, .room = room, .overlapped = o, .received = nowhere<DWORD>()})},
      {"no room for the peer", WSAEFAULT, accept({.from = from, .to = to, .room = room, .remote = 0, .overlapped = o})},
      {"too little for the peer", WSAEFAULT, accept({.from = from, .to = to, .room = room, .remote = kName - 1, .overlapped = o})},
      {"too little for itself", WSAEFAULT, accept({.from = from, .to = to, .room = room, .local = 16, .overlapped = o})},
      // clang-format on
  });
  // The socket is as good as ever.
  EXPECT_FALSE(accept({.from = from, .to = to, .room = room, .overlapped = o})());
  EXPECT_EQ(WSAGetLastError(), ERROR_IO_PENDING);
}

TEST_F(BadInput, ConnectExRefuses) {
  const sockaddr_in to = name_of(from_);
  sockaddr_in no_port = to, anywhere = to, strange = to;
  no_port.sin_port = 0;
  anywhere.sin_addr.s_addr = 0;
  strange.sin_family = AF_INET6;
  const auto connect = [this](SOCKET s, const sockaddr_in* name, int size, OVERLAPPED* overlapped) {
    return [=, this] {
      return ConnectEx(s, reinterpret_cast<const sockaddr*>(name), size, room_.data(), 0, nullptr,
                       overlapped);
    };
  };
  constexpr int kSize = sizeof(sockaddr_in);
  OVERLAPPED* const o = &overlapped_;
  OVERLAPPED bad_event{};
  bad_event.hEvent = as_handle(0x3fffffff);
  expect_refused({
      // clang-format off
      {"no socket", WSAENOTSOCK, connect(INVALID_SOCKET, &to, kSize, o)},
      {"an event", WSAENOTSOCK, connect(event_as_socket(), &to, kSize, o)},
      {"an unbound socket", WSAEINVAL, connect(fresh_, &to, kSize, o)},
      {"a listener", WSAEINVAL, connect(from_, &to, kSize, o)},
      {"a connection", WSAEISCONN, connect(pair_.client, &to, kSize, o)},
      {"a datagram socket", WSAEOPNOTSUPP, connect(datagrams_, &to, kSize, o)},
      {"no OVERLAPPED", ERROR_INVALID_PARAMETER, connect(bound_, &to, kSize, nullptr)},
      {"an OVERLAPPED nowhere", WSAEFAULT, connect(bound_, &to, kSize, nowhere<OVERLAPPED>())},
      {"no event", ERROR_INVALID_HANDLE, connect(bound_, &to, kSize, &bad_event)},
      {"a name nowhere", WSAEFAULT, connect(bound_, nowhere<sockaddr_in>(), kSize, o)},
      {"a name that is too short", WSAEFAULT, connect(bound_, &to, 8, o)},
      {"another family", WSAEAFNOSUPPORT, connect(bound_, &strange, kSize, o)},
      {"no port", WSAEADDRNOTAVAIL, connect(bound_, &no_port, kSize, o)},
      {"no address", WSAEADDRNOTAVAIL, connect(bound_, &anywhere, kSize, o)},
      {"data that are not there", WSAEFAULT, [&] { return ConnectEx(bound_, as_name(to), kSize, nullptr, 5, nullptr, o); }},
      {"a count nowhere", WSAEFAULT, [&] { return ConnectEx(bound_, as_name(to), kSize, nullptr, 0, nowhere<DWORD>(), o); }},
      // clang-format on
  });
  const BOOL answer = connect(bound_, &to, kSize, o)();
  EXPECT_TRUE(answer || WSAGetLastError() == ERROR_IO_PENDING);
}

TEST_F(BadInput, DisconnectExRefuses) {
  const SOCKET client = pair_.client;
  OVERLAPPED bad_event{};
  bad_event.hEvent = as_handle(0x3fffffff);
  const auto disconnect = [](SOCKET s, OVERLAPPED* overlapped, DWORD flags, DWORD reserved) {
    return [=] { return DisconnectEx(s, overlapped, flags, reserved); };
  };
  expect_refused({
      // clang-format off
      {"no socket", WSAENOTSOCK, disconnect(INVALID_SOCKET, &overlapped_, 0, 0)},
      {"an event", WSAENOTSOCK, disconnect(event_as_socket(), &overlapped_, 0, 0)},
      {"an unconnected socket", WSAENOTCONN, disconnect(fresh_, &overlapped_, 0, 0)},
      {"a listener", WSAENOTCONN, disconnect(from_, &overlapped_, 0, 0)},
      {"a datagram socket", WSAENOTCONN, disconnect(datagrams_, &overlapped_, 0, 0)},
      {"an unknown flag", WSAEINVAL, disconnect(client, &overlapped_, 0x40, 0)},
      {"the reserved word", WSAEINVAL, disconnect(client, &overlapped_, 0, 1)},
      {"an OVERLAPPED nowhere", WSAEFAULT, disconnect(client, nowhere<OVERLAPPED>(), 0, 0)},
      {"no event", ERROR_INVALID_HANDLE, disconnect(client, &bad_event, TF_REUSE_SOCKET, 0)},
      // clang-format on
  });
  EXPECT_EQ(send(client, "x", 1, 0), 1);
}

TEST_F(BadInput, PortsRefuse) {
  const HANDLE closed = [] {
    const Port gone;
    return gone.get();
  }();
  const HANDLE port = port_.get(), client = as_handle(pair_.client), event = event_.get();
  const HANDLE nothing = as_handle(0x3fffffff);
  const Own plain{WSASocketW(AF_INET, SOCK_STREAM, IPPROTO_TCP, nullptr, 0, 0)};
  const auto join = [](HANDLE file, HANDLE existing) {
    return [=] { return CreateIoCompletionPort(file, existing, 1, 0) != nullptr; };
  };
  const auto take = [this](HANDLE from) {
    return [this, from] {
      ULONG_PTR key = 0;
      DWORD bytes = 0;
      OVERLAPPED* overlapped = &overlapped_;
      const BOOL good = GetQueuedCompletionStatus(from, &bytes, &key, &overlapped, 0);
      EXPECT_EQ(overlapped, nullptr);
      return good;
    };
  };
  const auto take_several = [](HANDLE from, OVERLAPPED_ENTRY* entries, ULONG count, ULONG* taken) {
    return [=] { return GetQueuedCompletionStatusEx(from, entries, count, taken, 0, FALSE); };
  };
  OVERLAPPED_ENTRY entries[2];
  ULONG taken = 0;
  DWORD bytes = 0;
  ULONG_PTR key = 0;
  OVERLAPPED* found = nullptr;
  expect_refused({
      // clang-format off
      {"a handle of nothing joins", ERROR_INVALID_HANDLE, join(nothing, port)},
      {"an event joins", ERROR_INVALID_HANDLE, join(event, port)},
      {"a port joins", ERROR_INVALID_HANDLE, join(port, port)},
      {"an event is no port", ERROR_INVALID_HANDLE, join(client, event)},
      {"a socket is no port", ERROR_INVALID_HANDLE, join(client, client)},
      {"a closed port", ERROR_INVALID_HANDLE, join(client, closed)},
      {"a new port for nothing", ERROR_INVALID_HANDLE, join(nothing, nullptr)},
      {"an old port for nothing", ERROR_INVALID_PARAMETER, join(INVALID_HANDLE_VALUE, port)},
      {"a socket that is not overlapped", ERROR_INVALID_PARAMETER, join(as_handle(plain), port)},
      {"taken from a closed port", ERROR_INVALID_HANDLE, take(closed)},
      {"taken from an event", ERROR_INVALID_HANDLE, take(event)},
      {"taken from an empty one", WAIT_TIMEOUT, take(port)},
      {"no place for the count", ERROR_INVALID_PARAMETER, [&] { return GetQueuedCompletionStatus(port, nullptr, &key, &found, 0); }},
      {"no place for the key", ERROR_INVALID_PARAMETER, [&] { return GetQueuedCompletionStatus(port, &bytes, nullptr, &found, 0); }},
      {"no place for the OVERLAPPED", ERROR_INVALID_PARAMETER, [&] { return GetQueuedCompletionStatus(port, &bytes, &key, nullptr, 0); }},
      {"several from a closed port", ERROR_INVALID_HANDLE, take_several(closed, entries, 2, &taken)},
      {"several from an empty one", WAIT_TIMEOUT, take_several(port, entries, 2, &taken)},
      {"no entries", ERROR_INVALID_PARAMETER, take_several(port, nullptr, 2, &taken)},
      {"none of them", ERROR_INVALID_PARAMETER, take_several(port, entries, 0, &taken)},
      {"no place for how many", ERROR_INVALID_PARAMETER, take_several(port, entries, 2, nullptr)},
      {"posted to a closed port", ERROR_INVALID_HANDLE, [&] { return PostQueuedCompletionStatus(closed, 0, 0, nullptr); }},
      {"posted to a socket", ERROR_INVALID_HANDLE, [&] { return PostQueuedCompletionStatus(client, 0, 0, nullptr); }},
      {"modes of nothing", ERROR_INVALID_HANDLE, [&] { return SetFileCompletionNotificationModes(nothing, 1); }},
      {"modes of an event", ERROR_INVALID_HANDLE, [&] { return SetFileCompletionNotificationModes(event, 1); }},
      {"unknown modes", ERROR_INVALID_PARAMETER, [&] { return SetFileCompletionNotificationModes(client, 0x80); }},
      {"nothing is cancelled", ERROR_INVALID_HANDLE, [&] { return CancelIo(nothing); }},
      {"an event is cancelled", ERROR_INVALID_HANDLE, [&] { return CancelIoEx(event, nullptr); }},
      {"nothing is under way", ERROR_NOT_FOUND, [&] { return CancelIoEx(client, &overlapped_); }},
      // clang-format on
  });
}

TEST_F(BadInput, ResultsRefuse) {
  const SOCKET client = pair_.client;
  DWORD bytes = 0, flags = 0;
  const auto result = [&](SOCKET s, OVERLAPPED* overlapped, DWORD* count, DWORD* to_flags) {
    return [=] { return WSAGetOverlappedResult(s, overlapped, count, FALSE, to_flags); };
  };
  OVERLAPPED pending{};
  pending.Internal = STATUS_PENDING;
  expect_refused({
      // clang-format off
      {"no socket", WSAENOTSOCK, result(INVALID_SOCKET, &overlapped_, &bytes, &flags)},
      {"an event", WSAENOTSOCK, result(event_as_socket(), &overlapped_, &bytes, &flags)},
      {"no OVERLAPPED", WSAEFAULT, result(client, nullptr, &bytes, &flags)},
      {"an OVERLAPPED nowhere", WSAEFAULT, result(client, nowhere<OVERLAPPED>(), &bytes, &flags)},
      {"no count", WSAEFAULT, result(client, &overlapped_, nullptr, &flags)},
      {"a count nowhere", WSAEFAULT, result(client, &overlapped_, nowhere<DWORD>(), &flags)},
      {"no flags", WSAEFAULT, result(client, &overlapped_, &bytes, nullptr)},
      {"pending", WSA_IO_INCOMPLETE, result(client, &pending, &bytes, &flags)},
      {"no OVERLAPPED, Win32", ERROR_INVALID_PARAMETER, [&] { return GetOverlappedResult(as_handle(client), nullptr, &bytes, FALSE); }},
      {"no count, Win32", ERROR_INVALID_PARAMETER, [&] { return GetOverlappedResult(as_handle(client), &overlapped_, nullptr, FALSE); }},
      {"pending, of nothing", ERROR_INVALID_HANDLE, [&] { return GetOverlappedResult(as_handle(0x3fffffff), &pending, &bytes, FALSE); }},
      {"pending, Win32", ERROR_IO_INCOMPLETE, [&] { return GetOverlappedResult(as_handle(client), &pending, &bytes, FALSE); }},
      {"pending for some time", WAIT_TIMEOUT, [&] { return GetOverlappedResultEx(as_handle(client), &pending, &bytes, 1, FALSE); }},
      // clang-format on
  });
}

TEST_F(BadInput, ExtensionFunctionsAreRefusedByTheirCode) {
  GUID id = WSAID_CONNECTEX;
  void* function = nullptr;
  DWORD bytes = 0;
  const auto ask = [&](const void* in, DWORD in_size, void* out, DWORD out_size, DWORD* count) {
    return [=, this] {
      return WSAIoctl(pair_.client, SIO_GET_EXTENSION_FUNCTION_POINTER, const_cast<void*>(in),
                      in_size, out, out_size, count, nullptr, nullptr) == 0;
    };
  };
  const GUID unknown{};
  expect_refused({
      // clang-format off
      {"no GUID", WSAEFAULT, ask(nullptr, sizeof id, &function, sizeof function, &bytes)},
      {"half a GUID", WSAEFAULT, ask(&id, 8, &function, sizeof function, &bytes)},
      {"no place", WSAEFAULT, ask(&id, sizeof id, nullptr, sizeof function, &bytes)},
      {"half a place", WSAEFAULT, ask(&id, sizeof id, &function, 4, &bytes)},
      {"no count", WSAEFAULT, ask(&id, sizeof id, &function, sizeof function, nullptr)},
      {"an unknown GUID", WSAEINVAL, ask(&unknown, sizeof unknown, &function, sizeof function, &bytes)},
      // clang-format on
  });
  EXPECT_EQ(function, nullptr);
}

}  // namespace
}  // namespace wsalive::test
