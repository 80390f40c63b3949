// Handles that a child process inherits: the same numbers, leading to the same objects.
//
// A child inherits an object by its descriptor (Object::inheritable_descriptor) under the same number. A block of memory, which
// the child inherits too and whose number the environment names, lists what each descriptor is. The child reads the block
// before its main() and opens the handles. Its first WSAStartup opens the sockets, in the state that the layer above has noted
// for each.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "base/owned.hpp"
#include "base/result.hpp"
#include "kernel/handle_table.hpp"

namespace wsalive::kernel {

/// HANDLE_FLAG_INHERIT.
inline constexpr std::uint32_t kInherit = 1;

/// A socket that a child inherits.
struct InheritedSocket {
  int descriptor = -1;
  /// A descriptor that goes with it, -1 for none; several sockets may share one.
  int attached_descriptor = -1;
  std::vector<std::byte> note{};  ///< The socket's state, in the form of the layer above.
};

/// What one child inherits, kept open until the child has been started.
struct Inheritance {
  std::vector<int> descriptors;  ///< Empty: nothing.
  std::string variable;          ///< NAME=VALUE for its environment.
  Fd block;
  std::vector<HandleTable::OpenHandle> kept;
};

/// Collects the handles that are marked kInherit and have a descriptor, and these sockets. Throws std::bad_alloc.
[[nodiscard]] Result<Inheritance> collect_inheritance(std::span<const InheritedSocket> sockets);

/// Opens the inherited handles, once, at the program's start.
void take_inheritance() noexcept;

/// The inherited sockets and their attached descriptors, once; the caller owns them from then on. Throws std::bad_alloc.
[[nodiscard]] std::vector<InheritedSocket> take_inherited_sockets();

}  // namespace wsalive::kernel
