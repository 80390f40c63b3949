// Modules: the Windows libraries that network programs load by name are this library, any other name is
// a shared object of the system.
//
// A function is looked up in one module only, not in its dependencies: ws2_32 has no malloc. Names
// that the C library has too are linked as wsalive_NAME (winsock2.h says why); programs ask for NAME.
#include <dlfcn.h>
#include <link.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "kernel/text.hpp"
#include "win32/call.hpp"

namespace wsalive::win32 {
namespace {

constexpr std::array<std::string_view, 7> kOurNames{
    "advapi32", "kernel32", "kernelbase", "mswsock", "ntdll", "ws2_32", "wsock32",
};

/// The modules that programs have as HMODULE, and how often each was loaded.
struct Modules {
  std::mutex mutex;
  std::map<void*, int> loads;
};

Modules& modules() {
  static Modules& all = *new Modules;
  return all;
}

void* module_of(HMODULE module) noexcept { return static_cast<void*>(module); }

/// "C:\Windows\system32\WS2_32.dll" is "ws2_32".
bool is_ours(const std::string& file) {
  std::string name = kernel::lower(file.substr(file.find_last_of("\\/") + 1));
  if (name.ends_with(".dll")) name.resize(name.size() - 4);
  return std::ranges::find(kOurNames, name) != kOurNames.end();
}

/// Where this library, or the program that it is linked into, was loaded from.
std::string own_file() {
  Dl_info info{};
  static const char here = 0;
  return ::dladdr(&here, &info) != 0 ? info.dli_fname : "";
}

/// This library's own handle; the program's, if it is part of that.
void* open_ourselves(int flags) {
  if (void* const self = ::dlopen(own_file().c_str(), flags | RTLD_NOLOAD)) return self;
  return ::dlopen(nullptr, flags);
}

void* open_module(const std::string& file, int flags) {
  return is_ours(file) ? open_ourselves(flags) : ::dlopen(file.c_str(), flags);
}

template <typename Text>
HMODULE load(Text file) {
  return guarded<HMODULE>(nullptr, [&]() -> HMODULE {
    const std::string name = kernel::utf8(file);
    if (name.empty()) return fail<HMODULE>(ERROR_INVALID_PARAMETER, nullptr);
    void* const module = open_module(name, RTLD_NOW | RTLD_LOCAL);
    if (!module) return fail<HMODULE>(ERROR_MOD_NOT_FOUND, nullptr);
    Modules& all = modules();
    const std::lock_guard lock{all.mutex};
    ++all.loads[module];
    return static_cast<HMODULE>(module);
  });
}

/// Finds a module that is loaded already, without counting another load.
template <typename Text>
HMODULE get_handle(Text file) {
  return guarded<HMODULE>(nullptr, [&]() -> HMODULE {
    const std::string name = kernel::utf8(file);
    void* const module =
        file ? open_module(name, RTLD_NOW | RTLD_NOLOAD) : ::dlopen(nullptr, RTLD_NOW);
    if (!module) return fail<HMODULE>(ERROR_MOD_NOT_FOUND, nullptr);
    Modules& all = modules();
    const std::lock_guard lock{all.mutex};
    all.loads.try_emplace(module, 0);
    if (file) ::dlclose(module);
    return static_cast<HMODULE>(module);
  });
}

bool is_known(HMODULE module) {
  Modules& all = modules();
  const std::lock_guard lock{all.mutex};
  return all.loads.contains(module_of(module));
}

const link_map* map_of(void* module) noexcept {
  link_map* map = nullptr;
  return ::dlinfo(module, RTLD_DI_LINKMAP, &map) == 0 ? map : nullptr;
}

/// A symbol that the module itself defines.
void* find_in(void* module, const std::string& name) noexcept {
  void* const symbol = ::dlsym(module, name.c_str());
  const link_map* const map = map_of(module);
  Dl_info info{};
  void* where = nullptr;
  if (!symbol || !map || ::dladdr1(symbol, &info, &where, RTLD_DL_LINKMAP) == 0) return nullptr;
  return where == map ? symbol : nullptr;
}

void* find_procedure(void* module, const std::string& name) {
  void* const labelled = find_in(module, "wsalive_" + name);
  return labelled ? labelled : find_in(module, name);
}

/// \return empty for what is no module.
std::string file_of(HMODULE module) {
  if (module && is_known(module)) {
    const link_map* const map = map_of(module_of(module));
    if (map && *map->l_name) return map->l_name;
  } else if (module) {
    return {};
  }
  std::string path(PATH_MAX, '\0');
  const ssize_t length = ::readlink("/proc/self/exe", path.data(), path.size());
  path.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
  return path;
}

/// Windows cuts a path that is too long, with its NUL, and says so.
template <typename Character>
DWORD get_file_name(HMODULE module, Character* buffer, DWORD size) {
  return guarded(DWORD{0}, [&]() -> DWORD {
    const auto path = kernel::spelled_for<Character>(file_of(module));
    if (path.empty()) return fail(ERROR_MOD_NOT_FOUND, DWORD{0});
    if (size == 0) return fail(ERROR_INSUFFICIENT_BUFFER, DWORD{0});
    const std::size_t length = std::min<std::size_t>(path.size(), size - 1);
    std::copy_n(path.c_str(), length, buffer);
    buffer[length] = 0;
    if (length < path.size()) return fail(ERROR_INSUFFICIENT_BUFFER, size);
    return static_cast<DWORD>(length);
  });
}

}  // namespace
}  // namespace wsalive::win32

