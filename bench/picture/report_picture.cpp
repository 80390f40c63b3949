// Draws a report: on the left each ratio with its quartiles against its bar, on the right how late probes
// leave and how far apart.
//
//   report_picture REPORT.json >report.svg

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "drawing/svg.hpp"

namespace wsalive::bench {
namespace {

namespace svg = drawing::svg;
using svg::Point;
using Json = nlohmann::json;

constexpr double kWidth = 1200;
constexpr double kTop = 84;
constexpr double kRow = 21;
constexpr double kNames = 352;   // Right edge of the names.
constexpr double kScale0 = 372;  // Where a ratio of 0 would be.
constexpr double kScale2 = 712;  // A ratio of 2.
constexpr double kMostShown = 2;
constexpr double kValues = 770;  // Right edge of the values.
constexpr double kPlotLeft = 840;
constexpr double kPlotWidth = 320;

constexpr std::string_view kRules =
    R"(  text { font-family: ui-sans-serif, system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: $ink; }
  .paper { fill: $paper; stroke: $edge; }
  .title { font-size: 17px; font-weight: 600; }
  .group { font-size: 13px; font-weight: 600; }
  .soft { font-size: 12px; fill: $soft; }
  .scale { font-size: 12px; fill: $soft; text-anchor: middle; }
  .name { font-size: 12.5px; text-anchor: end; }
  .value { font-size: 12.5px; text-anchor: end; }
  .grid { stroke: $edge; stroke-width: 1; }
  .one { stroke: $rail; stroke-width: 1.5; }
  .bar { stroke: $soft; stroke-width: 2; }
  .met { stroke: $good; fill: $good; stroke-width: 2; }
  .explained { stroke: $bell; fill: $bell; stroke-width: 2; }
  .missed { stroke: $bad; fill: $bad; stroke-width: 2; }
  .plain { stroke: $beat; fill: $beat; stroke-width: 2; }
  .column { fill: $memory; }
  .limit { stroke: $soft; stroke-width: 1.5; stroke-dasharray: 4 3; }
)";

double x_of(double ratio) {
  return kScale0 + std::min(ratio, kMostShown) / kMostShown * (kScale2 - kScale0);
}

bool has_ratio(const Json& line) { return line.contains("ratio"); }

std::string verdict_of(const Json& line) { return line.value("verdict", "plain"); }

class Painter {
 public:
  explicit Painter(const Json& report) : report_(report) {}

