#include "support/report.hpp"

#include <fmt/core.h>

#include <nlohmann/json.hpp>
#include <string_view>

namespace wsalive::bench {
namespace {

nlohmann::json as_json(const Spread& spread) { return {spread.low, spread.median, spread.high}; }

nlohmann::json as_json(const Line& line) {
  nlohmann::json json{{"group", line.group},
                      {"what", line.what},
                      {"unit", line.unit},
                      {"ours", line.ours},
                      {"rounds", line.rounds}};
  if (!line.other_name.empty()) {
    json["other"] = line.other;
    json["other_name"] = line.other_name;
    json["ratio"] = as_json(line.ratio);
  }
  if (line.null_ratio) json["null"] = as_json(*line.null_ratio);
  if (line.bar) {
    json["bar"] = line.bar->limit;
    json["sense"] = line.bar->sense == Bar::Sense::at_most ? "at most" : "at least";
  }
  return json;
}

}  // namespace

void Line::take_costs(const std::vector<double>& ours_of_rounds,
                      const std::vector<double>& other_of_rounds,
                      const std::vector<double>& again) {
  ours = quantile(ours_of_rounds, 0.5);
  other = quantile(other_of_rounds, 0.5);
  ratio = spread_of(ratios(ours_of_rounds, other_of_rounds));
  null_ratio = spread_of(ratios(again, other_of_rounds));
  rounds = ours_of_rounds.size();
}

void Report::figure(std::string group, std::string what, double value, std::string unit,
                    std::optional<Bar> bar) {
  Line line;
  line.group = std::move(group);
  line.what = std::move(what);
  line.unit = std::move(unit);
  line.ours = value;
  line.bar = bar;
  add(line);
}

void Report::print() const {
  nlohmann::json document{{"lines", nlohmann::json::array()},
                          {"skipped", skipped_},
                          {"histograms", nlohmann::json::object()}};
  for (const Line& line : lines_) document["lines"].push_back(as_json(line));
  for (const auto& [name, buckets] : histograms_) {
    document["histograms"][name] = {{"from", buckets.from},
                                    {"step", buckets.step},
                                    {"limit", buckets.limit},
                                    {"counts", buckets.counts}};
  }
  for (const Lateness& each : lateness_) {
    document["lateness"].push_back({{"by", each.by},
                                    {"idle_s", each.idle},
                                    {"interval_s", each.interval},
                                    {"median", each.median},
                                    {"most", each.most},
                                    {"worst", each.worst}});
  }
  fmt::print("{}\n", document.dump(1));
}

void say(const std::string& progress) { fmt::print(stderr, "  {}\n", progress); }

bool is_quick(int argc, const char* const* argv) {
  for (int at = 1; at < argc; ++at) {
    if (std::string_view{argv[at]} == "--quick") return true;
  }
  return false;
}

}  // namespace wsalive::bench
