#include "cli/watch/board.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <tuple>

#include "cli/live/connection_text.hpp"
#include "os/socket/address.hpp"
#include "policy/duration.hpp"

namespace wsalive::cli::watch {
namespace {

using advice::Outlook;
using drawing::Tone;
using policy::Millis;

struct Column {
  std::string_view heading;
  std::string Row::*text;
  bool right;
};

// In the order of Order.
constexpr std::array kColumns{
    Column{"PROGRAM PID:FD", &Row::program, false},
    Column{"REMOTE", &Row::remote, false},
    Column{"KEEP-ALIVE", &Row::keep_alive, false},
    Column{"SILENT", &Row::silent, true},
    Column{"NEXT", &Row::next, true},
    Column{"NOTICED", &Row::noticed, true},
};
static_assert(kColumns.size() == kOrders);

/// Truncates the text, with a mark.
std::string fitted(const std::string& text, std::size_t width, bool right) {
  if (text.size() > width) return width == 0 ? "" : text.substr(0, width - 1) + '+';
  const std::string blanks(width - text.size(), ' ');
  return right ? blanks + text : text + blanks;
}

Tone tone_of(Outlook outlook) {
  switch (outlook) {
    case Outlook::unanswered:
    case Outlook::lost:
      return Tone::bad;
    case Outlook::will_be_lost:
      return Tone::busy;
    case Outlook::well:
      break;
  }
  return Tone::plain;
}

std::string_view outlook_words(Outlook outlook) {
  switch (outlook) {
    case Outlook::unanswered:
      return "probes go unanswered";
    case Outlook::lost:
      return "silent for longer than the path remembers";
    case Outlook::will_be_lost:
      return "the path forgets it before a probe comes";
    case Outlook::well:
      break;
  }
  return "";
}

/// Numbers by their size, not by their digits; what a column does not tell apart goes by program.
auto key_of(const Row& row, Order order) {
  constexpr Millis kNone{0};
  const Millis time = order == Order::keep_alive ? row.idle
                      : order == Order::silent   ? row.heard
                      : order == Order::next     ? row.to_next
                      : order == Order::noticed  ? row.notice
                                                 : kNone;
  const os::Endpoint peer = order == Order::remote ? row.peer : os::Endpoint{};
  const auto name_end = std::min(row.program.find_last_of(' '), row.program.size());
  return std::tuple{time,
                    peer.family,
                    peer.address,
                    peer.port,
                    std::string_view{row.program}.substr(0, name_end),
                    row.pid,
                    row.fd};
}

/// As wide as the longest cell; the widest columns shrink if the screen is too narrow.
std::array<std::size_t, kOrders> widths_for(const std::vector<Row>& rows, std::size_t width) {
  std::array<std::size_t, kOrders> widths{};
  std::size_t total = 2 * (kOrders - 1);
  for (std::size_t at = 0; at < kOrders; ++at) {
    widths[at] = kColumns[at].heading.size() + 1;  // Room for the mark of the order.
    for (const Row& row : rows) widths[at] = std::max(widths[at], (row.*kColumns[at].text).size());
    total += widths[at];
  }
  while (total > width) {
    auto* const widest = std::ranges::max_element(widths);
    if (*widest <= 1) break;
    --*widest;
    --total;
  }
  return widths;
}

}  // namespace

std::string typing_line(const std::string& text, std::size_t width) {
  constexpr std::string_view kFront = "filter: ";
  constexpr std::string_view kKeys = "  (enter keeps it, escape drops it)";
  const std::size_t around = kFront.size() + 1;
  const std::size_t room = width > around ? width - around : 1;
  const std::string shown = text.size() <= room ? text : '+' + text.substr(text.size() - room + 1);
  std::string line = fmt::format("{}{}_", kFront, shown);
  if (line.size() + kKeys.size() <= width) line += kKeys;
  return line;
}

Row Board::row_of(const Connection& connection) const {
  constexpr Millis kNever = Millis::max();
  const attach::TcpSocket& socket = connection.socket;
  const std::optional<policy::Span> next = connection.to_next_probe();
  const advice::Noticed noticed = connection.noticed();
  const bool listens = socket.state == os::TcpState::listen;
  const std::uint32_t unanswered = connection.keep_alive ? connection.keep_alive->unanswered : 0;
  Row row{.program = connection.name(),
          .remote = listens ? "(listening)" : os::format_endpoint(socket.remote),
          .keep_alive = values_of(connection),
          .silent = listens ? "" : silence_of(connection),
          .next = next ? rough(*next) : "-",
          .noticed = notice_of(connection)};
  constexpr Millis kHour{3'600'000};  // Beyond it minutes are enough here.
  if (connection.can_notice() && noticed.after && noticed.after->earliest >= kHour)
    row.noticed = rough(*noticed.after) + (is_starred(connection) ? "*" : "");
  if (unanswered != 0) row.next += fmt::format(" !{}", unanswered);
  if (connection.keep_alive && !listens) {
    row.outlook = advice::outlook(connection.state(), Millis{socket.heard}, unanswered, path_);
  }
  const std::string state = state_of(connection);
  if (!listens && state != name_of(os::TcpState::established)) row.state = state;
  row.pid = connection.owner ? connection.owner->pid : 0;
  row.fd = connection.owner ? connection.owner->fd : 0;
  row.peer = listens ? os::Endpoint{} : socket.remote;
  row.idle = is_on(connection) ? Millis{connection.keep_alive->timing.idle.count()} : kNever;
  row.heard = connection.silent_for().value_or(Millis{0});
  row.to_next = next ? next->earliest : kNever;
  row.notice = noticed.after ? noticed.after->earliest : kNever;
  return row;
}

void Board::take(const Connections& connections) {
  all_.clear();
  for (const Connection& each : connections.list) all_.push_back(row_of(each));
  hidden_ = connections.hidden.size();
  arrange();
}

void Board::arrange() {
  shown_.clear();
  for (const Row& row : all_) {
    const std::string text = row.program + ' ' + row.remote + ' ' + row.keep_alive;
    if (text.find(filter_) != std::string::npos) shown_.push_back(row);
  }
  const auto before = [this](const Row& a, const Row& b) {
    return reversed_ ? key_of(b, order_) < key_of(a, order_)
                     : key_of(a, order_) < key_of(b, order_);
  };
  std::ranges::stable_sort(shown_, before);
  move(0);
}

void Board::sort_by(Order order) {
  // Long silences are what one looks for first.
  reversed_ = order == Order::silent;
  order_ = order;
  arrange();
}

void Board::sort_next(int step) {
  const int count = static_cast<int>(kOrders);
  sort_by(static_cast<Order>((static_cast<int>(order_) + step + count) % count));
}

void Board::filter(std::string text) {
  filter_ = std::move(text);
  arrange();
}

void Board::move_to(std::ptrdiff_t row) {
  const auto last = static_cast<std::ptrdiff_t>(shown_.size()) - 1;
  selected_ = static_cast<std::size_t>(
      std::clamp<std::ptrdiff_t>(row, 0, std::max<std::ptrdiff_t>(last, 0)));
}

std::string Board::head_line(std::size_t width) const {
  const auto marked =
      std::ranges::count_if(all_, [](const Row& r) { return r.outlook != Outlook::well; });
  std::string line = fmt::format("wsalive watch  {} of {} connections", shown_.size(), all_.size());
  if (!filter_.empty()) line += fmt::format("  filter: {}", filter_);
  if (marked != 0) line += fmt::format("  {} marked", marked);
  if (path_) line += fmt::format("  path forgets after {}", policy::format_duration(*path_));
  if (hidden_ != 0)
    line += fmt::format("  {} process{} not seen", hidden_, hidden_ == 1 ? "" : "es");
  return line.size() > width ? line.substr(0, width) : line;
}

std::string Board::detail_line() const {
  if (shown_.empty()) return "no such connection";
  const Row& row = shown_[selected_];
  const std::string_view words = outlook_words(row.outlook);
  // The table may have cut the first two, and has no column for the state.
  return fmt::format("{}  {}  {}{}", row.program, row.remote,
                     row.state.empty() ? "" : row.state + "  ",
                     words.empty() ? std::string_view{row.keep_alive} : words);
}

std::vector<Line> Board::frame(std::size_t width, std::size_t height, const std::string& note) {
  constexpr std::size_t kAround = 4;  // Two lines above the table, two below.
  const std::size_t body = height > kAround ? height - kAround : 1;
  if (selected_ < top_) top_ = selected_;
  if (selected_ >= top_ + body) top_ = selected_ + 1 - body;
  top_ = std::min(top_, shown_.size() > body ? shown_.size() - body : 0);

  const auto widths = widths_for(shown_, width);
  const auto joined = [&](const auto& cell) {
    std::string line;
    for (std::size_t at = 0; at < kOrders; ++at) {
      line += fitted(cell(at), widths[at], kColumns[at].right) + (at + 1 < kOrders ? "  " : "");
    }
    return line.size() > width ? line.substr(0, width) : line;
  };
  std::vector<Line> lines{{head_line(width), Tone::strong, false}};
  lines.push_back(
      {joined([&](std::size_t at) {
         const bool mine = static_cast<Order>(at) == order_;
         return std::string{kColumns[at].heading} + (!mine ? "" : reversed_ ? "^" : "v");
       }),
       Tone::plain, true});
  for (std::size_t at = top_; at < top_ + body; ++at) {
    if (at >= shown_.size()) {
      lines.push_back({});
      continue;
    }
    const Row& row = shown_[at];
    lines.push_back({joined([&](std::size_t column) { return row.*kColumns[column].text; }),
                     tone_of(row.outlook), at == selected_});
  }
  lines.push_back({fitted(detail_line(), width, false),
                   shown_.empty() ? Tone::faint : tone_of(shown_[selected_].outlook), false});
  constexpr const char* kHelp =
      "q quit  up/down move  left/right sort  r reverse  / filter  space pause";
  lines.push_back({fitted(note.empty() ? kHelp : note, width, false), Tone::faint, false});
  lines.resize(height);
  return lines;
}

}  // namespace wsalive::cli::watch
