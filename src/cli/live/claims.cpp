#include "cli/live/claims.hpp"

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

const attach::Owners& Claims::all_later() {
  if (!all_later_) all_later_ = attach::socket_owners();
  return *all_later_;
}

/// Of the processes that are meant, and of no others. Where they are not to be found any more nobody has anything.
const attach::Owners& Claims::later() {
  if (!later_) later_ = selection_.owners().value_or(attach::Owners{});
  return *later_;
}

std::optional<attach::Owner> Claims::owner_of(const attach::TcpSocket& socket) {
  std::optional<attach::Owner> owner = lowest_of(selection_, owners_, socket.inode);
  // One that is new, or that could not be looked at the first time.
  const bool may_be_missed = selection_.takes_ownerless() || !owners_.hidden.empty();
  const bool is_missed = !owner && socket.inode != 0 && may_be_missed;
  if (is_missed && may_be_seen(socket)) owner = lowest_of(selection_, later(), socket.inode);
  return owner;
}

bool Claims::is_unclaimed(const attach::TcpSocket& socket) {
  return selection_.takes(socket) && socket.inode != 0 &&
         !owners_.by_inode.contains(socket.inode) && !all_later().by_inode.contains(socket.inode);
}

void Claims::look_at(const attach::Network& network, pid_t process, const LookAgain& look_again) {
  inside_.push_back(process);
  if (owners_.hidden.empty() || is_one_unclaimed_) return;
  std::set<std::uint64_t> unclaimed;
  for (const attach::TcpSocket& socket : network.sockets) {
    if (is_unclaimed(socket)) unclaimed.insert(socket.cookie);
  }
  if (unclaimed.empty()) return;
  const Result<attach::Network> now = look_again();
  is_one_unclaimed_ = !now || std::ranges::any_of(now->sockets, [&](const attach::TcpSocket& each) {
    return each.inode != 0 && unclaimed.contains(each.cookie);
  });
}

bool Claims::may_have_some(pid_t process) const {
  if (!attach::may_have_sockets(process)) return false;
  if (is_one_unclaimed_ || !selection_.netns.empty()) return is_one_unclaimed_;
  const bool is_inside = std::ranges::any_of(
      inside_, [process](pid_t each) { return attach::are_in_one_network(each, process); });
  return !is_inside && attach::has_tcp_in_network(process);
}

std::vector<Hidden> Claims::hidden() const {
  std::vector<Hidden> list;
  for (const pid_t process : owners_.hidden) {
    const attach::Owner owner{process, selection_.fd.value_or(-1), attach::program_of(process)};
    const bool is_meant = owner.program == "?" || selection_.takes(owner);
    if (is_meant && may_have_some(process)) list.push_back({process, owner.program});
  }
  return list;
}

}  // namespace wsalive::cli
