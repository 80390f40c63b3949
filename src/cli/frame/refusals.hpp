// Why a way of reaching programs cannot be had here, in a few words for a person.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "cli/frame/failure.hpp"
#include "cli/frame/messages.hpp"

namespace wsalive::cli {

[[nodiscard]] std::string bpf_refusal(const SysError& error);
/// Why bpf is not permitted, by what the kernel shows of this process and of itself: /proc/self/status, /proc/self/uid_map
/// and /sys/kernel/security/lockdown.
[[nodiscard]] std::string bpf_denial(std::string_view status, std::string_view uid_map,
                                     std::string_view lockdown);
[[nodiscard]] std::string seccomp_refusal(const SysError& error);

/// What is said where a file could not be read or written: a right is missing, the name is wrong, or failed.
[[nodiscard]] Message message_for_file(int error);
/// A file that the user has named could not be written.
[[nodiscard]] Failure not_written(std::string attempt, const std::string& file, int error);

/// Why root is refused what takes these rights, by what the kernel shows of this process: /proc/self/status and
/// /proc/self/uid_map. Where it has them the reason is not known, and none is made up.
[[nodiscard]] std::string root_denial(std::string_view rights, std::string_view status,
                                      std::string_view uid_map);

/// What to do where a right is missing; to whom is root already it says what root_denial says.
/// \param otherwise  What helps as well: ", or as the user of that process".
[[nodiscard]] std::string as_root(std::string_view rights, std::string_view otherwise = {});

/// What to do where a process may not be traced: that is root's or the same user's, and Yama's ptrace_scope may forbid more.
[[nodiscard]] std::string trace_remedy();

/// What to do where no user namespace can be made: the switch that forbids it, by its name.
[[nodiscard]] std::string user_namespace_remedy();

/// Whether the kernel's part that lists TCP connections and ends them is missing, where sock_diag answers so.
[[nodiscard]] bool lacks_tcp_diag(const SysError& error);
/// What to do then.
inline constexpr std::string_view kLoadTcpDiag = message_row(Message::no_tcp_diag).remedy;

/// The kernel's list of TCP connections could not be had.
[[nodiscard]] Failure no_connection_list(const SysError& error);

}  // namespace wsalive::cli
