// The registry functions (K-86) over registry::Registry. An open key is a path with the requested rights.
// Strings are converted here between the store's UTF-16 and the program's spelling.
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "kernel/text.hpp"
#include "registry/encoding.hpp"
#include "registry/registry.hpp"
#include "win32/call.hpp"

namespace wsalive::win32 {
namespace {

using registry::Problem;
using registry::Registry;
using Bytes = std::vector<std::byte>;

class OpenKey final : public kernel::Object {
 public:
  static constexpr kernel::Kind kKind = kernel::Kind::registry_key;

  OpenKey(std::string key_path, REGSAM key_rights)
      : Object(kKind), path(std::move(key_path)), rights(key_rights) {}

  const std::string path;
  const REGSAM rights;
};

/// Kept open until the environment names other files.
std::shared_ptr<Registry> store() {
  static std::mutex mutex;
  static auto& kept = *new std::shared_ptr<Registry>;
  static auto& of = *new registry::StoreFiles;
  const std::lock_guard lock{mutex};
  registry::StoreFiles files = registry::store_files(registry::process_environment());
  if (!kept || files.machine != of.machine || files.user != of.user) {
    kept = std::make_shared<Registry>(files);
    of = std::move(files);
  }
  return kept;
}

LSTATUS status_of(const Problem& problem) noexcept {
  switch (problem.code) {
    case EACCES:
    case EPERM:
    case EROFS:
      return ERROR_ACCESS_DENIED;
    case ENOENT:
      return ERROR_FILE_NOT_FOUND;
    case EINVAL:
      return problem.line != 0 ? ERROR_BADDB : ERROR_INVALID_PARAMETER;
    case EWOULDBLOCK:
      return ERROR_BUSY;
    default:
      return ERROR_CANTWRITE;
  }
}

struct Root {
  HKEY key;
  const char* name;
};

const char* root_name(HKEY key) noexcept {
  const std::array roots{
      Root{HKEY_CLASSES_ROOT, "HKEY_CLASSES_ROOT"}, Root{HKEY_CURRENT_USER, "HKEY_CURRENT_USER"},
      Root{HKEY_LOCAL_MACHINE, "HKEY_LOCAL_MACHINE"}, Root{HKEY_USERS, "HKEY_USERS"}};
  for (const Root& root : roots) {
    if (root.key == key) return root.name;
  }
  return nullptr;
}

/// A key by handle: its path and its rights.
struct FoundKey {
  std::string path;
  REGSAM rights;
};

std::optional<FoundKey> find_key(HKEY key) {
  if (const char* const name = root_name(key)) return FoundKey{name, KEY_ALL_ACCESS};
  const auto open = pinned<OpenKey>(static_cast<HANDLE>(key));
  if (!open) return std::nullopt;
  return FoundKey{open->path, open->rights};
}

/// Runs a body that may run out of memory.
template <typename Body>
LSTATUS with_memory(Body body) noexcept {
  try {
    return body();
  } catch (const std::bad_alloc&) {
    return ERROR_OUTOFMEMORY;
  }
}

/// Runs the body with an open key that grants a right.
template <typename Body>
LSTATUS with_key(HKEY key, REGSAM right, Body body) noexcept {
  return with_memory([&]() -> LSTATUS {
    const auto found = find_key(key);
    if (!found) return ERROR_INVALID_HANDLE;
    if (!(found->rights & right) && !(found->rights & GENERIC_ALL)) return ERROR_ACCESS_DENIED;
    return body(found->path);
  });
}

LSTATUS give_key(std::string path, REGSAM rights, PHKEY result) {
  const kernel::HandleValue value =
      kernel::handles().insert(kernel::make<OpenKey>(std::move(path), rights));
  if (value == 0) return ERROR_OUTOFMEMORY;
  *result = static_cast<HKEY>(handle_of(value));
  return ERROR_SUCCESS;
}

/// A key can be a parent whatever rights its handle has.
constexpr REGSAM kAnyRight = ~REGSAM{0};

/// Checks the name of a key below another. \return 0, or the code for what is wrong with it.
LSTATUS append(std::string& path, const std::string& below) {
  if (below.starts_with('\\')) return ERROR_BAD_PATHNAME;
  if (below.empty()) return ERROR_SUCCESS;
  path += '\\' + below;
  if (path.ends_with('\\')) path.pop_back();
  return ERROR_SUCCESS;
}

LSTATUS open_key(HKEY key, const std::string& below, REGSAM rights, PHKEY result) {
  if (!result) return ERROR_INVALID_PARAMETER;
  return with_key(key, kAnyRight, [&](std::string path) -> LSTATUS {
    const bool is_root = below.empty() && root_name(key);
    if (const LSTATUS bad = append(path, below)) return bad;
    if (!is_root && !store()->has_key(path)) return ERROR_FILE_NOT_FOUND;
    return give_key(std::move(path), rights, result);
  });
}

LSTATUS create_key(HKEY key, const std::string& below, REGSAM rights, PHKEY result,
                   LPDWORD disposition) {
  if (!result || below.empty()) return ERROR_INVALID_PARAMETER;
  return with_key(key, kAnyRight, [&](std::string path) -> LSTATUS {
    if (const LSTATUS bad = append(path, below)) return bad;
    const auto created = store()->create_key(path);
    if (!created) return status_of(created.error());
    if (const LSTATUS bad = give_key(std::move(path), rights, result)) return bad;
    const bool made = *created == registry::Created::made;
    if (disposition) *disposition = made ? REG_CREATED_NEW_KEY : REG_OPENED_EXISTING_KEY;
    return ERROR_SUCCESS;
  });
}

bool is_text(DWORD type) noexcept {
  return type == REG_SZ || type == REG_EXPAND_SZ || type == REG_MULTI_SZ;
}

/// A value's bytes in a program's spelling.
template <typename Character>
Bytes to_program(const registry::Value& value) {
  if (!is_text(value.type)) return value.bytes;
  const auto text = kernel::spelled_for<Character>(registry::utf8_from(value.bytes));
  const auto bytes = std::as_bytes(std::span{text});
  return {bytes.begin(), bytes.end()};
}

/// The inverse.
template <typename Character>
registry::Value from_program(DWORD type, std::span<const std::byte> bytes) {
  if (!is_text(type)) return {type, {bytes.begin(), bytes.end()}};
  std::basic_string<Character> text(bytes.size() / sizeof(Character), Character{});
  std::memcpy(text.data(), bytes.data(), text.size() * sizeof(Character));
  return {type, registry::utf16_bytes(kernel::utf8_of(std::basic_string_view<Character>{text}))};
}

template <typename Character>
LSTATUS query(HKEY key, const std::string& name, LPDWORD type, LPBYTE data, LPDWORD size) {
  if (data && !size) return ERROR_INVALID_PARAMETER;
  return with_key(key, KEY_QUERY_VALUE, [&](const std::string& path) -> LSTATUS {
    const auto stored = store()->query(path, name);
    if (!stored) return ERROR_FILE_NOT_FOUND;
    const Bytes bytes = to_program<Character>(stored->value);
    if (type) *type = stored->value.type;
    if (!size) return ERROR_SUCCESS;
    const DWORD room = std::exchange(*size, static_cast<DWORD>(bytes.size()));
    if (!data) return ERROR_SUCCESS;
    if (room < bytes.size()) return ERROR_MORE_DATA;
    std::memcpy(data, bytes.data(), bytes.size());
    return ERROR_SUCCESS;
  });
}

template <typename Character>
LSTATUS set(HKEY key, const std::string& name, DWORD type, const BYTE* data, DWORD size) {
  if (!data && size != 0) return ERROR_INVALID_PARAMETER;
  return with_key(key, KEY_SET_VALUE, [&](const std::string& path) -> LSTATUS {
    const auto value = from_program<Character>(type, std::as_bytes(std::span{data, size}));
    const auto done = store()->set_value(path, name, value);
    return done ? LSTATUS{ERROR_SUCCESS} : status_of(done.error());
  });
}

LSTATUS delete_value(HKEY key, const std::string& name) {
  return with_key(key, KEY_SET_VALUE, [&](const std::string& path) -> LSTATUS {
    const auto done = store()->delete_value(path, name);
    return done ? LSTATUS{ERROR_SUCCESS} : status_of(done.error());
  });
}

}  // namespace
}  // namespace wsalive::win32

