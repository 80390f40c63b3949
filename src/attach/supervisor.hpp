// Runs a program with something of ours beside it that lives as long as any of its processes:
//
//     front      the caller: stands for the program, passes signals on, ends as the program ends
//     └─ keeper  serves until the last descendant is gone, adopts orphans, so that it stays their
//        │       ancestor and may trace them where Yama asks for that
//        └─ program
//
// A program that leaves daemons behind ends for its caller when its first process ends, as without us;
// the keeper stays for the daemons, holding no terminal and no pipe of the caller's.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/fd.hpp"
#include "base/result.hpp"

namespace wsalive::attach {

/// What is beside the program. The functions run in the process that their comment names.
class Companion {
 public:
  Companion() = default;
  Companion(const Companion&) = delete;
  Companion& operator=(const Companion&) = delete;
  virtual ~Companion() = default;

  /// In the program's process, before it is executed. \return a descriptor for the keeper, or none.
  [[nodiscard]] virtual Result<Fd> prepare_program() = 0;
  /// In the keeper: takes what prepare_program gave.
  [[nodiscard]] virtual Status take(Fd from_program) = 0;
  /// In the keeper: what to poll, and for which events.
  struct Watch {
    int fd;
    short events;
  };
  [[nodiscard]] virtual Watch watch() const = 0;
  /// In the keeper: the watched descriptor is ready.
  virtual void serve() = 0;
  /// In the keeper: no process that we were beside is left.
  [[nodiscard]] virtual bool all_gone() const = 0;
  /// In the keeper, last of all.
  virtual void clean_up() noexcept {}
};

/// Where starting the program failed.
enum class Stage : std::uint8_t { fork, prepare, take, execute };

struct StartError {
  Stage stage;
  SysError error;
};

/// Runs `words` (looked for in PATH) to its end.
///
/// \return its wait status, for `end_like`. A StartError if it did not come to run; nothing is left behind.
/// Thread  The process must have one thread; SIGINT, SIGQUIT are ignored and SIGTERM, SIGHUP, SIGUSR1,
///         SIGUSR2, SIGCONT and SIGWINCH passed on from here to the end.
[[nodiscard]] tl::expected<int, StartError> run_with(Companion& companion,
                                                     const std::vector<std::string>& words);

/// Ends this process as the program ended: with its exit status, or by its signal.
[[noreturn]] void end_like(int wait_status) noexcept;

}  // namespace wsalive::attach
