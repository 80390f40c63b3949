// Arrays of buffers, messages and OVERLAPPED structures that are not there, or only in part: an error, never a crash, and
// nothing is done.  K-26
// labels: net

#include <winsock2.h>

#include <mstcpip.h>
#include <mswsock.h>

#include <array>
#include <cstring>
#include <functional>
#include <new>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/pages.hpp"
#include "support/port.hpp"
#include "support/winsock_api.hpp"
#include "winsock/overlapped/operation.hpp"

namespace wsalive::test {
namespace {

/// A structure in a page of its own, which is good: on no thread's stack.
template <typename T>
T* placed(char* at) {
  return new (at) T{};
}

enum class Where : std::uint8_t { little, absent, straddling };

class BadMemory : public testing::Test {
 protected:
  /// A place for one that is not there.
  template <typename T>
  T* bad(Where where) {
    switch (where) {
      case Where::little:
        return reinterpret_cast<T*>(std::uintptr_t{8});
      case Where::absent:
        return reinterpret_cast<T*>(pages_.absent());
      default:
        return reinterpret_cast<T*>(pages_.absent() - 8);
    }
  }
  WSABUF* good_buffer() {
    auto* const made = placed<WSABUF>(heap_.data());
    *made = buffer_of(room_.data(), 1);
    return made;
  }
  OVERLAPPED* good_overlapped() { return placed<OVERLAPPED>(heap_.data() + 64); }
  /// An OVERLAPPED that cannot be written, where it matters.
  OVERLAPPED* read_only() { return reinterpret_cast<OVERLAPPED*>(pages_.read_only()); }
  OVERLAPPED* half_read_only() { return reinterpret_cast<OVERLAPPED*>(pages_.read_only() - 16); }

  void expect_fault(const std::string& what, const std::function<int()>& call) {
    const std::size_t before = winsock::operations_in_use();
    WSASetLastError(0);
    EXPECT_NE(call(), 0) << what;
    EXPECT_EQ(WSAGetLastError(), WSAEFAULT) << what;
    EXPECT_EQ(winsock::operations_in_use(), before) << what;
  }
  /// Nothing has been sent.
  void expect_quiet(SOCKET s) {
    WSAPOLLFD item{s, POLLRDNORM, 0};
    EXPECT_EQ(WSAPoll(&item, 1, 0), 0);
  }

  Winsock started_;
  Pages pages_;
  Pair pair_ = connected_pair();
  Own here_ = udp();
  Own there_ = udp();
  std::vector<char> heap_ = std::vector<char>(4096);
  std::array<char, 64> room_{};
  DWORD flags_ = 0;
  DWORD count_ = 0;

