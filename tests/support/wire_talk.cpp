#include "support/wire_talk.hpp"

#include <fmt/format.h>
#include <mstcpip.h>
#include <wsalive_ext.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <thread>

#include "support/exact_time.hpp"

namespace wsalive::test {
namespace {

using lab::Visit;
using lab::Wiring;

void need(bool good, const char* attempt) {
  if (good) return;
  std::fprintf(stderr, "test set-up: %s: %d\n", attempt, WSAGetLastError());
  std::abort();
}

std::string reg_file(const Stored& stored) {
  std::string text =
      "Windows Registry Editor Version 5.00\r\n\r\n"
      "[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters]\r\n";
  const auto add = [&text](const char* name, const std::optional<DWORD>& value) {
    if (value) text += fmt::format("\"{}\"=dword:{:08x}\r\n", name, *value);
  };
  add("KeepAliveTime", stored.keep_alive_time);
  add("KeepAliveInterval", stored.keep_alive_interval);
  add("TcpMaxDataRetransmissions", stored.data_retransmissions);
  add("PPTPTcpMaxDataRetransmissions", stored.pptp_data_retransmissions);
  return text;
}

lab::Capture watch(const lab::Network& network) {
  const Visit visit{network.client()};
  Result<lab::Capture> capture = lab::Capture::start(Wiring::client_interface);
  need(capture.has_value(), "start the capture");
  return std::move(*capture);
}

PlainSocket listen_on(const lab::Network& network, int buffer) {
  const Visit visit{network.server()};
  PlainSocket listener = PlainSocket::listening("0.0.0.0");
  if (buffer != 0) listener.receive_buffer(buffer);
  return listener;
}

/// A blocking connect completes by the kernel's own accept queue.
SOCKET connect_to(const lab::Network& network, std::uint16_t port) {
  const Visit visit{network.client()};
  const SOCKET s = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
  need(s != INVALID_SOCKET, "socket");
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = inet_addr(std::string{Wiring::server_v4}.c_str());
  need(connect(s, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0, "connect");
  return s;
}

}  // namespace

Instant wire_now() {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return Instant{std::chrono::seconds{t.tv_sec} + std::chrono::nanoseconds{t.tv_nsec}};
}

StartedFromStore::StartedFromStore(const std::string& release, const Stored& stored) {
  setenv("WSALIVE_RELEASE", release.c_str(), 1);
  setenv("WSALIVE_REGISTRY", folder_.write("registry.reg", reg_file(stored)).c_str(), 1);
  WSADATA data;
  need(WSAStartup(MAKEWORD(2, 2), &data) == 0, "WSAStartup");
}

StartedFromStore::~StartedFromStore() {
  WSACleanup();
  unsetenv("WSALIVE_RELEASE");
  unsetenv("WSALIVE_REGISTRY");
}

WireTalk::WireTalk(const lab::Network& network, int server_buffer)
    : WireTalk(network, listen_on(network, server_buffer)) {}

WireTalk::WireTalk(const lab::Network& network, const PlainSocket& listener)
    : capture_(watch(network)),
      client_(connect_to(network, listener.port())),
      server_(listener.accepted()),
      port_(listener.port()) {}

WireTalk::~WireTalk() { closesocket(client_); }

Instant WireTalk::switch_on() {
  const DWORD on = 1;
  need(setsockopt(client_, SOL_SOCKET, SO_KEEPALIVE, reinterpret_cast<const char*>(&on),
                  sizeof on) == 0,
       "setsockopt SO_KEEPALIVE");
  return wire_now();
}

Instant WireTalk::set_values(DWORD time_ms, DWORD interval_ms) {
  tcp_keepalive values{1, time_ms, interval_ms};
  DWORD returned = 0;
  need(WSAIoctl(client_, SIO_KEEPALIVE_VALS, &values, sizeof values, nullptr, 0, &returned, nullptr,
                nullptr) == 0,
       "WSAIoctl SIO_KEEPALIVE_VALS");
  return wire_now();
}

Tolerance WireTalk::tolerance() const {
  wsalive_keepalive in_force{};
  in_force.size = sizeof in_force;
  need(wsalive_keepalive_in_force(client_, &in_force) == 0, "wsalive_keepalive_in_force");
  Tolerance tolerance;
  if (time_is_exact())
    tolerance = {.early = earliness_allowed(), .late = std::chrono::milliseconds{1}};
  tolerance.late += std::chrono::microseconds{in_force.lateness_us};
  return tolerance;
}

int WireTalk::send(const std::string& octets) {
  const int sent = ::send(client_, octets.data(), static_cast<int>(octets.size()), 0);
  return sent == SOCKET_ERROR ? WSAGetLastError() : 0;
}

int WireTalk::receive() {
  char octet = 0;
  const int got = recv(client_, &octet, 1, 0);
  if (got == SOCKET_ERROR) return WSAGetLastError();
  return got == 0 ? 0 : -1;
}

void WireTalk::never_block() {
  u_long on = 1;
  need(ioctlsocket(client_, FIONBIO, &on) == 0, "FIONBIO");
}

std::vector<lab::Event> WireTalk::story() {
  Result<std::vector<lab::Segment>> more = capture_.take();
  EXPECT_TRUE(more) << more.error().attempt;
  if (more) seen_.insert(seen_.end(), more->begin(), more->end());
  return lab::narrate(lab::of_port(seen_, port_));
}

std::string WireTalk::told() {
  std::string text;
  const std::vector<lab::Event> events = story();
  for (const lab::Event& event : events) {
    text += fmt::format(
        "{:9.1f} ms  {}\n",
        std::chrono::duration<double, std::milli>(event.segment.at - events.front().segment.at)
            .count(),
        lab::describe(event));
  }
  return text;
}

}  // namespace wsalive::test
