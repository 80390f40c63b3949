// WSAEnumProtocols: the catalog, or the rows of it that a list of protocol numbers names.

#include <winsock2.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "os/memory/program_memory.hpp"
#include "winsock/call.hpp"
#include "winsock/names/protocol_catalog.hpp"

namespace wsalive::winsock {
namespace {

/// A program's list up to its 0; nullopt if that is not in memory.
std::optional<std::vector<int>> read_list(const int* list) {
  constexpr std::size_t kLongest = 1024;
  std::vector<int> numbers;
  while (numbers.size() < kLongest) {
    int number = 0;
    if (!os::load_program(list + numbers.size(), number)) return std::nullopt;
    if (number == 0) return numbers;
    numbers.push_back(number);
  }
  return std::nullopt;
}

std::vector<const ProtocolRow*> rows_among(const std::optional<std::vector<int>>& numbers) {
  std::vector<const ProtocolRow*> rows;
  for (const ProtocolRow& row : kProtocols) {
    if (!numbers || std::ranges::find(*numbers, row.protocol) != numbers->end()) {
      rows.push_back(&row);
    }
  }
  return rows;
}

template <typename Info>
WsaError enumerate(const int* list, Info* place, LPDWORD length, int& count) {
  if (const WsaError refusal = runtime().refusal(); refusal != WsaError::none) return refusal;
  DWORD room = 0;
  if (!os::load_program(length, room)) return WsaError::fault;
  std::optional<std::vector<int>> numbers;
  if (list) {
    numbers = read_list(list);
    if (!numbers) return WsaError::fault;
  }
  std::vector<Info> infos;
  for (const ProtocolRow* const row : rows_among(numbers)) {
    infos.push_back(protocol_info<Info>(*row));
  }
  const std::size_t size = infos.size() * sizeof(Info);
  if (!place || room < size) {
    const bool told = os::store_program(length, static_cast<DWORD>(size));
    return told ? WsaError::no_buffers : WsaError::fault;
  }
  if (!os::is_writable(length, sizeof *length)) return WsaError::fault;
  if (!os::write_program(place, infos.data(), size)) return WsaError::fault;
  count = static_cast<int>(infos.size());
  return os::store_program(length, static_cast<DWORD>(size)) ? WsaError::none : WsaError::fault;
}

template <typename Info>
int answer(const int* list, Info* place, LPDWORD length) noexcept {
  int count = 0;
  const WsaError refused = guarded([&] { return enumerate(list, place, length, count); });
  return refused == WsaError::none ? count : finish(refused);
}

}  // namespace

const ProtocolRow* protocol_row(int family, int type) noexcept {
  const auto* const row = std::ranges::find_if(kProtocols, [=](const ProtocolRow& candidate) {
    return candidate.family == family && candidate.type == type;
  });
  return row != kProtocols.end() ? row : nullptr;
}

}  // namespace wsalive::winsock

int WSAEnumProtocolsA(LPINT lpiProtocols, LPWSAPROTOCOL_INFOA lpProtocolBuffer,
                      LPDWORD lpdwBufferLength) {
  return wsalive::winsock::answer(lpiProtocols, lpProtocolBuffer, lpdwBufferLength);
}
int WSAEnumProtocolsW(LPINT lpiProtocols, LPWSAPROTOCOL_INFOW lpProtocolBuffer,
                      LPDWORD lpdwBufferLength) {
  return wsalive::winsock::answer(lpiProtocols, lpProtocolBuffer, lpdwBufferLength);
}
