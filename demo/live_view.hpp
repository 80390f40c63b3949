// The play as it happens: two columns, one for each connection, a line for each thing that happens.
// In a terminal the last line also shows the firewall's patience running out and being renewed.
#pragma once

#include "chronicle.hpp"
#include "drawing/coloured_text.hpp"

namespace wsalive::demo {

using drawing::ColouredText;

enum class Setting : std::uint8_t { firewall, loopback };

class LiveView {
 public:
  LiveView(Setting setting, ColouredText coloured) noexcept
      : setting_(setting), coloured_(coloured) {}

  /// What is on the stage, and the heads of the columns.
  void open() const;
  /// Prints what has settled since the last call.
  void show(const Record& record, Instant now);
  /// Prints the rest and takes the moving line away.
  void close(const Record& record, Instant now);

  /// The instant that the first column calls 0.
  [[nodiscard]] Instant start() const noexcept { return start_; }

 private:
  void print_new(const std::vector<Happening>& told);
  void print(const Happening& happening) const;
  void print_patience(const Record& record, Instant now) const;
  [[nodiscard]] std::string patience(const Record& record, Lane lane, Instant now) const;
  [[nodiscard]] double seconds(Instant at) const;

  Setting setting_;
  ColouredText coloured_;
  Instant start_{};
  std::size_t printed_ = 0;
};

}  // namespace wsalive::demo
