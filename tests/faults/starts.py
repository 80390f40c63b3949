#!/usr/bin/env python3
"""`wsalive run`, `set` and `attach` are harmed before each of their system calls, and so is everything that they start: whoever
makes the call is killed, or the whole group is asked to end, or calls are held back. Every connection is alive then, nothing that
was started stays, and what was asked for is done whole or not at all, and said.

    tests/faults/starts.py [--quick]
"""
import figures
import traced
from figures import QUICK, expect, figure
from running import ENVIRONMENT, OURS, ways
from subjects import AttachedGroup, Listener, SetConnections, at_each_call, become_subreaper, run_words

STEPS = 12 if QUICK else 0
FRONT_STEPS = 12 if QUICK else 300
EVERY, RUNS = (16, 2) if QUICK else (10, 10)  # One call of so many is held back.
ENDED = (-15, -2)


def run(harm, judge, front=False):
    """A part: starts of `run` by all ways. The program makes a connection and prints its values; those that did what they
    were to do are counted, and the connections that they made."""
    def played():
        programs = connections = 0
        with Listener() as listener:
            for way in ways():
                def check(done, way=way):
                    who = "the program's own process" if done.victim == done.pid else "another process"
                    judge(done, f"{way}: before call {done.harm_at}, of {who}: {harm.__doc__}: it ended with {done.status}, "
                                f"{done.stdout!r}, {done.stderr!r}")
                    return int(done.stdout == OURS or judge is ended_as_asked), listener.take_all()
                counts = at_each_call(run_words(way, listener), harm, check, steps=FRONT_STEPS if front else STEPS,
                                      prepare=become_subreaper if front else lambda: None)
                programs, connections = programs + counts[0], connections + counts[1]
        figure(f"run{' behind a front' if front else ''}, {harm.__doc__} before each call", programs, connections)
    played.__name__ = f"run_{harm.__name__}{'_front' if front else ''}"
    return played


def ran_or_said_why_not(done, case):
    ran = (done.status, done.stdout, done.stderr) == (0, OURS, b"")
    refused = done.status in (4, 5) and done.stdout == b"" and done.stderr.startswith(b"wsalive: cannot run ")
    expect(ran or refused, case)


def killed_or_without_consequence(done, case):
    if done.victim == done.pid:
        expect(done.status == -9, case)
    else:
        ran_or_said_why_not(done, case)


def killed_with_the_front_or_without_consequence(done, case):
    """The killed process may be the front, the program, or another one."""
    if done.status != -9:
        ran_or_said_why_not(done, case)
    else:
        expect(done.stderr == b"", case)


def ended_as_asked(done, case):
    """All that has ended so, or the program had ended before."""
    expect(done.status in ENDED or (done.status, done.stdout) == (0, OURS), case)


def run_with_delays():
    """Whichever process is late, the program runs with wsalive's values."""
    programs = connections = 0
    with Listener() as listener:
        for way in ways():
            for prepare in (lambda: None, become_subreaper):
                def check(done, way=way):
                    expect((done.status, done.stdout, done.stderr) == (0, OURS, b""),
                           f"run --via {way}, each {EVERY}th call held back: {done.status}, {done.stdout!r}, {done.stderr!r}")
                    return 1, listener.take_all()
                counts = traced.with_delays(run_words(way, listener), EVERY, RUNS, check, ENVIRONMENT, prepare)
                programs, connections = programs + counts[0], connections + counts[1]
    figure("run and its keepers, with calls held back", programs, connections)


def set_harmed(harm, statuses):
    def played():
        with SetConnections() as held:
            def check(done):
                case = f"set, {harm.__doc__} before call {done.harm_at}: it ended with {done.status}, {done.stderr!r}"
                expect(done.status in (0, *statuses), case)
                expect(all(now in held.steps() for now in held.values()), f"{case}: {held.values()}")
                return 1, held.check_and_restore()
            counts = at_each_call(held.words, harm, check, steps=STEPS, after_whole=held.check_and_restore)
        figure(f"set, {harm.__doc__} before each call", *counts)
    played.__name__ = f"set_{harm.__name__}"
    return played


def set_with_delays():
    with SetConnections() as held:
        def check(done):
            case = f"set, each {EVERY}th call held back: {done.status}, {done.stderr!r}, {held.values()}"
            expect(done.status == 0 and all(now == held.wanted for now in held.values()), case)
            return 1, held.check_and_restore()
        counts = traced.with_delays(held.words, EVERY, RUNS, check, ENVIRONMENT)
    figure("set, with calls held back", *counts)


def attach_harmed(harm, statuses):
    """Afterwards it is attached whole or not at all, and can be attached and detached."""
    def played():
        with AttachedGroup() as group:
            def check(done):
                expect(done.status in (0, *statuses), f"attach, {harm.__doc__} before call {done.harm_at}: {done.status}")
                group.detach((0, 6))
                group.attach_and_detach()
                return 1, group.connections.check()
            counts = at_each_call(group.attach_words, harm, check, steps=STEPS, after_whole=group.detach)
        figure(f"attach, {harm.__doc__} before each call", *counts)
    played.__name__ = f"attach_{harm.__name__}"
    return played


def attach_with_delays():
    with AttachedGroup() as group:
        def check(done):
            expect(done.status == 0, f"attach, each {EVERY}th call held back: {done.status}, {done.stderr!r}")
            group.detach()
            return 1, group.connections.check()
        counts = traced.with_delays(group.attach_words, EVERY, RUNS, check, ENVIRONMENT)
    figure("attach, with calls held back", *counts)


if __name__ == "__main__":
    figures.play(run(traced.kill, killed_or_without_consequence), run(traced.end_the_group, ended_as_asked),
                 run(traced.kill, killed_with_the_front_or_without_consequence, front=True),
                 run(traced.end_the_group, ended_as_asked, front=True), run_with_delays,
                 set_harmed(traced.kill, (-9,)), set_harmed(traced.end_the_group, ENDED), set_with_delays,
                 attach_harmed(traced.kill, (-9,)), attach_harmed(traced.end_the_group, ENDED), attach_with_delays)
