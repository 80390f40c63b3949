// Handlers of options that Linux has with the same meaning: switches and DWORDs that pass through.
#pragma once

#include "base/wsa_error.hpp"
#include "winsock/options/option_row.hpp"

namespace wsalive::winsock {

/// The kernel's own switch: nonzero is on (K-11, K-16).
[[nodiscard]] WsaError get_host_switch(const GetCall& call);
[[nodiscard]] WsaError set_host_switch(const SetCall& call);

/// The kernel's own int.
[[nodiscard]] WsaError get_host_dword(const GetCall& call);
[[nodiscard]] WsaError set_host_dword(const SetCall& call);

/// A structure that has the same layout in both worlds.
[[nodiscard]] WsaError set_host_structure(const SetCall& call);

}  // namespace wsalive::winsock
