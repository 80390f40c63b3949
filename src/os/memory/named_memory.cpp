#include "os/memory/named_memory.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <mutex>
#include <utility>

#include "base/immortal.hpp"
#include "os/file/data_file.hpp"
#include "os/memory/named_entry.hpp"

namespace wsalive::os {
namespace {

constexpr std::uint64_t kClosed = ~std::uint64_t{0};

/// Where the counter of arrivals stands in the header page.
constexpr std::size_t kArrivalsAt = NamedMemory::kHeaderBytes - sizeof(std::atomic<std::uint64_t>);

constinit Immortal<IntrusiveList<NamedMemory>> the_named;
/// Held while this process opens or leaves a name, so that no fork falls between.
constinit std::mutex g_named_mutex;
/// The process that owns the locks of the objects in the list.
constinit std::atomic<pid_t> g_process{0};

constexpr std::size_t kFew = 8;
constexpr std::size_t kMany = 1024;

bool is_full(int error) noexcept { return error == ENOSPC || error == EDQUOT; }

}  // namespace

Result<NamedMemory> NamedMemory::open(std::string_view name, Open how, std::size_t data_bytes,
                                      std::span<const std::byte> header) {
  NamedMemory memory;
  Status done;
  if (name.empty()) {
    memory.fd_ = Fd{::memfd_create("wsalive", MFD_CLOEXEC)};
    if (!memory.fd_) return failure(errno, "memfd_create");
    done = memory.fill(data_bytes, header);
  } else {
    const auto in = user_folder();
    if (!in) return tl::unexpected(in.error());
    memory.path_ = *in + '/' + entry_name(name);
    done = memory.open_name(*in, how, data_bytes, header);
    if (!done && is_full(done.error().code)) {
      sweep(*in, kMany);
      done = memory.open_name(*in, how, data_bytes, header);
    }
    if (done && memory.created_) sweep(*in, kFew);
  }
  if (!done) return tl::unexpected(done.error());
  return memory;
}

Status NamedMemory::open_name(const std::string& in, Open how, std::size_t data_bytes,
                              std::span<const std::byte> header) {
  // Another process may make the name first, and remove it again. A folder with something else in it never gets free.
  constexpr int kMostAttempts = 1000;
  const std::lock_guard lock{g_named_mutex};
  Status done;
  for (int attempt = 0; attempt < kMostAttempts; ++attempt) {
    release();
    done = enter();
    if (!done && done.error().code == ENOENT && how == Open::create) {
      release();
      done = make(in, data_bytes, header);
    }
    if (done || done.error().code != EEXIST) break;
  }
  if (done) enlist();
  return done;
}

void NamedMemory::enlist() noexcept {
  g_process = ::getpid();
  the_named.value.push_back(*this);
}

/// Opens existing memory. ENOENT: there is none, or not any more.
Status NamedMemory::enter() {
  const Fd folder{::open(path_.c_str(), kOpenFolder)};
  if (!folder) return failure(errno, "open named memory");
  fd_ = Fd{::openat(folder.get(), kEntryFile, kOpenFile)};
  if (!fd_) return failure(errno, "open named memory");
  if (auto refused = map(); !refused) return refused;
  if (!is_locked_elsewhere(fd_.get())) close_if_last();  // A crash has left it behind.
  if (!lock_shared(fd_.get())) return failure(errno, "lock named memory");
  std::uint64_t seen = arrivals().load();
  while (seen != kClosed) {
    if (arrivals().compare_exchange_weak(seen, seen + 1)) return {};
  }
  ::unlinkat(folder.get(), kEntryFile,
             0);  // The process that closed it may not have removed it yet.
  return failure(ENOENT, "open named memory");
}

/// Makes memory and gives it the name. EEXIST: another process has the name, or has removed this memory as a dead process'.
Status NamedMemory::make(const std::string& in, std::size_t data_bytes,
                         std::span<const std::byte> header) {
  std::string fresh = in + '/' + kBeingMade + "XXXXXX";
  if (!::mkdtemp(fresh.data())) return failure(errno, "make named memory");
  const Fd folder{::open(fresh.c_str(), kOpenFolder)};
  Status done = folder ? make_in(folder.get(), data_bytes, header) : failure(errno, "open folder");
  if (done && ::rename(fresh.c_str(), path_.c_str()) != 0) done = failure(errno, "name memory");
  if (done) return done;
  ::unlinkat(folder.get(), kEntryFile, 0);
  ::rmdir(fresh.c_str());
  const int code = done.error().code;
  return code == ENOTEMPTY || code == ENOENT ? failure(EEXIST, "name memory") : done;
}

Status NamedMemory::make_in(int folder, std::size_t data_bytes, std::span<const std::byte> header) {
  fd_ = Fd{::openat(folder, kEntryFile, kOpenFile | O_CREAT | O_EXCL, 0600)};
  if (!fd_) return failure(errno, "make named memory");
  if (!lock_shared(fd_.get())) return failure(errno, "lock named memory");
  return fill(data_bytes, header);
}

Result<NamedMemory> NamedMemory::open_inherited(Fd held) {
  NamedMemory memory;
  memory.fd_ = std::move(held);
  if (auto refused = memory.map(); !refused) return tl::unexpected(refused.error());
  memory.path_ = entry_of(memory.fd_.get());
  if (!memory.path_.empty()) memory.take_name();
  return memory;
}

/// An inherited descriptor shares the parent's open file and its lock, so this opens the file once more. If the name is gone,
/// the memory stays as it is.
void NamedMemory::take_name() noexcept {
  const std::lock_guard lock{g_named_mutex};
  const Fd own = reopen(fd_.get());
  const Fd folder{::open(path_.c_str(), kOpenFolder)};
  if (!own || !folder || !is_file_of(own.get(), folder.get()) || !lock_shared(own.get())) return;
  if (move_to(own)) enlist();
}

Status NamedMemory::fill(std::size_t data_bytes, std::span<const std::byte> header) {
  created_ = true;
  if (data_bytes > static_cast<std::size_t>(INT64_MAX) - kHeaderBytes) {
    return failure(EFBIG, "ftruncate");
  }
  // Memory without a name is the system's, as malloc's is; memory for names is limited.
  const std::size_t size = kHeaderBytes + data_bytes;
  const auto grown =
      path_.empty() ? set_file_size(fd_.get(), size) : reserve_memory(fd_.get(), size);
  if (!grown) return grown;
  if (auto refused = write_file_at(fd_.get(), header.data(), header.size(), 0); !refused) {
    return tl::unexpected(refused.error());
  }
  return map();
}

Status NamedMemory::map() {
  struct stat status {};
  if (::fstat(fd_.get(), &status) != 0) return failure(errno, "fstat");
  if (status.st_size < static_cast<off_t>(kHeaderBytes)) return failure(EIO, "fstat");
  void* const at = ::mmap(nullptr, kHeaderBytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd_.get(), 0);
  if (at == MAP_FAILED) return failure(errno, "mmap");
  header_ = at;
  data_bytes_ = static_cast<std::size_t>(status.st_size) - kHeaderBytes;
  return {};
}

std::atomic<std::uint64_t>& NamedMemory::arrivals() const noexcept {
  void* const at = static_cast<std::byte*>(header_) + kArrivalsAt;
  return *static_cast<std::atomic<std::uint64_t>*>(at);
}

/// Removes the name if no process holds the file; the caller does not. The counter shows processes that arrive meanwhile.
void NamedMemory::close_if_last() noexcept {
  std::uint64_t seen = arrivals().load();
  do {
    if (is_locked_elsewhere(fd_.get())) return;
  } while (seen != kClosed && !arrivals().compare_exchange_strong(seen, kClosed));
  const Fd folder{::open(path_.c_str(), kOpenFolder)};
  if (!folder || !is_file_of(fd_.get(), folder.get())) return;
  ::unlinkat(folder.get(), kEntryFile, 0);
  ::rmdir(path_.c_str());  // Refused for a later folder of that name, which has a file in it.
}

/// Replaces the open file by another one of the same memory. The descriptor's number and the addresses stay.
bool NamedMemory::move_to(const Fd& other) noexcept {
  if (!other) return false;
  void* const at =
      ::mmap(header_, kHeaderBytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, other.get(), 0);
  return at != MAP_FAILED && ::dup3(other.get(), fd_.get(), O_CLOEXEC) >= 0;
}

/// Releases the lock. A child process that has inherited the descriptor shares the open file, so its lock must stay: the name
/// is the child's as well.
void NamedMemory::let_go() noexcept {
  unlink();
  if (handed_down_.load() && move_to(reopen(fd_.get()))) return;
  drop_lock(fd_.get());
}

void NamedMemory::release() noexcept {
  if (header_) ::munmap(std::exchange(header_, nullptr), kHeaderBytes);
  fd_.reset();
  created_ = false;
}

NamedMemory::NamedMemory(NamedMemory&& other) noexcept {
  const std::lock_guard lock{g_named_mutex};
  fd_ = std::move(other.fd_);
  path_ = std::move(other.path_);
  header_ = std::exchange(other.header_, nullptr);
  data_bytes_ = other.data_bytes_;
  created_ = other.created_;
  handed_down_ = other.handed_down_.load();
  if (!other.linked()) return;
  other.unlink();
  the_named.value.push_back(*this);
}

NamedMemory::~NamedMemory() {
  const std::lock_guard lock{g_named_mutex};
  if (linked()) {
    let_go();
    close_if_last();
  }
  release();
}

namespace {

/// Tries for a moment only: the thread that ends the process, or one that never runs again, may hold the mutex.
bool lock_soon() noexcept {
  constexpr int kTries = 200;
  for (int tries = 0; tries < kTries; ++tries) {
    if (g_named_mutex.try_lock()) return true;
    ::usleep(1000);
  }
  return false;
}

[[gnu::destructor]] void at_exit() { NamedMemory::leave_all(); }

}  // namespace

void NamedMemory::leave_all() noexcept {
  if (::getpid() != g_process || !lock_soon()) return;
  while (NamedMemory* const each = the_named.value.front()) {
    each->let_go();
    each->close_if_last();
  }
  g_named_mutex.unlock();
}

void NamedMemory::before_fork() noexcept {
  g_named_mutex.lock();
  auto& all = the_named.value;
  for (NamedMemory* each = all.front(); each; each = all.after(*each)) {
    each->spare_ = reopen(each->fd_.get());
    if (each->spare_ && !lock_shared(each->spare_.get())) each->spare_.reset();
  }
}

void NamedMemory::in_parent() noexcept {
  auto& all = the_named.value;
  for (NamedMemory* each = all.front(); each; each = all.after(*each)) each->spare_.reset();
  g_named_mutex.unlock();
}

void NamedMemory::in_child() noexcept {
  g_process = ::getpid();
  auto& all = the_named.value;
  for (NamedMemory* each = all.front(); each;) {
    NamedMemory& memory = *each;
    each = all.after(memory);
    // Under the same number, which handles and children know. Without an open file of its own the name stays the parent's.
    const bool own = memory.move_to(memory.spare_);
    memory.spare_.reset();
    if (!own) memory.unlink();
  }
  g_named_mutex.unlock();
}

}  // namespace wsalive::os
