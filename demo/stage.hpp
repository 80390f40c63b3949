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
#include "lab/capture.hpp"
#include "lab/network.hpp"
#include "server.hpp"

namespace wsalive::demo {

/// Made-up hosts with a firewall that forgets, and a capture on both its sides.
struct Wires {
  lab::Network network;
  lab::Capture inside;
  lab::Capture outside;
};

/// The process must stand in namespaces of its own.
[[nodiscard]] lab::Setup<Wires> lay_wires();

class Stage {
 public:
  [[nodiscard]] static lab::Setup<std::unique_ptr<Stage>> with_firewall(const std::string& program,
                                                                        Wires wires);
  [[nodiscard]] static lab::Setup<std::unique_ptr<Stage>> on_loopback(const std::string& program);

  [[nodiscard]] bool has_firewall() const noexcept { return wires_.has_value(); }

  /// Waits up to 20 ms for something to happen and records it.
  [[nodiscard]] lab::Setup<void> step();
  /// Both clients have ended.
  [[nodiscard]] bool over() const noexcept;
  [[nodiscard]] const Record& record() const noexcept { return record_; }

 private:
  Stage() = default;

  lab::Setup<void> start_clients(const std::string& program, std::string_view address);
  void read_clients();
  void note(Lane lane, const Line& line);
  lab::Setup<void> read_wires();
  lab::Setup<void> play_own_part();
  [[nodiscard]] bool amid_silence() const;
  lab::Setup<void> cut();
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
