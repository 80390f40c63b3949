// The connection between the process that executes a program and its keeper: one message each way, the first with a
// descriptor. Both ends close before the program starts.
#pragma once

#include <array>
#include <cstdint>
#include <utility>

#include "base/owned.hpp"
#include "base/result.hpp"

namespace wsalive::attach {

/// The step in which starting a program's keepers failed.
enum class Stage : std::uint8_t { fork, prepare, take };

struct StartError {
  Stage stage;
  SysError error;
};

/// The keeper's answer.
struct Readiness {
  Stage stage = Stage::take;
  int error = 0;  ///< 0: it is ready.
  std::array<char, 48> attempt{};
};

[[nodiscard]] Readiness not_ready(Stage stage, const SysError& error) noexcept;

/// Two connected ends, close-on-exec.
[[nodiscard]] Result<std::pair<Fd, Fd>> make_line() noexcept;

/// Succeeds without sending if the other side has ended: the next receive reports that.
[[nodiscard]] Status send_descriptor(int line, int descriptor) noexcept;
/// \return the received descriptor, or none.
/// Errors  EPIPE: the other side has ended. EMFILE: there was no room for it.
[[nodiscard]] Result<Fd> receive_descriptor(int line) noexcept;
/// The receiver may be gone.
void send_readiness(int line, const Readiness& readiness) noexcept;
/// Errors  EPIPE: the other side has ended.
[[nodiscard]] Result<Readiness> receive_readiness(int line) noexcept;

}  // namespace wsalive::attach
