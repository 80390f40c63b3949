// Descriptors handed from one process to another over an AF_UNIX socket, in the abstract name space: nothing is left
// behind by a process that dies. Who is at the other end is asked of the kernel.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/fd.hpp"
#include "base/result.hpp"

namespace wsalive::os {

/// Bytes that nobody can guess. \return false if the kernel has none yet.
[[nodiscard]] bool fill_random(std::span<std::byte> bytes) noexcept;

/// For loops that can do nothing at the moment.
void pause_briefly() noexcept;

/// Another descriptor of the same file, out of the way of small numbers. EMFILE.
[[nodiscard]] Result<Fd> duplicate(int fd) noexcept;

/// A descriptor that becomes readable when the process ends. ESRCH: there is none of that number (a thread's
/// number is not one); ENOSYS before Linux 5.3.
[[nodiscard]] Result<Fd> watch_process(std::int32_t process) noexcept;

/// A descriptor that `wake` makes readable, once.
[[nodiscard]] Result<Fd> make_bell() noexcept;
void ring(int bell) noexcept;
void silence(int bell) noexcept;

/// Waits without end; a moment only where the host refuses to wait. \return for each descriptor whether it is readable.
[[nodiscard]] std::vector<bool> wait_for_any(const std::vector<int>& descriptors);

/// A process and the user as whom it runs.
struct PostOwner {
  std::int32_t process = 0;
  std::uint32_t user = 0;
};
[[nodiscard]] PostOwner this_owner() noexcept;

/// A post is known by a number; whoever knows it may come to it.
[[nodiscard]] Result<Fd> open_post(std::uint64_t number) noexcept;

struct Visitor {
  Fd line;                   ///< Gives up after two seconds without progress.
  std::int32_t process = 0;  ///< 0: of another world of processes.
};
/// \param spare  A descriptor that is given up where there is no other left for the visitor, and made again by
///               `have_spare`. EMFILE: there is none left all the same.
[[nodiscard]] Result<Visitor> next_visitor(int post, Fd& spare) noexcept;
void have_spare(int like, Fd& spare) noexcept;

/// Goes to a post that this process has opened as this user. Names of posts may be taken by anybody once they are
/// known, so the kernel is asked who listens. EPERM: somebody else does; or the owner is of another user, and neither of us
/// is root. The line gives up after five seconds without progress.
///
/// \param owner  As it saw itself. Where processes have other numbers, or users have, it counts that its user is ours.
[[nodiscard]] Result<Fd> visit_post(std::uint64_t number, const PostOwner& owner) noexcept;

/// One parcel; whole or not at all. Two descriptors at most.
[[nodiscard]] Status send_parcel(int line, std::span<const std::byte> bytes,
                                 std::span<const int> descriptors) noexcept;

struct Parcel {
  std::size_t size = 0;
  std::array<Fd, 2> descriptors;  ///< Close-on-exec.
};
/// Into `bytes`; what does not fit is an error (EMSGSIZE). An empty parcel: the other end has gone. EAGAIN: it took
/// too long. EMFILE: there was no room for the descriptors.
[[nodiscard]] Result<Parcel> receive_parcel(int line, std::span<std::byte> bytes) noexcept;

}  // namespace wsalive::os
