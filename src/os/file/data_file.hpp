// A program's own files: opening, reading and writing at places, sizes, pipes.
//
// Pointers are a program's, unchecked: the kernel's copy checks them (EFAULT). A signal ends no call, and no call raises
// SIGPIPE or SIGXFSZ.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/owned.hpp"
#include "base/result.hpp"

namespace wsalive::os {

/// Which files an open takes: one that must not exist, one that must, or either.
enum class Existing : std::uint8_t { never, always, either };

struct FileWish {
  Existing existing = Existing::always;
  bool reads = false;
  bool writes = false;
  bool appends = false;  ///< Every write goes to the end.
  bool synced = false;   ///< Every write waits for the disk.
};

struct OpenedFile {
  Fd fd;
  bool existed = false;
};

/// Never waits: a named pipe's reading end opens before there is a writer, its writing end is ENXIO before
/// there is a reader.
/// \return EEXIST, ENOENT, EACCES and so on; EISDIR for a folder. Nothing is truncated.
[[nodiscard]] Result<OpenedFile> open_data_file(const std::string& path, const FileWish& wish);

[[nodiscard]] bool is_named_pipe(const std::string& path) noexcept;

/// Which file a descriptor leads to, whatever its name.
struct FileIdentity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;

  friend auto operator<=>(const FileIdentity&, const FileIdentity&) = default;
};

[[nodiscard]] Result<FileIdentity> identity_of(int fd) noexcept;
[[nodiscard]] Result<FileIdentity> identity_of(const std::string& path) noexcept;

/// Whether a folder stands at the path's parent.
[[nodiscard]] bool has_parent(const std::string& path);

[[nodiscard]] Result<std::uint64_t> size_of_file(int fd) noexcept;
/// Cuts or extends with zeros. \return EFBIG beyond RLIMIT_FSIZE.
[[nodiscard]] Status set_file_size(int fd, std::uint64_t size) noexcept;

enum class SeekFrom : std::uint8_t { begin, current, end };
/// Moves the file's pointer. \return where it is then; EINVAL before the beginning, ESPIPE for a file without a pointer.
[[nodiscard]] Result<std::uint64_t> seek(int fd, std::int64_t by, SeekFrom from) noexcept;

[[nodiscard]] Status sync_file(int fd) noexcept;
[[nodiscard]] Status remove_file(const std::string& path) noexcept;

/// Reads a disk file until its end or `size`: at the pointer, which moves on, or at `place`, which leaves the pointer.
/// Of anything else it reads what is there; of a named pipe that had no writer yet it waits for the first octets.
/// \return 0 at the end.
[[nodiscard]] Result<std::size_t> read_file_at(int fd, void* to, std::size_t size,
                                               std::optional<std::uint64_t> place) noexcept;
/// Writes all of it, or the part before an error.
/// \return EPIPE for a pipe without a reader, EFBIG beyond RLIMIT_FSIZE, if nothing was written.
[[nodiscard]] Result<std::size_t> write_file_at(int fd, const void* from, std::size_t size,
                                                std::optional<std::uint64_t> place) noexcept;

/// Sends up to `size` octets of a disk file along a socket's connection: from `place`, or from the file's pointer,
/// which moves on. Waits only if the socket does. \return a count, 0 at the file's end, or an errno below 0.
[[nodiscard]] long send_file(int socket, int file, std::optional<std::uint64_t> place,
                             std::size_t size) noexcept;

/// Takes the lock by which the openers of a file exclude each other between processes, alone or shared.
/// \return false if another opener's lock forbids it. True where the file system has no locks.
[[nodiscard]] bool lock_open_file(int fd, bool alone) noexcept;

struct PipeEnds {
  Fd read;
  Fd write;
};

/// \param size  A hint: how many bytes the pipe should hold; 0 for the kernel's default.
[[nodiscard]] Result<PipeEnds> make_pipe(std::size_t size) noexcept;

/// Octets that can be read; EPIPE for an empty pipe whose writers are gone.
[[nodiscard]] Result<std::size_t> octets_in(int pipe) noexcept;
/// Copies up to `size` octets of a pipe without consuming them. \return how many.
[[nodiscard]] Result<std::size_t> peek_pipe(int pipe, void* to, std::size_t size) noexcept;

}  // namespace wsalive::os
