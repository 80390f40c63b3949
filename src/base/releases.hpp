// What a C function releases, owned: std::unique_ptr<std::FILE, Releases<std::fclose>>.
//
// The usual `decltype(&std::fclose)` takes a function's type as a template's argument, which drops the attributes that
// the C library gives it; newer compilers warn of that.
#pragma once

namespace wsalive {

template <auto release>
struct Releases {
  template <typename T>
  void operator()(T* owned) const noexcept {
    static_cast<void>(release(owned));
  }
};

}  // namespace wsalive
