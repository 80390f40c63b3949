#!/usr/bin/env python3
"""System calls of `wsalive run`, `set`, `attach` and of all that they start fail: without memory, rights or descriptors,
by a filter, or interrupted. The program runs with our values, or without and it is said, or is refused in words; nothing hangs,
nothing that was started stays, and no program is killed.

    tests/faults/errors.py [--quick]
"""
import errno
import os
import socket
import subprocess
import sys

import failing
import figures
from failing import Failing, failing as it_fails
from figures import BINARY, QUICK, Skip, expect, figure
from running import ENVIRONMENT, OURS, TIMES, keepers, take_groups_away, until, ways
from subjects import AttachedGroup, Listener, SetConnections, at_each_call, become_subreaper, run_words

STEPS = 16 if QUICK else 0
TURNS = 1 if QUICK else 2
TURNS_OF_KEEPERS = 1 if QUICK else 6  # As many as a call has errors.
PROGRAM = "own_values"
DEFAULTS = b"0 "


def is_loaders(done):
    """The command's loader has ended it, before the command could print anything."""
    if done.stdout or done.stderr.startswith(b"wsalive:"):
        return False
    return done.status == 127 and bool(done.stderr) or done.status < 0 and done.harmed_loader


def judge_run(listener, way, done):
    """\\return how many programs and connections there were."""
    case = (f"run --via {way}: {done.did}, the {done.harm_at}th, of {done.victim_name}: it ended with {done.status}, "
            f"{done.stdout!r}, {done.stderr!r}")
    made = listener.take_all()
    if done.victim_name == PROGRAM:  # It is the program's own call, or its loader's.
        # A loader may end by itself where it gets no memory (mmap, brk).
        expect(done.status >= 0 or done.did.startswith("call 9:"), case)
        return 1, made
    is_refused = done.status in (3, 4, 5, 126, 127) and not done.stdout and b"wsalive: cannot run " in done.stderr
    if is_refused or is_loaders(done):
        return 0, made
    expect(done.status == 0, case)
    expect(done.stdout == OURS or (done.stdout.startswith(DEFAULTS) and (done.logged or done.stderr)), case)
    return 1, made


def run(front=False, of=None):
    """A part: each call of `run` fails, or of its keepers alone."""
    def played():
        failing.need_known_numbers()
        programs = connections = 0
        with Listener() as listener:
            for way in ways():
                if of and way == "preload":
                    continue  # It has no keepers.
                for turn in range(TURNS_OF_KEEPERS if of else TURNS):
                    counts = at_each_call(run_words(way, listener), it_fails(turn),
                                          lambda done, way=way: judge_run(listener, way, done), steps=STEPS, of=of,
                                          prepare=become_subreaper if front else lambda: None, kind=Failing)
                    programs, connections = programs + counts[0], connections + counts[1]
        figure(f"calls of {'the keepers' if of else 'run'}{' behind a front' if front else ''} fail", programs, connections)
    played.__name__ = f"calls_of_{'the_keepers' if of else 'run'}{'_behind_a_front' if front else ''}_fail"
    return played


# Of the keepers, always: what no retry helps against.
ALWAYS = {"open /dev/null": {257: errno.ENOENT}, "open": {257: errno.EMFILE}, "pidfd_open": {434: errno.EMFILE},
          "pidfd_getfd": {438: errno.EMFILE}, "close_range": {436: errno.ENOSYS}, "fork": {56: errno.EAGAIN, 57: errno.EAGAIN},
          "waitid": {247: errno.EINTR}, "getsockopt": {55: errno.ENOMEM}, "setsockopt": {54: errno.EPERM},
          "ioctl": {16: errno.ENOSYS}, "prctl": {157: errno.EPERM}, "chdir and setsid": {80: errno.EPERM, 112: errno.EPERM}}


