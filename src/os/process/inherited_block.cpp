#include "os/process/inherited_block.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "os/file/descriptor.hpp"
#include "os/file/file.hpp"

namespace wsalive::os {
namespace {

constexpr off_t kLargest = off_t{1} << 28;

}  // namespace

Result<Fd> make_block(std::span<const std::byte> content) noexcept {
  Fd block{::memfd_create("wsalive-inherited", MFD_CLOEXEC | MFD_ALLOW_SEALING)};
  if (!block) return failure(errno, "memfd_create");
  if (const Status done = write_all(block.get(), content); !done)
    return tl::unexpected(done.error());
  if (::fcntl(block.get(), F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK) != 0) {
    return failure(errno, "F_ADD_SEALS");
  }
  return block;
}

std::vector<std::byte> take_block(int fd) {
  // Only such a block is sealed: any other descriptor of that number belongs to the program and stays.
  const int seals = ::fcntl(fd, F_GET_SEALS);
  struct stat status {};
  const bool is_ours = seals >= 0 && (seals & F_SEAL_WRITE) != 0 && ::fstat(fd, &status) == 0;
  if (!is_ours || status.st_size > kLargest) return {};
  const Fd block{fd};
  std::vector<std::byte> content(static_cast<std::size_t>(status.st_size));
  const ssize_t got = ::pread(fd, content.data(), content.size(), 0);
  content.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return content;
}

bool keep_from_children(int fd) noexcept { return ::fcntl(fd, F_SETFD, FD_CLOEXEC) == 0; }

std::string take_variable(const char* name) {
  const auto value = trusted_environment(name);
  ::unsetenv(name);
  return value.value_or("");
}

}  // namespace wsalive::os
