#include "winsock/options/option_row.hpp"

#include <array>
#include <cstddef>
#include <cstring>

#include "os/errno_table.hpp"
#include "os/memory/program_memory.hpp"

namespace wsalive::winsock {
namespace {

constexpr std::uintptr_t kPage = 4096;

// The kernel copies byte by byte up to a bad page, which would leave half a value behind.
bool crosses_page(const void* at, int size) noexcept {
  return reinterpret_cast<std::uintptr_t>(at) % kPage + static_cast<std::uintptr_t>(size) > kPage;
}

/// The kernel writes into the library's memory; then follows the checked copy.
WsaError give_hosts_copy(const GetCall& call, os::Option option) {
  int value = 0;
  if (const int error = os::get_int(call.socket.fd(), option, value); error != 0) {
    return os::wsa_error(error);
  }
  return give(call, &value);
}

/// The kernel writes one byte into the program's memory, and the library the length, since Linux would report the given one.
WsaError host_gives_byte(const GetCall& call, os::Option option) {
  int size = call.bytes;
  const int error = os::get_option(call.socket.fd(), option, call.value, &size);
  if (error != 0) return os::wsa_error(error);
  return os::store_program(call.size, call.bytes) ? WsaError::none : WsaError::fault;
}

}  // namespace

WsaError host_gives(const GetCall& call, os::Option option) {
  if (call.bytes != policy::kDwordSize) return host_gives_byte(call, option);
  if (crosses_page(call.value, call.bytes)) return give_hosts_copy(call, option);
  const int error = os::get_option(call.socket.fd(), option, call.value, call.size);
  if (error == 0) return WsaError::none;
  // Below SOL_SOCKET the kernel writes the length first; a bad value must not leave it changed (K-13).
  const WsaError code = os::wsa_error(error);
  if (code == WsaError::fault) (void)os::store_program(call.size, call.given);
  return code;
}

void patch(const GetCall& call, std::uint32_t value) {
  std::memcpy(call.value, &value, static_cast<std::size_t>(call.bytes));
}

WsaError give_dword(const GetCall& call, std::uint32_t value) {
  const auto bytes = static_cast<std::size_t>(call.bytes);
  if (os::is_on_stack(call.value, bytes) || crosses_page(call.value, call.bytes)) {
    return give(call, &value);
  }
  const WsaError refused = host_gives(call, os::Option::type);
  if (refused == WsaError::none) patch(call, value);
  return refused;
}

WsaError give(const GetCall& call, const void* bytes) {
  const auto size = static_cast<std::size_t>(call.bytes);
  if (os::is_on_stack(call.value, size)) {
    if (!os::store_program(call.size, call.bytes)) return WsaError::fault;
    std::memcpy(call.value, bytes, size);
    return WsaError::none;
  }
  if (!os::write_program(call.value, bytes, size)) return WsaError::fault;
  return os::store_program(call.size, call.bytes) ? WsaError::none : WsaError::fault;
}

bool take(const SetCall& call, void* into) {
  const auto size = static_cast<std::size_t>(call.bytes);
  if (!os::is_on_stack(call.value, size)) return os::read_program(call.value, into, size);
  std::memcpy(into, call.value, size);
  return true;
}

bool take_dword(const SetCall& call, std::uint32_t& value) { return take(call, &value); }

bool take_switch(const SetCall& call, bool& on) {
  std::array<std::byte, sizeof(std::uint32_t)> bytes{};
  if (!take(call, bytes.data())) return false;
  on = policy::switch_is_on(std::span{bytes}.first(static_cast<std::size_t>(call.bytes)),
                            option_rules());
  return true;
}

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