using namespace wsalive;
using namespace wsalive::win32;

LSTATUS RegOpenKeyExA(HKEY hKey, LPCSTR lpSubKey, DWORD /*ulOptions*/, REGSAM samDesired,
                      PHKEY phkResult) {
  return with_memory([&] { return open_key(hKey, kernel::utf8(lpSubKey), samDesired, phkResult); });
}

LSTATUS RegOpenKeyExW(HKEY hKey, LPCWSTR lpSubKey, DWORD /*ulOptions*/, REGSAM samDesired,
                      PHKEY phkResult) {
  return with_memory([&] { return open_key(hKey, kernel::utf8(lpSubKey), samDesired, phkResult); });
}

LSTATUS RegCreateKeyExA(HKEY hKey, LPCSTR lpSubKey, DWORD /*Reserved*/, LPSTR /*lpClass*/,
                        DWORD /*dwOptions*/, REGSAM samDesired,
                        const LPSECURITY_ATTRIBUTES /*lpSecurityAttributes*/, PHKEY phkResult,
                        LPDWORD lpdwDisposition) {
  return with_memory([&] {
    return create_key(hKey, kernel::utf8(lpSubKey), samDesired, phkResult, lpdwDisposition);
  });
}

LSTATUS RegCreateKeyExW(HKEY hKey, LPCWSTR lpSubKey, DWORD /*Reserved*/, LPWSTR /*lpClass*/,
                        DWORD /*dwOptions*/, REGSAM samDesired,
                        const LPSECURITY_ATTRIBUTES /*lpSecurityAttributes*/, PHKEY phkResult,
                        LPDWORD lpdwDisposition) {
  return with_memory([&] {
    return create_key(hKey, kernel::utf8(lpSubKey), samDesired, phkResult, lpdwDisposition);
  });
}

