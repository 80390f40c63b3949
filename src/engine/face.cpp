#include "engine/face.hpp"

#include <atomic>

namespace wsalive::engine {
namespace {

constinit std::atomic<std::uint32_t> noted{0};

}  // namespace

void note_face(Face face) noexcept {
  const auto bit = static_cast<std::uint32_t>(face);
  if ((faces() & bit) == 0) noted.fetch_or(bit, std::memory_order_relaxed);
}

std::uint32_t faces() noexcept { return noted.load(std::memory_order_relaxed); }

}  // namespace wsalive::engine
