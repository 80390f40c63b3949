// Connection requests that stay pending, made in every way there is (K-30): non-blocking, by a thread that
// waits, by ConnectEx, by list and by name.
#pragma once

#include <winsock2.h>

#include <mswsock.h>

#include <array>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "support/port.hpp"
#include "support/winsock_api.hpp"

namespace wsalive::test {

/// A loopback listener whose queue is full, so that requests to it stay pending.
class Deaf {
 public:
  Deaf() : listener_(listener(0)), address_(name_of(listener_)) {
    u_long on = 1;
    ioctlsocket(listener_, FIONBIO, &on);
    for (int at = 0; at < 8; ++at) {
      Own filler = tcp();
      ioctlsocket(filler, FIONBIO, &on);
      static_cast<void>(connect_to(filler, address_));
      fillers_.push_back(std::move(filler));
    }
  }
  [[nodiscard]] const sockaddr_in& address() const { return address_; }

  /// Takes what is in the queue: as requests are repeated, all succeed.
  void drain() {
    while (true) {
      Own made = accept_one(listener_);
      if (made.get() == INVALID_SOCKET) return;
      accepted_.push_back(std::move(made));
    }
  }
  /// From now on requests are refused.
  void refuse() { listener_.close(); }

 private:
  Own listener_;
  sockaddr_in address_;
  std::vector<Own> fillers_;
  std::vector<Own> accepted_;
};

/// One request. Its end is looked for by `code`.
class PendingRequest {
 public:
  explicit PendingRequest(std::string way) : way_(std::move(way)), socket_(tcp()) {}
  virtual ~PendingRequest() = default;
  PendingRequest(const PendingRequest&) = delete;
  PendingRequest& operator=(const PendingRequest&) = delete;

  virtual void start(const sockaddr_in& to) = 0;
  /// How it has ended, waiting for that: 0 or its code.
  virtual int code() = 0;

  [[nodiscard]] const std::string& way() const { return way_; }
  [[nodiscard]] SOCKET socket() const { return socket_; }

 private:
  std::string way_;
  Own socket_;
};

class NonBlockingRequest : public PendingRequest {
 public:
  NonBlockingRequest() : PendingRequest("non-blocking") {}
  void start(const sockaddr_in& to) override {
    u_long on = 1;
    ioctlsocket(socket(), FIONBIO, &on);
    EXPECT_TRUE(fails_with(connect_to(socket(), to), WSAEWOULDBLOCK));
  }
  int code() override {
    WSAPOLLFD item{socket(), POLLWRNORM, 0};
    EXPECT_EQ(WSAPoll(&item, 1, 30'000), 1);
    int code = -1;
    int size = sizeof code;
    getsockopt(socket(), SOL_SOCKET, SO_ERROR, reinterpret_cast<char*>(&code), &size);
    return code;
  }
};

class ConnectExRequest : public PendingRequest {
 public:
  ConnectExRequest() : PendingRequest("ConnectEx") {}
  void start(const sockaddr_in& to) override {
    EXPECT_EQ(bind_to(socket(), loopback()), 0);
    EXPECT_TRUE(refuses(ConnectEx(socket(), reinterpret_cast<const sockaddr*>(&to), sizeof to,
                                  nullptr, 0, nullptr, &overlapped_),
                        ERROR_IO_PENDING));
  }
  int code() override {
    DWORD bytes = 0;
    return result_of(socket(), overlapped_, bytes);
  }

 private:
  OVERLAPPED overlapped_{};
};

/// One that blocks a thread of its own.
class AwaitedRequest : public PendingRequest {
 public:
  using Call = bool (*)(SOCKET, const sockaddr_in&);
  AwaitedRequest(std::string way, Call call) : PendingRequest(std::move(way)), call_(call) {}
  ~AwaitedRequest() override {
    if (thread_.joinable()) thread_.join();
  }
  void start(const sockaddr_in& to) override {
    thread_ = std::thread{[this, to] { code_ = call_(socket(), to) ? 0 : WSAGetLastError(); }};
  }
  int code() override {
    thread_.join();
    return code_;
  }

 private:
  Call call_;
  int code_ = -1;
  std::thread thread_;
};

inline bool connect_by_list(SOCKET s, const sockaddr_in& to) {
  sockaddr_in one = to;
  SOCKET_ADDRESS_LIST list{1, {{reinterpret_cast<LPSOCKADDR>(&one), sizeof one}}};
  return WSAConnectByList(s, &list, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr) != FALSE;
}

inline bool connect_by_name(SOCKET s, const sockaddr_in& to) {
  const std::string port = std::to_string(ntohs(to.sin_port));
  return WSAConnectByNameA(s, "127.0.0.1", port.c_str(), nullptr, nullptr, nullptr, nullptr,
                           nullptr, nullptr) != FALSE;
}

/// One in each way.
[[nodiscard]] inline std::vector<std::unique_ptr<PendingRequest>> requests_in_every_way() {
  std::vector<std::unique_ptr<PendingRequest>> all;
  all.push_back(std::make_unique<NonBlockingRequest>());
  all.push_back(std::make_unique<ConnectExRequest>());
  all.push_back(std::make_unique<AwaitedRequest>(
      "connect", [](SOCKET s, const sockaddr_in& to) { return connect_to(s, to) == 0; }));
  all.push_back(std::make_unique<AwaitedRequest>("WSAConnect", [](SOCKET s, const sockaddr_in& to) {
    return WSAConnect(s, reinterpret_cast<const sockaddr*>(&to), sizeof to, nullptr, nullptr,
                      nullptr, nullptr) == 0;
  }));
  all.push_back(std::make_unique<AwaitedRequest>("by list", connect_by_list));
  all.push_back(std::make_unique<AwaitedRequest>("by name", connect_by_name));
  return all;
}

}  // namespace wsalive::test
