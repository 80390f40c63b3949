#include "cli/attaching/policies.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>

#include "attach/bpf/policy.hpp"
#include "cli/frame/columns.hpp"
#include "cli/frame/refusals.hpp"

namespace wsalive::cli {
namespace {

using nlohmann::ordered_json;

/// What was pinned by another version, or by somebody else, may be anything.
template <typename Value>
Value member(const ordered_json& about, const char* name, Value otherwise) {
  const auto at = about.find(name);
  if (at == about.end()) return otherwise;
  try {
    return at->get<Value>();
  } catch (const ordered_json::exception&) {
    return otherwise;
  }
}

AttachedPolicy read(const attach::PinnedPolicy& pinned) {
  ordered_json about = ordered_json::parse(pinned.about, nullptr, false);
  if (!about.is_object()) about = ordered_json::object();
  return {.group = pinned.group,
          .name = member(about, "name", std::to_string(pinned.group)),
          .cgroup = member(about, "cgroup", std::string{"?"}),
          .rules = member(about, "rules", std::vector<std::string>{"?"}),
          .force = member(about, "force", false),
          .in_force = pinned.in_force};
}

}  // namespace

std::string about_text(const AttachedPolicy& policy) {
  const ordered_json about{{"name", policy.name},
                           {"cgroup", policy.cgroup},
                           {"force", policy.force},
                           {"rules", policy.rules}};
  return about.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

Fallible<std::vector<AttachedPolicy>> attached_policies() {
  const Result<std::vector<attach::PinnedPolicy>> pinned = attach::pinned_policies();
  if (!pinned) {
    const bool foreign = pinned.error().code == attach::kForeignPins;
    return tl::unexpected(Failure{
        .code = ExitCode::denied,
        .attempt = "cannot list the policies",
        .subject = "in /sys/fs/bpf/wsalive",
        .reason = foreign ? std::string{kForeignPinsReason} : std::strerror(pinned.error().code),
        .remedy = foreign ? std::string{kForeignPinsRemedy} : as_root("the right to read them")});
  }
  std::vector<AttachedPolicy> policies;
  for (const attach::PinnedPolicy& each : *pinned) policies.push_back(read(each));
  std::ranges::sort(policies, {}, &AttachedPolicy::name);
  return policies;
}

std::string PoliciesReport::text(const Page& page) const {
  if (policies_.empty()) return "no policy is attached; `wsalive attach` attaches one\n";
  Columns table{{{"NAME"}, {"CONTROL GROUP"}, {"CONNECTIONS AND KEEP-ALIVE"}}};
  for (const AttachedPolicy& policy : policies_) {
    const std::string gone = policy.in_force ? "" : " (gone: detach it)";
    const std::string forced = policy.force ? " (forced)" : "";
    const std::string first = policy.rules.empty() ? "" : policy.rules.front();
    table.add({{policy.name},
               {policy.cgroup + gone, policy.in_force ? drawing::Tone::plain : drawing::Tone::bad},
               {first + forced}});
    for (std::size_t i = 1; i < policy.rules.size(); ++i) table.add({{}, {}, {policy.rules[i]}});
  }
  return table.text(page);
}

ordered_json PoliciesReport::json() const {
  ordered_json list = ordered_json::array();
  for (const AttachedPolicy& policy : policies_) {
    list.push_back({{"name", policy.name},
                    {"cgroup", policy.cgroup},
                    {"in_force", policy.in_force},
                    {"force", policy.force},
                    {"rules", policy.rules}});
  }
  return {{"policies", list}};
}

}  // namespace wsalive::cli
