// Sets keep-alive on connections of running programs, one after the other, and reports what became of each.
// Shared by `set` and by `attach --existing`.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "attach/pidfd/foreign_socket.hpp"
#include "cli/frame/command.hpp"
#include "cli/live/connections.hpp"

namespace wsalive::cli {

struct SetRequest {
  attach::SocketWish wish;
  policy::Timing wanted;  ///< Before it was fitted to the kernel; without meaning for `off`.
  attach::SetMode mode = attach::SetMode::apply;
  std::optional<policy::Millis> path_timeout{};  ///< Of the path, where it was said.
};

/// One socket, and what became of it.
struct SetRow {
  Connection connection;
  std::optional<attach::SocketChange> change;  ///< nullopt: refused.
  std::string refused_because{};
  ExitCode refusal = ExitCode::ok;  ///< The exit status that the refusal alone would give.
  bool keeps_set = false;  ///< A value that was asked for gave way to one that was set before.
};

class SocketSetter {
 public:
  /// Compares the socket with what was listed before anything is set; holds nothing afterwards.
  [[nodiscard]] SetRow set(Connection connection, const SetRequest& request);

 private:
  std::map<pid_t, Result<attach::Process>> processes_;
};

/// What is to be said of the wish itself: which values nobody has named.
[[nodiscard]] std::vector<std::string> wish_notes(const attach::SocketWish& wish);

class SetReport final : public Report {
 public:
  /// \param notes  Sentences that stand below the table, behind those about its rows.
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

}  // namespace wsalive::cli
