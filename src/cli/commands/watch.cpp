// wsalive watch: `ls`, live in the terminal.

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <optional>
#include <string>

#include "cli/commands/commands.hpp"
#include "cli/frame/messages.hpp"
#include "cli/frame/option_types.hpp"
#include "cli/live/connections.hpp"
#include "cli/live/live_socket.hpp"
#include "cli/watch/board.hpp"
#include "cli/watch/screen.hpp"
#include "os/clock.hpp"
#include "os/process/signals.hpp"
#include "os/socket/poll.hpp"

namespace wsalive::cli {
namespace {

using policy::Millis;
using watch::Key;

/// What the keys do, and the frame that follows from them.
class Session {
 public:
  Session(watch::Screen& screen, const Selection& selection, std::optional<Millis> path)
      : screen_(screen), selection_(selection), board_(path) {}

  /// Looks at the connections anew, unless paused.
  Fallible<void> look() {
    if (paused_) return {};
    auto connections = find_connections(selection_);
    // A unit that restarts, a container that comes again: until then there is nothing to see.
    if (!connections && connections.error().code == ExitCode::gone) connections = Connections{};
    if (!connections) return tl::unexpected(connections.error());
    board_.take(*connections);
    return {};
  }

  void draw() {
    screen_.clear();
    std::size_t row = 0;
    for (const watch::Line& line : board_.frame(screen_.columns(), screen_.rows(), note())) {
      screen_.line(row++, line.text, {line.tone, line.reversed});
    }
    screen_.show();
  }

  /// False: it is over.
  bool press(const watch::Press& press) {
    if (typing_) return type(press), true;
    const auto page = static_cast<std::ptrdiff_t>(screen_.rows()) - 4;
    switch (press.key) {
      case Key::up:
        board_.move(-1);
        break;
      case Key::down:
        board_.move(1);
        break;
      case Key::page_up:
        board_.move(-page);
        break;
      case Key::page_down:
        board_.move(page);
        break;
      case Key::home:
        board_.move_to(0);
        break;
      case Key::end:
        board_.move_to(static_cast<std::ptrdiff_t>(board_.size()));
        break;
      case Key::left:
        board_.sort_next(-1);
        break;
      case Key::right:
        board_.sort_next(1);
        break;
      case Key::letter:
        return letter(press.letter);
      default:
        break;
    }
    return true;
  }

 private:
  bool letter(char which) {
    if (which == 'q') return false;
    if (which == 'r') board_.reverse();
    if (which == 'k') board_.move(-1);
    if (which == 'j') board_.move(1);
    if (which == ' ') paused_ = !paused_;
    if (which == '/') typing_ = true;
    return true;
  }

  void type(const watch::Press& press) {
    std::string text = board_.filter();
    if (press.key == Key::letter) text += press.letter;
    if (press.key == Key::rubout && !text.empty()) text.pop_back();
    if (press.key == Key::escape) text.clear();
    if (press.key == Key::escape || press.key == Key::enter) typing_ = false;
    board_.filter(text);
  }

  [[nodiscard]] std::string note() const {
    if (typing_) return watch::typing_line(board_.filter(), screen_.columns());
    return paused_ ? "paused: space goes on, q quits" : "";
  }

  watch::Screen& screen_;
  const Selection& selection_;
  watch::Board board_;
  bool typing_ = false;
  bool paused_ = false;
};

class Watch final : public Command {
 public:
  void declare(CLI::App& parser) override {
    static_cast<void>(selection_.declare(parser));
    parser.add_flag("--listeners", selection_.listeners, "Listening sockets, too");
    add_time_out(
        parser, "--path-timeout", path_,
        "How long the path remembers an idle connection (350s): marks those that will be lost");
    add_duration(parser, "--every", every_, "How often to look (1s)");
  }

  Outcome run() override {
    constexpr Millis kLeast{100};
    if (every_ && *every_ < kLeast) {
      return tl::unexpected(failure_of(Message::out_of_range, "cannot look every",
                                       policy::format_duration(*every_),
                                       {"that is too often", "100ms is the least"}));
    }
    if (const Fallible<void> possible = watch::Screen::possible(); !possible) {
      return tl::unexpected(possible.error());
    }
    if (selection_.is_given()) {
      const auto first = find_connections(selection_);
      if (!first) return tl::unexpected(first.error());
      if (is_out_of_sight(selection_, *first)) {
        return tl::unexpected(why_nothing("cannot watch connections", selection_));
      }
    }
    os::StopSignals stop;
    std::optional<int> signal;
    Fallible<void> end;
    {
      watch::Screen screen;
      if (!screen.good()) return tl::unexpected(watch::Screen::unknown());
      end = live(screen, stop, signal);
    }
    if (signal) os::StopSignals::end_by(*signal);
    if (!end) return tl::unexpected(end.error());
    return Answer{};
  }

 private:
  Fallible<void> live(watch::Screen& screen, os::StopSignals& stop, std::optional<int>& signal) {
    const auto every = every_.value_or(Millis{1'000});
    const Clock& clock = os::monotonic_clock();
    Session session{screen, selection_, path_};
    Instant next = clock.now();
    for (;;) {
      if (clock.now() >= next) {
        if (const Fallible<void> looked = session.look(); !looked) return looked;
        next = clock.now() + every;
      }
      session.draw();
      std::array<os::Watched, 2> watched{os::Watched{STDIN_FILENO, os::kReadable},
                                         os::Watched{stop.fd(), os::kReadable}};
      (void)os::wait_for(watched.data(), watched.size(),
                         std::max(next - clock.now(), Instant::duration{1}));
      signal = stop.taken();
      // A terminal that has gone answers no key any more.
      if (!signal && (watched[0].ready() & (os::kHungUp | os::kFailed)) != 0) signal = SIGHUP;
      if (signal) return {};
      for (watch::Press press = screen.press(); press.key != Key::none; press = screen.press()) {
        if (!session.press(press)) return {};
      }
    }
  }

  Selection selection_;
  std::optional<Millis> path_;
  std::optional<Millis> every_;
};

}  // namespace

std::unique_ptr<Command> make_watch() { return std::make_unique<Watch>(); }

}  // namespace wsalive::cli
