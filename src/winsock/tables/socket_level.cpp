// SOL_SOCKET.

#include <winsock2.h>

#include <array>

#include "winsock/keepalive.hpp"
#include "winsock/plain_options.hpp"
#include "winsock/tables/option_tables.hpp"

namespace wsalive::winsock::tables {
namespace {

constexpr std::array kRows{
    // clang-format off
    OptionRow{SO_KEEPALIVE, kTcp, kByteSwitch, get_keep_alive, set_keep_alive},
    // clang-format on
};
static_assert(is_sorted_by_name(kRows));

}  // namespace

constinit const OptionRows kSocketLevel{kRows};

}  // namespace wsalive::winsock::tables
