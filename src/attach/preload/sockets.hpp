// What the preloaded library does at each redirected call: one function each. Every one leaves errno as it
// found it and never makes the program's call fail.
//
// Keep-alive is driven inside the program by the engine, to the millisecond. Any thread, and any signal handler, as libc's
// own functions: signals wait while the engine is called.
#pragma once

namespace wsalive::attach::preload {

/// Before anything else: reads what `wsalive run` has ordered, and notes whose descriptors the books are about. A child of vfork
/// runs in its parent's memory with descriptors of its own: what it makes and closes is not written into them.
void take_orders() noexcept;

/// connect is about to make this descriptor a connection.
void take_connection(int fd) noexcept;

/// accept has given this descriptor, at that listener.
void take_accepted(int listener, int fd) noexcept;

/// listen: what is accepted inherits from the listener.
void take_listener(int fd) noexcept;

/// A descriptor is about to be closed.
void let_go(int fd) noexcept;

/// setsockopt of a socket that we hold. \return true if the program's call is answered with success and
/// nothing is done (force).
[[nodiscard]] bool withstand(int fd, int level, int name) noexcept;

/// setsockopt has changed a keep-alive value of the program's: ours are fitted around it, now, or when the socket is taken.
void program_has_set(int fd, int level, int name) noexcept;

/// getsockopt of a value that the engine keeps: what is in force, in the option's own unit, instead of the value
/// at which the kernel is parked. \return false if the kernel's answer is right.
[[nodiscard]] bool in_force(int fd, int level, int name, int& value) noexcept;

/// The program is about to do what no second thread may be there for: the kernel alone keeps what is kept now, and the
/// engine's thread is gone.
void be_alone() noexcept;

/// From now on no function of this header makes a system call: what was kept stays as it is, nothing more is taken.
void stand_back() noexcept;

}  // namespace wsalive::attach::preload
