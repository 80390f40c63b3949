// CreateProcess, and the functions for the process that it made.
//
// The program is found as Linux does (PATH, no extension); NAME.exe stands for NAME where only that
// exists. The child gets the three standard streams and, with bInheritHandles, what kernel/inheritance.hpp says.
// docs/limitations.md has the flags that are missing.

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "kernel/file.hpp"
#include "kernel/inheritance.hpp"
#include "kernel/process.hpp"
#include "kernel/text.hpp"
#include "os/memory/named_memory.hpp"
#include "os/process/child.hpp"
#include "os/process/inherited_memory.hpp"
#include "win32/call.hpp"
#include "win32/processes/command_line.hpp"
#include "winsock/duplicate/inherited_sockets.hpp"
#include "winsock/socket.hpp"

namespace wsalive::win32 {
namespace {

constexpr DWORD kKnownFlags = CREATE_NEW_CONSOLE | CREATE_NEW_PROCESS_GROUP |
                              CREATE_UNICODE_ENVIRONMENT | CREATE_NO_WINDOW | DETACHED_PROCESS |
                              NORMAL_PRIORITY_CLASS;

/// The descriptor behind a standard handle or a socket; -1 for anything else.
int descriptor_of(HANDLE handle) noexcept {
  if (const auto file = pinned<kernel::File>(handle)) return file->descriptor();
  const winsock::Socket* const socket = winsock::Socket::find(value_of(handle));
  return socket ? socket->fd() : -1;
}

/// NAME=VALUE strings, each ended by NUL, the last by two.
template <typename Character>
std::vector<std::string> environment_of(const Character* block) {
  std::vector<std::string> variables;
  while (*block) {
    const std::basic_string_view<Character> variable{block};
    variables.push_back(kernel::utf8_of(variable));
    block += variable.size() + 1;
  }
  return variables;
}

/// \return 0, or the code that the call fails with.
template <typename StartupInfo>
DWORD take_streams(os::ChildProgram& program, const StartupInfo& info) {
  if (!(info.dwFlags & STARTF_USESTDHANDLES)) return 0;
  program.streams = {descriptor_of(info.hStdInput), descriptor_of(info.hStdOutput),
                     descriptor_of(info.hStdError)};
  for (const int stream : program.streams) {
    if (stream < 0) return ERROR_INVALID_HANDLE;
  }
  return 0;
}

DWORD start_error(const SysError& error) noexcept {
  switch (error.code) {
    case ENOENT:
    case ENOTDIR:
      return ERROR_FILE_NOT_FOUND;
    case EACCES:
    case EPERM:
      return ERROR_ACCESS_DENIED;
    case ENOEXEC:
      return ERROR_BAD_EXE_FORMAT;
    default:
      return ERROR_NOT_ENOUGH_MEMORY;
  }
}

/// Adds one variable to the child's environment.
void add_variable(os::ChildProgram& program, std::string variable) {
  if (!program.environment) {
    program.environment.emplace();
    for (char** each = environ; each && *each; ++each) program.environment->emplace_back(*each);
  }
  program.environment->push_back(std::move(variable));
}

/// The exit note is optional: without it Linux tells only the low eight bits of the child's code.
std::optional<os::ExitNote> add_exit_note(os::ChildProgram& program) {
  auto note = os::ExitNote::create();
  if (!note) return std::nullopt;
  program.inherited.push_back(note->descriptor());
  add_variable(program, note->variable());
  return std::optional<os::ExitNote>{std::move(*note)};
}

Result<std::int32_t> start(os::ChildProgram& program) {
  constexpr std::string_view kExtension = ".exe";
  auto started = os::start_child(program);
  if (started || started.error().code != ENOENT ||
      !kernel::lower(program.file).ends_with(kExtension)) {
    return started;
  }
  program.file.resize(program.file.size() - kExtension.size());
  return os::start_child(program);
}

/// If another thread closes a socket after it was collected, the start fails (EBADF): then this collects again.
Result<std::int32_t> start_with_inheritance(const os::ChildProgram& program) {
  constexpr int kMostTries = 100;
  for (int tries = 1;; ++tries) {
    const auto inheritance = kernel::collect_inheritance(winsock::sockets_for_child());
    if (!inheritance) return tl::unexpected(inheritance.error());
    os::ChildProgram heir = program;
    if (!inheritance->descriptors.empty()) {
      heir.inherited.insert(heir.inherited.end(), inheritance->descriptors.begin(),
                            inheritance->descriptors.end());
      add_variable(heir, inheritance->variable);
    }
    auto started = start(heir);
    if (started || started.error().code != EBADF || tries == kMostTries) return started;
  }
}

BOOL give_process(std::int32_t number, std::optional<os::ExitNote> note,
                  LPPROCESS_INFORMATION information) {
  const auto process = kernel::make<kernel::Process>(number, std::move(note));
  const HANDLE handle = open_handle(process);
  const HANDLE thread = open_handle(process);  // Its main thread ends when it does.
  if (!handle || !thread || !process->watch()) {
    static_cast<void>(os::kill_process(number));
    if (handle) CloseHandle(handle);
    if (thread) CloseHandle(thread);
    return fail(ERROR_NOT_ENOUGH_MEMORY);
  }
  const auto id = static_cast<DWORD>(number);
  *information = {handle, thread, id, id};
  return TRUE;
}

auto environment_of(const void* block, DWORD flags) {
  return (flags & CREATE_UNICODE_ENVIRONMENT) ? environment_of(static_cast<const wchar_t*>(block))
                                              : environment_of(static_cast<const char*>(block));
}

template <typename Character, typename StartupInfo>
BOOL create(const Character* application, const Character* line, BOOL inherits, DWORD flags,
            const void* environment, const Character* folder, const StartupInfo* info,
            LPPROCESS_INFORMATION information) {
  if ((flags & ~kKnownFlags) || !info || !information || (!application && !line)) {
    return fail(ERROR_INVALID_PARAMETER);
  }
  return guarded(FALSE, [&]() -> BOOL {
    os::ChildProgram program;
    program.arguments =
        split_command_line(line ? kernel::utf8(line) : quoted_argument(kernel::utf8(application)));
    if (program.arguments.empty()) return fail(ERROR_INVALID_PARAMETER);
    program.file = application ? kernel::utf8(application) : program.arguments.front();
    program.folder = kernel::utf8(folder);
    program.own_group = flags & CREATE_NEW_PROCESS_GROUP;
    if (environment) program.environment = environment_of(environment, flags);
    if (const DWORD refused = take_streams(program, *info)) return fail(refused);
    std::optional<os::ExitNote> note = add_exit_note(program);
    const auto started = inherits ? start_with_inheritance(program) : start(program);
    if (!started) return fail(start_error(started.error()));
    if (note) note->handed_down();
    return give_process(*started, std::move(note), information);
  });
}

}  // namespace
}  // namespace wsalive::win32

