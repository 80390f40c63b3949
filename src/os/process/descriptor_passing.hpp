// Passes descriptors from one process to another over an AF_UNIX socket in the abstract name space, so that a process that
// dies leaves nothing behind. The kernel tells each end the other's process and user.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/owned.hpp"
#include "base/result.hpp"

namespace wsalive::os {

/// Fills `bytes` with random ones. \return false if the kernel has none yet.
[[nodiscard]] bool fill_random(std::span<std::byte> bytes) noexcept;

/// For loops that can do nothing at the moment.
void pause_briefly() noexcept;

/// Another descriptor of the same file, out of the way of small numbers. EMFILE.
[[nodiscard]] Result<Fd> duplicate(int fd) noexcept;

/// A descriptor that becomes readable when the process ends. ESRCH: there is no process of that number (a thread's
/// number is none); ENOSYS before Linux 5.3.
[[nodiscard]] Result<Fd> watch_process(std::int32_t process) noexcept;

/// A descriptor that `set_event` makes readable until `clear_event`.
[[nodiscard]] Result<Fd> make_wake_event() noexcept;
void set_event(int event) noexcept;
void clear_event(int event) noexcept;

/// Waits until one is readable, without a limit. Where the host refuses to wait, returns after a moment.
/// \return for each descriptor whether it is readable.
[[nodiscard]] std::vector<bool> wait_for_any(const std::vector<int>& descriptors);

/// A process and its user.
struct ProcessIdentity {
  std::int32_t process = 0;
  std::uint32_t user = 0;
};
[[nodiscard]] ProcessIdentity this_identity() noexcept;

/// Listens under a number as its name; every process that knows the number may connect.
[[nodiscard]] Result<Fd> listen_at(std::uint64_t number) noexcept;

struct Client {
  Fd line;                   ///< Its calls fail after two seconds without progress.
  std::int32_t process = 0;  ///< 0: in a process namespace that is not visible here.
};
/// \param spare  A descriptor that is closed if there is none left for the client; `have_spare` makes it again.
///               EMFILE: there is still none left.
[[nodiscard]] Result<Client> next_client(int listener, Fd& spare) noexcept;
void have_spare(int like, Fd& spare) noexcept;

/// Connects to a listener of the process `owner`. Any process that knows a listener's name can take it, so the kernel is asked
/// which process listens. EPERM: another process does, or a process of another user while neither of the two is root. Calls on
/// the connection fail after five seconds without progress.
///
/// \param owner  As the listening process saw itself. If process numbers cannot be compared (another namespace), it is enough
///               that both have the same user.
[[nodiscard]] Result<Fd> connect_to(std::uint64_t number, const ProcessIdentity& owner) noexcept;

/// One message, whole or not at all. Two descriptors at most.
[[nodiscard]] Status pass_message(int line, std::span<const std::byte> bytes,
                                  std::span<const int> descriptors) noexcept;

struct PassedMessage {
  std::size_t size = 0;
  std::array<Fd, 2> descriptors;  ///< Close-on-exec.
};
/// Receives one message into `bytes`. A size of 0: the other end has closed. EMSGSIZE: `bytes` is too small. EAGAIN: it took
/// too long. EMFILE: there was no room for the descriptors.
[[nodiscard]] Result<PassedMessage> take_message(int line, std::span<std::byte> bytes) noexcept;

}  // namespace wsalive::os
