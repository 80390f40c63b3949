#!/usr/bin/env python3
"""A program is killed while it waits in connect, and another one gets its process number before the keeper opens it: the sockets
of that one are not touched. In a process namespace of its own, where the next number can be chosen.

    tests/faults/reuse.py [--quick]
"""
import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time

import figures
from failing import call_of, need_known_numbers
from figures import QUICK, Skip, expect, figure
from running import ENVIRONMENT, LIBC, keepers, until, ways
from subjects import Listener, PROGRAM, run_words, values_of
from traced import Traced, name_of

INSIDE = "--inside"
ROUNDS = 2 if QUICK else 20
PIDFD_OPEN, PEEK, RDI = 434, 3, 14
HELD_S = 0.5
# Nothing is forked after the program that is killed: what follows takes no number.
SHELL = ["/bin/sh", "-c", '"$@"; exec sleep 1', "sh"]


def first_argument(who):
    return ctypes.c_int(LIBC.ptrace(PEEK, who, RDI * 8, None)).value


class Successor:
    """Takes the number of a process that the keeper is about to open, with a socket under each number that the other one may
    have had its own under."""

    def __init__(self, near):
        self._near = near
        self.taken = 0

    def is_about_it(self, _, who):
        if self.taken or call_of(who) != PIDFD_OPEN:
            return False
        return name_of(first_argument(who)) == os.path.basename(PROGRAM)

    def replace(self, _, who):
        """its program is killed and its number is taken"""
        number = first_argument(who)
        self.taken = number
        os.kill(number, signal.SIGKILL)
        threading.Thread(target=self._take, args=(number,)).start()
        return HELD_S

    def _take(self, number):
        until(lambda: not os.path.exists(f"/proc/{number}"), "a killed program does not go")
        with open("/proc/sys/kernel/ns_last_pid", "w", encoding="ascii") as last:
            last.write(str(number - 1))
        if os.fork() == 0:
            status = 1
            try:
                for descriptor in (3, 4, 5):
                    os.dup2(self._near.fileno(), descriptor)
                status = 0 if os.getpid() == number else 2
                while keepers():
                    time.sleep(0.01)
            finally:
                os._exit(status)


def number_is_taken_by_another():
    need_known_numbers()
    if "seccomp" not in ways():
        raise Skip("seccomp is not allowed here")
    with Listener() as listener, socket.create_server(("127.0.0.1", 0)) as server:
        words = run_words("seccomp", listener)
        at = words.index("--") + 1
        words[at:at] = SHELL
        for _ in range(ROUNDS):
            with socket.create_connection(server.getsockname()) as connection:
                near = connection.dup()  # Beyond the numbers that are tried.
                before = values_of(near)
                successor = Successor(near)
                done = Traced(words, successor.replace, env=ENVIRONMENT, of="wsalive-keeper", is_harmed=successor.is_about_it)
                expect(successor.taken, f"the keeper opened no program: {done.status}, {done.stdout!r}, {done.stderr!r}")
                expect(values_of(near) == before, f"another process's socket has got {values_of(near)}")
                near.close()
    figure("a process number that is used again while a keeper looks", ROUNDS, ROUNDS)


def is_alone():
    """Whether this process was started in a namespace of its own."""
    return INSIDE in sys.argv[1:]


def start_inside():
    """\\return the status with which the script has ended there."""
    options = ["--pid", "--fork", "--mount-proc", "--kill-child"] + ([] if os.geteuid() == 0 else ["--user", "--map-root-user"])
    if subprocess.run(["unshare", *options, "true"], capture_output=True, check=False).returncode != 0:
        def no_namespace():
            raise Skip("no process namespace can be made here")
        figures.play(no_namespace)
    return subprocess.run(["unshare", *options, sys.executable, *sys.argv, INSIDE], check=False).returncode


if __name__ == "__main__":
    if not is_alone():
        sys.exit(start_inside())
    figures.play(number_is_taken_by_another)
