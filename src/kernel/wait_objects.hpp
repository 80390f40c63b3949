// The objects of one wait, found by their handles and kept from going while it lasts.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <utility>

#include "kernel/handle_table.hpp"
#include "kernel/wait.hpp"

namespace wsalive::kernel {

class WaitObjects {
 public:
  /// At most kMostWaitObjects times. \return false if the handle leads to nothing that can be waited for.
  [[nodiscard]] bool add(HandleValue handle) noexcept {
    Pinned<WaitObject> pin = handles().find_waitable(handle);
    if (!pin) return false;
    objects_[count_] = pin.get();
    pins_[count_++] = std::move(pin);
    return true;
  }
  /// One that the caller keeps alive.
  void add(WaitObject& object) noexcept { objects_[count_++] = &object; }

  [[nodiscard]] std::span<WaitObject* const> all() const noexcept {
    return std::span{objects_}.first(count_);
  }
  [[nodiscard]] bool has_one_twice() const noexcept {
    const auto set = all();
    for (auto each = set.begin(); each != set.end(); ++each) {
      if (std::find(set.begin(), each, *each) != each) return true;
    }
    return false;
  }

 private:
  std::array<Pinned<WaitObject>, kMostWaitObjects> pins_;
  std::array<WaitObject*, kMostWaitObjects> objects_{};
  std::size_t count_ = 0;
};

}  // namespace wsalive::kernel
