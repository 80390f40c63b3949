// What is left in the bpf file system while a policy is in force: a folder per control group, by the group's number
// (names there cannot have dots, and a number is never another group's), with the links and the description.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/result.hpp"

namespace wsalive::attach {

inline constexpr const char* kConnectionsPin = "/connections";
inline constexpr const char* kHoldPin = "/hold";
inline constexpr const char* kAboutPin = "/about";

/// Calls `pin_all` with the path of a hidden folder, and gives it the group's name if that worked; so a
/// folder of that name is always whole. A policy that is no longer in force is replaced.
///
/// \param pin_all  Answers 0 or an error, positive or negative.
/// Errors  EEXIST: the group has a policy in force. EPERM, EACCES: no right to write there.
[[nodiscard]] Status pin_as_one(std::uint64_t group,
                                const std::function<int(const std::string& folder)>& pin_all);

}  // namespace wsalive::attach
