// By which functions this process' programs use the engine, for the published table: who looks from outside learns whose
// errors a program gets.
#pragma once

#include <cstdint>

namespace wsalive::engine {

/// Bits of PublishedHeader::faces.
enum class Face : std::uint32_t {
  windows = 1,  ///< Winsock's: WSA codes.
  linux_ = 2,   ///< Plain descriptors, by preload or the C++ interface: errno.
};

/// Any thread; for as long as the process lives.
void note_face(Face face) noexcept;

/// Those that were noted.
[[nodiscard]] std::uint32_t faces() noexcept;

}  // namespace wsalive::engine
