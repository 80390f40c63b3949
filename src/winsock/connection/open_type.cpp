#include "winsock/connection/open_type.hpp"

namespace wsalive::winsock {
namespace {

constinit thread_local std::uint32_t t_open_type = 0;

}  // namespace

std::uint32_t thread_open_type() noexcept { return t_open_type; }

void set_thread_open_type(std::uint32_t type) noexcept { t_open_type = type; }

}  // namespace wsalive::winsock
