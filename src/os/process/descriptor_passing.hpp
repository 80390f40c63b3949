// Passes descriptors from one process to another over an AF_UNIX socket in the abstract name space, so that a process that
// dies leaves nothing behind. The kernel says who is at the other end.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/fd.hpp"
#include "base/result.hpp"

namespace wsalive::os {

/// Fills `bytes` with random ones. \return false if the kernel has none yet.
[[nodiscard]] bool fill_random(std::span<std::byte> bytes) noexcept;

/// For loops that can do nothing at the moment.
void pause_briefly() noexcept;

/// Another descriptor of the same file, out of the way of small numbers. EMFILE.
[[nodiscard]] Result<Fd> duplicate(int fd) noexcept;

/// A descriptor that becomes readable when the process ends. ESRCH: there is none of that number (a thread's
/// number is not one); ENOSYS before Linux 5.3.
[[nodiscard]] Result<Fd> watch_process(std::int32_t process) noexcept;

/// A descriptor that `set_event` makes readable until `clear_event`.
[[nodiscard]] Result<Fd> make_wake_event() noexcept;
void set_event(int event) noexcept;
void clear_event(int event) noexcept;

/// Waits without end; a moment only where the host refuses to wait. \return for each descriptor whether it is readable.
[[nodiscard]] std::vector<bool> wait_for_any(const std::vector<int>& descriptors);

/// A process and its user.
struct ProcessIdentity {
  std::int32_t process = 0;
  std::uint32_t user = 0;
};
[[nodiscard]] ProcessIdentity this_identity() noexcept;

/// A listener has a number for a name; every process that knows the number may connect.
[[nodiscard]] Result<Fd> listen_at(std::uint64_t number) noexcept;

struct Client {
  Fd line;                   ///< Gives up after two seconds without progress.
  std::int32_t process = 0;  ///< 0: of another world of processes.
};
/// \param spare  A descriptor that is given up where there is no other left for the client, and made again by
///               `have_spare`. EMFILE: there is none left all the same.
[[nodiscard]] Result<Client> next_client(int listener, Fd& spare) noexcept;
void have_spare(int like, Fd& spare) noexcept;

/// Connects to a listener of the process `owner`. Any process may take the name of a listener once it knows it, so the kernel
/// says who listens. EPERM: another process does, or one of another user while neither of the two is root. The line gives up
/// after five seconds without progress.
///
/// \param owner  As it saw itself. Where processes have other numbers, or users have, it counts that its user is ours.
[[nodiscard]] Result<Fd> connect_to(std::uint64_t number, const ProcessIdentity& owner) noexcept;

/// One message, whole or not at all. Two descriptors at most.
[[nodiscard]] Status pass_message(int line, std::span<const std::byte> bytes,
                                  std::span<const int> descriptors) noexcept;

struct PassedMessage {
  std::size_t size = 0;
  std::array<Fd, 2> descriptors;  ///< Close-on-exec.
};
/// Into `bytes`; what does not fit is an error (EMSGSIZE). An empty message: the other end has gone. EAGAIN: it took
/// too long. EMFILE: there was no room for the descriptors.
[[nodiscard]] Result<PassedMessage> take_message(int line, std::span<std::byte> bytes) noexcept;

}  // namespace wsalive::os
