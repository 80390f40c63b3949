// Draws how late the engine, and the kernel alone, keep whole seconds, over T: both axes are logarithmic.
//
//   lateness_picture REPORT.json >lateness.svg

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "drawing/svg.hpp"

namespace wsalive::bench {
namespace {

namespace svg = drawing::svg;
using Json = nlohmann::json;

constexpr double kWidth = 760;
constexpr double kHeight = 440;
constexpr double kLeft = 76;
constexpr double kRight = 730;
constexpr double kTop = 92;
constexpr double kBase = 368;
constexpr double kShortest = 0.8;  // Seconds.
constexpr double kLongest = 80;
constexpr double kLeast = 0.5;  // Milliseconds.
constexpr double kMost = 20'000;

constexpr std::string_view kRules =
    R"(  text { font-family: ui-sans-serif, system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: $ink; }
  .paper { fill: $paper; stroke: $edge; }
  .title { font-size: 17px; font-weight: 600; }
  .soft { font-size: 12px; fill: $soft; }
  .scale { font-size: 12px; fill: $soft; text-anchor: middle; }
  .side { font-size: 12px; fill: $soft; text-anchor: end; }
  .grid { stroke: $edge; stroke-width: 1; }
  .limit { stroke: $soft; stroke-width: 1.5; stroke-dasharray: 4 3; }
  .engine { stroke: $good; fill: $good; stroke-width: 2; }
  .kernel { stroke: $bad; fill: $bad; stroke-width: 2; }
)";

double part(double value, double least, double most) {
  return std::log(std::clamp(value, least, most) / least) / std::log(most / least);
}
double x_of(double seconds) {
  return kLeft + part(seconds, kShortest, kLongest) * (kRight - kLeft);
}
double y_of(double ms) { return kBase - part(ms, kLeast, kMost) * (kBase - kTop); }

std::string axes(double limit) {
  std::string out;
  for (const double ms : {1.0, 10.0, 100.0, 1000.0, 10'000.0}) {
    out += svg::line({kLeft, y_of(ms)}, {kRight, y_of(ms)}, "grid");
    out += svg::text({kLeft - 8, y_of(ms) + 4},
                     ms < 1000 ? fmt::format("{:g} ms", ms) : fmt::format("{:g} s", ms / 1000),
                     "side");
  }
  for (const double seconds : {1.0, 2.0, 3.0, 10.0, 45.0, 60.0}) {
    out += svg::text({x_of(seconds), kBase + 20}, fmt::format("{:g} s", seconds), "scale");
  }
  out +=
      svg::text({(kLeft + kRight) / 2, kBase + 40}, "T: silence before the first probe", "scale");
  out += svg::line({kLeft, y_of(limit)}, {kRight, y_of(limit)}, "limit");
  return out + svg::text({kLeft + 6, y_of(limit) - 5}, "bar: two ticks + 1 ms", "soft");
}

/// The median as a dot, up to what 97 of 100 keep as a line; I = 1 s a little to the left of I = 5 s.
std::string mark(const Json& one) {
  const std::string by = one.at("by").get<std::string>();
  const double aside = (one.at("interval_s").get<double>() > 1 ? 4.0 : -4.0);
  const double x = x_of(one.at("idle_s").get<double>()) + aside;
  const double median = y_of(one.at("median").get<double>());
  return svg::line({x, median}, {x, y_of(one.at("most").get<double>())}, by) +
         svg::dot({x, median}, 3.5, by);
}

std::string picture(const Json& report, double limit) {
  const Json& about = report.at("machine");
  std::string out = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" "
      "height=\"{1}\" role=\"img\" aria-label=\"How late probes and ends are, by our engine and by "
      "the kernel alone, over T\">\n",
      kWidth, kHeight);
  out += svg::sheet(kRules);
  out += svg::box({0.5, 0.5}, kWidth - 1, kHeight - 1, "paper", 14);
  out += svg::text({28, 34}, "How late probes and ends are", "title");
  out += svg::text(
      {28, 54},
      fmt::format("{}, {} cores, Linux {}, {}; 10,000 connections by us, 5,000 by the kernel.",
                  about.at("processor").get<std::string>(), about.at("cores").get<int>(),
                  about.at("kernel").get<std::string>(), about.at("date").get<std::string>()),
      "soft");
  out +=
      svg::text({28, 72},
                "A dot is the median, its line reaches up to what 97 of 100 keep; left of T with "
                "I = 1 s, right of it with I = 5 s.",
                "soft");
  out += axes(limit);
  for (const Json& one : report.at("lateness")) out += mark(one);
  double at = kLeft + 6;
  for (const auto& [look, words] :
       {std::pair{"engine", "wsalive"}, std::pair{"kernel", "the kernel alone"}}) {
    out += svg::dot({at, kBase + 52}, 4, look);
    out += svg::text({at + 12, kBase + 56}, words, "soft");
    at += 110;
  }
  return out + "</svg>\n";
}

}  // namespace
}  // namespace wsalive::bench

int main(int argc, char** argv) {
  std::ifstream file{argc == 2 ? argv[1] : ""};
  const nlohmann::json report = nlohmann::json::parse(file, nullptr, /*allow_exceptions=*/false);
  if (report.is_discarded() || !report.contains("lateness") || report.at("lateness").empty()) {
    fmt::print(stderr,
               "lateness_picture: name a report.json of bench/run, with the engine's part\n");
    return 2;
  }
  fmt::print("{}", wsalive::bench::picture(report, report.value("lateness_limit", 9.0)));
}
