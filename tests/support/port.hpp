// A completion port for tests, and one packet of it.
#pragma once

#include <winsock2.h>

#include <gtest/gtest.h>

namespace wsalive::test {

/// What GetQueuedCompletionStatus gave; `code` is GetLastError() where it returned FALSE.
struct Taken {
  DWORD code = 0;
  DWORD bytes = 0;
  ULONG_PTR key = 0;
  OVERLAPPED* overlapped = nullptr;

  friend bool operator==(const Taken&, const Taken&) = default;
};

class Port {
 public:
  explicit Port(DWORD threads = 0)
      : handle_(CreateIoCompletionPort(INVALID_HANDLE_VALUE, nullptr, 0, threads)) {
    EXPECT_NE(handle_, nullptr);
  }
  ~Port() { close(); }
  Port(const Port&) = delete;
  Port& operator=(const Port&) = delete;

  [[nodiscard]] HANDLE get() const { return handle_; }
  void close() {
    if (handle_) CloseHandle(handle_);
    handle_ = nullptr;
  }

  void add(SOCKET socket, ULONG_PTR key) const {
    EXPECT_EQ(CreateIoCompletionPort(reinterpret_cast<HANDLE>(socket), handle_, key, 0), handle_)
        << GetLastError();
  }

  [[nodiscard]] Taken take(DWORD milliseconds = 10'000) const {
    Taken taken;
    const BOOL good = GetQueuedCompletionStatus(handle_, &taken.bytes, &taken.key,
                                                &taken.overlapped, milliseconds);
    taken.code = good ? 0 : GetLastError();
    return taken;
  }
  /// Nothing is queued.
  [[nodiscard]] bool is_empty() const { return take(0) == Taken{.code = WAIT_TIMEOUT}; }

 private:
  HANDLE handle_;
};

/// An event that is closed when it goes.
class OwnEvent {
 public:
  OwnEvent() : handle_(CreateEventA(nullptr, TRUE, FALSE, nullptr)) {}
  ~OwnEvent() { CloseHandle(handle_); }
  OwnEvent(const OwnEvent&) = delete;
  OwnEvent& operator=(const OwnEvent&) = delete;
  [[nodiscard]] HANDLE get() const { return handle_; }
  [[nodiscard]] bool is_set(DWORD milliseconds = 0) const {
    return WaitForSingleObject(handle_, milliseconds) == WAIT_OBJECT_0;
  }

 private:
  HANDLE handle_;
};

/// FALSE with that code.
[[nodiscard]] inline testing::AssertionResult refuses(BOOL answer, int code) {
  if (answer) return testing::AssertionFailure() << "returned TRUE";
  if (WSAGetLastError() == code) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "failed with " << WSAGetLastError() << ", not " << code;
}

inline WSABUF buffer_of(char* data, std::size_t size) { return {static_cast<ULONG>(size), data}; }

/// WSARecv into one buffer; 0, or WSAGetLastError().
inline int receive_into(SOCKET s, WSABUF buffer, OVERLAPPED& overlapped,
                        LPWSAOVERLAPPED_COMPLETION_ROUTINE routine = nullptr) {
  DWORD flags = 0;
  return WSARecv(s, &buffer, 1, nullptr, &flags, &overlapped, routine) == 0 ? 0 : WSAGetLastError();
}
inline int send_from(SOCKET s, WSABUF buffer, OVERLAPPED& overlapped,
                     LPWSAOVERLAPPED_COMPLETION_ROUTINE routine = nullptr) {
  return WSASend(s, &buffer, 1, nullptr, 0, &overlapped, routine) == 0 ? 0 : WSAGetLastError();
}

/// WSAGetOverlappedResult, waiting: 0, or its code.
inline int result_of(SOCKET s, OVERLAPPED& overlapped, DWORD& bytes) {
  DWORD flags = 0;
  return WSAGetOverlappedResult(s, &overlapped, &bytes, TRUE, &flags) ? 0 : WSAGetLastError();
}

}  // namespace wsalive::test
