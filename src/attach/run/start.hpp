// How `wsalive run` brings a service beside a program.
//
//     the process that was started: executes the program, and so keeps its number, its parent, its descriptors
//     keeper ─ second keeper: no children of it, in sessions of their own (run/keeper.hpp)
//
// or, where that cannot be (run/front.hpp):
//
//     front: the process that was started
//     └─ the program, with keepers as above
#pragma once

#include <cstdint>

#include "attach/run/keeper_service.hpp"
#include "attach/run/line.hpp"

namespace wsalive::attach {

enum class Shape : std::uint8_t {
  become,             ///< This process executes the program.
  front,              ///< A child of it does; this one passes signals on and reaps.
  front_that_serves,  ///< The same, and only it and what is above a program may reach into it.
};

/// What this process may be: `front` as process 1 and as a subreaper, else `become`.
[[nodiscard]] Shape natural_shape() noexcept;

/// Starts what stands beside, and returns in the process that is to execute the program; a front does not return.
/// On failure nothing is left behind.
///
/// Thread  The process must have one thread.
[[nodiscard]] tl::expected<void, StartError> stand_beside(KeeperService& service, Shape shape);

}  // namespace wsalive::attach
