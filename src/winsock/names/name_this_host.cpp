// gethostname and GetHostNameW: this machine's name, whole or not at all.

#include <winsock2.h>

#include "os/names/resolver.hpp"
#include "winsock/call.hpp"
#include "winsock/guarded.hpp"
#include "winsock/names/program_text.hpp"

namespace wsalive::winsock {
namespace {

template <typename Char>
int give_host_name(Char* place, int room) {
  return finish(guarded([&] {
    if (const WsaError refusal = runtime().refusal(); refusal != WsaError::none) return refusal;
    const auto text = for_program<Char>(os::host_name());
    if (room <= static_cast<int>(text.size())) return WsaError::fault;
    return write_text(place, text) ? WsaError::none : WsaError::fault;
  }));
}

}  // namespace
}  // namespace wsalive::winsock

int gethostname(char* name, int namelen) { return wsalive::winsock::give_host_name(name, namelen); }
int GetHostNameW(PWSTR name, int namelen) {
  return wsalive::winsock::give_host_name(name, namelen);
}
