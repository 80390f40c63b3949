// What the engine of one process tells that of another about a connection that both have.
#pragma once

#include <cstdint>

#include "engine/slot.hpp"

namespace wsalive::engine {

struct SharedCourse {
  std::uint64_t cookie = 0;   ///< 0: the connection is not driven, and there is nothing to tell.
  std::uint64_t lock_id = 0;  ///< Of the lock file that decides who drives.
  Times times;
  Course course;
  std::uint16_t backstop_idle = 0;
};

/// The same with the lock file's descriptor, which stays the engine's.
struct SharedConnection {
  SharedCourse course;
  int lock_file = -1;
};

}  // namespace wsalive::engine
