// IPPROTO_TCP. What is missing here answers WSAENOPROTOOPT, never a success without effect: Linux cannot do
// it for one socket (TCP_TIMESTAMPS), or Microsoft declares the number and does not say what it does
// (TCP_MAXSEG).

#include <winsock2.h>
#include <ws2tcpip.h>

#include <array>

#include "winsock/options/keepalive_options.hpp"
#include "winsock/options/plain_options.hpp"
#include "winsock/options/retransmission.hpp"
#include "winsock/options/tables/option_tables.hpp"

namespace wsalive::winsock::tables {
namespace {

constexpr std::array kTcpOptions{
    // clang-format off
    OptionRow{TCP_NODELAY,   kTcp, kByteSwitch,     get_host_switch,   set_host_switch,   os::Option::no_delay},
    OptionRow{TCP_KEEPALIVE, kTcp, kKeepAliveDword, get_keep_idle,     set_keep_idle,     os::Option::none, &policy::ReleaseRow::has_keepalive_option},
    OptionRow{TCP_MAXRT,     kTcp, kDword,          get_max_rt,        set_max_rt,        os::Option::none, &policy::ReleaseRow::has_maxrt},
    OptionRow{TCP_MAXRTMS,   kTcp, kDword,          get_max_rt_ms,     set_max_rt_ms,     os::Option::none, &policy::ReleaseRow::has_maxrtms},
    OptionRow{TCP_KEEPCNT,   kTcp, kKeepAliveDword, get_keep_count,    set_keep_count,    os::Option::none, &policy::ReleaseRow::has_keepcnt},
    OptionRow{TCP_KEEPINTVL, kTcp, kKeepAliveDword, get_keep_interval, set_keep_interval, os::Option::none, &policy::ReleaseRow::has_keepintvl},
    // clang-format on
};
static_assert(is_sorted_by_name(kTcpOptions));

}  // namespace

constinit const OptionRows kTcpLevel{kTcpOptions};

}  // namespace wsalive::winsock::tables