using namespace wsalive::win32;

HMODULE LoadLibraryA(LPCSTR lpLibFileName) { return load(lpLibFileName); }
HMODULE LoadLibraryW(LPCWSTR lpLibFileName) { return load(lpLibFileName); }
HMODULE LoadLibraryExA(LPCSTR lpLibFileName, HANDLE /*hFile*/, DWORD /*dwFlags*/) {
  return load(lpLibFileName);
}
HMODULE LoadLibraryExW(LPCWSTR lpLibFileName, HANDLE /*hFile*/, DWORD /*dwFlags*/) {
  return load(lpLibFileName);
}

BOOL FreeLibrary(HMODULE hLibModule) {
  Modules& all = modules();
  const std::lock_guard lock{all.mutex};
  const auto module = all.loads.find(module_of(hLibModule));
  if (module == all.loads.end() || module->second == 0) return fail(ERROR_INVALID_HANDLE);
  --module->second;
  return succeed_if(::dlclose(module->first) == 0, ERROR_INVALID_HANDLE);
}

FARPROC GetProcAddress(HMODULE hModule, LPCSTR lpProcName) {
  constexpr std::uintptr_t kOrdinals = 0x10000;  // A small number is an ordinal: nothing has one.
  if (reinterpret_cast<std::uintptr_t>(lpProcName) < kOrdinals) {
    return fail<FARPROC>(ERROR_PROC_NOT_FOUND, nullptr);
  }
  return guarded<FARPROC>(nullptr, [&]() -> FARPROC {
    if (!is_known(hModule)) return fail<FARPROC>(ERROR_INVALID_HANDLE, nullptr);
    void* const procedure = find_procedure(module_of(hModule), lpProcName);
    if (!procedure) return fail<FARPROC>(ERROR_PROC_NOT_FOUND, nullptr);
    return reinterpret_cast<FARPROC>(procedure);
  });
}

HMODULE GetModuleHandleA(LPCSTR lpModuleName) { return get_handle(lpModuleName); }
HMODULE GetModuleHandleW(LPCWSTR lpModuleName) { return get_handle(lpModuleName); }

DWORD GetModuleFileNameA(HMODULE hModule, LPSTR lpFilename, DWORD nSize) {
  return get_file_name(hModule, lpFilename, nSize);
}
DWORD GetModuleFileNameW(HMODULE hModule, LPWSTR lpFilename, DWORD nSize) {
  return get_file_name(hModule, lpFilename, nSize);
}