  void SetUp() override {
    ASSERT_EQ(bind_to(there_, loopback()), 0);
    ASSERT_EQ(connect_to(here_, name_of(there_)), 0);
  }
};

TEST_F(BadMemory, ArraysOfBuffersAreRefused) {  // K-26
  for (const Where where : {Where::little, Where::absent, Where::straddling}) {
    auto* const buffers = bad<WSABUF>(where);
    OVERLAPPED* const o = good_overlapped();
    const std::string what = "array " + std::to_string(static_cast<int>(where));
    for (const SOCKET s : {pair_.client.get(), here_.get()}) {
      expect_fault(what, [&] { return WSASend(s, buffers, 1, &count_, 0, nullptr, nullptr); });
      expect_fault(what, [&] { return WSASend(s, buffers, 1, nullptr, 0, o, nullptr); });
      expect_fault(
          what, [&] { return WSASendTo(s, buffers, 1, &count_, 0, nullptr, 0, nullptr, nullptr); });
      expect_fault(what,
                   [&] { return WSASendTo(s, buffers, 1, nullptr, 0, nullptr, 0, o, nullptr); });
      expect_fault(what,
                   [&] { return WSARecv(s, buffers, 1, &count_, &flags_, nullptr, nullptr); });
      expect_fault(what, [&] { return WSARecv(s, buffers, 1, nullptr, &flags_, o, nullptr); });
      expect_fault(what, [&] {
        return WSARecvFrom(s, buffers, 1, &count_, &flags_, nullptr, nullptr, nullptr, nullptr);
      });
      expect_fault(what, [&] {
        return WSARecvFrom(s, buffers, 1, nullptr, &flags_, nullptr, nullptr, o, nullptr);
      });
    }
  }
  expect_quiet(pair_.server);
  expect_quiet(there_);
}

TEST_F(BadMemory, AnArrayThatEndsTooSoonIsRefusedWhole) {  // K-26
  auto* const two = reinterpret_cast<WSABUF*>(pages_.last_writable(2 * sizeof(WSABUF)));
  two[0] = two[1] = buffer_of(room_.data(), 1);
  OVERLAPPED* const o = good_overlapped();
  const DWORD many = 2 + Pages::kSize / sizeof(WSABUF) + 1;  // Into the page that is not there.
  const auto each = [&](const char* what, DWORD size) {
    expect_fault(what,
                 [&] { return WSASend(pair_.client, two, size, &count_, 0, nullptr, nullptr); });
    expect_fault(what, [&] { return WSASend(pair_.client, two, size, nullptr, 0, o, nullptr); });
    expect_fault(
        what, [&] { return WSARecv(pair_.client, two, size, &count_, &flags_, nullptr, nullptr); });
    expect_fault(what,
                 [&] { return WSARecv(pair_.client, two, size, nullptr, &flags_, o, nullptr); });
  };
  each("a little too long", many);
  expect_fault("as long as can be", [&] {
    return WSASend(pair_.client, two, 0xffffffff, &count_, 0, nullptr, nullptr);
  });
  expect_quiet(pair_.server);
  EXPECT_EQ(WSASend(pair_.client, two, 2, &count_, 0, nullptr, nullptr), 0);
  EXPECT_EQ(count_, 2U);
}

TEST_F(BadMemory, OverlappedStructuresAreRefused) {  // K-26
  const std::vector<OVERLAPPED*> bad_ones{
      bad<OVERLAPPED>(Where::little), bad<OVERLAPPED>(Where::absent),
      bad<OVERLAPPED>(Where::straddling), read_only(), half_read_only()};
  GUID id = WSAID_WSARECVMSG;
  LPFN_WSARECVMSG receive_message = nullptr;
  ASSERT_EQ(WSAIoctl(here_, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof id, &receive_message,
                     sizeof receive_message, &count_, nullptr, nullptr),
            0);
  WSABUF* const buffer = good_buffer();
  WSAMSG message{};
  message.lpBuffers = buffer;
  message.dwBufferCount = 1;
  tcp_keepalive values{1, 5000, 1000};
  const SOCKET s = pair_.client;
  for (OVERLAPPED* const o : bad_ones) {
    const std::string what = "OVERLAPPED " + std::to_string(reinterpret_cast<std::uintptr_t>(o));
    expect_fault(what, [&] { return WSASend(s, buffer, 1, nullptr, 0, o, nullptr); });
    expect_fault(what, [&] { return WSARecv(s, buffer, 1, nullptr, &flags_, o, nullptr); });
    expect_fault(what,
                 [&] { return WSASendTo(here_, buffer, 1, nullptr, 0, nullptr, 0, o, nullptr); });
    expect_fault(what, [&] {
      return WSARecvFrom(here_, buffer, 1, nullptr, &flags_, nullptr, nullptr, o, nullptr);
    });
    expect_fault(what, [&] { return WSASendMsg(here_, &message, 0, nullptr, o, nullptr); });
    expect_fault(what, [&] { return receive_message(here_, &message, nullptr, o, nullptr); });
    expect_fault(what, [&] { return TransmitPackets(s, nullptr, 0, 0, o, 0) ? 0 : 1; });
    expect_fault(what, [&] { return TransmitFile(s, nullptr, 0, 0, o, nullptr, 0) ? 0 : 1; });
    expect_fault(what, [&] { return DisconnectEx(s, o, 0, 0) ? 0 : 1; });
    expect_fault(what, [&] {
      return WSAIoctl(s, SIO_KEEPALIVE_VALS, &values, sizeof values, nullptr, 0, &count_, o,
                      nullptr);
    });
  }
  expect_quiet(pair_.server);
  expect_quiet(there_);
  DWORD on = 9;
  int size = sizeof on;
  EXPECT_EQ(getsockopt(s, SOL_SOCKET, SO_KEEPALIVE, reinterpret_cast<char*>(&on), &size), 0);
  EXPECT_EQ(on, 0U);
}

TEST_F(BadMemory, MessagesAreRefused) {  // K-26
  GUID id = WSAID_WSARECVMSG;
  LPFN_WSARECVMSG receive_message = nullptr;
  ASSERT_EQ(WSAIoctl(here_, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof id, &receive_message,
                     sizeof receive_message, &count_, nullptr, nullptr),
            0);
  OVERLAPPED* const o = good_overlapped();
  for (const Where where : {Where::little, Where::absent, Where::straddling}) {
    const std::string what = "message " + std::to_string(static_cast<int>(where));
    auto* const message = bad<WSAMSG>(where);
    WSAMSG inner{};
    inner.lpBuffers = bad<WSABUF>(where);
    inner.dwBufferCount = 1;
    for (WSAMSG* const each : {message, &inner}) {
      for (OVERLAPPED* const overlapped : {static_cast<OVERLAPPED*>(nullptr), o}) {
        expect_fault(what,
                     [&] { return WSASendMsg(here_, each, 0, &count_, overlapped, nullptr); });
        expect_fault(what,
                     [&] { return receive_message(here_, each, &count_, overlapped, nullptr); });
      }
    }
  }
  expect_quiet(there_);
}

TEST_F(BadMemory, ElementsOfATransmissionAreRefused) {  // K-26
  for (const Where where : {Where::little, Where::absent, Where::straddling}) {
    const std::string what = "elements " + std::to_string(static_cast<int>(where));
    for (OVERLAPPED* const o : {static_cast<OVERLAPPED*>(nullptr), good_overlapped()}) {
      expect_fault(what, [&] {
        auto* const elements = bad<TRANSMIT_PACKETS_ELEMENT>(where);
        return TransmitPackets(pair_.client, elements, 1, 0, o, 0) ? 0 : 1;
      });
      expect_fault(what, [&] {
        auto* const around = bad<TRANSMIT_FILE_BUFFERS>(where);
        return TransmitFile(pair_.client, nullptr, 0, 0, o, around, 0) ? 0 : 1;
      });
    }
  }
  expect_quiet(pair_.server);
}

TEST_F(BadMemory, ATransmissionWithOneBadPieceSendsNone) {  // K-26
  for (const Where where : {Where::little, Where::absent, Where::straddling}) {
    const std::string what = "piece " + std::to_string(static_cast<int>(where));
    TRANSMIT_FILE_BUFFERS around{room_.data(), 8, bad<char>(where), 16};
    TRANSMIT_PACKETS_ELEMENT elements[2]{};
    elements[0].dwElFlags = elements[1].dwElFlags = TP_ELEMENT_MEMORY;
    elements[0].pBuffer = room_.data();
    elements[1].pBuffer = bad<char>(where);
    elements[0].cLength = elements[1].cLength = 16;
    for (OVERLAPPED* const o : {static_cast<OVERLAPPED*>(nullptr), good_overlapped()}) {
      expect_fault(
          what, [&] { return TransmitFile(pair_.client, nullptr, 0, 0, o, &around, 0) ? 0 : 1; });
      for (const SOCKET s : {pair_.client.get(), here_.get()}) {
        expect_fault(what, [&] { return TransmitPackets(s, elements, 2, 0, o, 0) ? 0 : 1; });
      }
    }
  }
  expect_quiet(pair_.server);
  expect_quiet(there_);
}

TEST_F(BadMemory, GoodOnesOnTheHeapAreTakenAndLeftAsTheyAre) {
  WSABUF* const buffer = good_buffer();
  OVERLAPPED* const o = good_overlapped();
  EXPECT_EQ(WSASend(pair_.client, buffer, 1, nullptr, 0, o, nullptr), 0);
  DWORD bytes = 0;
  EXPECT_EQ(result_of(pair_.client, *o, bytes), 0);
  EXPECT_EQ(bytes, 1U);
  // One that is refused for another reason is as it was.
  o->Internal = 0x1234;
  o->InternalHigh = 0x5678;
  EXPECT_TRUE(fails_with(WSASend(pair_.client, buffer, 0, nullptr, 0, o, nullptr), WSAEINVAL));
  EXPECT_EQ(o->Internal, 0x1234U);
  EXPECT_EQ(o->InternalHigh, 0x5678U);
}

// -- a call that fails has not done it -----------------------------------------------------------

TEST_F(BadMemory, AnIoctlWhoseEndCannotBeToldSetsNothing) {  // K-69
  const SOCKET s = pair_.client;
  OVERLAPPED overlapped{};
  overlapped.hEvent = reinterpret_cast<HANDLE>(std::uintptr_t{0x3ffffff0});
  tcp_keepalive values{1, 5000, 1000};
  EXPECT_TRUE(fails_with(WSAIoctl(s, SIO_KEEPALIVE_VALS, &values, sizeof values, nullptr, 0,
                                  &count_, &overlapped, nullptr),
                         ERROR_INVALID_HANDLE));
  u_long on = 1;
  EXPECT_TRUE(
      fails_with(WSAIoctl(s, FIONBIO, &on, sizeof on, nullptr, 0, &count_, &overlapped, nullptr),
                 ERROR_INVALID_HANDLE));
  GUID id = WSAID_ACCEPTEX;
  LPFN_ACCEPTEX function = nullptr;
  EXPECT_TRUE(fails_with(WSAIoctl(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof id, &function,
                                  sizeof function, &count_, &overlapped, nullptr),
                         ERROR_INVALID_HANDLE));
  EXPECT_EQ(function, nullptr);
  EXPECT_EQ(overlapped.Internal, 0U);
  DWORD kept = 9;
  int size = sizeof kept;
  EXPECT_EQ(getsockopt(s, SOL_SOCKET, SO_KEEPALIVE, reinterpret_cast<char*>(&kept), &size), 0);
  EXPECT_EQ(kept, 0U);
  EXPECT_EQ(getsockopt(s, IPPROTO_TCP, TCP_KEEPIDLE, reinterpret_cast<char*>(&kept), &size), 0);
  EXPECT_EQ(kept, 7200U);
  const Port port;
  port.add(s, 1);
  EXPECT_TRUE(
      fails_with(WSAIoctl(s, SIO_KEEPALIVE_VALS, &values, sizeof values, nullptr, 0, &count_,
                          good_overlapped(), [](DWORD, DWORD, LPWSAOVERLAPPED, DWORD) {}),
                 WSAEINVAL));  // A routine beside a port.
  EXPECT_EQ(getsockopt(s, SOL_SOCKET, SO_KEEPALIVE, reinterpret_cast<char*>(&kept), &size), 0);
  EXPECT_EQ(kept, 0U);
}

}  // namespace
}  // namespace wsalive::test
