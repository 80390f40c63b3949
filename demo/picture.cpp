#include "picture.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "policy/timeline.hpp"
#include "svg_parts.hpp"

namespace wsalive::demo {
namespace {

using svg::Point;

constexpr double kWidth = 1200;
constexpr double kLeft = 140;    // Where time begins.
constexpr double kRight = 1160;  // Where it ends.
constexpr double kMemory = 44;   // Height of a full memory.

/// Rails of one lane, from its top.
struct Rails {
  double client;
  double wall;  ///< The ground on which the memory stands.
  double server;
};

constexpr Rails rails_at(double top) { return {top + 66, top + 148, top + 206}; }

class Painter {
 public:
  explicit Painter(const Record& record)
      : record_(record), told_(tell(record, Instant::max())), start_(told_.front().at) {
    const Instant end = std::ranges::max(told_, {}, &Happening::at).at;
    seconds_ = std::chrono::duration<double>(end - start_).count() + 0.6;
  }

  std::string picture() {
    constexpr double kPlainTop = 20;
    constexpr double kKeptTop = 270;
    constexpr double kAxis = 512;
    out_ = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} 552\" "
        "width=\"{0}\" height=\"552\" role=\"img\" aria-label=\"{1}\">\n",
        kWidth, kSpoken);
    out_ += svg::sheet();
    out_ += svg::box({0.5, 0.5}, kWidth - 1, 551, "paper", 14);
    draw_axis(kAxis, kPlainTop + 34);
    draw_lane(Lane::plain, kPlainTop, "Without keep-alive");
    draw_lane(Lane::kept, kKeptTop, "With SIO_KEEPALIVE_VALS");
    return std::move(out_) + "</svg>\n";
  }

 private:
  static constexpr std::string_view kSpoken =
      "Two connections over time. The firewall's memory of the first drains in silence; it "
      "forgets, "
      "and the next question is lost. Probes renew its memory of the second; the next question is "
      "answered, and when the cable is cut, unanswered probes lead to the detection.";

  double x(Instant at) const {
    return kLeft + std::chrono::duration<double>(at - start_).count() / seconds_ * (kRight - kLeft);
  }

  void draw_axis(double y, double top) {
    for (int s = 0; s <= static_cast<int>(seconds_); ++s) {
      const double at = x(start_ + std::chrono::seconds{s});
      out_ += svg::line({at, top}, {at, y}, "grid");
      if (s % 3 == 0) out_ += svg::text({at, y + 20}, fmt::format("{} s", s), "label");
    }
  }

  void draw_lane(Lane lane, double top, std::string_view title) {
    const Rails rails = rails_at(top);
    out_ += svg::text({36, top + 18}, title, "title");
    out_ += svg::computer({64, rails.client}) + svg::wall({64, rails.wall - kMemory / 2}) +
            svg::server({64, rails.server});
    draw_rails(lane, rails);
    draw_memory(lane, rails);
    for (const Happening& h : told_) {
      if (h.lane == lane) draw(h, rails);
    }
    if (lane == Lane::kept) draw_prediction(rails);
    if (lane == Lane::kept) draw_measure(rails);
  }

  /// The client's line ends with its program's call; the server's is in the dark after the cut.
  void draw_rails(Lane lane, const Rails& rails) {
    const double end = x(end_of(lane));
    const double cut = lane == Lane::kept && record_.cut ? x(*record_.cut) : end;
    out_ += svg::line({kLeft, rails.client}, {end, rails.client}, "rail");
    out_ += svg::line({kLeft, rails.server}, {cut, rails.server}, "rail");
    if (cut < end) out_ += svg::line({cut + 8, rails.server}, {end, rails.server}, "gone");
  }

  Instant end_of(Lane lane) const {
    for (const Happening& h : told_) {
      if (h.lane == lane && h.kind == Kind::told) return h.at;
    }
    return told_.back().at;
  }

  /// A saw: full at each segment, empty after the firewall's patience; then a wall.
  void draw_memory(Lane lane, const Rails& rails) {
    const std::vector<Instant> heard = heard_by_firewall(record_, lane);
    const double end = x(lane == Lane::kept && record_.cut ? *record_.cut : end_of(lane));
    std::string edge;
    for (std::size_t i = 0; i < heard.size(); ++i) {
      const double from = x(heard[i]);
      const double until = i + 1 < heard.size() ? x(heard[i + 1]) : end;
      const double empty = x(heard[i] + kFirewallForgetsAfter);
      const double stop = std::min({until, empty, end});
      if (stop <= from) continue;
      const double left = kMemory * (empty - stop) / (empty - from);
      edge += fmt::format("{}{:.1f} {:.1f} L{:.1f} {:.1f}", edge.empty() ? "M" : " L", from,
                          rails.wall - kMemory, stop, rails.wall - left);
      if (empty < end && empty <= until) draw_closed(empty, end, rails);
    }
    out_ += svg::line({kLeft, rails.wall}, {end, rails.wall}, "ground");
    const double last =
        std::min(end, heard.empty() ? end : x(heard.back() + kFirewallForgetsAfter));
    out_ += svg::path(edge + fmt::format(" L{:.1f} {:.1f} L{:.1f} {:.1f} Z", last, rails.wall,
                                         heard.empty() ? kLeft : x(heard.front()), rails.wall),
                      "memory");
    out_ += svg::path(edge, "memory-edge");
  }

