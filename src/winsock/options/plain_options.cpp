#include "winsock/options/plain_options.hpp"

#include "os/errno_table.hpp"
#include "winsock/options/option_memory.hpp"

namespace wsalive::winsock {

WsaError get_host_switch(const GetCall& call) { return host_gives(call, call.row.host); }

WsaError set_host_switch(const SetCall& call) {
  // A whole DWORD is read by the kernel itself, whose copy is the check.
  if (call.bytes == policy::kDwordSize) return set_host_dword(call);
  bool on = false;
  if (!take_switch(call, on)) return WsaError::fault;
  return os::wsa_error(os::set_int(call.socket.fd(), call.row.host, on ? 1 : 0));
}

WsaError get_host_dword(const GetCall& call) { return host_gives(call, call.row.host); }

WsaError set_host_dword(const SetCall& call) { return set_host_structure(call); }

WsaError set_host_structure(const SetCall& call) {
  return os::wsa_error(os::set_option(call.socket.fd(), call.row.host, call.value, call.bytes));
}

}  // namespace wsalive::winsock
