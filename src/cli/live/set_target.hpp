// What `wsalive set` is given so that it sets some sockets and no other: a remedy that is copied must not touch more.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "cli/live/connections.hpp"

namespace wsalive::cli {

struct SetTarget {
  std::string words;  ///< "4711:5 4711:7", or "--program psql --to :5432"
  std::size_t touches =
      0;  ///< So many sockets: more than were meant where nothing shorter means them alone.
};

/// A few are named. Of many, what the question has chosen is narrowed down to a process, a program or a far end.
///
/// \param sockets  With owners; one at least. \param asked  What was chosen of which `all` was found.
[[nodiscard]] SetTarget set_target(std::span<const Connection* const> sockets,
                                   const Selection& asked, const Connections& all);

}  // namespace wsalive::cli
