// Why this host refuses a way of reaching programs, in a few words for a person.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "cli/frame/failure.hpp"
#include "cli/frame/messages.hpp"

namespace wsalive::cli {

[[nodiscard]] std::string bpf_refusal(const SysError& error);
/// Why bpf is not permitted, according to /proc/self/status, /proc/self/uid_map
/// and /sys/kernel/security/lockdown.
[[nodiscard]] std::string bpf_denial(std::string_view status, std::string_view uid_map,
                                     std::string_view lockdown);
[[nodiscard]] std::string seccomp_refusal(const SysError& error);

/// The message for a file that could not be read or written: a right is missing, the name is wrong, or failed.
[[nodiscard]] Message message_for_file(int error);
/// A file that the user has named could not be written.
[[nodiscard]] Failure not_written(std::string attempt, const std::string& file, int error);

/// Why root is refused despite its user, according to /proc/self/status and /proc/self/uid_map: a right is missing, or unknown.
[[nodiscard]] std::string root_denial(std::string_view rights, std::string_view status,
                                      std::string_view uid_map);

/// The remedy for a missing right; for root the words of root_denial.
/// \param otherwise  An alternative: ", or as the user of that process".
[[nodiscard]] std::string as_root(std::string_view rights, std::string_view otherwise = {});

/// The remedy where a process may not be traced: root or the same user may, and Yama's ptrace_scope may forbid more.
[[nodiscard]] std::string trace_remedy();

/// The remedy where no user namespace can be made: the name of the switch that forbids it.
[[nodiscard]] std::string user_namespace_remedy();

/// Whether an error of sock_diag means that the kernel's tcp_diag, which lists and ends TCP connections, is missing.
[[nodiscard]] bool lacks_tcp_diag(const SysError& error);
/// The remedy for that.
inline constexpr std::string_view kLoadTcpDiag = message_row(Message::no_tcp_diag).remedy;

/// The failure to read the kernel's list of TCP connections.
[[nodiscard]] Failure no_connection_list(const SysError& error);

}  // namespace wsalive::cli
