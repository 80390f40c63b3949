#include "os/process/inherited_memory.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <utility>

#include "os/file/data_file.hpp"
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

namespace {

constexpr const char* kVariable = "WSALIVE_EXIT_NOTE";
constexpr std::uint64_t kMagic = 0x3154495845534c57;  ///< Counts up with the layout.
constexpr std::uint32_t kEightBits = 0xff;
constexpr off_t kBytes = 16;
constexpr int kSeals = F_SEAL_GROW | F_SEAL_SHRINK;

}  // namespace

/// Both ends write and read it; processes may have different versions of the library.
struct ExitNote::Page {
  std::uint64_t magic;
  std::uint32_t code;
  std::int32_t writer;  ///< The process that has written the code; 0: none has. Last.

  static Page* map(int fd) noexcept {
    void* const at = ::mmap(nullptr, sizeof(Page), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    return at == MAP_FAILED ? nullptr : static_cast<Page*>(at);
  }
};

namespace {

// The process that inherited the note. A child that it forks has the mapping, too, and must not write.
void* g_page = nullptr;
pid_t g_owner = 0;

bool is_note(int fd) noexcept {
  struct stat status {};
  const int seals = ::fcntl(fd, F_GET_SEALS);
  return seals >= 0 && (seals & kSeals) == kSeals && ::fstat(fd, &status) == 0 &&
         status.st_size >= kBytes;
}

}  // namespace

ExitNote::ExitNote(Fd block, Page* page) noexcept : block_(std::move(block)), page_(page) {}
ExitNote::ExitNote(ExitNote&& other) noexcept
    : block_(std::move(other.block_)), page_(std::exchange(other.page_, nullptr)) {}
ExitNote::~ExitNote() {
  if (page_) ::munmap(page_, sizeof(Page));
}

Result<ExitNote> ExitNote::create() noexcept {
  Fd block = out_of_the_way(Fd{::memfd_create("wsalive-exit", MFD_CLOEXEC | MFD_ALLOW_SEALING)});
  if (!block) return failure(errno, "memfd_create");
  if (const Status done = set_file_size(block.get(), kBytes); !done)
    return tl::unexpected(done.error());
  if (::fcntl(block.get(), F_ADD_SEALS, kSeals) != 0) return failure(errno, "F_ADD_SEALS");
  Page* const page = Page::map(block.get());
  if (!page) return failure(errno, "mmap");
  page->magic = kMagic;
  return ExitNote{std::move(block), page};
}

std::string ExitNote::variable() const {
  return std::string{kVariable} + '=' + std::to_string(block_.get());
}

std::optional<std::uint32_t> ExitNote::code(std::int32_t child,
                                            std::uint32_t status) const noexcept {
  if (__atomic_load_n(&page_->writer, __ATOMIC_ACQUIRE) != child) return std::nullopt;
  const std::uint32_t code = page_->code;
  return (code & kEightBits) == status ? std::optional{code} : std::nullopt;
}

void note_exit_code(std::uint32_t code) noexcept {
  auto* const page = static_cast<ExitNote::Page*>(g_page);
  if (!page || ::getpid() != g_owner) return;
  page->code = code;
  __atomic_store_n(&page->writer, g_owner, __ATOMIC_RELEASE);
}

void take_exit_note() noexcept {
  if (!std::getenv(kVariable)) return;
  const int fd = std::atoi(take_variable(kVariable).c_str());
  if (fd <= STDERR_FILENO || !is_note(fd))
    return;  // The program's own descriptor, which stays open.
  const Fd block{fd};
  ExitNote::Page* const page = ExitNote::Page::map(fd);
  if (!page || page->magic != kMagic) return;
  g_page = page;
  g_owner = ::getpid();
  // Registered first, so it runs last: it sees what exit() was given or main() returned.
  ::on_exit([](int status, void*) { note_exit_code(static_cast<std::uint32_t>(status)); }, nullptr);
}

}  // namespace wsalive::os
