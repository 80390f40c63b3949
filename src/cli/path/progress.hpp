// One line on the terminal that says how far a search has come; nothing where standard error is no terminal.
#pragma once

#include "path/search_run.hpp"

namespace wsalive::cli::path_command {

class Progress {
 public:
  Progress();
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void show(const path::Moment& moment);
  /// Takes the line away, so that something else can be written.
  void clear();

 private:
  bool terminal_;
  bool shown_ = false;
  policy::Millis last_{-1'000};
};

/// The line, without colours: "kept 121s · lost - · trying 181s · next look in 42s · 12 wait · 2min 5s so far"; of
/// both directions "from here: kept 121s · lost - · from there: kept 121s · lost - · 2min 5s so far".
[[nodiscard]] std::string progress_line(const path::Moment& moment);

}  // namespace wsalive::cli::path_command
