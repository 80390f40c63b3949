// How an option's value crosses between a program's memory and ours.
//
// A program's pointer is never trusted (K-26). Where the kernel knows the option, the program's own
// pointers go to the kernel: its copy is the check, and a getsockopt stays one system call. Where
// Windows reads another value than Linux', the kernel's copy comes first and the then known-good memory
// is patched. Memory on the calling thread's own stack is good without asking.
//
// K-13 holds in all of them: a failure leaves value and length as they were.
#pragma once

#include <cstdint>

#include "base/wsa_error.hpp"
#include "winsock/options/option_row.hpp"
#include "winsock/runtime.hpp"

namespace wsalive::winsock {

/// Lets the kernel write its int straight into the program's memory: one system call.
[[nodiscard]] WsaError host_gives(const GetCall& call, os::Option option);

/// Overwrites a value that has just been written. Only after a success of `host_gives`.
void patch(const GetCall& call, std::uint32_t value);

/// Gives a DWORD (or its first byte, K-16): at most one system call.
[[nodiscard]] WsaError give_dword(const GetCall& call, std::uint32_t value);

/// Gives `call.bytes` bytes from our copy.
[[nodiscard]] WsaError give(const GetCall& call, const void* bytes);

/// Takes the bytes that count. \return false, WSAEFAULT, if any cannot be read.
[[nodiscard]] bool take(const SetCall& call, void* into);

/// Takes a DWORD.
[[nodiscard]] bool take_dword(const SetCall& call, std::uint32_t& value);

/// Takes a switch: nonzero is on (K-11), by its first byte alone under the observed rules (K-16).
[[nodiscard]] bool take_switch(const SetCall& call, bool& on);

/// The rules by which the process lives.
[[nodiscard]] inline policy::OptionRules option_rules() noexcept {
  const Settings& settings = runtime().settings();
  return {.release = settings.release, .rules = settings.rules};
}

// Handlers of options that Linux has with the same meaning: switches and DWORDs that pass through.

/// The kernel's own switch: nonzero is on (K-11, K-16).
[[nodiscard]] WsaError get_host_switch(const GetCall& call);
[[nodiscard]] WsaError set_host_switch(const SetCall& call);

/// The kernel's own int.
[[nodiscard]] WsaError get_host_dword(const GetCall& call);
[[nodiscard]] WsaError set_host_dword(const SetCall& call);

/// A structure that has the same layout in both worlds.
[[nodiscard]] WsaError set_host_structure(const SetCall& call);

}  // namespace wsalive::winsock
