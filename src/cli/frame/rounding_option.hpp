// --round: which way an idle time goes that the kernel cannot keep.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "cli/frame/word_option.hpp"
#include "policy/kernel_fit.hpp"

namespace wsalive::cli {

class RoundingOption {
 public:
  void declare(CLI::App& parser) {
    add_word_option(
        parser, "--round", word_, {"down", "up"},
        "Which way an idle time goes that the kernel cannot keep (down: a path forgets)");
  }
  [[nodiscard]] policy::RoundIdle rounding() const {
    return word_ == "up" ? policy::RoundIdle::up : policy::RoundIdle::down;
  }

 private:
  std::string word_ = "down";
};

}  // namespace wsalive::cli
