#include "kernel/file.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>

namespace wsalive::kernel {
namespace {

struct Opener {
  std::uint8_t use;
  std::uint8_t shared;

  friend bool operator==(const Opener&, const Opener&) = default;
};

struct Book {
  std::mutex mutex;
  std::multimap<os::FileIdentity, Opener> openers;

  [[nodiscard]] bool has_room_for(const os::FileIdentity& file, const Opener& wish) {
    const auto [first, last] = openers.equal_range(file);
    return std::all_of(first, last, [&](const auto& entry) {
      const Opener& present = entry.second;
      return (wish.use & ~present.shared) == 0 && (present.use & ~wish.shared) == 0;
    });
  }
};

Book& book() {
  static Book& all = *new Book;
  return all;
}

}  // namespace

FileShare FileShare::enter(const os::FileIdentity& file, unsigned use, unsigned shared) {
  const Opener wish{static_cast<std::uint8_t>(use), static_cast<std::uint8_t>(shared)};
  Book& all = book();
  const std::lock_guard lock{all.mutex};
  FileShare entered;
  if (!all.has_room_for(file, wish)) return entered;
  all.openers.emplace(file, wish);
  entered.file_ = file;
  entered.use_ = wish.use;
  entered.shared_ = wish.shared;
  entered.entered_ = true;
  return entered;
}

FileShare::FileShare(FileShare&& other) noexcept
    : file_(other.file_),
      use_(other.use_),
      shared_(other.shared_),
      entered_(std::exchange(other.entered_, false)) {}

FileShare& FileShare::operator=(FileShare&& other) noexcept {
  std::swap(file_, other.file_);
  std::swap(use_, other.use_);
  std::swap(shared_, other.shared_);
  std::swap(entered_, other.entered_);
  return *this;
}

void FileShare::leave() noexcept {
  if (!std::exchange(entered_, false)) return;
  Book& all = book();
  const std::lock_guard lock{all.mutex};
  const auto [first, last] = all.openers.equal_range(file_);
  const auto own = std::find_if(first, last, [&](const auto& entry) {
    return entry.second == Opener{use_, shared_};
  });
  if (own != last) all.openers.erase(own);
}

bool may_delete(const os::FileIdentity& file) noexcept {
  constexpr Opener kDeleter{kDeletes, kReads | kWrites | kDeletes};
  Book& all = book();
  const std::lock_guard lock{all.mutex};
  return all.has_room_for(file, kDeleter);
}

bool File::associate(Ref<CompletionPort> port, std::uintptr_t key) noexcept {
  const std::lock_guard lock{mutex_};
  if (association_.port) return false;
  association_.port = std::move(port);
  association_.key = key;
  return true;
}

File::Association File::association() noexcept {
  const std::lock_guard lock{mutex_};
  return association_;
}

void File::add_modes(std::uint8_t modes) noexcept {
  const std::lock_guard lock{mutex_};
  association_.modes |= modes;
}

void File::last_handle_closed() noexcept {
  share_.leave();
  if (delete_path_.empty()) return;
  const auto named = os::identity_of(delete_path_);
  const auto own = os::identity_of(descriptor_);
  if (named && own && *named == *own) static_cast<void>(os::remove_file(delete_path_));
}

}  // namespace wsalive::kernel
