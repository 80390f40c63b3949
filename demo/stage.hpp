// The stage of the demo: hosts, cables, the server, and the client program twice. `step` lets a
// little time pass and writes down what was seen; the stage also does its own part: it cuts the
// cable once the first client has ended and the second one waits.
//
// Without namespaces, or a firewall in them, the play is given on loopback, as far as it goes: no wire is watched, and what
// firewall and cable would do is played by the server's socket (server.hpp).
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "child.hpp"
#include "chronicle.hpp"
#include "os/capture.hpp"
#include "os/network.hpp"
#include "server.hpp"

namespace wsalive::demo {

/// Made-up hosts with a firewall that forgets, and somebody who watches at both its sides.
struct Wires {
  os::Network network;
  os::Capture inside;
  os::Capture outside;
};

/// The process must stand in namespaces of its own.
[[nodiscard]] os::Setup<Wires> lay_wires();

class Stage {
 public:
  [[nodiscard]] static os::Setup<std::unique_ptr<Stage>> with_firewall(const std::string& program,
                                                                       Wires wires);
  [[nodiscard]] static os::Setup<std::unique_ptr<Stage>> on_loopback(const std::string& program);

  [[nodiscard]] bool has_firewall() const noexcept { return wires_.has_value(); }

  /// Waits up to 20 ms for something to happen and records it.
  [[nodiscard]] os::Setup<void> step();
  /// Both clients have ended.
  [[nodiscard]] bool over() const noexcept;
  [[nodiscard]] const Record& record() const noexcept { return record_; }

 private:
  Stage() = default;

  os::Setup<void> start_clients(const std::string& program, std::string_view address);
  void read_clients();
  void note(Lane lane, const Line& line);
  os::Setup<void> read_wires();
  os::Setup<void> play_own_part();
  [[nodiscard]] bool amid_silence() const;
  os::Setup<void> cut();
  void play_firewall();
  void note_answers();

  std::optional<Wires> wires_;
  std::unique_ptr<Server> server_;
  std::array<std::optional<Child>, 2> clients_;
  std::array<Instant, 2> noted_{};  ///< The last answer that loopback's notes hold.
  bool kept_waits_ = false;
  bool forgotten_ = false;
  Record record_;
};

}  // namespace wsalive::demo
