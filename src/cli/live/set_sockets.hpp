// Sets keep-alive on connections of running programs, one after the other, and reports each result. Shared by `set` and by
// `attach --existing`; `lint` suggests such commands.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "attach/pidfd/foreign_socket.hpp"
#include "cli/frame/command.hpp"
#include "cli/live/connections.hpp"

namespace wsalive::cli {

struct SetRequest {
  attach::SocketWish wish;
  policy::Timing wanted;  ///< Before it is fitted to the kernel; without meaning for `off`.
  attach::SetMode mode = attach::SetMode::apply;
  std::optional<policy::Millis> path_timeout{};  ///< Of the path, where it was said.
};

/// One socket, and the result.
struct SetRow {
  Connection connection;
  std::optional<attach::SocketChange> change;  ///< nullopt: refused.
  std::string refused_because{};
  ExitCode refusal = ExitCode::ok;  ///< The exit status of the refusal alone.
  bool keeps_set = false;  ///< A requested value gave way to an earlier one of the program.
};

class SocketSetter {
 public:
  /// Compares the socket with what was listed before anything is set; holds nothing afterwards.
  [[nodiscard]] SetRow set(Connection connection, const SetRequest& request);

 private:
  std::map<pid_t, Result<attach::Process>> processes_;
};

/// Notes on the wish itself: the values that the user has not named.
[[nodiscard]] std::vector<std::string> wish_notes(const attach::SocketWish& wish);

class SetReport final : public Report {
 public:
  /// \param notes  Sentences below the table, after those about its rows.
  SetReport(std::vector<SetRow> rows, attach::SetMode mode, std::vector<std::string> notes,
            std::optional<policy::Millis> path_timeout = {});

  /// 0, or 1 if a part was refused, or why all were.
  [[nodiscard]] ExitCode exit_code() const;
  [[nodiscard]] std::string text(const Page& page) const override;
  [[nodiscard]] nlohmann::ordered_json json() const override;

 private:
  [[nodiscard]] std::size_t refused() const;
  [[nodiscard]] std::size_t unchanged() const;  ///< Of those that were not refused.
  [[nodiscard]] std::string summary() const;

  std::vector<SetRow> rows_;
  attach::SetMode mode_;
  std::vector<std::string> notes_;
};

// Notes below the table of sockets: the effect of the values in the kernel.

/// Whether our engine inside its program drives it: then the kernel's values are not the ones in force.
[[nodiscard]] bool is_driven_inside(const Connection& connection);

/// \param path_timeout  The silence after which the path forgets a connection, if given.
[[nodiscard]] std::vector<std::string> notes_of(const std::vector<SetRow>& rows,
                                                std::optional<policy::Millis> path_timeout);

// Arguments with which `wsalive set` sets exactly some sockets: a copied remedy must not touch others.

struct SetTarget {
  std::string words;  ///< "4711:5 4711:7", or "--program psql --to :5432"
  std::size_t touches =
      0;  ///< The number of sockets: more than requested if no short selection matches them alone.
};

/// Names a few sockets one by one. For many, it narrows the user's selection to a process, a program or a far end.
///
/// \param sockets  With owners; one at least. \param asked  The selection that has found `all`.
[[nodiscard]] SetTarget set_target(std::span<const Connection* const> sockets,
                                   const Selection& asked, const Connections& all);

}  // namespace wsalive::cli
