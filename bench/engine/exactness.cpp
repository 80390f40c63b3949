#include "engine/exactness.hpp"

#include <fmt/core.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <map>
#include <thread>

#include "engine/figures.hpp"
#include "engine/scene.hpp"
#include "lab/namespaces.hpp"
#include "lab/network.hpp"
#include "os/clock.hpp"
#include "policy/kernel_timer.hpp"

namespace wsalive::bench {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::uint8_t kProbes = 3;
constexpr milliseconds kOpening{12'000};  ///< So long connections come, evenly.

/// One field of the grid, kept by one of the two.
struct Field {
  seconds idle;
  seconds interval;
  Drive drive;

  friend auto operator<=>(const Field&, const Field&) = default;

  [[nodiscard]] policy::Timing timing() const {
    const auto ms = [](seconds time) {
      return policy::DwordMillis{static_cast<std::uint32_t>(time.count()) * 1000U};
    };
    return {ms(idle), ms(interval), kProbes};
  }
};

std::vector<Field> fields_of(const Grid& grid) {
  std::vector<Field> fields;
  for (const seconds idle : grid.idles) {
    for (const seconds interval : grid.intervals) {
      for (const Drive drive : {Drive::engine, Drive::kernel})
        fields.push_back({idle, interval, drive});
    }
  }
  return fields;
}

std::uint16_t port_of(const Fd& socket) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  if (::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0)
    fail("getsockname");
  return ntohs(address.sin_port);
}

class Played {
 public:
  Played(const Grid& grid, std::uint16_t port) : fields_(fields_of(grid)), port_(port) {
    auto capture = lab::Capture::start("lo", 524'288);
    if (!capture) fail("the capture was refused");
    capture_.emplace(std::move(*capture));
    engine_ = engine::make_engine(engine::os_host(), os::monotonic_clock());
    driven_ = static_cast<std::size_t>(std::ranges::count(fields_, Drive::engine, &Field::drive));
    open(std::max<std::size_t>(1, grid.connections / driven_));
  }

  /// Cut off, all are silent; the last of them is given up.
  void wait() {
    seconds longest{};
    for (const Field& each : fields_) {
      const auto end = policy::give_up_span(each.timing(), {policy::KeptBy::kernel, tick()});
      longest = std::max(longest, std::chrono::ceil<seconds>(end->latest));
    }
    const auto until = std::chrono::steady_clock::now() + longest + 500ms;
    while (std::chrono::steady_clock::now() < until) {
      std::this_thread::sleep_for(500ms);
      take();
    }
  }

  /// Milliseconds behind the instant, of each probe and end of the last silence, by field.
  std::map<Field, std::vector<double>> lateness() {
    take();
    std::map<std::uint16_t, std::vector<lab::Segment>> by_port;
    for (const lab::Segment& each : segments_) {
      by_port[each.to.port == port_ ? each.from.port : each.to.port].push_back(each);
    }
    std::map<Field, std::vector<double>> found;
    for (const auto& [ours, field] : connections_) {
      judge(lab::narrate(by_port[ours]), field, found[field]);
    }
    return found;
  }

  [[nodiscard]] std::size_t driven() const {
    return static_cast<std::size_t>(std::ranges::count_if(
        connections_, [](const auto& each) { return each.second.drive == Drive::engine; }));
  }

 private:
  static std::chrono::nanoseconds tick() { return engine::os_ticks().length; }

  void open(std::size_t of_each) {
    const auto begin = std::chrono::steady_clock::now();
    const std::size_t all = of_each * fields_.size();
    for (std::size_t i = 0; i < all; ++i) {
      const Field& field = fields_[i % fields_.size()];
      const bool is_left_out = field.drive == Drive::kernel && i / fields_.size() % 2 != 0;
      if (is_left_out) continue;
      std::this_thread::sleep_until(begin +
                                    kOpening * static_cast<long>(i) / static_cast<long>(all));
      sockets_.push_back(connect_to(port_));
      start_keep_alive(*engine_, sockets_.back(), field.timing(), field.drive);
      connections_.emplace(port_of(sockets_.back()), field);
    }
  }

  void take() {
    auto more = capture_->take();
    if (!more) fail("the capture lost packets");
    for (const lab::Segment& each : *more) {
      if (each.to.port == port_ || each.from.port == port_) segments_.push_back(each);
    }
  }

  void judge(const std::vector<lab::Event>& story, const Field& field, std::vector<double>& late) {
    std::optional<Instant> heard;
    std::vector<double> silence;
    for (const lab::Event& event : story) {
      const bool ours = event.segment.to.port == port_;
      if (!ours) {
        heard = event.segment.at;
        silence.clear();
      } else if (heard && (event.act == lab::Act::probe || event.act == lab::Act::reset)) {
        const auto due = field.idle + static_cast<long>(silence.size()) * field.interval;
        silence.push_back(
            std::chrono::duration<double, std::milli>(event.segment.at - *heard - due).count());
      }
    }
    late.insert(late.end(), silence.begin(), silence.end());
  }

  std::vector<Field> fields_;
  std::uint16_t port_;
  std::size_t driven_ = 0;
  std::optional<lab::Capture> capture_;
  std::unique_ptr<engine::Engine> engine_;
  std::vector<Fd> sockets_;
  std::map<std::uint16_t, Field> connections_;
  std::vector<lab::Segment> segments_;
};

void report_field(Report& report, const std::string& group, const Field& field,
                  const std::vector<double>& late) {
  const double tick = tick_ms();
  const std::string what =
      fmt::format("T = {} s, I = {} s: ", field.idle.count(), field.interval.count());
  if (field.drive == Drive::kernel) {
    report.figure(group, what + "by the kernel alone, late, 97 of 100", quantile(late, 0.97), "ms");
  } else {
    report.figure(group, what + "late by two ticks + 1 ms at most",
                  percent_within(late, -tick, 2 * tick + 1), "%", bar_for(late, 97));
    report.figure(group, what + "early by more than a tick", percent_within(late, -1e9, -tick), "%",
                  at_most(0));
    report.figure(group, what + "late, 97 of 100", quantile(late, 0.97), "ms");
  }
  report.lateness({field.drive == Drive::engine ? "engine" : "kernel",
                   static_cast<double>(field.idle.count()),
                   static_cast<double>(field.interval.count()), quantile(late, 0.5),
                   quantile(late, 0.97), quantile(late, 1)});
}

}  // namespace

void exactness(Report& report, const Grid& grid, std::uint16_t port) {
  say("engine, whole seconds");
  Played played{grid, port};
  const auto here = lab::NetworkNamespace::current();
  if (!here || !lab::apply_nft(*here, deaf_rules(port))) {
    return report.skip("engine, whole seconds: nft is refused here");
  }
  played.wait();
  const std::string group =
      fmt::format("engine, whole seconds, {} connections", with_commas(played.driven()));
  for (const auto& [field, late] : played.lateness()) report_field(report, group, field, late);
  (void)lab::apply_nft(*here, "delete table inet deaf\n");
}

}  // namespace wsalive::bench
