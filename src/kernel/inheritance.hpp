// Handles that a child process inherits: the same numbers, leading to the same objects.
//
// An object passes to a child by a descriptor (Object::inheritable_descriptor) under the same number. What each one is stands in a
// block of memory that is handed down too, and the environment names it. The child reads the block before its
// main() and opens the handles; its sockets become its own at its first WSAStartup, as what the layer above has noted
// of each says.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "base/fd.hpp"
#include "base/result.hpp"
#include "kernel/handle_table.hpp"

namespace wsalive::kernel {

/// HANDLE_FLAG_INHERIT.
inline constexpr std::uint32_t kInherit = 1;

/// A socket that passes to a child.
struct InheritedSocket {
  int descriptor = -1;
  int attached_descriptor =
      -1;  ///< A descriptor that goes with it; several sockets may share one. -1: none.
  std::vector<std::byte> note{};  ///< What else the child is to know of it.
};

/// What one child is to get, kept open until it has been started.
struct Inheritance {
  std::vector<int> descriptors;  ///< Empty: nothing.
  std::string variable;          ///< NAME=VALUE for its environment.
  Fd block;
  std::vector<HandleTable::OpenHandle> kept;
};

/// All handles that are marked kInherit and have a descriptor, and these sockets. Throws std::bad_alloc.
[[nodiscard]] Result<Inheritance> collect_inheritance(std::span<const InheritedSocket> sockets);

/// Opens what the parent has handed down, once, at the program's start.
void take_inheritance() noexcept;

/// The sockets among it, once, with the descriptors attached to them; the caller's from now on. Throws std::bad_alloc.
[[nodiscard]] std::vector<InheritedSocket> take_inherited_sockets();

}  // namespace wsalive::kernel
