#include "crt/wide_arguments.hpp"

#include <cwchar>
#include <exception>
#include <memory>
#include <string>

#include "base/utf8.hpp"

wchar_t** wsalive_wide_strings(char** strings, std::size_t count) noexcept try {
  auto wide = std::make_unique<wchar_t*[]>(count + 1);
  for (std::size_t i = 0; i < count; ++i) {
    wide[i] = ::wcsdup(wsalive::widen(strings[i]).c_str());
    if (!wide[i]) return nullptr;
  }
  return wide.release();
} catch (const std::exception&) {
  return nullptr;
}