LSTATUS RegQueryValueExA(HKEY hKey, LPCSTR lpValueName, LPDWORD lpReserved, LPDWORD lpType,
                         LPBYTE lpData, LPDWORD lpcbData) {
  if (lpReserved) return ERROR_INVALID_PARAMETER;
  return with_memory(
      [&] { return query<char>(hKey, kernel::utf8(lpValueName), lpType, lpData, lpcbData); });
}

LSTATUS RegQueryValueExW(HKEY hKey, LPCWSTR lpValueName, LPDWORD lpReserved, LPDWORD lpType,
                         LPBYTE lpData, LPDWORD lpcbData) {
  if (lpReserved) return ERROR_INVALID_PARAMETER;
  return with_memory(
      [&] { return query<wchar_t>(hKey, kernel::utf8(lpValueName), lpType, lpData, lpcbData); });
}

LSTATUS RegSetValueExA(HKEY hKey, LPCSTR lpValueName, DWORD /*Reserved*/, DWORD dwType,
                       const BYTE* lpData, DWORD cbData) {
  return with_memory(
      [&] { return set<char>(hKey, kernel::utf8(lpValueName), dwType, lpData, cbData); });
}

LSTATUS RegSetValueExW(HKEY hKey, LPCWSTR lpValueName, DWORD /*Reserved*/, DWORD dwType,
                       const BYTE* lpData, DWORD cbData) {
  return with_memory(
      [&] { return set<wchar_t>(hKey, kernel::utf8(lpValueName), dwType, lpData, cbData); });
}

LSTATUS RegDeleteValueA(HKEY hKey, LPCSTR lpValueName) {
  return with_memory([&] { return delete_value(hKey, kernel::utf8(lpValueName)); });
}

LSTATUS RegDeleteValueW(HKEY hKey, LPCWSTR lpValueName) {
  return with_memory([&] { return delete_value(hKey, kernel::utf8(lpValueName)); });
}

LSTATUS RegCloseKey(HKEY hKey) {
  if (root_name(hKey)) return ERROR_SUCCESS;
  const auto value = value_of(static_cast<HANDLE>(hKey));
  if (!kernel::handles().find<OpenKey>(value) || !kernel::handles().close(value)) {
    return ERROR_INVALID_HANDLE;
  }
  return ERROR_SUCCESS;
}
