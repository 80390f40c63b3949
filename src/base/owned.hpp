// Owners of what the system and the C library hand out: file descriptors, and objects with a function that releases them.
#pragma once

#include <unistd.h>

#include <utility>

namespace wsalive {

/// An owned file descriptor: move-only, closed when it goes.
class Fd {
 public:
  Fd() noexcept = default;
  /// Takes ownership; a negative number owns nothing.
  explicit Fd(int number) noexcept : number_(number) {}
  Fd(Fd&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) {
      reset();
      number_ = std::exchange(other.number_, -1);
    }
    return *this;
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() { reset(); }

  [[nodiscard]] int get() const noexcept { return number_; }
  [[nodiscard]] explicit operator bool() const noexcept { return number_ >= 0; }
  /// Gives the number away; the caller closes it.
  [[nodiscard]] int release() noexcept { return std::exchange(number_, -1); }
  void reset() noexcept {
    if (number_ >= 0) ::close(number_);
    number_ = -1;
  }

 private:
  int number_ = -1;
};

/// A deleter that calls a C function: std::unique_ptr<std::FILE, Releases<std::fclose>>.
///
/// The usual `decltype(&std::fclose)` takes a function's type as a template's argument, which drops the attributes that
/// the C library gives it, and newer compilers warn of that.
template <auto release>
struct Releases {
  template <typename T>
  void operator()(T* owned) const noexcept {
    static_cast<void>(release(owned));
  }
};

}  // namespace wsalive
