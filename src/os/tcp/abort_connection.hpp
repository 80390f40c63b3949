// Ending a connection with a reset, as a server does that rejects it.
#pragma once

#include "base/fd.hpp"

namespace wsalive::os {

void abort_connection(Fd connection) noexcept;

}  // namespace wsalive::os
