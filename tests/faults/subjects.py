"""For the scripts of this folder: what is harmed, `run`, `set` and `attach`, with connections that must survive it."""
import os
import socket
import subprocess

import traced
from connections import Connections
from figures import BINARY, BUILD, Skip, expect
from running import ENVIRONMENT, LIBC, TIMES, group_mount, mount_own_bpf_file_system, take_groups_away, ways

PROGRAM = os.path.join(BUILD, "tests/attach/programs/own_values")
OPTIONS = ((1, 9), (6, 4), (6, 5), (6, 6))


def become_subreaper():
    LIBC.prctl(36, 1, 0, 0, 0)


def values_of(end):
    return tuple(end.getsockopt(*option) for option in OPTIONS)


class Listener:
    """What a program connects to."""

    def __enter__(self):
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self._listener.setblocking(False)
        self.port = str(self._listener.getsockname()[1])
        return self

    def __exit__(self, *_):
        self._listener.close()

    def take_all(self):
        """\\return how many there were."""
        count = 0
        try:
            while True:
                self._listener.accept()[0].close()
                count += 1
        except BlockingIOError:
            return count


def run_words(way, listener):
    """The program makes a connection and prints its values."""
    return [BINARY, "run", "--quiet", "--via", way, *TIMES, "--", PROGRAM, "connect", listener.port]


class SetConnections:
    """Of this process, which `set` works on."""
    wanted = (1, 45, 5, 5)

    def __enter__(self):
        self._connections = Connections(5)
        self._near = [pair[0] for pair in self._connections.pairs]
        self.before = self.values()[0]
        self.words = [BINARY, "set", str(os.getpid()), *TIMES]
        return self

    def __exit__(self, *_):
        self._connections.close()

    def values(self):
        return [values_of(end) for end in self._near]

    def steps(self):
        """In the order of writing: the switch, the interval, the count, the idle time."""
        before = self.before
        return [before, (1, *before[1:]), (1, before[1], 5, before[3]), (1, before[1], 5, 5), self.wanted]

    def check_and_restore(self):
        for end in self._near:
            for option, value in zip(OPTIONS, self.before):
                end.setsockopt(*option, value)
        return self._connections.check()


class AttachedGroup:
    """A control group that `attach` works on, with a bpf file system of this process's own."""

    def __enter__(self):
        if "bpf" not in ways():
            raise Skip("bpf or version-2 control groups are not allowed here")
        mount_own_bpf_file_system()
        self._group = f"{group_mount()}/wsalive-faults-{os.getpid()}"
        self.attach_words = [BINARY, "attach", "--cgroup", self._group, *TIMES]
        self.connections = Connections(10)
        os.mkdir(self._group)
        self.attach_and_detach()
        return self

    def __exit__(self, *_):
        os.rmdir(self._group)
        self.connections.close()

    @staticmethod
    def _tool(words, known):
        done = subprocess.run(words, env=ENVIRONMENT, capture_output=True, text=True, check=False)
        expect(done.returncode in known, f"after a harmed attach: {' '.join(words)}: {done.returncode}: {done.stderr}")

    def detach(self, known=(0,)):
        self._tool([BINARY, "detach", "--cgroup", self._group], known)

    def attach_and_detach(self):
        self._tool(self.attach_words, (0,))
        self.detach()


def at_each_call(words, harm, check, **more):
    """As traced has it; a group that a killed keeper has left is taken away."""
    def check_and_clear(done):
        take_groups_away(done.pid)
        return check(done)
    return traced.at_each_call(words, harm, check_and_clear, ENVIRONMENT, **more)
