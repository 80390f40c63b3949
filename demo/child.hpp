// A client program at work: started in the caller's namespaces, its output read line by line with
// the instant at which each line came. Killed, if it still runs, when the object goes.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/owned.hpp"
#include "lab/command.hpp"

namespace wsalive::demo {

struct Line {
  Instant at;
  std::string text;
};

class Child {
 public:
  [[nodiscard]] static lab::Setup<Child> start(const std::vector<std::string>& words);
  Child(Child&& other) noexcept;
  Child& operator=(Child&&) = delete;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();

  /// Becomes readable when there is something to read; -1 once all has been read.
  [[nodiscard]] int output() const noexcept { return output_.get(); }
  /// Whatever has come by now, without waiting.
  [[nodiscard]] std::vector<Line> lines();
  [[nodiscard]] bool ended() const noexcept { return !output_; }

 private:
  Child(pid_t process, Fd output) noexcept : process_(process), output_(std::move(output)) {}

  pid_t process_;
  Fd output_;
  std::string begun_;  ///< A line that is not complete yet.
};

[[nodiscard]] Instant now() noexcept;

}  // namespace wsalive::demo
