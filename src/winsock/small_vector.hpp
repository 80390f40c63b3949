// A list whose usual length needs no allocation: the sockets of one select or WSAPoll.
#pragma once

#include <array>
#include <cstddef>
#include <type_traits>
#include <vector>

namespace wsalive::winsock {

template <typename T, std::size_t kUsual>
class SmallVector {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  SmallVector() noexcept {}  // NOLINT(modernize-use-equals-default): the room is not cleared.

  void push_back(const T& item) {
    if (size_ < kUsual && many_.empty()) {
      few_[size_++] = item;
      return;
    }
    if (many_.empty())
      many_.insert(many_.end(), few_.begin(), few_.begin() + static_cast<std::ptrdiff_t>(size_));
    many_.push_back(item);
    ++size_;
  }
  /// So many can be pushed without an allocation.
  void reserve(std::size_t count) {
    if (count > kUsual) many_.reserve(count);
  }
  void clear() noexcept {
    many_.clear();
    size_ = 0;
  }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] T* data() noexcept { return many_.empty() ? few_.data() : many_.data(); }
  [[nodiscard]] const T* data() const noexcept {
    return many_.empty() ? few_.data() : many_.data();
  }
  [[nodiscard]] T& operator[](std::size_t at) noexcept { return data()[at]; }
  [[nodiscard]] T* begin() noexcept { return data(); }
  [[nodiscard]] T* end() noexcept { return data() + size_; }
  [[nodiscard]] const T* begin() const noexcept { return data(); }
  [[nodiscard]] const T* end() const noexcept { return data() + size_; }

 private:
  union {
    std::array<T, kUsual> few_;
  };
  std::vector<T> many_;
  std::size_t size_ = 0;
};

}  // namespace wsalive::winsock
