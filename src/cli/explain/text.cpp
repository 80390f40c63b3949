#include "cli/explain/render.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/explain/scene.hpp"
#include "cli/frame/report.hpp"
#include "cli/live/keepalive_text.hpp"
#include "policy/duration.hpp"

namespace wsalive::cli::explain {
namespace {

using advice::Fate;
using drawing::Tone;
using policy::format_duration;
using policy::Happening;
using policy::Millis;

std::string heading(const Page& page, std::string_view text) {
  return fmt::format("\n{}\n", page.coloured(Tone::strong, text));
}

std::string numbers(const Subject& subject, const Page& page) {
  Columns table{{{""}, {"", Align::right}, {""}, {""}}};
  const auto add = [&](const char* letter, std::string value, const char* meaning,
                       const Part& part) {
    table.add({{letter, Tone::strong}, {std::move(value)}, {meaning}, {part.source, Tone::faint}});
  };
  add("T", format_duration(subject.timing.idle), "silence before the first probe", subject.time);
  add("I", format_duration(subject.timing.interval), "gap between unanswered probes",
      subject.interval);
  add("N", std::to_string(subject.timing.probes), "unanswered probes before giving up",
      subject.probes);
  return table.text(page, 2);
}

std::string_view title_of(const Scene& scene) {
  if (scene.live) {
    const bool is_idle = advice::row(scene.live->condition).decides == advice::Decides::keep_alive;
    return is_idle ? "If the peer falls silent" : "Once that is answered, if the peer falls silent";
  }
  if (scene.nat) return "The path forgets idle connections, the peer lives";
  switch (scene.story) {
    case advice::Story::dead:
      return "The peer dies without a word";
    case advice::Story::answers:
      return "The peer lives";
    case advice::Story::resets:
      return "The peer has restarted";
  }
  return "";
}

Tone tone_of(Happening what) {
  switch (what) {
    case Happening::probe:
      return Tone::busy;
    case Happening::answer:
      return Tone::good;
    case Happening::reset:
    case Happening::peer_reset:
      return Tone::bad;
    case Happening::data:
      break;
  }
  return Tone::plain;
}

/// The omitted events of a long run of probes: all but the first few and the last two.
struct Cut {
  std::size_t from = 0;
  std::size_t to = 0;

