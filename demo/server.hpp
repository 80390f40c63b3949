// The server of the demo: a thread that answers every question on both lanes' ports, in the
// namespace in which it was started.
//
// On a host without namespaces it can also play a peer that is gone: its socket then asks for a higher
// TTL (IP_MINTTL) than any segment has, and the kernel drops them all without a word, probes included.
// An ordinary user may do that.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "base/owned.hpp"
#include "cast.hpp"
#include "lab/command.hpp"
#include "lab/namespaces.hpp"

namespace wsalive::demo {

class Server {
 public:
  /// Listens on `address` in `host` (nullptr: where the caller stands, on any two free ports) and
  /// starts to answer.
  [[nodiscard]] static lab::Setup<std::unique_ptr<Server>> start(const lab::NetworkNamespace* host,
                                                                 std::string_view address);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();

  [[nodiscard]] std::uint16_t port(Lane lane) const;
  /// From now on nothing that a lane's client sends is heard. False if it is not connected.
  bool deafen(Lane lane);
  /// When the lane's last question was answered; Instant{} before that.
  [[nodiscard]] Instant answered_at(Lane lane) const noexcept {
    return answered_at_[index_of(lane)].load();
  }

 private:
  explicit Server(std::array<Fd, 2> listeners);

  void serve(const std::stop_token& stop);
  void answer(Lane lane);

  std::array<Fd, 2> listeners_;
  std::array<Fd, 2> connections_;  ///< Written by the thread before `connected_`, then only read.
  std::array<std::atomic<bool>, 2> connected_{};
  std::array<bool, 2> over_{};
  std::array<std::atomic<Instant>, 2> answered_at_{};
  std::jthread thread_;
};

}  // namespace wsalive::demo
