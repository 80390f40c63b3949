"""Follows a program and all that it starts through their system calls (ptrace), and harms whoever is about to make call number
N: with N over all of them, no moment is left to luck, and nothing that was started is overlooked.
"""
import contextlib
import ctypes
import os
import signal
import tempfile

from figures import Dead, Skip, expect

LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.ptrace.argtypes = (ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p)
LIBC.ptrace.restype = ctypes.c_long
TRACEME, SYSCALL, SETOPTIONS = 0, 24, 0x4200
SYSGOOD, FORK, VFORK, CLONE, EXEC, EXITKILL = 1, 2, 4, 8, 16, 1 << 20
FOLLOW_ALL = SYSGOOD | FORK | VFORK | CLONE | EXEC | EXITKILL
AT_A_CALL = signal.SIGTRAP | 0x80
PATIENCE_S = 30


def kill(_traced, who):
    """it is killed"""
    os.kill(who, signal.SIGKILL)


def end_the_group(traced, _who):
    """its group is asked to end"""
    with contextlib.suppress(ProcessLookupError):  # The program has ended; a keeper clears up.
        os.killpg(traced.pid, signal.SIGTERM)


class Traced:
    """One program that has ended, with everything that it started; `harm(traced, who)` was called before call `harm_at`."""

    def __init__(self, words, harm=None, harm_at=0, env=None, prepare=lambda: None):
        self.calls = 0  # As many as were begun, by all of them.
        self.victim = None  # The process whose call it was.
        self.status = None  # As subprocess has it: of the process that was started.
        self._harm, self.harm_at = harm, harm_at
        self._calling = set()  # Who has been stopped at the beginning of a call.
        self._known = set()
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
            self.pid = self._start(words, env or os.environ, out, errors, prepare)
            self._follow(" ".join(words))
            out.seek(0)
            errors.seek(0)
            self.stdout, self.stderr = out.read(), errors.read()

    @property
    def first_was_killed(self):
        return self.victim == self.pid

    @staticmethod
    def _start(words, env, out, errors, prepare):
        pid = os.fork()
        if pid == 0:
            try:
                os.setsid()
                prepare()
                os.dup2(os.open("/dev/null", os.O_RDONLY), 0)
                os.dup2(out.fileno(), 1)
                os.dup2(errors.fileno(), 2)
                if LIBC.ptrace(TRACEME, 0, None, None) == 0:
                    os.kill(os.getpid(), signal.SIGSTOP)
                    os.execve(words[0], words, env)
            finally:
                os._exit(125)
        status = os.waitpid(pid, 0)[1]
        if not os.WIFSTOPPED(status):
            raise Skip("no program may be traced here")
        if LIBC.ptrace(SETOPTIONS, pid, None, FOLLOW_ALL) != 0:
            raise Dead(f"cannot follow a program: {os.strerror(ctypes.get_errno())}")
        LIBC.ptrace(SYSCALL, pid, None, None)
        return pid

    def _follow(self, name):
        self._known.add(self.pid)
        alive = {self.pid}

        def too_late(*_):
            raise Dead(f"{name}: call {self.harm_at}: these stay behind: {sorted(alive)}")
        before = signal.signal(signal.SIGALRM, too_late)
        signal.alarm(PATIENCE_S)
        try:
            while alive:
                who, status = os.waitpid(-1, 0x40000000)  # __WALL
                alive.add(who)
                if os.WIFSTOPPED(status):
                    self._go_on(who, status)
                    continue
                alive.discard(who)
                if who == self.pid:
                    self.status = os.waitstatus_to_exitcode(status)
        except ChildProcessError:
            pass
        finally:
            signal.alarm(0)
            signal.signal(signal.SIGALRM, before)

    def _go_on(self, who, status):
        number, event = os.WSTOPSIG(status), status >> 16
        pass_on = 0
        if number == AT_A_CALL:
            self._at_a_call(who)
        elif number == signal.SIGSTOP and who not in self._known:
            pass  # How one that is new begins.
        elif event == 0 and number != signal.SIGTRAP:
            pass_on = number
        self._known.add(who)
        LIBC.ptrace(SYSCALL, who, None, pass_on)

    def _at_a_call(self, who):
        if who in self._calling:  # Its end.
            self._calling.discard(who)
            return
        self._calling.add(who)
        self.calls += 1
        if self.calls == self.harm_at:
            self.victim = process_of(who)
            self._harm(self, who)


def process_of(thread):
    """What kills a thread kills its process."""
    with open(f"/proc/{thread}/status", encoding="utf-8") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("Tgid:"))


def at_each_call(words, harm, check, env=None, steps=0, after_whole=lambda: None, prepare=lambda: None):
    """Harms before one call after the other, before about `steps` of them or before each; `check` judges every outcome.
    The number of them is returned."""
    whole = Traced(words, env=env, prepare=prepare)
    expect(whole.status == 0, f"{' '.join(words)} ended with {whole.status}: {whole.stderr}")
    after_whole()
    stride = max(1, whole.calls // steps) if steps else 1
    tried = 0
    for number in range(1, whole.calls + 1, stride):
        done = Traced(words, harm, number, env, prepare)
        if done.victim is None:
            continue  # Fewer calls this time.
        check(done)
        tried += 1
    return tried
