// The C++ face on descriptors of the two stacks that C++ and C programs use most: Asio and libuv.
// labels: net

#include <gtest/gtest.h>
#include <uv.h>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnull-dereference"  // In Asio's scheduler.
#include <asio.hpp>

#include <array>

#include "support/plain_socket.hpp"
#include "wsalive/keepalive.hpp"

namespace wsalive::test {
namespace {

using namespace std::chrono_literals;

constexpr KeepAlive kWanted{.idle = 45'500ms, .interval = 250ms, .probes = 200};

TEST(Stacks, AnAsioSocketIsKeptAliveToTheMillisecond) {
  const PlainSocket listener = PlainSocket::listening("127.0.0.1");
  asio::io_context context;
  asio::ip::tcp::socket socket{context};
  socket.connect({asio::ip::make_address("127.0.0.1"), listener.port()});
  const PlainSocket server = listener.accepted();

  const auto now = set_keep_alive(socket.native_handle(), kWanted);
  ASSERT_TRUE(now);
  EXPECT_EQ(now->actual, kWanted);
  EXPECT_EQ(now->driver, KeepAliveDriver::rearm);

  // And it goes on as a socket of Asio's.
  server.send("octets");
  std::array<char, 6> octets{};
  std::size_t read = 0;
  asio::async_read(socket, asio::buffer(octets),
                   [&](const asio::error_code&, std::size_t count) { read = count; });
  context.run();
  EXPECT_EQ(read, octets.size());
  socket.close();
}

struct Connecting {
  uv_tcp_t tcp{};
  uv_connect_t request{};
  int status = -1;
};

TEST(Stacks, ALibuvSocketIsKeptAliveToTheMillisecond) {
  const PlainSocket listener = PlainSocket::listening("127.0.0.1");
  uv_loop_t loop{};
  ASSERT_EQ(uv_loop_init(&loop), 0);
  Connecting it;
  ASSERT_EQ(uv_tcp_init(&loop, &it.tcp), 0);
  it.request.data = &it;
  sockaddr_in address{};
  ASSERT_EQ(uv_ip4_addr("127.0.0.1", listener.port(), &address), 0);
  ASSERT_EQ(uv_tcp_connect(&it.request, &it.tcp, reinterpret_cast<const sockaddr*>(&address),
                           [](uv_connect_t* request, int status) {
                             static_cast<Connecting*>(request->data)->status = status;
                           }),
            0);
  uv_run(&loop, UV_RUN_DEFAULT);
  ASSERT_EQ(it.status, 0);

  uv_os_fd_t fd = -1;
  ASSERT_EQ(uv_fileno(reinterpret_cast<const uv_handle_t*>(&it.tcp), &fd), 0);
  const auto now = set_keep_alive(fd, kWanted);
  ASSERT_TRUE(now);
  EXPECT_EQ(now->actual, kWanted);
  EXPECT_EQ(now->driver, KeepAliveDriver::rearm);

  uv_close(reinterpret_cast<uv_handle_t*>(&it.tcp), nullptr);
  uv_run(&loop, UV_RUN_DEFAULT);
  EXPECT_EQ(uv_loop_close(&loop), 0);
  EXPECT_FALSE(keep_alive_in_force(fd));  // Closed: nothing is kept of it.
}

}  // namespace
}  // namespace wsalive::test

#pragma GCC diagnostic pop
