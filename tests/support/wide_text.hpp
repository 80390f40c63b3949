// UTF-8 as wide characters, by the function that programs have for it.
#pragma once

#include <string>

#include "windows.h"

namespace wsalive::test {

inline std::wstring wide_of(const char* text) {
  const int size = MultiByteToWideChar(CP_UTF8, 0, text, -1, nullptr, 0);
  std::wstring wide(static_cast<std::size_t>(size), L'\0');
  MultiByteToWideChar(CP_UTF8, 0, text, -1, wide.data(), size);
  wide.resize(wide.size() - 1);  // Without the NUL.
  return wide;
}

}  // namespace wsalive::test