  std::string picture() {
    draw_ratios();
    const double bottom = std::max(y_, kTop + 680) + 44;
    draw_histogram("rearm", "When a driven probe leaves, after T of silence",
                   "ms late; 10,000 connections", kTop);
    draw_histogram("repair", "Spacing of probes less I", "ms off; 10,000 connections", kTop + 280);
    draw_legend();
    std::string out = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1:.0f}\" width=\"{0}\" "
        "height=\"{1:.0f}\" role=\"img\" aria-label=\"Ratios of costs with their bars, and "
        "histograms of probe instants\">\n",
        kWidth, bottom);
    out += svg::sheet(kRules);
    out += svg::box({0.5, 0.5}, kWidth - 1, bottom - 1, "paper", 14);
    out += svg::text({28, 36}, "What it costs, against the same without us", "title");
    out += svg::text({28, 56}, machine(), "soft");
    return out + out_ + "</svg>\n";
  }

 private:
  [[nodiscard]] std::string machine() const {
    const Json& about = report_.at("machine");
    return fmt::format(
        "{}, {} cores, Linux {}, {}. A dot is the median of pairs, its line the middle half, the "
        "upright stroke the bar; left of 1 we are cheaper.",
        about.at("processor").get<std::string>(), about.at("cores").get<int>(),
        about.at("kernel").get<std::string>(), about.at("date").get<std::string>());
  }

  void draw_ratios() {
    y_ = kTop;
    std::string group;
    for (const Json& line : report_.at("lines")) {
      if (!has_ratio(line)) continue;
      if (line.at("group") != group) {
        group = line.at("group").get<std::string>();
        y_ += 12;
        out_ += svg::text({28, y_ + 4}, group, "group");
        y_ += kRow;
      }
      draw_ratio(line);
      y_ += kRow;
    }
    std::string scale;
    for (const double ratio : {0.5, 1.0, 1.5, 2.0}) {
      scale +=
          svg::line({x_of(ratio), kTop - 4}, {x_of(ratio), y_ - 6}, ratio == 1.0 ? "one" : "grid");
      scale += svg::text({x_of(ratio), y_ + 14}, fmt::format("{:g} x", ratio), "scale");
    }
    out_ = scale + out_;
  }

  void draw_ratio(const Json& line) {
    const std::string look = verdict_of(line);
    const double low = line.at("ratio").at(0).get<double>();
    const double middle = line.at("ratio").at(1).get<double>();
    const double high = line.at("ratio").at(2).get<double>();
    const std::string name = fmt::format("{}  /  {}", line.at("what").get<std::string>(),
                                         line.at("other_name").get<std::string>());
    out_ += svg::text({kNames, y_ + 4}, name, "name");
    out_ += svg::line({x_of(low), y_}, {x_of(high), y_}, look);
    out_ += svg::dot({x_of(middle), y_}, 4, look);
    if (line.contains("bar")) {
      const double bar = x_of(line.at("bar").get<double>());
      out_ += svg::line({bar, y_ - 7}, {bar, y_ + 7}, "bar");
    }
    out_ += svg::text({kValues, y_ + 4}, fmt::format("{:.2f} x", middle), "value");
  }

  void draw_histogram(const char* name, const char* title, const char* unit, double top) {
    if (!report_.at("histograms").contains(name)) return;
    const Json& histogram = report_.at("histograms").at(name);
    const auto counts = histogram.at("counts").get<std::vector<double>>();
    const double from = histogram.at("from").get<double>();
    const double step = histogram.at("step").get<double>();
    const double limit = histogram.at("limit").get<double>();
    const double most = std::max(1.0, std::ranges::max(counts));
    const double width = kPlotWidth / static_cast<double>(counts.size());
    const double base = top + 216;
    const auto at = [&](double value) { return kPlotLeft + (value - from) / step * width; };
    out_ += svg::text({kPlotLeft, top + 4}, title, "group");
    for (std::size_t i = 0; i < counts.size(); ++i) {
      // The root, so that the few that are far off can be seen.
      const double height = 170 * std::sqrt(counts[i] / most);
      out_ += svg::box({kPlotLeft + static_cast<double>(i) * width, base - height},
                       std::max(0.6, width - 0.6), height, "column");
    }
    out_ += svg::line({kPlotLeft, base}, {kPlotLeft + kPlotWidth, base}, "one");
    out_ += svg::line({at(limit), top + 24}, {at(limit), base}, "limit");
    out_ += svg::text({at(limit) + 5, top + 34}, fmt::format("bar: {:g} ms", limit), "soft");
    const double end = from + step * static_cast<double>(counts.size() - 1);
    const double apart = (end - from) > 10 ? 5 : 1;
    for (double value = std::ceil(from); value <= end + 1e-9; value += apart) {
      out_ += svg::text({at(value), base + 18}, fmt::format("{:g}", value), "scale");
    }
    out_ +=
        svg::text({kPlotLeft, base + 38}, std::string{unit} + "; heights: root of counts", "soft");
  }

  /// What the colours of the dots say.
  void draw_legend() {
    constexpr std::array kLooks{std::pair{"met", "the bar is met"},
                                std::pair{"explained", "missed, and the report says why"},
                                std::pair{"missed", "missed"}, std::pair{"plain", "has no bar"}};
    double at = kTop + 590;
    for (const auto& [look, words] : kLooks) {
      out_ += svg::dot({kPlotLeft + 4, at}, 4, look);
      out_ += svg::text({kPlotLeft + 16, at + 4}, words, "soft");
      at += kRow;
    }
  }

  const Json& report_;
  std::string out_;
  double y_ = kTop;
};

}  // namespace
}  // namespace wsalive::bench

int main(int argc, char** argv) {
  std::ifstream file{argc == 2 ? argv[1] : ""};
  const nlohmann::json report = nlohmann::json::parse(file, nullptr, /*allow_exceptions=*/false);
  if (report.is_discarded() || !report.contains("lines")) {
    fmt::print(stderr, "report_picture: name a report.json of bench/run\n");
    return 2;
  }
  fmt::print("{}", wsalive::bench::Painter{report}.picture());
}
