#include "cli/watch/screen.hpp"

#include "base/utf8.hpp"
#include "cli/frame/messages.hpp"

// Before ncurses, whose macros have common names.
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#define NCURSES_NOMACROS
#include <curses.h>

namespace wsalive::cli::watch {
namespace {

constexpr std::array kCrashes{SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

/// All that a crash handler needs, prepared in advance: a handler may call almost nothing.
struct Rescue {
  termios modes{};
  std::array<char, 64> leave{};  ///< Ends the alternate screen, shows the cursor, resets colours.
  std::size_t length = 0;
};
Rescue rescue;  // Read by a signal handler, which gets no parameter.

void prepare_rescue() {
  ::tcgetattr(STDIN_FILENO, &rescue.modes);
  rescue.length = 0;
  for (const char* name : {"sgr0", "cnorm", "rmkx", "rmcup"}) {
    const char* const text = ::tigetstr(name);
    const bool absent = !text || text == reinterpret_cast<const char*>(-1);  // NOLINT
    const std::size_t length = absent ? 0 : std::strlen(text);
    if (rescue.length + length > rescue.leave.size()) continue;
    std::copy_n(text, length, rescue.leave.data() + rescue.length);
    rescue.length += length;
  }
}

void on_crash(int signal) {
  [[maybe_unused]] const ssize_t said = ::write(STDOUT_FILENO, rescue.leave.data(), rescue.length);
  ::tcsetattr(STDIN_FILENO, TCSANOW, &rescue.modes);
  ::signal(signal, SIG_DFL);
  ::raise(signal);
}

short pair_of(drawing::Tone tone) { return static_cast<short>(static_cast<int>(tone) + 1); }

void prepare_colours() {
  if (!::has_colors() || std::getenv("NO_COLOR")) return;
  ::start_color();
  ::use_default_colors();
  constexpr short kOwn = -1;
  ::init_pair(pair_of(drawing::Tone::good), COLOR_GREEN, kOwn);
  ::init_pair(pair_of(drawing::Tone::busy), COLOR_YELLOW, kOwn);
  ::init_pair(pair_of(drawing::Tone::bad), COLOR_RED, kOwn);
}

attr_t attributes_of(Look look) {
  attr_t attributes = look.reversed ? A_REVERSE : A_NORMAL;
  if (look.tone == drawing::Tone::faint) attributes |= A_DIM;
  if (look.tone == drawing::Tone::strong || look.tone == drawing::Tone::bad) attributes |= A_BOLD;
  return attributes;
}

struct KeyRow {
  int code;
  Key key;
};
constexpr std::array kKeys{
    KeyRow{KEY_RESIZE, Key::resized},  KeyRow{KEY_UP, Key::up},
    KeyRow{KEY_DOWN, Key::down},       KeyRow{KEY_PPAGE, Key::page_up},
    KeyRow{KEY_NPAGE, Key::page_down}, KeyRow{KEY_HOME, Key::home},
    KeyRow{KEY_END, Key::end},         KeyRow{KEY_LEFT, Key::left},
    KeyRow{KEY_RIGHT, Key::right},     KeyRow{KEY_ENTER, Key::enter},
    KeyRow{'\n', Key::enter},          KeyRow{'\r', Key::enter},
    KeyRow{27, Key::escape},           KeyRow{KEY_BACKSPACE, Key::rubout},
    KeyRow{127, Key::rubout},          KeyRow{8, Key::rubout},
};

/// Of the first so many characters.
std::size_t octets_of(std::string_view utf8, std::size_t characters) {
  std::size_t at = 0;
  for (; at < utf8.size() && characters > 0; --characters) at += decode_utf8(utf8, at).length;
  return at;
}

Failure no_terminal(std::string reason, std::string remedy) {
  return failure_of(Message::no_terminal, "cannot show connections live", {},
                    {std::move(reason), std::move(remedy)});
}

}  // namespace

Failure Screen::unknown() {
  const char* const kind = std::getenv("TERM");
  return no_terminal("the terminal '" + std::string{kind ? kind : ""} + "' is not known here",
                     "set TERM, or use wsalive ls");
}

Fallible<void> Screen::possible() {
  if (::isatty(STDIN_FILENO) != 1 || ::isatty(STDOUT_FILENO) != 1) {
    return tl::unexpected(no_terminal("there is no terminal", "use wsalive ls"));
  }
  return {};
}

Screen::Screen() : screen_(nullptr) {
  std::setlocale(LC_ALL, "");
  ::tcgetattr(STDIN_FILENO, &rescue.modes);
  screen_ = ::newterm(nullptr, stdout, stdin);
  if (!screen_) return;
  const termios before = rescue.modes;
  prepare_rescue();
  rescue.modes = before;
  for (const int crash : kCrashes) ::signal(crash, on_crash);
  ::cbreak();
  ::noecho();
  ::keypad(::stdscr, TRUE);
  ::nodelay(::stdscr, TRUE);
  ::set_escdelay(50);
  ::curs_set(0);
  prepare_colours();
}

Screen::~Screen() {
  if (!screen_) return;
  ::endwin();
  ::delscreen(screen_);
  for (const int crash : kCrashes) ::signal(crash, SIG_DFL);
}

std::size_t Screen::rows() const noexcept {
  return static_cast<std::size_t>(std::max(::getmaxy(::stdscr), 1));
}

std::size_t Screen::columns() const noexcept {
  return static_cast<std::size_t>(std::max(::getmaxx(::stdscr), 1));
}

void Screen::clear() noexcept { ::werase(::stdscr); }

void Screen::line(std::size_t row, std::string_view text, Look look) noexcept {
  piece(row, 0, drawing::padded(text, columns()), look);
}

void Screen::piece(std::size_t row, std::size_t column, std::string_view text, Look look) noexcept {
  if (row >= rows() || column >= columns()) return;
  const std::string shown = printable(text);
  const std::size_t room = octets_of(shown, columns() - column);
  ::wattr_set(::stdscr, attributes_of(look), pair_of(look.tone), nullptr);
  // The last column of the last row scrolls nothing, because scrolling is off.
  ::mvwaddnstr(::stdscr, static_cast<int>(row), static_cast<int>(column), shown.data(),
               static_cast<int>(room));
  ::wattr_set(::stdscr, A_NORMAL, 0, nullptr);
}

void Screen::show() noexcept { ::wrefresh(::stdscr); }

Press Screen::press() noexcept {
  const int code = ::wgetch(::stdscr);
  if (code == ERR) return {};
  const auto* const row = std::ranges::find(kKeys, code, &KeyRow::code);
  if (row != kKeys.end()) return {row->key, 0};
  const bool letter = code >= ' ' && code < 127;
  return letter ? Press{Key::letter, static_cast<char>(code)} : Press{Key::escape, 0};
}

}  // namespace wsalive::cli::watch