  void draw_closed(double from, double to, const Rails& rails) {
    out_ += svg::box({from, rails.wall - kMemory}, to - from, kMemory, "bricks", 2);
    out_ += svg::text({from, rails.wall + 20}, "forgotten", "bad-label");
  }

  void draw(const Happening& h, const Rails& rails) {
    const double at = x(h.at);
    switch (h.kind) {
      case Kind::question_answered:
        draw_talk(at, rails);
        break;
      case Kind::probe_answered:
        draw_beat(at, rails);
        break;
      case Kind::question_lost:
        draw_lost(at, rails, h.count);
        break;
      case Kind::probe_lost:
        draw_lost_beat(at, rails);
        break;
      case Kind::cut:
        draw_cut(at, rails);
        break;
      case Kind::told:
        draw_end(h, at, rails);
        break;
      default:
        break;
    }
  }

  void draw_talk(double at, const Rails& rails) {
    out_ += svg::arrow({at - 5, rails.client}, {at - 5, rails.server - 2}, "talk");
    out_ += svg::arrow({at + 5, rails.server}, {at + 5, rails.client + 2}, "talk");
    out_ += svg::tick({at, rails.client - 18});
  }

  void draw_beat(double at, const Rails& rails) {
    out_ += svg::line({at, rails.client}, {at, rails.server}, "beat");
    out_ += svg::dot({at, rails.client}, 5, "beat") + svg::dot({at, rails.server}, 5, "beat");
  }

  void draw_lost(double at, const Rails& rails, int count) {
    const Point from{at, rails.client};
    const Point wall{at, rails.wall - kMemory - 1};
    if (count > 1) {
      out_ += svg::line(from, wall, "lost-again") + svg::cross(wall, 6);
    } else {
      out_ += svg::line(from, wall, "lost") + svg::cross(wall, 12);
    }
  }

  void draw_lost_beat(double at, const Rails& rails) {
    const double stop = rails.wall - kMemory / 2;
    out_ += svg::line({at, rails.client}, {at, stop}, "beat-lost");
    out_ += svg::dot({at, rails.client}, 5, "beat") + svg::dot({at, stop}, 4, "beat-ring");
  }

  void draw_cut(double at, const Rails& rails) {
    out_ += svg::line({at, rails.wall - kMemory - 8}, {at, rails.server + 12}, "cut-line");
    out_ += svg::scissors({at, rails.server + 22});
  }

  void draw_end(const Happening& h, double at, const Rails& rails) {
    if (h.text == "WSAENETRESET") {
      out_ += svg::bell({at, rails.client});
    } else {
      out_ += svg::cross({at, rails.client}, 15);
    }
    out_ += svg::text({at, rails.client - 26}, h.text,
                      h.text == "WSAENETRESET" ? "bell-label" : "bad-label");
  }

  /// Small rings above the client's line, where policy says that probes leave.
  void draw_prediction(const Rails& rails) {
    const auto silent_since = last_sign_of_life(record_, Lane::kept);
    if (!silent_since) return;
    policy::Timeline timeline{kAsked, policy::kDeadPeer};
    while (const auto event = timeline.next()) {
      if (event->what != policy::Happening::probe) continue;
      const double at = x(*silent_since + event->at);
      out_ +=
          svg::path(fmt::format("M{:.1f} {:.1f} l-4 -7 h8 z", at, rails.client - 10), "expected");
    }
  }

  /// The length from the last sign of life to the call's end, predicted and measured.
  void draw_measure(const Rails& rails) {
    const auto from = last_sign_of_life(record_, Lane::kept);
    const auto predicted = policy::time_to_give_up(kAsked);
    if (!from || !predicted) return;
    const Instant to = end_of(Lane::kept);
    const double y = rails.wall + 12;
    const auto seconds = [](auto length) { return std::chrono::duration<double>(length).count(); };
    out_ += svg::line({x(*from) + 8, y}, {x(to), y}, "measure");
    out_ += svg::line({x(to), y}, {x(to), rails.client + 24}, "measure");
    out_ += svg::text({(x(*from) + 8 + x(to)) / 2, y + 20},
                      fmt::format("predicted {:.3f} s, measured {:.3f} s", seconds(*predicted),
                                  seconds(to - *from)),
                      "label");
  }

  const Record& record_;
  std::vector<Happening> told_;
  Instant start_;
  double seconds_ = 0;
  std::string out_;
};

}  // namespace

std::string draw(const Record& record) { return Painter{record}.picture(); }

}  // namespace wsalive::demo