def calls_of_the_keepers_always_fail():
    failing.need_known_numbers()
    programs = connections = 0
    with Listener() as listener:
        for way in (way for way in ways() if way != "preload"):
            for what, table in ALWAYS.items():
                for front in (False,) if QUICK else (False, True):
                    done = Failing(run_words(way, listener), env=ENVIRONMENT, fails=table.get,
                                   prepare=become_subreaper if front else lambda: None)
                    take_groups_away(done.pid)
                    if done.harmed == 0:
                        listener.take_all()
                        continue  # This way's keepers have no such call.
                    done.did = f"each {what} of the keepers"
                    counts = judge_run(listener, way, done)
                    programs, connections = programs + counts[0], connections + counts[1]
    figure("calls of the keepers always fail", programs, connections)


def in_turns(words, check, after_whole):
    """Each call fails with one error after the other. \\return how many programs and connections there were."""
    counts = [at_each_call(words, it_fails(turn), check, steps=STEPS, kind=Failing, after_whole=after_whole)
              for turn in range(TURNS)]
    return tuple(sum(each) for each in zip(*counts))


def calls_of_set_fail():
    """A connection has all its values or none, and the status says so."""
    failing.need_known_numbers()
    with SetConnections() as held:
        def check(done):
            case = f"set: {done.did}, the {done.harm_at}th: it ended with {done.status}, {done.stderr!r}"
            expect(is_loaders(done) or done.status >= 0 and (done.status == 0 or done.stderr or done.stdout), case)
            values = held.values()
            expect(all(now in (held.before, held.wanted) for now in values), f"{case}: {values}")
            expect(done.status != 0 or all(now == held.wanted for now in values), f"{case}: {values}")
            return 1, held.check_and_restore()
        counts = in_turns(held.words, check, held.check_and_restore)
    figure("calls of set fail", *counts)


def calls_of_attach_fail():
    """It is attached and says so, or is not and says why."""
    failing.need_known_numbers()
    with AttachedGroup() as group:
        def check(done):
            case = f"attach: {done.did}, the {done.harm_at}th: it ended with {done.status}, {done.stderr!r}"
            expect(is_loaders(done) or done.status >= 0 and (done.status == 0 or done.stderr), case)
            group.detach((0,) if done.status == 0 else (0, 6))
            group.attach_and_detach()
            return 1, group.connections.check()
        counts = in_turns(group.attach_words, check, group.detach)
    figure("calls of attach fail", *counts)


CONNECTS = r"""
import socket, sys
for _ in range(int(sys.argv[2])):
    with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as end:
        values = [end.getsockopt(*o) for o in ((1, 9), (6, 4), (6, 5), (6, 6))]
        assert values == [1, 45, 5, 5], values
"""


def without_dev_null():
    """As in a container that has no /dev: keepers that lead their streams nowhere else, and are two, no more."""
    if os.getuid() != 0:
        raise Skip("no mount namespace can be made here")
    programs = connections = 0
    hide = ["unshare", "--mount", "sh", "-c", 'mount -t tmpfs none /dev && exec "$@"', "sh"]
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listener:
        for way in (way for way in ways() if way != "preload"):
            for closed in ("", "<&-", "<&- 2>&-"):
                words = [*hide, "sh", "-c", f'exec "$@" {closed}', "sh", BINARY, "run", "--quiet", "--via", way, *TIMES, "--",
                         sys.executable, "-c", CONNECTS, str(listener.getsockname()[1]), "20"]
                child = subprocess.Popen(words, stderr=subprocess.PIPE, stdin=subprocess.PIPE)
                try:
                    said = child.communicate(timeout=30)[1]
                except subprocess.TimeoutExpired as late:
                    child.kill()
                    raise figures.Dead(f"run --via {way} without /dev/null: it hangs") from late
                if b"mount:" in said or b"unshare:" in said:
                    raise Skip("no mount namespace can be made here")
                expect(child.returncode == 0, f"run --via {way} without /dev/null: {child.returncode}: {said!r}")
                until(lambda pid=child.pid: not keepers(pid), f"run --via {way} without /dev/null: keepers stay")
                programs, connections = programs + 1, connections + 20
    figure("without /dev/null", programs, connections)


if __name__ == "__main__":
    figures.play(run(), run(front=True), run(of="wsalive-keeper"), calls_of_the_keepers_always_fail, calls_of_set_fail,
                 calls_of_attach_fail, without_dev_null)
