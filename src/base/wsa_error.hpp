// The codes that WSAGetLastError returns, as a type of the library, so that layers below winsock can use them without
// a Windows header. The numbers are Windows'; tests/abi compares them with winsock2.h.
#pragma once

#include <cstdint>

namespace wsalive {

enum class WsaError : std::int32_t {
  none = 0,
  invalid_handle = 6,                 // ERROR_INVALID_HANDLE, WSA_INVALID_HANDLE
  not_enough_memory = 8,              // WSA_NOT_ENOUGH_MEMORY
  netname_deleted = 64,               // ERROR_NETNAME_DELETED
  invalid_parameter = 87,             // WSA_INVALID_PARAMETER
  insufficient_buffer = 122,          // ERROR_INSUFFICIENT_BUFFER
  wait_timeout = 258,                 // WAIT_TIMEOUT
  operation_aborted = 995,            // WSA_OPERATION_ABORTED
  io_incomplete = 996,                // WSA_IO_INCOMPLETE
  io_pending = 997,                   // WSA_IO_PENDING
  interrupted = 10004,                // WSAEINTR
  bad_file = 10009,                   // WSAEBADF
  access_denied = 10013,              // WSAEACCES
  fault = 10014,                      // WSAEFAULT
  invalid_argument = 10022,           // WSAEINVAL
  too_many_files = 10024,             // WSAEMFILE
  would_block = 10035,                // WSAEWOULDBLOCK
  in_progress = 10036,                // WSAEINPROGRESS
  already = 10037,                    // WSAEALREADY
  not_a_socket = 10038,               // WSAENOTSOCK
  destination_required = 10039,       // WSAEDESTADDRREQ
  message_size = 10040,               // WSAEMSGSIZE
  wrong_protocol_type = 10041,        // WSAEPROTOTYPE
  unknown_option = 10042,             // WSAENOPROTOOPT
  protocol_not_supported = 10043,     // WSAEPROTONOSUPPORT
  socket_type_not_supported = 10044,  // WSAESOCKTNOSUPPORT
  operation_not_supported = 10045,    // WSAEOPNOTSUPP
  family_not_supported = 10047,       // WSAEAFNOSUPPORT
  address_in_use = 10048,             // WSAEADDRINUSE
  address_not_available = 10049,      // WSAEADDRNOTAVAIL
  network_down = 10050,               // WSAENETDOWN
  network_unreachable = 10051,        // WSAENETUNREACH
  network_reset = 10052,              // WSAENETRESET
  connection_aborted = 10053,         // WSAECONNABORTED
  connection_reset = 10054,           // WSAECONNRESET
  no_buffers = 10055,                 // WSAENOBUFS
  is_connected = 10056,               // WSAEISCONN
  not_connected = 10057,              // WSAENOTCONN
  shut_down = 10058,                  // WSAESHUTDOWN
  timed_out = 10060,                  // WSAETIMEDOUT
  connection_refused = 10061,         // WSAECONNREFUSED
  name_too_long = 10063,              // WSAENAMETOOLONG
  host_down = 10064,                  // WSAEHOSTDOWN
  host_unreachable = 10065,           // WSAEHOSTUNREACH
  system_not_ready = 10091,           // WSASYSNOTREADY
  version_not_supported = 10092,      // WSAVERNOTSUPPORTED
  not_initialised = 10093,            // WSANOTINITIALISED
  service_not_found = 10108,          // WSASERVICE_NOT_FOUND
  type_not_found = 10109,             // WSATYPE_NOT_FOUND
  cancelled = 10111,                  // WSA_E_CANCELLED
  host_not_found = 11001,             // WSAHOST_NOT_FOUND
  try_again = 11002,                  // WSATRY_AGAIN
  no_recovery = 11003,                // WSANO_RECOVERY
  no_data = 11004,                    // WSANO_DATA
};

}  // namespace wsalive
