// Who has the sockets that are listed, and which of the processes that may not be looked into may have some.
//
// Programs are looked at before sockets, so a socket that has just been made seems to be nobody's: a second look tells. A
// process that may not be looked into matters only if a socket that is meant has no owner, or if it stands in a network
// of its own, whose sockets are not listed.
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "attach/inspect/tcp_table.hpp"
#include "attach/inspect/owners.hpp"
#include "cli/live/selection.hpp"

namespace wsalive::cli {

/// A process whose sockets may not be seen, and which may have some that are meant.
struct Hidden {
  pid_t pid = 0;
  std::string program;  ///< "?" where even that is not to be seen.
};

using LookAgain = std::function<Result<attach::Network>()>;

class Claims {
 public:
  /// Both live as long as this.
  Claims(const Selection& selection, const attach::Owners& owners)
      : selection_{selection}, owners_{owners} {}

  /// Of those that are meant, the lowest process and descriptor, so that the answer is the same each time.
  [[nodiscard]] std::optional<attach::Owner> owner_of(const attach::TcpSocket& socket);

  /// To be told of each network that is looked at. \param process  One that stands in it.
  void look_at(const attach::Network& network, pid_t process, const LookAgain& look_again);

  /// When all networks have been looked at.
  [[nodiscard]] std::vector<Hidden> hidden() const;

 private:
  [[nodiscard]] const attach::Owners& later();
  [[nodiscard]] const attach::Owners& all_later();
  [[nodiscard]] bool is_unclaimed(const attach::TcpSocket& socket);
  [[nodiscard]] bool may_have_some(pid_t process) const;

  const Selection& selection_;
  const attach::Owners& owners_;
  std::optional<attach::Owners> later_;      ///< The second look, at the processes that are meant.
  std::optional<attach::Owners> all_later_;  ///< And at all.
  std::vector<pid_t> inside_;                ///< A process of each network that was looked at.
  bool is_one_unclaimed_ = false;
};

}  // namespace wsalive::cli
