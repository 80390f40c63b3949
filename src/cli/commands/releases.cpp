// wsalive releases: the table of policy/release.hpp.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/commands/commands.hpp"
#include "cli/frame/report.hpp"
#include "policy/release.hpp"
#include "policy/timing_in_force.hpp"

namespace wsalive::cli {
namespace {

using policy::LastErrorRule;
using policy::ProbeCountRule;
using policy::ReleaseRow;
using policy::TransitionalRule;

std::string build_of(const ReleaseRow& row) {
  return fmt::format("{}.{}.{}", row.version.major, row.version.minor, row.version.build);
}

std::string probes_of(const ReleaseRow& row) {
  const unsigned probes = policy::probe_limit(row.release, {});
  return fmt::format("{}{}", probes,
                     row.probe_count == ProbeCountRule::registry ? " or registry" : "");
}

/// Which of the TCP_KEEP* options programs of the release can set.
std::string options_of(const ReleaseRow& row) {
  if (row.has_keepintvl) return "IDLE CNT INTVL";
  if (row.has_keepcnt) return "ALIVE CNT";
  return row.has_keepalive_option ? "ALIVE" : "";
}

class ReleasesReport final : public Report {
 public:
  [[nodiscard]] std::string text(const Page& page) const override {
    Columns table{{{"NAME"}, {"SERVER"}, {"BUILD"}, {"PROBES"}, {"IN CONNECT"}, {"TCP_KEEP..."}}};
    for (const ReleaseRow& row : policy::kReleases) {
      const bool chosen = row.release == policy::kDefaultRelease;
      table.add({{std::string{row.name}, chosen ? drawing::Tone::strong : drawing::Tone::plain},
                 {std::string{row.alias}},
                 {build_of(row)},
                 {probes_of(row)},
                 {row.transitional == TransitionalRule::allowed ? "allowed" : "WSAEINVAL"},
                 {options_of(row)}});
    }
    return table.text(page) +
           fmt::format(
               "\n{} is the default. PROBES go unanswered before a connection is given up; "
               "IN\nCONNECT: setting SO_KEEPALIVE while a connection request is in "
               "process.\n",
               policy::row(policy::kDefaultRelease).name);
  }

  [[nodiscard]] nlohmann::ordered_json json() const override {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const ReleaseRow& row : policy::kReleases) {
      list.push_back({
          {"name", row.name},
          {"alias",
           row.alias.empty() ? nlohmann::ordered_json{} : nlohmann::ordered_json(row.alias)},
          {"title", row.title},
          {"build", build_of(row)},
          {"default", row.release == policy::kDefaultRelease},
          {"probes", policy::probe_limit(row.release, {})},
          {"probes_from_registry", row.probe_count == ProbeCountRule::registry},
          {"set_while_connecting", row.transitional == TransitionalRule::allowed},
          {"success_clears_last_error", row.last_error == LastErrorRule::cleared},
          {"has_tcp_keepalive", row.has_keepalive_option},
          {"has_tcp_keepcnt", row.has_keepcnt},
          {"has_tcp_keepintvl", row.has_keepintvl},
      });
    }
    return {{"releases", list}};
  }
};

class Releases final : public Command {
 public:
  void declare(CLI::App& /*parser*/) override {}
  Outcome run() override { return Answer{std::make_unique<ReleasesReport>(), 0}; }
};

}  // namespace

std::unique_ptr<Command> make_releases() { return std::make_unique<Releases>(); }

}  // namespace wsalive::cli
