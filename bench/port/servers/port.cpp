// The echo server on a completion port, one thread. Plain Windows source.
#include <winsock2.h>

#include <mswsock.h>
#include <windows.h>
#include <ws2tcpip.h>

#include <array>

#include "port/servers/life.hpp"

namespace wsalive::bench {
namespace {

enum class Step { accept, receive, send };

struct Connection : OVERLAPPED {
  SOCKET socket = INVALID_SOCKET;
  Step step = Step::accept;
  DWORD begin = 0;
  DWORD end = 0;
  std::array<char, 2 * (sizeof(sockaddr_in) + 16)> addresses;
  std::array<char, kRoom> bytes;

  Connection() : OVERLAPPED{} {}
};

class Server {
 public:
  Server() : port_(CreateIoCompletionPort(INVALID_HANDLE_VALUE, nullptr, 0, 1)) {
    listen_and_say();
  }

  [[noreturn]] void run() {
    for (int at = 0; at < 64; ++at) accept_into(*new Connection);
    std::array<OVERLAPPED_ENTRY, 64> entries;
    for (;;) {
      ULONG count = 0;
      if (!GetQueuedCompletionStatusEx(port_, entries.data(), entries.size(), &count, INFINITE,
                                       FALSE)) {
        give_up("GetQueuedCompletionStatusEx");
      }
      for (ULONG at = 0; at < count; ++at) {
        OVERLAPPED* const ended = entries[at].lpOverlapped;
        const bool good = ended->Internal == 0;
        go_on(*static_cast<Connection*>(ended), good, entries[at].dwNumberOfBytesTransferred);
      }
    }
  }

 private:
  void listen_and_say() {
    listener_ = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    int size = sizeof address;
    if (bind(listener_, any, size) != 0 || listen(listener_, SOMAXCONN) != 0 ||
        getsockname(listener_, any, &size) != 0 ||
        !CreateIoCompletionPort(reinterpret_cast<HANDLE>(listener_), port_, 0, 0)) {
      give_up("listening");
    }
    live_until_input_ends(ntohs(address.sin_port));
  }

  void accept_into(Connection& it) {
    it.step = Step::accept;
    it.socket = socket(AF_INET, SOCK_STREAM, 0);
    DWORD bytes = 0;
    const DWORD size = sizeof(sockaddr_in) + 16;
    if (!AcceptEx(listener_, it.socket, it.addresses.data(), 0, size, size, &bytes, &it) &&
        WSAGetLastError() != WSA_IO_PENDING) {
      give_up("AcceptEx");
    }
  }

  void receive(Connection& it) {
    it.step = Step::receive;
    WSABUF buffer{static_cast<ULONG>(it.bytes.size()), it.bytes.data()};
    DWORD flags = 0;
    started(it, WSARecv(it.socket, &buffer, 1, nullptr, &flags, &it, nullptr));
  }

  void send(Connection& it) {
    it.step = Step::send;
    WSABUF buffer{it.end - it.begin, it.bytes.data() + it.begin};
    started(it, WSASend(it.socket, &buffer, 1, nullptr, 0, &it, nullptr));
  }

  void started(Connection& it, int result) {
    if (result != 0 && WSAGetLastError() != WSA_IO_PENDING) drop(it);
  }

  static void drop(Connection& it) {
    closesocket(it.socket);
    delete &it;
  }

  void accepted(Connection& it) {
    accept_into(*new Connection);
    const BOOL on = TRUE;
    setsockopt(it.socket, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT,
               reinterpret_cast<const char*>(&listener_), sizeof listener_);
    setsockopt(it.socket, IPPROTO_TCP, TCP_NODELAY, reinterpret_cast<const char*>(&on), sizeof on);
    if (!CreateIoCompletionPort(reinterpret_cast<HANDLE>(it.socket), port_, 0, 0)) {
      give_up("CreateIoCompletionPort");
    }
    receive(it);
  }

  void go_on(Connection& it, bool good, DWORD bytes) {
    if (it.step == Step::accept) {
      if (good) return accepted(it);
      accept_into(*new Connection);
      return drop(it);
    }
    if (!good || bytes == 0) return drop(it);
    if (it.step == Step::receive) {
      it.begin = 0;
      it.end = bytes;
      return send(it);
    }
    it.begin += bytes;
    it.begin < it.end ? send(it) : receive(it);
  }

  HANDLE port_;
  SOCKET listener_ = INVALID_SOCKET;
};

}  // namespace
}  // namespace wsalive::bench

int main() {
  WSADATA data;
  if (WSAStartup(MAKEWORD(2, 2), &data) != 0) wsalive::bench::give_up("WSAStartup");
  wsalive::bench::Server{}.run();
}
