// The echo server on Asio, one thread.
#include <array>
#include <asio.hpp>
#include <memory>

#include "port/servers/life.hpp"

namespace wsalive::bench {
namespace {

using asio::ip::tcp;

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  explicit Connection(tcp::socket socket) : socket_(std::move(socket)) {
    asio::error_code ignored;
    socket_.set_option(tcp::no_delay{true}, ignored);
  }
  void receive() {
    socket_.async_read_some(asio::buffer(bytes_),
                            [self = shared_from_this()](asio::error_code failed, std::size_t got) {
                              if (!failed) self->send(got);
                            });
  }

 private:
  void send(std::size_t size) {
    asio::async_write(socket_, asio::buffer(bytes_.data(), size),
                      [self = shared_from_this()](asio::error_code failed, std::size_t) {
                        if (!failed) self->receive();
                      });
  }

  tcp::socket socket_;
  std::array<char, kRoom> bytes_;
};

void accept_next(tcp::acceptor& acceptor) {
  acceptor.async_accept([&acceptor](asio::error_code failed, tcp::socket socket) {
    if (!failed) std::make_shared<Connection>(std::move(socket))->receive();
    accept_next(acceptor);
  });
}

void run() {
  asio::io_context context{1};
  tcp::acceptor acceptor{context, tcp::endpoint{asio::ip::address_v4::loopback(), 0}};
  acceptor.listen(4096);
  live_until_input_ends(acceptor.local_endpoint().port());
  accept_next(acceptor);
  context.run();
}

}  // namespace
}  // namespace wsalive::bench

int main() { wsalive::bench::run(); }
