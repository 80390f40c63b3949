// SOL_SOCKET. What is missing (SO_CONDITIONAL_ACCEPT, SO_PAUSE_ACCEPT, SO_RANDOMIZE_PORT,
// SO_PORT_SCALABILITY, the low-water marks, ...) Linux has no means for, or Windows itself refuses; it
// answers WSAENOPROTOOPT, never a success without effect.

#include <winsock2.h>

#include <mswsock.h>

#include <array>

#include "winsock/options/keepalive_options.hpp"
#include "winsock/options/plain_options.hpp"
#include "winsock/options/state_options.hpp"
#include "winsock/options/tables/option_tables.hpp"
#include "winsock/options/transfer_options.hpp"
#include "winsock/overlapped/connect_ex.hpp"

namespace wsalive::winsock::tables {
namespace {

constexpr std::array kSocketOptions{
    // clang-format off
    OptionRow{SO_DONTLINGER,       kStream,         kDword,                         get_dont_linger,       set_dont_linger},
    OptionRow{SO_EXCLUSIVEADDRUSE, kInternetSocket, kDword,                         get_exclusive_address, set_exclusive_address},
    OptionRow{SO_DEBUG,            kAnySocket,      kDword,                         get_debug,             set_debug},
    OptionRow{SO_ACCEPTCONN,       kStream,         kDword,                         get_host_switch,       nullptr,               os::Option::accepts_connections},
    OptionRow{SO_REUSEADDR,        kInternetSocket, kDword,                         get_reuse_address,     set_reuse_address},
    OptionRow{SO_KEEPALIVE,        kTcp,            kByteSwitch,                    get_keep_alive,        set_keep_alive},
    OptionRow{SO_DONTROUTE,        kIpv4,           kByteSwitch,                    get_dont_route,        set_dont_route},
    OptionRow{SO_BROADCAST,        kDatagram,       kDword,                         get_host_switch,       set_host_switch,       os::Option::broadcast},
    OptionRow{SO_LINGER,           kStream,         kStructure<LINGER>,             get_linger,            set_linger},
    OptionRow{SO_OOBINLINE,        kTcp,            kDword,                         get_host_switch,       set_host_switch,       os::Option::out_of_band_inline},
    OptionRow{SO_SNDBUF,           kAnySocket,      kDword,                         get_send_buffer,       set_send_buffer,       os::Option::send_buffer},
    OptionRow{SO_RCVBUF,           kAnySocket,      kDword,                         get_receive_buffer,    set_receive_buffer,    os::Option::receive_buffer},
    OptionRow{SO_SNDTIMEO,         kAnySocket,      kDword,                         get_send_timeout,      set_send_timeout,      os::Option::send_timeout},
    OptionRow{SO_RCVTIMEO,         kAnySocket,      kDword,                         get_receive_timeout,   set_receive_timeout,   os::Option::receive_timeout},
    OptionRow{SO_ERROR,            kAnySocket,      kDword,                         get_error,             nullptr},
    OptionRow{SO_TYPE,             kAnySocket,      kDword,                         get_type,              nullptr},
    OptionRow{SO_MAX_MSG_SIZE,     kUdp,            kDword,                         get_max_message,       nullptr},
    OptionRow{SO_PROTOCOL_INFOA,   kInternetSocket, kStructure<WSAPROTOCOL_INFOA>,  get_protocol_info_a,   nullptr},
    OptionRow{SO_PROTOCOL_INFOW,   kInternetSocket, kStructure<WSAPROTOCOL_INFOW>,  get_protocol_info_w,   nullptr},
    OptionRow{SO_OPENTYPE,         kAnySocket,      kDword,                         get_open_type,         set_open_type},
    OptionRow{SO_UPDATE_ACCEPT_CONTEXT, kTcp,       kAnyLength,                     nullptr,               update_accept_context},
    OptionRow{SO_CONNECT_TIME,     kTcp,            kDword,                         get_connect_time,      nullptr},
    OptionRow{SO_UPDATE_CONNECT_CONTEXT, kTcp,      kAnyLength,                     nullptr,               update_connect_context},
    // clang-format on
};
static_assert(is_sorted_by_name(kSocketOptions));

}  // namespace

constinit const OptionRows kSocketLevel{kSocketOptions};

}  // namespace wsalive::winsock::tables
