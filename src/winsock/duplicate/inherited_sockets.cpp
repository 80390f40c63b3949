#include "winsock/duplicate/inherited_sockets.hpp"

#include <cstring>
#include <map>
#include <span>
#include <utility>

#include "engine/engine.hpp"
#include "winsock/connection/connection.hpp"
#include "winsock/duplicate/socket_snapshot.hpp"
#include "winsock/entered.hpp"
#include "winsock/runtime.hpp"

namespace wsalive::winsock {
namespace {

using kernel::InheritedSocket;

InheritedSocket describe(Socket& socket) {
  InheritedSocket heir{.descriptor = socket.fd()};
  settle_phase(socket);
  SocketSnapshot state = snapshot_of(socket);
  if (socket.is_tcp()) {
    const engine::SharedConnection shared = runtime().engine().share(socket.fd());
    state.course = shared.course;
    heir.attached_descriptor = shared.lock_file;
  }
  const auto bytes = std::as_bytes(std::span{&state, 1});
  heir.note.assign(bytes.begin(), bytes.end());
  socket.own_mode.store(true, std::memory_order_release);
  return heir;
}

/// Lock files by the numbers under which they came: several sockets may have come with one.
using LockFiles = std::map<int, Fd>;

/// \return false if the note is another version's: the descriptor alone must tell then.
bool open_as_noted(const InheritedSocket& heir, LockFiles& lock_files) {
  SocketSnapshot state;
  if (heir.note.size() != sizeof state) return false;
  std::memcpy(&state, heir.note.data(), sizeof state);
  if (!state.is_understood()) return false;
  Socket* const socket = Socket::open(heir.descriptor, state.traits);
  if (!socket) return true;
  restore(*socket, state);
  socket->shared = false;
  socket->own_mode = true;
  if (socket->is_tcp()) {
    Fd lock_file;
    if (runtime().engine().needs_lock_file(state.course)) {
      lock_file = std::move(lock_files[heir.attached_descriptor]);
    }
    runtime().engine().stand_by(socket->fd(), state.course, std::move(lock_file));
  }
  return true;
}

}  // namespace

std::vector<InheritedSocket> sockets_for_child() {
  std::vector<InheritedSocket> heirs;
  Socket::for_each([&](const Socket& socket) {
    const Entered entered{static_cast<Handle>(socket.fd())};  // It is not closed meanwhile.
    if (entered.socket() && entered.socket()->inheritable) {
      heirs.push_back(describe(*entered.socket()));
    }
  });
  return heirs;
}

void open_inherited_sockets() {
  const std::vector<InheritedSocket> heirs = kernel::take_inherited_sockets();
  LockFiles lock_files;
  for (const InheritedSocket& heir : heirs) {
    if (heir.attached_descriptor >= 0)
      lock_files.try_emplace(heir.attached_descriptor, Fd{heir.attached_descriptor});
  }
  for (const InheritedSocket& heir : heirs) {
    if (!open_as_noted(heir, lock_files)) static_cast<void>(adopt_descriptor(heir.descriptor));
  }
}

}  // namespace wsalive::winsock
