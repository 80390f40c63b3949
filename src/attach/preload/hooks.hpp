// The preloaded library's hooks, one for each redirected call. A hook preserves errno and never makes the program's call fail.
//
// The engine drives keep-alive inside the program, to the millisecond. Any thread and any signal handler may call a hook, as
// they may call libc: signals are blocked while the engine runs.
#pragma once

namespace wsalive::attach::preload {

/// Before any other hook: reads the settings of `wsalive run`, and notes which process the records are about. A child of vfork
/// runs in its parent's memory with descriptors of its own: the hooks do not record what it opens and closes.
void initialize() noexcept;

/// connect is about to use this descriptor.
void before_connect(int fd) noexcept;

/// accept has returned this descriptor for that listener.
void after_accept(int listener, int fd) noexcept;

/// listen is about to use this descriptor; accepted connections inherit from it.
void before_listen(int fd) noexcept;

/// A descriptor is about to be closed.
void before_close(int fd) noexcept;

/// Whether setsockopt of this option is to report success and do nothing, because our values take precedence (force).
[[nodiscard]] bool overrides_program(int fd, int level, int name) noexcept;

/// setsockopt has changed a keep-alive value: the others are fitted around it, now or when the library takes the socket.
void after_setsockopt(int fd, int level, int name) noexcept;

/// getsockopt of a value that the engine keeps: the value in force, in the option's own unit, in place of the value that the
/// engine has left in the kernel. \return false if the kernel's answer is right.
[[nodiscard]] bool in_force(int fd, int level, int name, int& value) noexcept;

/// The program is about to make a call that requires a single thread: hands all connections to the kernel and ends the engine's
/// thread.
void stop_engine_thread() noexcept;

/// From now on no hook makes a system call: connections stay as they are, and the library takes no others.
void disable() noexcept;

// The library's own calls of the C library, bound past the program.
//
// The loader binds a library's calls to the first definition that it finds, and the program comes first. If the program defines
// its own `close`, `poll` or `pthread_mutex_lock`, the engine would call that, under its locks. So the library rebinds its
// references to functions to the C library itself, except memory functions, of which a process has one set, and data.

/// Once, before any other code of the library runs. Functions that the C library does not have keep their binding.
void bind_own_calls() noexcept;

}  // namespace wsalive::attach::preload
