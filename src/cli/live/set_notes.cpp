#include "cli/live/set_sockets.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "cli/live/keepalive_text.hpp"
#include "policy/duration.hpp"

namespace wsalive::cli {
namespace {

/// Sockets on which keep-alive is on without effect yet: how many, and why; one sentence for each condition.
std::vector<std::string> no_effect_notes(const std::vector<SetRow>& rows) {
  std::vector<std::string> notes;
  for (const advice::ConditionRow& condition : advice::kConditions) {
    const auto count = std::ranges::count_if(rows, [&](const SetRow& row) {
      return row.change && row.change->after.keep_alive.on == os::Switch::on &&
             row.connection.condition() == condition.condition;
    });
    if (count == 0 || condition.no_effect.empty()) continue;
    notes.push_back(fmt::format("Keep-alive has no effect yet on {} of these: {}.", count,
                                condition.no_effect));
  }
  return notes;
}

policy::Timing timing_of(const os::KernelKeepAlive& values) {
  return policy::as_timing({.idle_s = static_cast<std::uint32_t>(values.idle_s),
                            .interval_s = static_cast<std::uint32_t>(values.interval_s),
                            .probes = static_cast<std::uint32_t>(values.probes),
                            .user_timeout_ms = {}});
}

/// Connections with the same values after the change.
struct Alike {
  attach::KernelValues values;
  std::size_t count = 0;
};

bool is_lost(const SetRow& row, std::optional<policy::Millis> path_timeout) {
  const auto silent = row.connection.silent_for();
  return path_timeout && silent && *silent >= *path_timeout;
}

/// Those that the kernel alone keeps alive and that the path has not lost.
std::vector<Alike> alike(const std::vector<SetRow>& rows,
                         std::optional<policy::Millis> path_timeout) {
  std::vector<Alike> all;
  for (const SetRow& row : rows) {
    const bool listens = row.connection.socket.state == os::TcpState::listen;
    if (!row.change || listens || is_driven_inside(row.connection)) continue;
    if (is_lost(row, path_timeout)) continue;
    const attach::KernelValues& after = row.change->after;
    if (after.keep_alive.on == os::Switch::off) continue;
    const auto found = std::ranges::find(all, after, &Alike::values);
    if (found != all.end()) {
      ++found->count;
    } else {
      all.push_back({after, 1});
    }
  }
  return all;
}

/// The effect of one set of values in the kernel and on the path.
std::vector<std::string> words_of(const attach::KernelValues& values,
                                  std::optional<policy::Millis> path_timeout) {
  const policy::Timing timing = timing_of(values.keep_alive);
  const policy::Millis timeout{values.user_timeout_ms.value_or(0)};
  std::vector<std::string> words{kernel_words(timing, kernel_alone(), timeout)};
  if (timeout.count() != 0) words.push_back(user_timeout_words(timeout, timing, kernel_alone()));
  if (path_timeout) words.push_back(path_words(*path_timeout, timing, kernel_alone(), {}, timeout));
  return words;
}

/// Each set of values has its own sentences, unless there are too many to read.
std::vector<std::string> kernel_notes(const std::vector<SetRow>& rows,
                                      std::optional<policy::Millis> path_timeout) {
  constexpr std::size_t kReadable = 4;
  const std::vector<Alike> all = alike(rows, path_timeout);
  std::vector<std::string> notes;
  if (all.size() > kReadable) {
    notes.push_back(
        fmt::format("They have {} different timings now; wsalive lint judges each.", all.size()));
    return notes;
  }
  for (const Alike& each : all) {
    const std::string whose =
        all.size() == 1 ? "" : fmt::format("{} of these ({}): ", each.count, in_short(each.values));
    for (const std::string& words : words_of(each.values, path_timeout))
      notes.push_back(whose + words);
  }
  return notes;
}

}  // namespace

bool is_driven_inside(const Connection& connection) {
  return connection.keep_alive && connection.keep_alive->is_driven();
}

std::vector<std::string> notes_of(const std::vector<SetRow>& rows,
                                  std::optional<policy::Millis> path_timeout) {
  std::vector<std::string> notes = kernel_notes(rows, path_timeout);
  for (const SetRow& row : rows) {
    if (row.change && is_lost(row, path_timeout))
      notes.push_back(row.connection.name() + ": " +
                      lost_words(*path_timeout, *row.connection.silent_for()));
  }
  if (std::ranges::any_of(rows, &SetRow::keeps_set)) {
    notes.emplace_back(
        "Values that differ from the defaults stay as they are: the program has set them, or an "
        "earlier set or run, or a policy that was detached; the kernel does not tell which. "
        "--force sets them, too.");
  }
  for (std::string& note : no_effect_notes(rows)) notes.push_back(std::move(note));
  const auto is_set_and_driven = [](const SetRow& row) {
    return row.change && is_driven_inside(row.connection) &&
           row.change->before.keep_alive != row.change->after.keep_alive;
  };
  if (std::ranges::any_of(rows, is_set_and_driven)) {
    notes.emplace_back(
        "An engine of wsalive inside the program drives such a connection. It takes the values "
        "over, as set from outside, when it next looks: within the idle time that was in force.");
  }
  return notes;
}

}  // namespace wsalive::cli
