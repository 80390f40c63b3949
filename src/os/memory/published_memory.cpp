#include "os/memory/published_memory.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <limits>
#include <utility>

#include "os/file/data_file.hpp"
#include "os/file/descriptor.hpp"

namespace wsalive::os {

namespace {

constexpr int kSize = F_SEAL_SHRINK | F_SEAL_GROW;

}  // namespace

Result<PublishedMemory> PublishedMemory::create(const char* name, std::size_t size) noexcept {
  Fd lowest{::memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING)};
  if (!lowest) return failure(errno, "memfd_create");
  if (!leaves_descriptors(lowest.get())) return failure(EMFILE, "memfd_create");
  Fd file = out_of_the_way(std::move(lowest));
  if (const Status done = set_file_size(file.get(), size); !done)
    return tl::unexpected(done.error());
  void* const memory =
      ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, file.get(), 0);
  if (memory == MAP_FAILED) return failure(errno, "mmap");
  PublishedMemory made{std::move(file), {static_cast<std::byte*>(memory), size}};
  constexpr int kSeals = kSize | F_SEAL_FUTURE_WRITE | F_SEAL_SEAL;
  if (::fcntl(made.fd_.get(), F_ADD_SEALS, kSeals) != 0) return failure(errno, "F_ADD_SEALS");
  return made;
}

PublishedMemory::PublishedMemory(PublishedMemory&& other) noexcept
    : fd_(std::move(other.fd_)), memory_(std::exchange(other.memory_, {})) {}

PublishedMemory::~PublishedMemory() {
  if (!memory_.empty()) ::munmap(memory_.data(), memory_.size());
}

Result<ForeignMemory> ForeignMemory::of(Fd&& held) noexcept {
  // Only a memfd has seals. Reading one never waits for its owner.
  const int seals = ::fcntl(held.get(), F_GET_SEALS);
  if (seals < 0) return failure(errno, "F_GET_SEALS");
  if ((seals & kSize) != kSize) return failure(EINVAL, "F_GET_SEALS");
  return ForeignMemory{std::move(held)};
}

bool ForeignMemory::copy(std::uint64_t at, void* into, std::size_t size) const noexcept {
  if (at > static_cast<std::uint64_t>(std::numeric_limits<off_t>::max())) return false;
  return ::pread(fd_.get(), into, size, static_cast<off_t>(at)) == static_cast<ssize_t>(size);
}

}  // namespace wsalive::os
