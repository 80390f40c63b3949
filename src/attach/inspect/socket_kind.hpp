// What a descriptor is that has no keep-alive of TCP's: in words, and what takes keep-alive's place there.
#pragma once

#include <string>

namespace wsalive::attach {

/// "a UDP socket: it has no connection, ...", "no socket", or for a TCP socket without a connection what became of that. As it
/// stands behind "it is"; without a full stop.
[[nodiscard]] std::string kind_words(int fd);

}  // namespace wsalive::attach
