#include "winsock/overlapped/extension_functions.hpp"

#include "mswsock.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "os/memory/program_memory.hpp"
#include "winsock/options/control_options.hpp"
#include "winsock/transfer/messages.hpp"
#include "winsock/transfer/transfer.hpp"

namespace wsalive::winsock {
namespace {

using Function = void (*)();

struct FunctionRow {
  GUID id;
  Function function;
};

template <typename T>
Function as_function(T* function) {
  return reinterpret_cast<Function>(function);
}

const std::array kFunctions{
    // clang-format off
    FunctionRow{WSAID_ACCEPTEX,             as_function(AcceptEx)},
    FunctionRow{WSAID_CONNECTEX,            as_function(ConnectEx)},
    FunctionRow{WSAID_DISCONNECTEX,         as_function(DisconnectEx)},
    FunctionRow{WSAID_GETACCEPTEXSOCKADDRS, as_function(GetAcceptExSockaddrs)},
    FunctionRow{WSAID_TRANSMITFILE,         as_function(TransmitFile)},
    FunctionRow{WSAID_TRANSMITPACKETS,      as_function(TransmitPackets)},
    FunctionRow{WSAID_WSAPOLL,              as_function(WSAPoll)},
    FunctionRow{WSAID_WSARECVMSG,           as_function(receive_msg)},
    FunctionRow{WSAID_WSASENDMSG,           as_function(WSASendMsg)},
    // clang-format on
};

}  // namespace

WsaError give_extension_function(const IoctlCall& call, std::uint32_t& written) {
  GUID asked;
  if (call.buffers.in_size < sizeof asked || call.buffers.out_size < sizeof(Function)) {
    return WsaError::fault;
  }
  if (!os::load_program(static_cast<const GUID*>(call.buffers.in), asked)) return WsaError::fault;
  const auto* const row = std::ranges::find_if(kFunctions, [&](const FunctionRow& each) {
    return std::memcmp(&each.id, &asked, sizeof asked) == 0;
  });
  if (row == kFunctions.end()) return WsaError::invalid_argument;
  if (!os::store_program(static_cast<Function*>(call.buffers.out), row->function)) {
    return WsaError::fault;
  }
  // What comes from now on may be asked for its destination.
  const bool tells = row->function == as_function(receive_msg) && has_messages(call.socket);
  if (tells) ask_for_destination(call.socket);
  written = sizeof(Function);
  return WsaError::none;
}

}  // namespace wsalive::winsock
