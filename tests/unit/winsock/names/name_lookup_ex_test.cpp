// GetAddrInfoEx: the same answers as getaddrinfo, and each way of waiting for them. A host name that makes the
// resolver ask is not needed: numbers and localhost go the same way.
// labels: net

#include <winsock2.h>

#include <windows.h>
#include <ws2tcpip.h>

#include <atomic>
#include <cstring>
#include <string>

#include <gtest/gtest.h>

#include "support/winsock_api.hpp"

namespace wsalive::test {
namespace {

/// What a program keeps for one look-up.
struct Query {
  OVERLAPPED overlapped{};  // First: the routine gets its address.
  PADDRINFOEXW result = nullptr;
  HANDLE cancel = nullptr;
  HANDLE done = CreateEventW(nullptr, TRUE, FALSE, nullptr);
  std::atomic<DWORD> code{0xdead};
  DWORD thread = 0;

  Query() = default;
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;
  ~Query() {
    if (result) FreeAddrInfoExW(result);
    CloseHandle(done);
  }
  int start(const wchar_t* name, LPLOOKUPSERVICE_COMPLETION_ROUTINE routine, timeval* timeout) {
    return GetAddrInfoExW(name, L"80", NS_DNS, nullptr, nullptr, &result, timeout, &overlapped,
                          routine, &cancel);
  }
  [[nodiscard]] bool has_ended() const {
    return WaitForSingleObject(done, 10'000) == WAIT_OBJECT_0;
  }
};

void CALLBACK note(DWORD code, DWORD /*bytes*/, LPWSAOVERLAPPED overlapped) {
  auto& query = *reinterpret_cast<Query*>(overlapped);
  query.code = code;
  query.thread = GetCurrentThreadId();
  SetEvent(query.done);
}

DWORD port_of(const ADDRINFOEXW& info) {
  sockaddr_in address{};
  std::memcpy(&address, info.ai_addr, sizeof address);
  return ntohs(address.sin_port);
}

class LookupEx : public testing::Test {
 protected:
  Winsock winsock_;
};

TEST_F(LookupEx, AnswersAtOnceWithoutAnOverlapped) {
  ADDRINFOEXW hints{};
  hints.ai_family = AF_INET;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_CANONNAME;
  PADDRINFOEXW wide = nullptr;
  ASSERT_EQ(GetAddrInfoExW(L"192.0.2.1", L"80", NS_ALL, nullptr, &hints, &wide, nullptr, nullptr,
                           nullptr, nullptr),
            0);
  EXPECT_EQ(wide->ai_family, AF_INET);
  EXPECT_EQ(wide->ai_socktype, SOCK_STREAM);
  EXPECT_EQ(wide->ai_addrlen, sizeof(sockaddr_in));
  EXPECT_EQ(port_of(*wide), 80U);
  EXPECT_EQ(std::wstring(wide->ai_canonname), L"192.0.2.1");
  EXPECT_EQ(wide->ai_blob, nullptr);
  EXPECT_EQ(wide->ai_provider, nullptr);
  EXPECT_EQ(wide->ai_next, nullptr);
  FreeAddrInfoExW(wide);

  PADDRINFOEXA narrow = nullptr;
  ASSERT_EQ(GetAddrInfoExA("192.0.2.1", nullptr, NS_DNS, nullptr, nullptr, &narrow, nullptr,
                           nullptr, nullptr, nullptr),
            0);
  EXPECT_EQ(narrow->ai_family, AF_INET);
  FreeAddrInfoExA(narrow);
}

TEST_F(LookupEx, EndsWithinItsTimeOutIfTheAnswerComes) {
  timeval wait{10, 0};
  PADDRINFOEXW result = nullptr;
  ASSERT_EQ(GetAddrInfoExW(L"192.0.2.1", L"80", NS_DNS, nullptr, nullptr, &result, &wait, nullptr,
                           nullptr, nullptr),
            0);
  FreeAddrInfoExW(result);
  wait = {0, -1};
  EXPECT_EQ(GetAddrInfoExW(L"192.0.2.1", L"80", NS_DNS, nullptr, nullptr, &result, &wait, nullptr,
                           nullptr, nullptr),
            WSAEINVAL);
}

TEST_F(LookupEx, SetsTheEventAtTheEnd) {
  Query query;
  query.overlapped.hEvent = CreateEventW(nullptr, TRUE, TRUE, nullptr);  // Is reset at the start.
  EXPECT_EQ(query.start(L"192.0.2.1", nullptr, nullptr), WSA_IO_PENDING);
  EXPECT_EQ(WSAGetLastError(), WSA_IO_PENDING);
  EXPECT_NE(query.cancel, nullptr);
  ASSERT_EQ(WaitForSingleObject(query.overlapped.hEvent, 10'000), DWORD{WAIT_OBJECT_0});
  EXPECT_EQ(GetAddrInfoExOverlappedResult(&query.overlapped), 0);
  EXPECT_TRUE(HasOverlappedIoCompleted(&query.overlapped));
  EXPECT_EQ(query.overlapped.Pointer, static_cast<void*>(&query.result));
  ASSERT_NE(query.result, nullptr);
  EXPECT_EQ(port_of(*query.result), 80U);
  EXPECT_EQ(GetAddrInfoExCancel(&query.cancel), WSA_INVALID_HANDLE);  // There is nothing any more.
  CloseHandle(query.overlapped.hEvent);
}

TEST_F(LookupEx, CallsTheRoutineFromAnotherThread) {
  Query query;
  ASSERT_EQ(query.start(L"localhost", note, nullptr), WSA_IO_PENDING);
  ASSERT_TRUE(query.has_ended());
  EXPECT_EQ(query.code, 0U);
  EXPECT_NE(query.thread, GetCurrentThreadId());
  EXPECT_NE(query.result, nullptr);
}

TEST_F(LookupEx, TellsOfFailuresInTheSameWay) {
  Query query;
  ADDRINFOEXW hints{};
  hints.ai_flags = AI_NUMERICHOST;
  ASSERT_EQ(GetAddrInfoExW(L"no number", nullptr, NS_DNS, nullptr, &hints, &query.result, nullptr,
                           &query.overlapped, note, nullptr),
            WSA_IO_PENDING);
  ASSERT_TRUE(query.has_ended());
  EXPECT_EQ(query.code, static_cast<DWORD>(WSAHOST_NOT_FOUND));
  EXPECT_EQ(GetAddrInfoExOverlappedResult(&query.overlapped), WSAHOST_NOT_FOUND);
  EXPECT_EQ(query.result, nullptr);
}

TEST_F(LookupEx, EndsOnceWhetherItIsCancelledOrAnswered) {
  for (int i = 0; i < 50; ++i) {
    Query query;
    ASSERT_EQ(query.start(L"localhost", note, nullptr), WSA_IO_PENDING);
    const int cancelled = GetAddrInfoExCancel(&query.cancel);
    ASSERT_TRUE(query.has_ended());
    const DWORD code = query.code;
    EXPECT_TRUE(code == 0 || (code == WSA_E_CANCELLED && cancelled == 0)) << code;
    EXPECT_EQ(code == 0, query.result != nullptr);
    EXPECT_EQ(GetAddrInfoExCancel(&query.cancel), WSA_INVALID_HANDLE);
  }
}

TEST_F(LookupEx, ErrorsAreTheCallsOwnAndNothingFollows) {
  Query query;
  const auto call = [&](DWORD name_space, const wchar_t* name, OVERLAPPED* overlapped,
                        LPLOOKUPSERVICE_COMPLETION_ROUTINE routine, HANDLE* handle) {
    return GetAddrInfoExW(name, nullptr, name_space, nullptr, nullptr, &query.result, nullptr,
                          overlapped, routine, handle);
  };
  EXPECT_EQ(call(NS_DNS, nullptr, &query.overlapped, note, nullptr), WSAHOST_NOT_FOUND);
  EXPECT_EQ(call(NS_BTH, L"localhost", nullptr, nullptr, nullptr), WSASERVICE_NOT_FOUND);
  EXPECT_EQ(call(NS_DNS, L"localhost", nullptr, note, nullptr), WSAEINVAL);
  EXPECT_EQ(call(NS_DNS, L"localhost", nullptr, nullptr, &query.cancel), WSAEINVAL);
  query.overlapped.hEvent = query.done;
  EXPECT_EQ(call(NS_DNS, L"localhost", &query.overlapped, note, nullptr), WSAEINVAL);
  query.overlapped.hEvent = reinterpret_cast<HANDLE>(std::uintptr_t{12});
  EXPECT_EQ(call(NS_DNS, L"localhost", &query.overlapped, nullptr, nullptr), WSA_INVALID_HANDLE);
  EXPECT_EQ(GetAddrInfoExW(L"localhost", nullptr, NS_DNS, nullptr, nullptr, nullptr, nullptr,
                           nullptr, nullptr, nullptr),
            WSAEFAULT);
  PADDRINFOEXA narrow = nullptr;
  EXPECT_EQ(GetAddrInfoExA("localhost", nullptr, NS_DNS, nullptr, nullptr, &narrow, nullptr,
                           &query.overlapped, nullptr, nullptr),
            WSAEINVAL);
  EXPECT_EQ(GetAddrInfoExOverlappedResult(nullptr), WSAEINVAL);
  EXPECT_EQ(GetAddrInfoExCancel(nullptr), WSA_INVALID_HANDLE);
  HANDLE stale = reinterpret_cast<HANDLE>(std::uintptr_t{77});
  EXPECT_EQ(GetAddrInfoExCancel(&stale), WSA_INVALID_HANDLE);
  EXPECT_EQ(query.code, 0xdeadU);
}

TEST(LookupExUnstarted, IsRefused) {
  PADDRINFOEXW result = nullptr;
  EXPECT_EQ(GetAddrInfoExW(L"localhost", nullptr, NS_DNS, nullptr, nullptr, &result, nullptr,
                           nullptr, nullptr, nullptr),
            WSANOTINITIALISED);
}

}  // namespace
}  // namespace wsalive::test
