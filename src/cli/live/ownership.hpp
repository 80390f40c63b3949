// The owners of the listed sockets, and the hidden processes, which may not be inspected, that may own some.
//
// Processes are listed before sockets, so a new socket at first seems to have no owner: a second look decides. A hidden process
// matters only if a selected socket has no owner, or if the process is in a network of its own, whose sockets are not listed.
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "attach/inspect/owners.hpp"
#include "attach/inspect/tcp_table.hpp"
#include "cli/live/selection.hpp"

namespace wsalive::cli {

/// A process that may not be inspected and may own selected sockets.
struct Hidden {
  pid_t pid = 0;
  std::string program;  ///< "?" if even that is not visible.
};

using LookAgain = std::function<Result<attach::Network>()>;

class Ownership {
 public:
  /// Both live as long as this.
  Ownership(const Selection& selection, const attach::Owners& owners)
      : selection_{selection}, owners_{owners} {}

  /// Among the selected owners the one with the lowest process and descriptor, so that the answer is stable.
  [[nodiscard]] std::optional<attach::Owner> owner_of(const attach::TcpSocket& socket);

  /// Call it for each listed network. \param process  One in that network.
  void look_at(const attach::Network& network, pid_t process, const LookAgain& look_again);

  /// Call it after all networks.
  [[nodiscard]] std::vector<Hidden> hidden() const;

 private:
  [[nodiscard]] const attach::Owners& later();
  [[nodiscard]] const attach::Owners& all_later();
  [[nodiscard]] bool is_unowned(const attach::TcpSocket& socket);
  [[nodiscard]] bool may_have_some(pid_t process) const;

  const Selection& selection_;
  const attach::Owners& owners_;
  std::optional<attach::Owners> later_;      ///< The second look, at the selected processes.
  std::optional<attach::Owners> all_later_;  ///< The second look, at all processes.
  std::vector<pid_t> inside_;                ///< A process of each listed network.
  bool is_one_unowned_ = false;
};

}  // namespace wsalive::cli