  explicit Cut(const Subject& subject) {
    constexpr std::size_t kShown = 8;
    constexpr std::size_t kHead = 3;
    const std::size_t count = subject.events.size();
    if (subject.endless || count <= kShown) return;
    from = kHead;
    to = count - 2;
  }
};

/// The spacing of the omitted probes; in a series longer than N the later ones may be further apart.
std::string gaps_between(const std::vector<Foretold>& events, const Cut& cut) {
  const Millis first = events[cut.from].at - events[cut.from - 1].at;
  const Millis last = events[cut.to].at - events[cut.to - 1].at;
  if (first == last) return fmt::format("one every {}", format_duration(first));
  return fmt::format("one every {}, the later ones {} apart", format_duration(first),
                     format_duration(last));
}

/// Why more probes go out than requested.
std::string more_than_asked(const Subject& subject, const Page& page) {
  const std::uint32_t probes = policy::probes_before_give_up(subject.timing);
  if (subject.forecast.fate != Fate::found_dead || probes <= subject.timing.probes) return {};
  return wrapped(
      fmt::format(
          "{} probes go out and not {}: a Linux peer answers one in {} at most, and {} that "
          "it could have answered must be unanswered before it counts as dead (K-52).",
          probes, subject.timing.probes, format_duration(policy::kPeerAnswerGap),
          std::min<std::uint32_t>(subject.timing.probes, policy::kEnoughAnswers)),
      page.width, 2);
}

std::string event_list(const Scene& scene, const Subject& subject, const Page& page) {
  const auto& events = subject.events;
  const Cut cut{subject};
  Columns table{{{"", Align::right}, {""}}};
  table.add({{"0s"}, {"the last segment from the peer arrives"}});
  if (subject.forecast.forgotten && scene.story != advice::Story::dead) {
    // Always before the first probe, or there would be nothing to forget.
    table.add({{format_duration(*subject.forecast.forgotten)},
               {"the path forgets: what follows is dropped", Tone::bad}});
  }
  std::uint32_t unanswered = 0;
  for (std::size_t at = 0; at < events.size(); ++at) {
    const Foretold& event = events[at];
    if (cut.to != 0 && at == cut.to) unanswered += subject.left_out;
    if (event.what == Happening::probe) ++unanswered;
    if (event.what == Happening::answer) unanswered = 0;
    if (at >= cut.from && at < cut.to) {
      if (at != cut.from) continue;
      table.add({{"..."},
                 {fmt::format("{} more, {}", cut.to - cut.from + subject.left_out,
                              gaps_between(events, cut)),
                  Tone::faint}});
      continue;
    }
    table.add({{policy::format_span(event.span())},
               {event_words(event.what, unanswered), tone_of(event.what)}});
  }
  if (subject.endless) table.add({{"..."}, {"and so on: the connection lives", Tone::good}});
  if (events.empty()) table.add({{"..."}, {"nothing is ever sent", Tone::bad}});
  return table.text(page, 2);
}

std::string told(const Scene& scene, const Subject& subject, const Page& page) {
  const advice::Forecast& forecast = subject.forecast;
  if (forecast.fate == Fate::lives) {
    return "  The connection lives; the program notices nothing.\n";
  }
  if (!forecast.noticed) return "  The program never gets an error.\n";
  std::string text = fmt::format(
      "  {}\n", page.coloured(Tone::strong, fmt::format("The program gets an error after {}.",
                                                        policy::format_span(*forecast.noticed))));
  Columns table{{{""}, {""}, {""}}};
  for (const advice::EndRow& row : advice::kEnds) {
    if (row.fate != forecast.fate) continue;
    if (scene.live && subject.is_stack_known && row.stack != subject.stack) continue;
    if (!scene.live && row.stack == advice::Stack::linux_repair) continue;  // Below: on this host.
    table.add({{row.stack == advice::Stack::windows ? "Windows" : "Linux", Tone::faint},
               {fmt::format("{} ({})", row.name, row.code)},
               {fmt::format("later calls: {}", row.later), Tone::faint}});
  }
  return text + table.text(page, 2) + more_than_asked(subject, page);
}

std::string on_the_path(const Scene& scene, const Subject& subject) {
  const policy::Timing& timing = subject.timing;
  if (scene.path_timeout) {
    return path_words(*scene.path_timeout, timing, subject.accuracy, subject.behind,
                      scene.user_timeout);
  }
  const policy::Span first = policy::probe_span(timing, 1, subject.accuracy, subject.behind);
  const auto kept =
      std::ranges::find_if(advice::kPathTimeouts, [&](const advice::PathTimeout& path) {
        return timing.probes != 0 && first.latest < path.time;
      });
  if (kept == advice::kPathTimeouts.begin()) {
    return fmt::format(
        "Soon enough for the common paths, the shortest of which forget after {} ({}).",
        format_duration(kept->time), kept->where);
  }
  const advice::PathTimeout& lost = *std::prev(kept);
  return fmt::format("Too late for paths that forget after {} or less ({}).",
                     format_duration(lost.time), lost.where);
}

/// The assumption about the path, and how to measure it.
std::string assumption(const Scene& scene, const Page& page) {
  if (!scene.path_is_assumed) return {};
  return wrapped(fmt::format("{} is assumed, the time of {}: --path-timeout takes another, and "
                             "`wsalive path` finds the real one.",
                             format_duration(*scene.path_timeout), advice::kAssumedPath.where),
                 page.width, 2);
}

/// For a connection that our engine drives.
std::string lateness_words(const Subject& subject) {
  if (subject.accuracy.by == policy::KeptBy::kernel) return {};
  return fmt::format(
      ", and each instant comes at most {} later than stated here, while a processor is free",
      format_duration(policy::driven_lateness(subject.accuracy.tick)));
}

/// A socket's own words, in place of a host's.
std::string live_subject(const Scene& scene, const Page& page) {
  const Subject& subject = scene.subjects.front();
  const Live& live = *scene.live;
  const auto paragraph = [&](std::string_view words) { return wrapped(words, page.width, 2); };
  std::string text = page.coloured(Tone::strong, live.name) + "  " + live.ends + "  " +
                     page.coloured(Tone::faint, live.state) + '\n';
  Subject set = subject;
  set.timing.probes = live.probes;
  text += numbers(set, page) + '\n';
  for (const std::string& words : live_words(live, set.timing)) text += paragraph(words);
  if (live.on && !live.listens) {
    text += paragraph("Kept by: " + live.driver + lateness_words(subject) + ".");
    text += heading(page, title_of(scene)) + event_list(scene, subject, page);
    text += '\n' + bar(scene, subject, page) + '\n' + told(scene, subject, page);
  }
  if (live.listens) {
    const std::string switch_on = fmt::format(
        "wsalive set {} --time 45s --interval 5s switches keep-alive on for those that it accepts "
        "from "
        "then on.",
        live.target);
    return live.on ? text : text + '\n' + paragraph(switch_on);
  }
  text += heading(page, "On the path");
  const bool is_lost = scene.path_timeout && live.heard && *live.heard >= *scene.path_timeout;
  if (is_lost) return text + paragraph(lost_words(*scene.path_timeout, *live.heard));
  const bool has_no_path = live.is_on_this_machine && !scene.path_timeout;
  const bool helps =
      !live.on && live.waits_for_silence();  // Otherwise --user-timeout does, as stated above.
  const std::string switch_on =
      helps
          ? fmt::format(" wsalive set {} {} switches keep-alive on.", live.target,
                        scene.path_timeout
                            ? "--path-timeout " + policy::format_duration_word(*scene.path_timeout)
                            : "--time 45s --interval 5s")
          : "";
  if (has_no_path) {
    return text +
           paragraph("Both ends are on this machine: there is no path that could forget it." +
                     switch_on);
  }
  if (live.on) return text + paragraph(on_the_path(scene, subject));
  return text + paragraph(
                    "No probe keeps the connection open: every path that forgets idle "
                    "connections will lose it." +
                    switch_on);
}

std::string one_subject(const Scene& scene, const Page& page) {
  if (scene.live) return live_subject(scene, page);
  const Subject& subject = scene.subjects.front();
  const auto paragraph = [&](std::string_view words) { return wrapped(words, page.width, 2); };
  std::string text =
      page.coloured(Tone::strong, fmt::format("Keep-alive as on {}", subject.title)) + '\n';
  text += numbers(subject, page);
  for (const std::string& remark : subject.remarks) text += paragraph(remark);
  text += heading(page, title_of(scene)) + event_list(scene, subject, page);
  text += '\n' + bar(scene, subject, page) + '\n' + told(scene, subject, page);
  if (subject.forecast.by == advice::Notice::user_timeout)
    text += paragraph(in_place_of_count(scene.user_timeout, subject.timing.probes));
  text += heading(page, "If sent data waits for its acknowledgement");
  text += paragraph(data_words(scene));
  text += heading(page, "On the path") + paragraph(on_the_path(scene, subject));
  text += assumption(scene, page);
  text += heading(page, "On this host") + paragraph(host_words(scene));
  const std::string others = others_words(scene);
  if (!others.empty()) text += paragraph(others);
  return text;
}

std::string ending(const Subject& subject) {
  const advice::EndRow* const end = end_of(subject);
  if (end) return std::string{end->name};
  return subject.forecast.fate == Fate::lives ? "lives" : "never told";
}

std::string side_by_side(const Scene& scene, const Page& page) {
  std::vector<Column> columns{{""}};
  for (const Subject& subject : scene.subjects) columns.push_back({subject.name, Align::right});
  Columns table{columns};
  const auto add = [&](const char* label, const auto& value, Tone tone = Tone::plain) {
    std::vector<Cell> cells{{label, Tone::faint}};
    for (const Subject& subject : scene.subjects) cells.push_back({value(subject), tone});
    table.add(std::move(cells));
  };
  add("T, silence before the first probe",
      [](const Subject& s) { return format_duration(s.timing.idle); });
  add("I, gap between probes", [](const Subject& s) { return format_duration(s.timing.interval); });
  add("N, unanswered probes", [](const Subject& s) { return std::to_string(s.timing.probes); });
  if (scene.path_timeout) {
    const std::string path = fmt::format("path, {}", format_duration(*scene.path_timeout));
    add(path.c_str(), [](const Subject& s) { return s.forecast.forgotten ? "forgets" : "keeps"; });
  }
  if (scene.user_timeout != Millis{}) {
    const std::string label = fmt::format("user time-out, {}", format_duration(scene.user_timeout));
    add(label.c_str(), [](const Subject& s) {
      return s.accuracy.by == policy::KeptBy::kernel ? "in N's place" : "N holds";
    });
  }
  using Words = std::string (*)(Millis);
  const auto told_at = [&](const char* label, Millis policy::Span::*end, Words words) {
    const auto value = [=](const Subject& s) {
      return s.forecast.noticed ? words((*s.forecast.noticed).*end) : std::string{"never"};
    };
    add(label, value, Tone::strong);
  };
  told_at("told after", &policy::Span::earliest, format_duration);
  told_at("  at the latest on this host", &policy::Span::latest, policy::format_latest);
  add("told as", ending);
  std::string text =
      page.coloured(Tone::strong, title_of(scene)) + "\n\n" + table.text(page, 2) + '\n';
  text += page.coloured(Tone::faint, "  Each line to its own scale:") + '\n';
  for (const Subject& subject : scene.subjects) {
    text += fmt::format("  {}\n{}", page.coloured(Tone::faint, subject.name),
                        bar(scene, subject, page));
  }
  if (scene.path_is_assumed) text += '\n' + assumption(scene, page);
  for (const Subject& subject : scene.subjects) {
    for (const std::string& remark : subject.remarks) {
      text += '\n' + wrapped(subject.name + ": " + remark, page.width, 2);
    }
  }
  return text;
}

}  // namespace

std::string event_words(policy::Happening what, std::uint32_t number) {
  switch (what) {
    case Happening::probe:
      return fmt::format("probe {}", number);
    case Happening::answer:
      return "it is answered: the silence begins anew";
    case Happening::data:
      return "the peer sends something";
    case Happening::reset:
      return "given up: a reset is sent";
    case Happening::peer_reset:
      return "the peer answers with a reset";
  }
  return {};
}

std::string scene_text(const Scene& scene, const Page& page) {
  return scene.subjects.size() == 1 ? one_subject(scene, page) : side_by_side(scene, page);
}

}  // namespace wsalive::cli::explain
