#include "cli/live/ownership.hpp"

#include <unistd.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "attach/inspect/owners.hpp"

namespace wsalive::cli {
namespace {

std::optional<attach::Owner> lowest_of(const Selection& selection, const attach::Owners& owners,
                                       std::uint32_t inode) {
  const auto [first, last] = owners.by_inode.equal_range(inode);
  std::optional<attach::Owner> lowest;
  for (auto at = first; at != last; ++at) {
    const attach::Owner& owner = at->second;
    if (!selection.takes(owner)) continue;
    if (!lowest || std::tie(owner.pid, owner.fd) < std::tie(lowest->pid, lowest->fd))
      lowest = owner;
  }
  return lowest;
}

bool may_be_seen(const attach::TcpSocket& socket) {
  return ::geteuid() == 0 || socket.uid == ::geteuid();
}

}  // namespace

const attach::Owners& Ownership::all_later() {
  if (!all_later_) all_later_ = attach::socket_owners();
  return *all_later_;
}

/// Of the selected processes only; empty if they are gone.
const attach::Owners& Ownership::later() {
  if (!later_) later_ = selection_.owners().value_or(attach::Owners{});
  return *later_;
}

std::optional<attach::Owner> Ownership::owner_of(const attach::TcpSocket& socket) {
  std::optional<attach::Owner> owner = lowest_of(selection_, owners_, socket.inode);
  // A new one, or one that could not be inspected at the first look.
  const bool may_be_missed = selection_.takes_ownerless() || !owners_.hidden.empty();
  const bool is_missed = !owner && socket.inode != 0 && may_be_missed;
  if (is_missed && may_be_seen(socket)) owner = lowest_of(selection_, later(), socket.inode);
  return owner;
}

bool Ownership::is_unowned(const attach::TcpSocket& socket) {
  return selection_.takes(socket) && socket.inode != 0 &&
         !owners_.by_inode.contains(socket.inode) && !all_later().by_inode.contains(socket.inode);
}

void Ownership::look_at(const attach::Network& network, pid_t process,
                        const LookAgain& look_again) {
  inside_.push_back(process);
  if (owners_.hidden.empty() || is_one_unowned_) return;
  std::set<std::uint64_t> unclaimed;
  for (const attach::TcpSocket& socket : network.sockets) {
    if (is_unowned(socket)) unclaimed.insert(socket.cookie);
  }
  if (unclaimed.empty()) return;
  const Result<attach::Network> now = look_again();
  is_one_unowned_ = !now || std::ranges::any_of(now->sockets, [&](const attach::TcpSocket& each) {
    return each.inode != 0 && unclaimed.contains(each.cookie);
  });
}

bool Ownership::may_have_some(pid_t process) const {
  if (!attach::may_have_sockets(process)) return false;
  if (is_one_unowned_ || !selection_.netns.empty()) return is_one_unowned_;
  const bool is_inside = std::ranges::any_of(
      inside_, [process](pid_t each) { return attach::are_in_one_network(each, process); });
  return !is_inside && attach::has_tcp_in_network(process);
}

std::vector<Hidden> Ownership::hidden() const {
  std::vector<Hidden> list;
  for (const pid_t process : owners_.hidden) {
    const attach::Owner owner{process, selection_.fd.value_or(-1), attach::program_of(process)};
    const bool is_meant = owner.program == "?" || selection_.takes(owner);
    if (is_meant && may_have_some(process)) list.push_back({process, owner.program});
  }
  return list;
}

}  // namespace wsalive::cli
