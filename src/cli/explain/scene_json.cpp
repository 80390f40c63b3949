#include "cli/explain/render.hpp"

#include <array>
#include <nlohmann/json.hpp>

#include "advice/timeline_text.hpp"
#include "cli/live/connection_text.hpp"

namespace wsalive::cli::explain {
namespace {

using Json = nlohmann::ordered_json;

Json or_null(const std::optional<policy::Millis>& time) {
  return time ? Json(time->count()) : Json{};
}

/// Both ends: "noticed_ms" and "noticed_latest_ms".
void add_span(Json& json, const std::string& name, const std::optional<policy::Span>& span) {
  json[name + "_ms"] = span ? Json(span->earliest.count()) : Json{};
  json[name + "_latest_ms"] = span ? Json(span->latest.count()) : Json{};
}

std::string_view word_of(advice::Fate fate) {
  constexpr std::array<std::string_view, 4> kWords{"lives", "found_dead", "reset_by_peer",
                                                   "unnoticed"};
  return kWords[static_cast<std::size_t>(fate)];
}

std::string_view word_of(policy::DriverKind kind) {
  constexpr std::array<std::string_view, 6> kWords{"off",   "silent", "native",
                                                   "rearm", "repair", "late"};
  return kWords[static_cast<std::size_t>(kind)];
}

Json timing_json(const policy::Timing& timing) {
  return {{"time_ms", timing.idle.count()},
          {"interval_ms", timing.interval.count()},
          {"probes", timing.probes}};
}

Json end_json(const Subject& subject) {
  const advice::EndRow* const end = end_of(subject);
  if (!end || !subject.is_stack_known) return {};
  return {{"name", end->name}, {"code", end->code}};
}

/// The word of ls; null if the peer reports its end itself, or nothing detects it.
Json noticed_by(const advice::Forecast& forecast) {
  if (forecast.by == advice::Notice::never) return {};
  return name_of(forecast.by);
}

Json subject_json(const Subject& subject) {
  Json events = Json::array();
  for (const Foretold& event : subject.events) {
    events.push_back({{"at_ms", event.at.count()},
                      {"latest_ms", event.latest.count()},
                      {"what", advice::to_text(event.what)}});
  }
  Json json{{"name", subject.name}, {"title", subject.title}};
  json.update(timing_json(subject.timing));
  json["time_from"] = subject.time.source;
  json["interval_from"] = subject.interval.source;
  json["probes_from"] = subject.probes.source;
  json["fate"] = word_of(subject.forecast.fate);
  add_span(json, "first_probe", subject.forecast.first_probe);
  json["forgotten_ms"] = or_null(subject.forecast.forgotten);
  json["noticed_by"] = noticed_by(subject.forecast);
  add_span(json, "noticed", subject.forecast.noticed);
  json["error"] = end_json(subject);
  json["events"] = std::move(events);
  json["probes_left_out"] = subject.left_out;
  json["endless"] = subject.endless;
  json["remarks"] = subject.remarks;
  return json;
}

/// The socket itself; null without one.
Json live_json(const std::optional<Live>& live) {
  if (!live) return {};
  Json json{{"name", live->name},
            {"ends", live->ends},
            {"state", live->state},
            {"condition", advice::row(live->condition).name},
            {"protocol", live->is_mptcp ? "mptcp" : "tcp"},
            {"in_repair_mode", live->is_in_repair},
            {"on", live->on},
            {"probes", live->probes},
            {"silent_for_ms", or_null(live->heard)}};
  add_span(json, "next_probe", live->next);
  json["timer_behind_ms"] = live->behind.count();
  json["unanswered"] = live->unanswered;
  json["unacknowledged_bytes"] = live->unacknowledged;
  json["unread_bytes"] = live->unread;
  json["user_timeout_ms"] = live->user_timeout.count();
  json["retransmissions"] = live->resending ? live->resending->tries : 0;
  add_span(json, "noticed_after", live->noticed.after);
  add_span(json, "noticed_in", live->noticed.in);
  return json;
}

Json driver_json(const policy::DriverChoice& choice) {
  Json json{{"driver", word_of(choice.kind)}};
  json.update(timing_json(choice.actual));
  return json;
}

/// The programs that one way reaches.
Json programs_json(const policy::Timing& timing, const advice::Noticed& noticed) {
  Json json = timing_json(timing);
  json["noticed_by"] = name_of(noticed.by);
  add_span(json, "noticed", noticed.after);
  return json;
}

}  // namespace

Json scene_json(const Scene& scene) {
  Json subjects = Json::array();
  for (const Subject& subject : scene.subjects) subjects.push_back(subject_json(subject));
  Json host{{"plain", driver_json(scene.host.plain)},
            {"with_cap_net_admin", driver_json(scene.host.entitled)},
            {"other_programs", Json{}},
            {"preloaded_programs", Json{}}};
  if (scene.subjects.front().wanted.probes != 0) {
    const bool is_exact = scene.host.precision == policy::Precision::exact;
    const policy::Timing kernel = policy::as_timing(scene.host.kernel);
    host["other_programs"] = programs_json(kernel, scene.host.noticed);
    host["preloaded_programs"] =
        programs_json(is_exact ? scene.host.plain.actual : kernel, scene.host.preloaded);
  }
  add_span(host, "data_given_up", scene.host.data);
  if (scene.live) host = Json{};
  return {{"socket", live_json(scene.live)},
          {"path_timeout_ms", or_null(scene.path_timeout)},
          {"path_timeout_assumed", scene.path_is_assumed},
          {"user_timeout_ms", scene.user_timeout.count()},
          {"subjects", std::move(subjects)},
          {"host", std::move(host)}};
}

}  // namespace wsalive::cli::explain
