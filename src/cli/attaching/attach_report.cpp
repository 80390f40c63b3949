#include "cli/attaching/attach_report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>

#include "attach/bpf/policy.hpp"
#include "cli/frame/messages.hpp"
#include "cli/frame/refusals.hpp"
#include "cli/frame/report.hpp"

namespace wsalive::cli {

Failure attach_refusal(const Group& group, const SysError& error) {
  const auto known = [&](Message message, const Particulars& particulars = {}) {
    return failure_of(message, "cannot attach to", group.name, particulars);
  };
  switch (error.code) {
    case EPERM:
    case EACCES:
      return known(Message::bpf_denied, {bpf_refusal(error), as_root("these rights")});
    case ENODEV:
      return known(Message::no_bpffs);
    case attach::kForeignPins:
      return known(Message::foreign_pins);
    case ENOSYS:
      return known(Message::no_bpf);
    case ENOENT:
      return known(Message::group_gone);
    case E2BIG:
      return known(Message::too_many_rules, {std::to_string(WSALIVE_MOST_RULES)});
    default:
      return known(Message::system_refused,
                   {fmt::format("{}: {}", error.attempt, std::strerror(error.code))});
  }
}

AttachReport::AttachReport(AttachedPolicy policy, Reach reach, std::vector<std::string> notes,
                           std::unique_ptr<SetReport> existing)
    : policy_(std::move(policy)),
      reach_(std::move(reach)),
      notes_(std::move(notes)),
      existing_(std::move(existing)) {}

std::string AttachReport::text(const Page& page) const {
  std::string text =
      fmt::format("attached to {} ({}); new TCP connections get\n", policy_.name, policy_.cgroup);
  for (const std::string& rule : policy_.rules) text += "  " + rule + '\n';
  if (reach_.is_replaced) text += "The policy that it had is replaced.\n";
  for (const std::string& name : reach_.along) {
    const bool is_taken_over = std::ranges::count(reach_.taken_over, name) != 0;
    text +=
        wrapped("Attached to " + name +
                    " as well: its listeners are handed to these programs, and what is "
                    "accepted from them belongs to it." +
                    (is_taken_over ? " The policy that it had for this service is replaced." : ""),
                page.width);
  }
  if (!reach_.inner.empty()) text += wrapped(inner_policies(), page.width);
  text += own_policies(page);
  if (!reach_.unreached.empty()) text += wrapped(unreached(), page.width);
  for (const std::string& note : notes_) text += wrapped(note, page.width);
  if (existing_) return text + "\nConnections that are open already:\n" + existing_->text(page);
  return text +
         wrapped(
             "Connections that are open already stay as they are; --existing sets them, too. "
             "`wsalive detach " +
                 policy_.name + "` ends it.",
             page.width);
}

nlohmann::ordered_json AttachReport::json() const {
  nlohmann::ordered_json own = nlohmann::ordered_json::array();
  for (const AttachedPolicy& each : reach_.own) own.push_back(each.name);
  return {{"name", policy_.name},
          {"cgroup", policy_.cgroup},
          {"force", policy_.force},
          {"rules", policy_.rules},
          {"replaced", reach_.is_replaced},
          {"along", reach_.along},
          {"taken_over", reach_.taken_over},
          {"own_policies", own},
          {"inner_policies", reach_.inner},
          {"unreached_listeners", reach_.unreached},
          {"notes", notes_},
          {"existing", existing_ ? existing_->json() : nlohmann::ordered_json()}};
}

std::string AttachReport::own_policies(const Page& page) const {
  std::string text;
  for (const AttachedPolicy& each : reach_.own) {
    text += wrapped(
        fmt::format("{0} has a policy that was asked for by its name, and keeps it ({1}): what is "
                    "accepted from its listeners gets that. For one policy: `wsalive detach {0}`, "
                    "`wsalive detach {2}`, and attach again.",
                    each.name, fmt::join(each.rules, "; "), policy_.name),
        page.width);
  }
  return text;
}

std::string AttachReport::inner_policies() const {
  const bool one = reach_.inner.size() == 1;
  return fmt::format("{} below it {}: what {} there goes before this.",
                     fmt::join(reach_.inner, ", "),
                     one ? "has a policy of its own" : "have policies of their own",
                     one ? "that gives" : "those give");
}

std::string AttachReport::unreached() const {
  return fmt::format(
      "Not reached: what is accepted from {}. The listener was made outside of this control "
      "group, by a manager or a parent; {}.",
      fmt::join(reach_.unreached, ", "),
      existing_ ? "these rules cannot be told from it alone" : "--existing sets it, too");
}

}  // namespace wsalive::cli
