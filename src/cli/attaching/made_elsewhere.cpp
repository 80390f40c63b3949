#include "cli/attaching/made_elsewhere.hpp"

#include <algorithm>
#include <filesystem>
#include <map>

#include "attach/cgroup.hpp"

namespace wsalive::cli {

MadeElsewhere made_elsewhere(const Group& group, const std::vector<Connection>& members) {
  MadeElsewhere result;
  const std::optional<std::string> root = attach::cgroup2_mount();
  if (!root) return result;
  const std::map<std::uint64_t, std::string> inside = attach::groups_below(group.path);
  const std::map<std::uint64_t, std::string> all = attach::groups_below(*root);
  for (const Connection& each : members) {
    const std::uint64_t number = each.socket.cgroup;
    const bool is_meant = each.socket.state == os::TcpState::listen && number != 0;
    if (!is_meant || inside.contains(number)) continue;
    const auto at = all.find(number);
    if (at == all.end() || !at->second.ends_with(".socket")) {
      result.listeners.push_back(each);
      continue;
    }
    const bool is_known = std::ranges::any_of(
        result.socket_units, [number](const Group& known) { return known.number == number; });
    if (is_known) continue;
    result.socket_units.push_back(
        {at->second, std::filesystem::path{at->second}.filename().string(), number});
  }
  return result;
}

}  // namespace wsalive::cli
