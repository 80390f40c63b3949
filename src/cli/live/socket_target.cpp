#include "cli/live/socket_target.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>

#include "attach/inspect/keepalive_of.hpp"
#include "attach/pidfd/foreign_socket.hpp"
#include "cli/frame/messages.hpp"
#include "cli/frame/refusals.hpp"
#include "os/tcp/keepalive_values.hpp"

namespace wsalive::cli {
namespace {

template <typename Number>
bool read_number(std::string_view text, Number& number) {
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && stop == text.data() + text.size();
}

}  // namespace

std::optional<SocketTarget> SocketTarget::parse(std::string_view text) {
  SocketTarget target;
  const std::size_t colon = text.find(':');
  if (!read_number(text.substr(0, colon), target.pid) || target.pid <= 0) return std::nullopt;
  if (colon == std::string_view::npos) return target;
  int fd = -1;
  if (!read_number(text.substr(colon + 1), fd) || fd < 0) return std::nullopt;
  target.fd = fd;
  return target;
}

bool process_exists(pid_t pid) noexcept { return ::kill(pid, 0) == 0 || errno != ESRCH; }

bool is_out_of_sight(const Selection& selection, const Connections& found) {
  if (!selection.pid || !found.list.empty()) return false;
  return !found.hidden.empty() || !process_exists(*selection.pid);
}

Failure why_nothing(std::string attempt, const Selection& selection) {
  Failure failure = failure_of(Message::no_connection, std::move(attempt));
  if (!selection.pid) return failure;
  failure.subject = fmt::format("of process {}", *selection.pid);
  const auto process = attach::Process::open(*selection.pid);
  if (!process) {
    if (process.error().code == ESRCH)
      return failure_of(Message::no_process, failure.attempt, failure.subject);
    return failure_of(Message::system_refused, failure.attempt, failure.subject,
                      {std::strerror(process.error().code)});
  }
  // Standard input, to learn whether we may look at all.
  const auto copy = process->borrow(selection.fd.value_or(0));
  if (!copy && copy.error().code == EPERM) {
    return not_reached(ExitCode::denied, failure.attempt, failure.subject,
                       reach_problem(copy.error()));
  }
  if (!selection.fd) {
    failure.reason = "it has no such TCP connection";
    return failure;
  }
  failure.subject = fmt::format("of process {}, descriptor {}", *selection.pid, *selection.fd);
  if (!copy) return failure_of(Message::no_descriptor, failure.attempt, failure.subject);
  const std::string kind = attach::kind_words(copy->get());
  if (!os::keep_alive_values(copy->get())) {
    return failure_of(Message::no_tcp_socket, failure.attempt, failure.subject, {kind});
  }
  failure.reason = "it is " + kind;
  return failure;
}

Failure why_nothing(std::string attempt, const Selection& selection, const Connections& found) {
  if (selection.pid || found.hidden.empty()) return why_nothing(std::move(attempt), selection);
  return failure_of(Message::unseen, std::move(attempt), {},
                    {fmt::format("{} process{} ({})", found.hidden.size(),
                                 found.hidden.size() == 1 ? "" : "es", names_of(found.hidden)),
                     as_root("CAP_SYS_PTRACE")});
}

}  // namespace wsalive::cli
