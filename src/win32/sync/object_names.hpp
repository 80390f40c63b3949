// Names of objects, narrow or wide, as the kernel's bytes: UTF-8 without the prefix "Local\", since names
// without a prefix are local, too. "Global\" names are per user as well: a name never
// reaches other users' processes (docs/limitations.md).
#pragma once

#include <string>
#include <string_view>

#include "kernel/named.hpp"
#include "kernel/text.hpp"
#include "win32/call.hpp"

namespace wsalive::win32 {

/// Converts a name. \return 0, or the code with which a call with this name fails.
inline DWORD check_name(std::string& name) {
  constexpr std::string_view kLocal = "Local\\", kGlobal = "Global\\";
  if (name.starts_with(kLocal)) name.erase(0, kLocal.size());
  const std::size_t from = name.starts_with(kGlobal) ? kGlobal.size() : 0;
  if (name.find('\\', from) != std::string::npos) return ERROR_PATH_NOT_FOUND;
  if (name.size() > MAX_PATH) return ERROR_FILENAME_EXCED_RANGE;
  return name.size() == from && from != 0 ? ERROR_INVALID_NAME : 0;
}

[[nodiscard]] inline DWORD code_of(kernel::NameError error) noexcept {
  switch (error) {
    case kernel::NameError::not_found:
      return ERROR_FILE_NOT_FOUND;
    case kernel::NameError::other_kind:
      return ERROR_INVALID_HANDLE;
    case kernel::NameError::no_room:
      return ERROR_COMMITMENT_LIMIT;
    case kernel::NameError::no_resources:
      return ERROR_NOT_ENOUGH_MEMORY;
    case kernel::NameError::none:
      break;
  }
  return ERROR_SUCCESS;
}

/// A handle for a created or opened object.
inline HANDLE hand_out(kernel::NamedObject made, const SECURITY_ATTRIBUTES* attributes) noexcept {
  if (!made.object) return fail<HANDLE>(code_of(made.error), nullptr);
  const HANDLE handle = open_handle(std::move(made.object), attributes);
  if (handle) kernel::set_last_error(made.existed ? ERROR_ALREADY_EXISTS : ERROR_SUCCESS);
  return handle;
}

/// A handle for an existing object of that name.
template <typename Text>
HANDLE open_by_name(Text name, kernel::Kind kind, BOOL inherit) {
  return guarded<HANDLE>(nullptr, [&]() -> HANDLE {
    std::string text = kernel::utf8(name);
    if (text.empty()) return fail<HANDLE>(ERROR_INVALID_PARAMETER, nullptr);
    if (const DWORD refused = check_name(text)) return fail<HANDLE>(refused, nullptr);
    const SECURITY_ATTRIBUTES attributes{sizeof attributes, nullptr, inherit};
    kernel::NamedObject found = kernel::open_named(text, kind);
    if (!found.object) return fail<HANDLE>(code_of(found.error), nullptr);
    return open_handle(std::move(found.object), &attributes);
  });
}

}  // namespace wsalive::win32
