// Where engines come from.
#pragma once

#include <cstdint>
#include <memory>

#include "base/clock.hpp"
#include "engine/engine.hpp"
#include "engine/probe_driver.hpp"

namespace wsalive::engine {

/// A new engine over this kernel and this clock, which must outlive it. Tests make their own; two
/// engines must not serve one descriptor.
[[nodiscard]] std::unique_ptr<Engine> make_engine(Host& host, const Clock& clock);

/// The same with other parts: the ticks, and how long TCP_KEEPIDLE may be.
[[nodiscard]] std::unique_ptr<Engine> make_engine(const DriverParts& parts, const Clock& clock);

/// The engine of this process, over Linux and the real clock: made by the first call, never
/// destroyed, so that it serves until the process ends. Any thread.
[[nodiscard]] Engine& process_engine();

// By which functions this process' programs use the engine, for the published table: who looks from outside learns whose
// errors a program gets.

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
