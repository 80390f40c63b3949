#include "kernel/file.hpp"

namespace wsalive::kernel {

bool File::associate(Ref<CompletionPort> port, std::uintptr_t key) noexcept {
  const std::lock_guard lock{mutex_};
  if (listener_.port) return false;
  listener_.port = std::move(port);
  listener_.key = key;
  return true;
}

File::Listener File::listener() noexcept {
  const std::lock_guard lock{mutex_};
  return listener_;
}

void File::add_modes(std::uint8_t modes) noexcept {
  const std::lock_guard lock{mutex_};
  listener_.modes |= modes;
}

void File::last_handle_closed() noexcept {
  share_.leave();
  if (doomed_.empty()) return;
  const auto named = os::identity_of(doomed_);
  const auto own = os::identity_of(descriptor_);
  if (named && own && *named == *own) static_cast<void>(os::remove_file(doomed_));
}

}  // namespace wsalive::kernel
