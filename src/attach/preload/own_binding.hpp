// The library's own calls of the C library, bound past the program.
//
// The loader binds a library's calls to the first definition that it finds, and the program comes first: one that
// defines a `close`, `poll` or `pthread_mutex_lock` of its own would be called by the engine, under its locks. So the
// library binds its references to functions again, to the C library itself. Left as they are: memory functions, of
// which a process has one set, and data.
#pragma once

namespace wsalive::attach::preload {

/// Once, before anything else of the library runs. Functions that the C library does not have stay bound as they were.
void bind_own_calls() noexcept;

}  // namespace wsalive::attach::preload
