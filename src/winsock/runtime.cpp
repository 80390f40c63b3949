#include "winsock/runtime.hpp"

#include "engine/face.hpp"
#include "engine/make_engine.hpp"

namespace wsalive::winsock {
constinit detail::RuntimeStorage detail::runtime_storage;

constinit thread_local int Runtime::calls_in_progress_ = 0;

// NOLINTNEXTLINE(readability-convert-member-functions-to-static): a part of the object to its users.
engine::Engine& Runtime::engine() noexcept {
  engine::note_face(engine::Face::windows);
  return engine::process_engine();
}

}  // namespace wsalive::winsock
