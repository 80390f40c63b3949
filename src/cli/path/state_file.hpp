// What an interrupted search has seen, kept below XDG_STATE_HOME (or ~/.local/state) so that the same command goes
// on from there. A lock keeps a second search of the same path out.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "cli/frame/failure.hpp"
#include "os/file/file.hpp"
#include "path/plan/search.hpp"

namespace wsalive::cli::path_command {

class StateFile {
 public:
  /// \param name  Which path and direction: "db.example:5432", "db.example:7350 inward". Failures: the folder cannot be made, another search runs.
  [[nodiscard]] static tl::expected<StateFile, Failure> open(const std::string& name);

  /// What was seen before; empty if there is nothing, or nothing that can be read, or if it is older than a day.
  [[nodiscard]] std::vector<path::PathObservation> load() const;
  [[nodiscard]] Status save(const std::vector<path::PathObservation>& observations) const;
  void remove() const noexcept;

 private:
  StateFile(std::string path, os::FileLock lock) : path_(std::move(path)), lock_(std::move(lock)) {}

  std::string path_;
  os::FileLock lock_;
};

}  // namespace wsalive::cli::path_command
