// A program beside the benchmark: started with pipes for its input and output, spoken to in lines. It ends when
// its input does, which is also what a benchmark that dies leaves behind.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "base/owned.hpp"

namespace wsalive::bench {

class Helper {
 public:
  /// Started in the caller's namespaces; nullopt if it cannot be.
  [[nodiscard]] static std::optional<Helper> start(const std::vector<std::string>& words);
  Helper(Helper&& other) noexcept;
  Helper& operator=(Helper&&) = delete;
  ~Helper();

  [[nodiscard]] pid_t process() const noexcept { return process_; }
  void tell(const std::string& line) const;
  /// The next line of its output; nullopt if it has ended.
  [[nodiscard]] std::optional<std::string> hear();

 private:
  Helper(pid_t process, Fd input, Fd output) noexcept
      : process_(process), input_(std::move(input)), output_(std::move(output)) {}

  pid_t process_;
  Fd input_;
  Fd output_;
  std::string begun_;
};

/// The folder of the running program.
[[nodiscard]] std::string own_folder();

}  // namespace wsalive::bench
