// What a benchmark program says: lines, as one JSON document on standard output, which bench/run puts
// together with those of the other programs, judges and prints. Progress goes to standard error.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "support/samples.hpp"

namespace wsalive::bench {

/// The bar that a line is held against.
struct Bar {
  enum class Sense { at_most, at_least };
  Sense sense = Sense::at_most;
  double limit = 0;
};
[[nodiscard]] inline Bar at_most(double limit) { return {Bar::Sense::at_most, limit}; }
[[nodiscard]] inline Bar at_least(double limit) { return {Bar::Sense::at_least, limit}; }

struct Line {
  std::string group;
  std::string what;
  std::string unit;  ///< Of `ours` and `other`.
  double ours = 0;
  std::string other_name;  ///< Empty: nothing is compared, and the bar is for `ours` itself.
  double other = 0;
  Spread ratio;                      ///< Of the pairs.
  std::optional<Spread> null_ratio;  ///< The other against itself, in the same rounds.
  std::size_t rounds = 0;
  std::optional<Bar> bar;

  /// Sets what follows from costs that were taken by turns. \param again  The other's, a second time in each round.
  void take_costs(const std::vector<double>& ours_of_rounds,
                  const std::vector<double>& other_of_rounds, const std::vector<double>& again);
};

class Report {
 public:
  void add(const Line& line) { lines_.push_back(line); }
  /// A plain figure of one group.
  void figure(std::string group, std::string what, double value, std::string unit,
              std::optional<Bar> bar = std::nullopt);
  /// Why something was not measured; shown as such.
  void skip(const std::string& what) { skipped_.push_back(what); }
  /// Counts per bucket, for the picture.
  struct Histogram {
    double from = 0;
    double step = 1;
    double limit = 0;  ///< The bar.
    std::vector<std::size_t> counts;
  };
  void histogram(const std::string& name, const Histogram& buckets) { histograms_[name] = buckets; }

  /// How late each driver keeps one timing, in ms; for the picture.
  struct Lateness {
    std::string by;  ///< "engine" or "kernel".
    double idle = 0;
    double interval = 0;  ///< Seconds, both.
    double median = 0;
    double most = 0;  ///< Of 97 of 100.
    double worst = 0;
  };
  void lateness(Lateness one) { lateness_.push_back(std::move(one)); }

  /// Writes the document.
  void print() const;

 private:
  std::vector<Line> lines_;
  std::vector<std::string> skipped_;
  std::map<std::string, Histogram> histograms_;
  std::vector<Lateness> lateness_;
};

/// Progress of a long run, on standard error.
void say(const std::string& progress);

/// Whether `--quick` is among the arguments: a few seconds, to see that all works; the figures mean nothing.
[[nodiscard]] bool is_quick(int argc, const char* const* argv);

}  // namespace wsalive::bench
