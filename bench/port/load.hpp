// The load on an echo server: a closed loop on raw calls, the same for every server.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/owned.hpp"

namespace wsalive::bench {

class Load {
 public:
  explicit Load(std::uint16_t port);

  /// Keeps a message of `bytes` going back and forth on each of so many connections.
  /// \return round trips per second.
  double echo(std::size_t connections, std::size_t bytes, std::chrono::nanoseconds time);

  /// Connects, sends a byte, awaits it and resets, keeping so many connections on their way.
  /// \return connections per second.
  double accepts(std::size_t at_once, std::chrono::nanoseconds time);

 private:
  struct Talk {
    Fd fd;
    std::size_t sent = 0;
    std::size_t received = 0;
  };

  void open(std::size_t connections);
  [[nodiscard]] bool push(Talk& talk, std::size_t bytes) const;
  [[nodiscard]] bool pull(Talk& talk, std::size_t bytes);
  [[nodiscard]] Fd begin_connect() const;

  std::uint16_t port_;
  Fd epoll_;
  std::vector<Talk> talks_;
  std::vector<char> out_ = std::vector<char>(65'536, 'w');
  std::vector<char> in_ = std::vector<char>(65'536);
};

}  // namespace wsalive::bench
