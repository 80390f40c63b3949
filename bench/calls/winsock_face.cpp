// The loops through Winsock. Plain Windows source: also built by mingw-w64, for Wine.
#define FD_SETSIZE 1024
#include <winsock2.h>

#include <mstcpip.h>
#include <ws2tcpip.h>

#include <cstddef>

namespace wsalive::bench {
namespace {
namespace face {

using Socket = SOCKET;
using Length = int;
using Size = int;
using PollItem = WSAPOLLFD;
constexpr Socket kNone = INVALID_SOCKET;

bool is_good(Socket socket) { return socket != kNone; }
void close(Socket socket) { closesocket(socket); }

int set_keep_alive(Socket socket, int value) {
  return setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, reinterpret_cast<const char*>(&value),
                    sizeof value);
}
int set_keep_alive_connected(Socket socket, int value) { return set_keep_alive(socket, value); }

int keep_alive_values(Socket socket, unsigned idle_seconds, unsigned interval_seconds) {
  tcp_keepalive values{1, idle_seconds * 1000, interval_seconds * 1000};
  DWORD bytes = 0;
  return WSAIoctl(socket, SIO_KEEPALIVE_VALS, &values, sizeof values, nullptr, 0, &bytes, nullptr,
                  nullptr);
}

int poll(PollItem* items, std::size_t count) {
  return WSAPoll(items, static_cast<ULONG>(count), 0);
}

}  // namespace face

// Winsock counts bytes in an int.
int send(SOCKET to, const char* bytes, std::size_t size, int flags) {
  return ::send(to, bytes, static_cast<int>(size), flags);
}
int recv(SOCKET from, char* bytes, std::size_t size, int flags) {
  return ::recv(from, bytes, static_cast<int>(size), flags);
}

}  // namespace
}  // namespace wsalive::bench

#include "calls/loops.hpp"

namespace wsalive::bench {

Cases winsock_cases() {
  static const bool started = [] {
    WSADATA data;
    return WSAStartup(MAKEWORD(2, 2), &data) == 0;
  }();
  need(started, "WSAStartup");
  return {kCases, std::size(kCases)};
}

}  // namespace wsalive::bench
