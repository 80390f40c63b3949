// Import of an offline Windows SYSTEM hive: the file Windows\System32\config\SYSTEM of a disk or backup.
//
// Read by libhivex. Select\Current says which ControlSet00n is the current one; its Tcpip parameters
// are put under the key that programs know (K-85). Built only where libhivex is there
// (WSALIVE_HAVE_HIVEX); else every call is a Problem that says so.
#pragma once

#include <string>
#include <vector>

#include "registry/registry.hpp"

namespace wsalive::registry {

/// Whether this build can read hives.
[[nodiscard]] bool can_read_hives() noexcept;

/// The values of `CurrentControlSet\Services\Tcpip\Parameters` in a SYSTEM hive, all of them, in the
/// order of the hive.
/// Errors: ENOENT and the like of opening; EINVAL if it is no hive, or no SYSTEM hive; ENOSYS without
/// libhivex. The hive is never written.
[[nodiscard]] Outcome<std::vector<StoredValue>> read_system_hive(const std::string& path);

}  // namespace wsalive::registry