using namespace wsalive;
using namespace wsalive::win32;

BOOL CreateProcessA(LPCSTR lpApplicationName, LPSTR lpCommandLine,
                    LPSECURITY_ATTRIBUTES /*lpProcessAttributes*/,
                    LPSECURITY_ATTRIBUTES /*lpThreadAttributes*/, BOOL bInheritHandles,
                    DWORD dwCreationFlags, LPVOID lpEnvironment, LPCSTR lpCurrentDirectory,
                    LPSTARTUPINFOA lpStartupInfo, LPPROCESS_INFORMATION lpProcessInformation) {
  return create<char>(lpApplicationName, lpCommandLine, bInheritHandles, dwCreationFlags,
                      lpEnvironment, lpCurrentDirectory, lpStartupInfo, lpProcessInformation);
}

BOOL CreateProcessW(LPCWSTR lpApplicationName, LPWSTR lpCommandLine,
                    LPSECURITY_ATTRIBUTES /*lpProcessAttributes*/,
                    LPSECURITY_ATTRIBUTES /*lpThreadAttributes*/, BOOL bInheritHandles,
                    DWORD dwCreationFlags, LPVOID lpEnvironment, LPCWSTR lpCurrentDirectory,
                    LPSTARTUPINFOW lpStartupInfo, LPPROCESS_INFORMATION lpProcessInformation) {
  return create<wchar_t>(lpApplicationName, lpCommandLine, bInheritHandles, dwCreationFlags,
                         lpEnvironment, lpCurrentDirectory, lpStartupInfo, lpProcessInformation);
}

BOOL GetExitCodeProcess(HANDLE hProcess, LPDWORD lpExitCode) {
  if (!lpExitCode) return fail(ERROR_INVALID_PARAMETER);
  if (hProcess == this_process()) {
    *lpExitCode = STILL_ACTIVE;
    return TRUE;
  }
  const auto process = pinned<kernel::Process>(hProcess);
  if (!process) return fail(ERROR_INVALID_HANDLE);
  *lpExitCode = process->exit_code();
  return TRUE;
}

BOOL TerminateProcess(HANDLE hProcess, UINT uExitCode) {
  if (hProcess == this_process()) {
    os::note_exit_code(uExitCode);
    os::NamedMemory::leave_all();
    ::_exit(static_cast<int>(uExitCode));
  }
  const auto process = pinned<kernel::Process>(hProcess);
  if (!process) return fail(ERROR_INVALID_HANDLE);
  return succeed_if(process->terminate(uExitCode), ERROR_ACCESS_DENIED);
}

DWORD GetProcessId(HANDLE Process) {
  if (Process == this_process()) return GetCurrentProcessId();
  const auto process = pinned<kernel::Process>(Process);
  if (!process) return fail(ERROR_INVALID_HANDLE, DWORD{0});
  return static_cast<DWORD>(process->number());
}

void ExitProcess(UINT uExitCode) { std::exit(static_cast<int>(uExitCode)); }

// Functions for the calling process.

using namespace wsalive::win32;

HANDLE GetCurrentProcess() { return this_process(); }

DWORD GetCurrentProcessId() { return static_cast<DWORD>(::getpid()); }

BOOL GetProcessHandleCount(HANDLE hProcess, PDWORD pdwHandleCount) {
  if (hProcess != this_process()) return fail(ERROR_INVALID_HANDLE);
  if (!pdwHandleCount) return fail(ERROR_INVALID_PARAMETER);
  *pdwHandleCount = static_cast<DWORD>(wsalive::kernel::handles().open_handles());
  return TRUE;
}
