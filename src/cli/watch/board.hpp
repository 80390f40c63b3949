// The content of `wsalive watch`, apart from the terminal: the connections that pass the filter, their order, and the lines of a
// frame of a given size. No clock, no system call: tests draw frames of any size.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "advice/path_timeouts.hpp"
#include "cli/live/connections.hpp"
#include "drawing/coloured_text.hpp"
#include "os/socket/address.hpp"

namespace wsalive::cli::watch {

enum class Order : std::uint8_t { program, remote, keep_alive, silent, next, noticed };
inline constexpr std::size_t kOrders = 6;

/// One line of the table.
struct Row {
  std::string program, remote, keep_alive, silent, next, noticed;
  std::string state{};  ///< If it is not established, or something waits for an answer.
  advice::Outlook outlook = advice::Outlook::well;
  // The sort keys of the columns.
  std::int64_t pid = 0;
  int fd = 0;
  os::Endpoint peer{};
  policy::Millis idle{}, heard{}, to_next{}, notice{};
};

struct Line {
  std::string text;
  drawing::Tone tone = drawing::Tone::plain;
  bool reversed = false;
};

/// The line in which a filter is typed: its end is always visible, and, if there is room, the help for the keys.
[[nodiscard]] std::string typing_line(const std::string& text, std::size_t width);

class Board {
 public:
  explicit Board(std::optional<policy::Millis> path) : path_(path) {}

  void take(const Connections& connections);

  void sort_by(Order order);
  void sort_next(int step);
  void reverse() {
    reversed_ = !reversed_;
    arrange();
  }
  void filter(std::string text);
  [[nodiscard]] const std::string& filter() const noexcept { return filter_; }
  void move(std::ptrdiff_t by) { move_to(static_cast<std::ptrdiff_t>(selected_) + by); }
  void move_to(std::ptrdiff_t row);
  [[nodiscard]] std::size_t size() const noexcept { return shown_.size(); }

  /// The whole frame: `height` lines of at most `width` characters.
  /// \param note  In place of the keys in the last line, if not empty.
  [[nodiscard]] std::vector<Line> frame(std::size_t width, std::size_t height,
                                        const std::string& note);

 private:
  void arrange();
  [[nodiscard]] Row row_of(const Connection& connection) const;
  [[nodiscard]] std::string head_line(std::size_t width) const;
  [[nodiscard]] std::string detail_line() const;

  std::optional<policy::Millis> path_;
  std::vector<Row> all_;
  std::vector<Row> shown_;
  std::string filter_;
  Order order_ = Order::program;
  bool reversed_ = false;
  std::size_t selected_ = 0;
  std::size_t top_ = 0;
  std::size_t hidden_ = 0;
};

}  // namespace wsalive::cli::watch
