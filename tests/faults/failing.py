"""For the scripts of this folder: harms of traced.py that let system calls fail. Numbers of calls and registers are x86-64's."""
import errno
import platform
import struct

import traced
from figures import Skip
from traced import LIBC, name_of

PEEK, POKE = 3, 6
RAX, R8, ORIG_RAX = 10, 9, 15
# Which do not come back, or tell of a failure in another way, or which do not fail while their arguments are right; and futex, for
# whose failures the C library ends the program.
NEVER = {12: "brk", 13: "rt_sigaction", 14: "rt_sigprocmask", 15: "rt_sigreturn", 24: "sched_yield", 39: "getpid", 60: "exit",
         110: "getppid", 158: "arch_prctl", 186: "gettid", 202: "futex", 218: "set_tid_address", 228: "clock_gettime", 231: "exit_group",
         273: "set_robust_list", 334: "rseq"}
WAITING = {0: "read", 1: "write", 7: "poll", 16: "ioctl", 35: "nanosleep", 44: "sendto", 45: "recvfrom", 46: "sendmsg",
           47: "recvmsg", 61: "wait4", 247: "waitid", 257: "openat", 317: "seccomp"}
OPENING = {41: "socket", 53: "socketpair", 72: "fcntl", 257: "openat", 289: "signalfd4", 293: "pipe2", 317: "seccomp",
           319: "memfd_create", 321: "bpf", 434: "pidfd_open", 438: "pidfd_getfd"}
SENDTO, AF_UNIX = 44, 1
MMAP, MUNMAP = 9, 11


def need_known_numbers():
    if platform.machine() != "x86_64":
        raise Skip("numbers of system calls are known for x86-64")


def call_of(who):
    return LIBC.ptrace(PEEK, who, ORIG_RAX * 8, None)


def errors_of(call):
    """Which a kernel, a filter of system calls or a security module may give."""
    if call in NEVER:
        return []
    found = [errno.ENOMEM, errno.EPERM, errno.ENOSYS]
    if call in OPENING:
        found += [errno.EMFILE, errno.ENFILE]
    if call in WAITING:
        found.append(errno.EINTR)
    return found


def fail_now(who, error):
    """The call is not made. \\return what to do at its end."""
    LIBC.ptrace(POKE, who, ORIG_RAX * 8, -1)
    return lambda: LIBC.ptrace(POKE, who, RAX * 8, -error)


def failing(turn):
    """Before call N: it fails, with the (N + turn)th of its errors."""
    def harm(who_is_traced, who):
        call = call_of(who)
        errors = errors_of(call)
        if not errors:
            return None
        error = errors[(who_is_traced.harm_at + turn) % len(errors)]
        who_is_traced.did = f"call {call}: {errno.errorcode[error]}"
        who_is_traced.harmed_loader = call == MMAP and who_is_traced.loads
        return fail_now(who, error)
    harm.__doc__ = "errors"
    return harm


def is_said_to_the_log(who):
    """A datagram to /dev/log."""
    if call_of(who) != SENDTO:
        return False
    address = LIBC.ptrace(PEEK, who, R8 * 8, None)
    try:
        with open(f"/proc/{who}/mem", "rb") as memory:
            memory.seek(address)
            return memory.read(11) == struct.pack("H", AF_UNIX) + b"/dev/log\0"
    except OSError:
        return False


class Failing(traced.Traced):
    """Calls fail for once, before call `harm_at`, or in each keeper always: those for which `fails(call)` gives an error."""

    def __init__(self, *arguments, fails=None, **more):
        self.logged = False
        self.loads = True  # The first program's loader is at work: its first munmap is nearly its last call.
        self.harmed_loader = False  # It got no memory. A loader may end by itself then, by a signal and without a word.
        self._fails = fails
        super().__init__(*arguments, **more)

    def _at_a_call(self, who):
        begins = who not in self._calling
        super()._at_a_call(who)
        if not begins:
            return
        self.logged = self.logged or is_said_to_the_log(who)
        self.loads = self.loads and call_of(who) != MUNMAP
        error = self._fails and self._is_it and name_of(who) == "wsalive-keeper" and self._fails(call_of(who))
        if error:
            self.harmed += 1
            self._calling[who] = fail_now(who, error)
