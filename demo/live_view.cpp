#include "live_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace wsalive::demo {

using drawing::padded;
using drawing::Tone;
namespace {

constexpr std::size_t kColumn = 37;
constexpr std::string_view kRule = "────────────────────────────────";

struct Wording {
  Kind kind;
  Tone tone;
  std::string_view first;  ///< {} is the count.
  std::string_view again;  ///< From the second on.
};

constexpr std::array kWordings{
    // clang-format off
    Wording{Kind::connected,         Tone::plain,  "connected",                          "connected"},
    Wording{Kind::question_answered, Tone::good,   "question → answer",                  "question → answer"},
    Wording{Kind::question_lost,     Tone::bad,    "question → dropped by the firewall", "sent again → dropped"},
    Wording{Kind::probe_answered,    Tone::busy,   "probe → answered",                   "probe → answered"},
    Wording{Kind::probe_lost,        Tone::busy,   "probe {} → silence",                 "probe {} → silence"},
    Wording{Kind::forgotten,         Tone::bad,    "the firewall forgets it",            "the firewall forgets it"},
    Wording{Kind::cut,               Tone::strong, "the cable is cut",                   "the cable is cut"},
    Wording{Kind::given_up,          Tone::plain,  "given up: reset sent",               "given up: reset sent"},
    // clang-format on
};

void emit(const std::string& line) { std::fputs((line + '\n').c_str(), stdout); }

}  // namespace

double LiveView::seconds(Instant at) const {
  return std::chrono::duration<double>(at - start_).count();
}

void LiveView::open() const {
  emit("");
  emit(coloured_(Tone::strong, "  A Windows program's idle connection, twice"));
  emit(coloured_(Tone::faint,
                 "  demo/keepalive_client.c, plain Winsock, compiled by wsalive-cc as it is"));
  emit("");
  if (setting_ == Setting::firewall) {
    emit(fmt::format("  client ━━━━━━━━━━━ {} ━━━━━━━━━━━ server",
                     coloured_(Tone::strong, "firewall")));
    emit(coloured_(Tone::faint,
                   fmt::format("                forgets a connection after {} s of silence",
                               kFirewallForgetsAfter.count())));
  } else {
    emit("  client ━━━━━━━━━━━ loopback ━━━━━━━━━━━ server");
    emit(coloured_(Tone::faint, "           firewall and cut are played by the server's socket"));
  }
  emit("");
  const std::string asked = fmt::format("2  SIO_KEEPALIVE_VALS {{1, {}, {}}}", kAsked.idle.count(),
                                        kAsked.interval.count());
  const auto row = [&](Tone tone, std::string_view left, std::string_view right) {
    emit(fmt::format("           {}{}", coloured_(tone, padded(left, kColumn)),
                     coloured_(tone, right)));
  };
  row(Tone::strong, "1  without keep-alive", asked);
  row(Tone::faint, kRule, kRule);
  std::fflush(stdout);
}

void LiveView::show(const Record& record, Instant now) {
  print_new(tell(record, now - kSettled));
  if (coloured_.colours() && setting_ == Setting::firewall && printed_ > 0)
    print_patience(record, now);
  std::fflush(stdout);
}

void LiveView::close(const Record& record, Instant now) {
  if (coloured_.colours()) std::fputs("\r\033[K", stdout);
  print_new(tell(record, now));
  std::fflush(stdout);
}

void LiveView::print_new(const std::vector<Happening>& told) {
  if (!told.empty() && printed_ == 0) start_ = told.front().at;
  if (told.size() > printed_ && coloured_.colours()) std::fputs("\r\033[K", stdout);
  for (; printed_ < told.size(); ++printed_) print(told[printed_]);
}

void LiveView::print(const Happening& h) const {
  std::string text = "the program reads " + h.text;
  Tone tone = h.text == "WSAENETRESET" ? Tone::good : Tone::bad;
  if (const auto* const words = std::ranges::find(kWordings, h.kind, &Wording::kind);
      words != kWordings.end()) {
    text = fmt::format(fmt::runtime(h.count > 1 ? words->again : words->first), h.count);
    tone = words->tone;
  }
  emit(fmt::format("  {} {}{}", coloured_(Tone::faint, fmt::format("{:6.2f} s", seconds(h.at))),
                   h.lane == Lane::kept ? padded("", kColumn) : "", coloured_(tone, text)));
}

void LiveView::print_patience(const Record& record, Instant now) const {
  std::fputs(fmt::format("\r\033[K  {} {}{}",
                         coloured_(Tone::faint, fmt::format("{:6.2f} s", seconds(now))),
                         patience(record, Lane::plain, now), patience(record, Lane::kept, now))
                 .c_str(),
             stdout);
}

std::string LiveView::patience(const Record& record, Lane lane, Instant now) const {
  constexpr int kBar = 16;
  const std::vector<Instant> heard = heard_by_firewall(record, lane);
  if (heard.empty() || record.cut) return padded("", kColumn);
  const auto left = kFirewallForgetsAfter - (now - heard.back());
  if (left.count() <= 0)
    return coloured_(Tone::bad, padded("memory " + std::string(kBar, '.'), kColumn));
  const auto full = static_cast<int>(kBar * left / std::chrono::nanoseconds{kFirewallForgetsAfter});
  std::string bar;
  for (int i = 0; i < kBar; ++i) bar += i <= full ? "█" : "░";
  return coloured_(Tone::faint, padded("memory " + bar, kColumn));
}

}  // namespace wsalive::demo
