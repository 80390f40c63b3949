// The terminal during `wsalive watch`: ncurses on the alternate screen. The terminal is restored at the end, also when a signal
// kills the program or it crashes (except by SIGKILL, which cannot be handled). ncurses handles ctrl-Z and the shell's fg.
//
// One at a time; one thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cli/frame/command.hpp"
#include "drawing/coloured_text.hpp"

struct screen;

namespace wsalive::cli::watch {

enum class Key : std::uint8_t {
  none,
  resized,
  up,
  down,
  page_up,
  page_down,
  home,
  end,
  left,
  right,
  enter,
  escape,
  rubout,
  letter,  ///< `Press::letter` has it.
};

struct Press {
  Key key = Key::none;
  char letter = 0;
};

/// How a line is drawn.
struct Look {
  drawing::Tone tone = drawing::Tone::plain;
  bool reversed = false;
};

class Screen {
 public:
  /// Failures: standard input or output is no terminal.
  [[nodiscard]] static Fallible<void> possible();
  /// The failure if the screen is not good: the terminal's type is unknown.
  [[nodiscard]] static Failure unknown();

  Screen();
  ~Screen();
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  [[nodiscard]] bool good() const noexcept { return screen_ != nullptr; }
  [[nodiscard]] std::size_t rows() const noexcept;
  [[nodiscard]] std::size_t columns() const noexcept;

  void clear() noexcept;
  /// A line from its left edge, filled with blanks to the right one, cut where the screen ends.
  void line(std::size_t row, std::string_view text, Look look) noexcept;
  /// A piece within a line that has been drawn.
  void piece(std::size_t row, std::size_t column, std::string_view text, Look look) noexcept;
  void show() noexcept;

  /// The pressed key, without blocking.
  [[nodiscard]] Press press() noexcept;

 private:
  screen* screen_;
};

}  // namespace wsalive::cli::watch
