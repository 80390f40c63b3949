#include "kernel/last_error.hpp"

namespace wsalive::kernel::detail {

constinit thread_local std::uint32_t last_error_cell = 0;

}  // namespace wsalive::kernel::detail
