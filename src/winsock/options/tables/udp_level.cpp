// IPPROTO_UDP. UDP_RECV_MAX_COALESCED_SIZE needs control data, which recv does not give.

#include <winsock2.h>

#include <ws2tcpip.h>

#include <array>

#include "winsock/options/plain_options.hpp"
#include "winsock/options/tables/option_tables.hpp"

namespace wsalive::winsock::tables {
namespace {

constexpr std::array kUdpOptions{
    // clang-format off
    OptionRow{UDP_NOCHECKSUM,    kUdp, kDword, get_host_switch, set_host_switch, os::Option::no_checksum},
    OptionRow{UDP_SEND_MSG_SIZE, kUdp, kDword, get_host_dword,  set_host_dword,  os::Option::udp_send_size},
    // clang-format on
};
static_assert(is_sorted_by_name(kUdpOptions));

}  // namespace

constinit const OptionRows kUdpLevel{kUdpOptions};

}  // namespace wsalive::winsock::tables
