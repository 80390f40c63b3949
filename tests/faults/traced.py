"""Follows a program and all that it starts through their system calls (ptrace), and harms the process that is about to make call number
N: with N over all of them, no moment is left to luck, and nothing that was started is overlooked.

A harm is a function of the traced program and of the process, or thread, that is about to make the call. What it returns, if it
is a function, is called at the end of that call; a number is for how many seconds the call is held back.
"""
import contextlib
import ctypes
import os
import signal
import tempfile
import time

from figures import Dead, Skip, expect

LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.ptrace.argtypes = (ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p)
LIBC.ptrace.restype = ctypes.c_long
TRACEME, SYSCALL, SETOPTIONS = 0, 24, 0x4200
SYSGOOD, FORK, VFORK, CLONE, EXEC, EXITKILL = 1, 2, 4, 8, 16, 1 << 20
FOLLOW_ALL = SYSGOOD | FORK | VFORK | CLONE | EXEC | EXITKILL
AT_A_CALL = signal.SIGTRAP | 0x80
EXEC_EVENT = 4
PATIENCE_S = 30
WALL = 0x40000000
DELAY_S = 0.03


def kill(_traced, who):
    """it is killed"""
    os.kill(who, signal.SIGKILL)


def end_the_group(traced, _who):
    """its group is asked to end"""
    with contextlib.suppress(ProcessLookupError):  # The program has ended; a keeper clears up.
        os.killpg(traced.pid, signal.SIGTERM if traced.harm_at % 2 else signal.SIGINT)


def delay(_traced, _who):
    """it is held back"""
    return DELAY_S


def name_of(who):
    try:
        with open(f"/proc/{who}/comm", encoding="utf-8", errors="replace") as file:
            return file.read().strip()
    except OSError:
        return ""


class Traced:
    """One program that has ended, with everything that it started; `harm` was called before call `harm_at`, or before each
    call to which `is_harmed(number, who)` says so. Only calls of processes of the name `of` are counted, where one is given."""

    def __init__(self, words, harm=None, harm_at=0, env=None, prepare=lambda: None, of=None, is_harmed=None):
        self.calls = 0  # As many as were begun.
        self.harmed = 0  # Of these.
        self.victim = None  # The process whose call it was.
        self.victim_name = None
        self.status = None  # As subprocess has it: of the process that was started.
        self._harm, self.harm_at, self._of = harm, harm_at, of
        self._is_harmed = is_harmed or (lambda number, _: number == harm_at)
        self._calling = {}  # Who has been stopped at the beginning of a call, and what is called at its end.
        self._held = {}  # Who is held back, and until when.
        self._known = set()
        self._is_it = False  # The program, no longer the child that executes it.
        self.did = harm.__doc__ if harm else "nothing"
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
            names = ", ".join(f"{who} {name_of(who)}" for who in sorted(alive))
            raise Dead(f"{name}: {self.did}, call {self.harm_at} of {self.victim_name}: these stay behind: {names}")
        before = signal.signal(signal.SIGALRM, too_late)
        signal.alarm(PATIENCE_S)
        try:
            while alive:
                who, status = self._wait()
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

    def _wait(self):
        """Waits for a process that stops or ends; meanwhile those that were delayed long enough go on."""
        while self._held:
            found = os.waitpid(-1, WALL | os.WNOHANG)
            if found[0]:
                self._held.pop(found[0], None)
                return found
            for who, until in list(self._held.items()):
                if time.monotonic() >= until:
                    del self._held[who]
                    LIBC.ptrace(SYSCALL, who, None, None)
            time.sleep(0.001)
        return os.waitpid(-1, WALL)

    def _go_on(self, who, status):
        number, event = os.WSTOPSIG(status), status >> 16
        pass_on = 0
        if number == AT_A_CALL:
            self._at_a_call(who)
        elif number == signal.SIGSTOP and who not in self._known:
            pass  # How one that is new begins.
        elif event == EXEC_EVENT:
            self._is_it = True
        elif event == 0 and number != signal.SIGTRAP:
            pass_on = number
        self._known.add(who)
        if who not in self._held:
            LIBC.ptrace(SYSCALL, who, None, pass_on)

    def _at_a_call(self, who):
        if who in self._calling:
            at_its_end = self._calling.pop(who)
            if at_its_end:
                at_its_end()
            return
        self._calling[who] = None
        if not self._is_it or (self._of and name_of(who) != self._of):
            return
        self.calls += 1
        if self._harm and self._is_harmed(self.calls, who):
            self._do_harm(who)

    def _do_harm(self, who):
        self.harmed += 1
        self.victim, self.victim_name = process_of(who), name_of(who)
        more = self._harm(self, who)
        if callable(more):
            self._calling[who] = more
        elif more:
            self._held[who] = time.monotonic() + more


def process_of(thread):
    """What kills a thread kills its process."""
    with open(f"/proc/{thread}/status", encoding="utf-8") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("Tgid:"))


def at_each_call(words, harm, check, env=None, steps=0, after_whole=lambda: None, prepare=lambda: None, of=None, kind=Traced):
    """Harms before one call after the other, before about `steps` of them or before each; `check` judges every outcome, and
    tells how many programs and connections were alive then. Their sums are returned. Where only some are tried, these are
    not the loader's, which makes the first."""
    whole = Traced(words, env=env, prepare=prepare, of=of)
    expect(whole.status == 0, f"{' '.join(words)} ended with {whole.status}: {whole.stderr}")
    after_whole()
    first = max(1, Traced([words[0], "--version"], env=env).calls - 8) if steps and not of else 1
    stride = max(1, (whole.calls - first) // steps) if steps else 1
    tried = programs = connections = 0
    for number in range(first, whole.calls + 1, stride):
        done = kind(words, harm, number, env, prepare, of)
        if done.victim is None:
            continue  # Fewer calls this time.
        alive = check(done)
        tried, programs, connections = tried + 1, programs + alive[0], connections + alive[1]
    expect(tried > 0, f"{' '.join(words)}: no call was reached")
    return programs, connections


def with_delays(words, every, runs, check, env=None, prepare=lambda: None):
    """Holds back every `every`th call, from another first one in each of the runs; `check` as above."""
    programs = connections = 0
    for first in range(0, every, every // runs):
        done = Traced(words, delay, first, env, prepare, is_harmed=lambda number, _, first=first: number % every == first)
        expect(done.harmed > 0, f"{' '.join(words)}: no call was held back")
        alive = check(done)
        programs, connections = programs + alive[0], connections + alive[1]
    return programs, connections
