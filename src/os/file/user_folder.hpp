// A folder in memory that belongs to one user alone: the same for all processes of the user, and no other user writes in it.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace wsalive::os {

/// The folder `wsalive-UID` within `in`, which may be open to all; made where there is none. Where somebody else has made
/// something of that name first, one whose name cannot be guessed: the processes of the user find it by its owner.
///
/// Errors  as mkdir and opendir answer.
[[nodiscard]] Result<std::string> user_folder(std::string_view in = "/dev/shm");

}  // namespace wsalive::os
