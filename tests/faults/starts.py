#!/usr/bin/env python3
"""`wsalive run`, `set` and `attach` are harmed before each of their system calls, and so is everything that they start: whoever
makes the call is killed, or the whole group is asked to end. Every connection is alive then, nothing that was started stays, and
what was asked for is done whole or not at all, and said.

    tests/faults/starts.py [--quick]
"""
import os
import socket
import subprocess

import figures
import traced
from connections import Connections
from figures import BINARY, BUILD, QUICK, Skip, expect, figure
from running import ENVIRONMENT, LIBC, OURS, TIMES, group_mount, mount_own_bpf_file_system, take_groups_away, ways

PROGRAM = os.path.join(BUILD, "tests/attach/programs/own_values")
STEPS = 12 if QUICK else 0
FRONT_STEPS = 12 if QUICK else 300
OPTIONS = ((1, 9), (6, 4), (6, 5), (6, 6))


def become_subreaper():
    LIBC.prctl(36, 1, 0, 0, 0)


def run(harm, judge, front=False):
    """A part: starts of `run` by all ways. The program makes a connection and prints its values."""
    def played():
        connections = Connections(10)
        begun = 0
        with socket.create_server(("127.0.0.1", 0), backlog=1024) as listener:
            listener.setblocking(False)
            for way in ways():
                words = [BINARY, "run", "--quiet", "--via", way, *TIMES, "--", PROGRAM, "connect",
                         str(listener.getsockname()[1])]

                def check(done, way=way):
                    take_groups_away(done.pid)
                    who = "the program's own process" if done.victim == done.pid else "another process"
                    judge(done, f"{way}: before call {done.harm_at}, of {who}: {harm.__doc__}: it ended with {done.status}, "
                                f"{done.stdout!r}, {done.stderr!r}")
                    take_all(listener)
                begun += traced.at_each_call(words, harm, check, ENVIRONMENT, FRONT_STEPS if front else STEPS,
                                             prepare=become_subreaper if front else lambda: None)
        figure(f"run{' behind a front' if front else ''}, {harm.__doc__} before each call", begun, connections.check())
        connections.close()
    played.__name__ = f"run_{harm.__name__}{'_front' if front else ''}"
    return played


def take_all(listener):
    try:
        while True:
            listener.accept()[0].close()
    except BlockingIOError:
        pass


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
    """Whoever is killed may be the front, the program, or somebody else."""
    if done.status != -9:
        ran_or_said_why_not(done, case)
    else:
        expect(done.stderr == b"", case)


def ended_as_asked(done, case):
    """All that has ended so, or the program had ended before."""
    expect(done.status == -15 or (done.status, done.stdout) == (0, OURS), case)


def set_is_killed():
    connections = Connections(5)
    near = [pair[0] for pair in connections.pairs]

    def values():
        return [tuple(end.getsockopt(*option) for option in OPTIONS) for end in near]
    before, wanted = values()[0], (1, 45, 5, 5)

    def check(done):
        connections.check()
        for now in values():
            # In the order of writing: the switch, the interval, the count, the idle time.
            steps = [before, (1, *before[1:]), (1, before[1], 5, before[3]), (1, before[1], 5, 5), wanted]
            expect(now in steps, f"set, killed before call {done.harm_at}: {now}")
        for end in near:
            for option, value in zip(OPTIONS, before):
                end.setsockopt(*option, value)
    words = [BINARY, "set", str(os.getpid()), *TIMES]
    begun = traced.at_each_call(words, traced.kill, check, ENVIRONMENT, STEPS)
    figure("set, killed before each call", begun, connections.check())
    connections.close()


def attach_is_killed():
    """Afterwards it is attached whole or not at all, and can be attached and detached."""
    if "bpf" not in ways():
        raise Skip("bpf or version-2 control groups are not allowed here")
    mount_own_bpf_file_system()
    group = f"{group_mount()}/wsalive-faults-{os.getpid()}"
    attach = [BINARY, "attach", "--cgroup", group, *TIMES]
    detach = [BINARY, "detach", "--cgroup", group]
    connections = Connections(10)

    def tool(words, known=(0,)):
        done = subprocess.run(words, env=ENVIRONMENT, capture_output=True, text=True, check=False)
        expect(done.returncode in known, f"after a killed attach: {' '.join(words)}: {done.stderr}")

    def check(_done):
        tool(detach, (0, 6))
        tool(attach)
        tool(detach)
    os.mkdir(group)
    try:
        tool(attach)
        tool(detach)
        begun = traced.at_each_call(attach, traced.kill, check, ENVIRONMENT, STEPS, after_whole=lambda: tool(detach))
    finally:
        os.rmdir(group)
    figure("attach, killed before each call", begun, connections.check())
    connections.close()


if __name__ == "__main__":
    figures.play(run(traced.kill, killed_or_without_consequence), run(traced.end_the_group, ended_as_asked),
                 run(traced.kill, killed_with_the_front_or_without_consequence, front=True),
                 run(traced.end_the_group, ended_as_asked, front=True), set_is_killed, attach_is_killed)
