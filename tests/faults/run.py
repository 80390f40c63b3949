#!/usr/bin/env python3
"""`wsalive run`, `attach` and `set` are killed at each phase, by signals to their groups and by kill -9, and so are the
keepers of programs that run: every program and every connection that was alive is alive, and what did not come to run has
left nothing behind.

    tests/faults/run.py [--quick]
"""
import glob
import os
import signal
import socket
import subprocess
import sys
import time

from connections import Connections
from figures import BINARY, QUICK, Skip, expect, figure, play

TIMES = ("--time", "45s", "--interval", "5s", "--probes", "5")
OURS = b"1 45 5 5\n"
ENVIRONMENT = {**os.environ, "WSALIVE_REGISTRY": "/none.reg"}
# Answers each line with the values of a new connection; every signal that may be caught is.
CLIENT = r"""
import signal, socket, sys
for number in (1, 2, 3, 10, 12, 14, 15): signal.signal(number, lambda *_: None)
held = []
print("ready", flush=True)
for line in iter(sys.stdin.readline, ""):
    end = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    held.append(end)
    print(*[end.getsockopt(*o) for o in ((1, 9), (6, 4), (6, 5), (6, 6))], flush=True)
"""


def ways():
    for way in ("seccomp", "bpf", "preload"):
        done = subprocess.run([BINARY, "run", "--quiet", "--via", way, "--", "true"], env=ENVIRONMENT, capture_output=True,
                              check=False)
        if done.returncode == 0:
            yield way


def keepers(pid=None):
    found = []
    for folder in glob.glob("/proc/[0-9]*"):
        try:
            words = open(folder + "/cmdline", "rb").read().rstrip(b"\0").decode(errors="replace")
        except OSError:
            continue
        if words.startswith("wsalive: keeper of ") and pid in (None, int(words.split()[-1])):
            found.append(int(folder[6:]))
    return sorted(found)


def groups_of(pid):
    mounts = [line.split()[1] for line in open("/proc/mounts", encoding="utf-8") if line.split()[2] == "cgroup2"]
    return [group for mount in mounts for group in glob.glob(f"{mount}/**/wsalive-run-{pid}", recursive=True)]


def until(holds, what, seconds=20):
    end = time.monotonic() + seconds
    while not holds():
        expect(time.monotonic() < end, what)
        time.sleep(0.01)


class Client:
    """A program under `wsalive run` that connects when it is asked."""

    def __init__(self, way, port):
        self.way = way
        self.child = subprocess.Popen([BINARY, "run", "--quiet", "--via", way, *TIMES, "--", sys.executable, "-c", CLIENT,
                                       str(port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=ENVIRONMENT,
                                      start_new_session=True)
        self.made = 0
        expect(self.child.stdout.readline() == b"ready\n", f"a program under run --via {way} did not start")

    def connect(self):
        self.child.stdin.write(b"\n")
        self.child.stdin.flush()
        said = self.child.stdout.readline()
        expect(said == OURS, f"{self.way}: a new connection has {said!r}")
        self.made += 1

    def end(self):
        self.child.stdin.close()
        expect(self.child.wait(timeout=20) == 0, f"{self.way}: the program ended with {self.child.returncode}")
        self.child.stdout.close()
        pid = self.child.pid
        until(lambda: not keepers(pid), f"{self.way}: keepers stay when their program has ended")


def with_clients(what, harm, rounds):
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listener:
        clients = [Client(way, listener.getsockname()[1]) for way in ways()]
        for turn in range(rounds):
            for client in clients:
                harm(client, turn)
                for _ in range(3):
                    client.connect()
        made = sum(client.made for client in clients)
        for client in clients:
            client.end()
    figure(what, len(clients), made)


def group_signals():
    numbers = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2, signal.SIGALRM)
    with_clients("signals to the group of a program under run",
                 lambda client, turn: os.killpg(client.child.pid, numbers[turn % len(numbers)]), len(numbers))


def killed_keepers():
    def harm(client, turn):
        if client.way == "seccomp":  # Both at once is more than two can bear: one, then the one that took its place.
            until(lambda: len(keepers(client.child.pid)) == 2, "a killed keeper is not replaced")
            os.kill(keepers(client.child.pid)[turn % 2], signal.SIGKILL)
        else:
            for keeper in keepers(client.child.pid):
                os.kill(keeper, signal.SIGKILL)
    with_clients("keepers killed one after the other", harm, 6 if QUICK else 60)


def keepers_killed_at_work():
    """While the program connects without a pause: whatever call is in work is answered by the other keeper."""
    code = r"""
import socket, sys, time
end, count = time.monotonic() + float(sys.argv[2]), 0
while time.monotonic() < end:
    with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as near:
        values = [near.getsockopt(*o) for o in ((1, 9), (6, 4), (6, 5), (6, 6))]
        assert values == [1, 45, 5, 5], values
        near.setsockopt(1, 13, bytes((1, 0, 0, 0, 0, 0, 0, 0)))
    count += 1
print(count)
"""
    if "seccomp" not in ways():
        raise Skip("seccomp is not allowed here")
    seconds = 2 if QUICK else 20
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listener:
        child = subprocess.Popen([BINARY, "run", "--quiet", "--via", "seccomp", *TIMES, "--", sys.executable, "-c", code,
                                  str(listener.getsockname()[1]), str(seconds)], stdout=subprocess.PIPE, env=ENVIRONMENT)
        killed = 0
        listener.setblocking(False)
        while child.poll() is None:
            for _ in range(64):
                try:
                    listener.accept()[0].close()
                except BlockingIOError:
                    break
            found = keepers(child.pid)
            if len(found) == 2:
                os.kill(found[killed % 2], signal.SIGKILL)
                killed += 1
            time.sleep(0.005)
        expect(child.returncode == 0, f"a program whose keepers were killed {killed} times ended with {child.returncode}")
        expect(killed > 3, "no keeper was killed")
        figure(f"keepers killed at work, {killed} of them", 1, int(child.stdout.read()))


def start_is_killed():
    """At each millisecond of the start of `run`: the process itself, then its keepers."""
    connections = Connections(10)
    begun = 0
    for way in ways():
        for victim in ("group", "process", "keepers"):
            for delay in range(0, 40, 5 if QUICK else 1):
                child = subprocess.Popen([BINARY, "run", "--quiet", "--via", way, *TIMES, "--", "sleep", "30"],
                                         stderr=subprocess.PIPE, env=ENVIRONMENT, start_new_session=True)
                time.sleep(delay / 1000)
                begun += 1
                kill_at_start(child, victim)
                until(lambda c=child: not keepers(c.pid), f"{way}: keepers of a killed start stay")
                for group in groups_of(child.pid):
                    expect(not open(group + "/cgroup.procs", encoding="utf-8").read(), f"somebody is left in {group}")
                    os.rmdir(group)  # Its keeper was killed; the next run would do it.
    figure("starts of run killed at each phase", begun, connections.check())
    connections.close()


def kill_at_start(child, victim):
    if victim == "keepers":
        for keeper in keepers(child.pid)[:1]:
            os.kill(keeper, signal.SIGKILL)
        time.sleep(0.02)
        alive = child.poll() is None
        # It runs, or it has said why it does not.
        expect(alive or b"cannot run" in child.stderr.read(), f"a start without its keeper ended with {child.returncode}")
    if victim == "group":
        os.killpg(child.pid, signal.SIGTERM)
    else:
        child.kill()
    child.communicate(timeout=20)


def set_is_killed():
    """`set` on connections of a program: each has its old values or the new ones, and lives."""
    connections = Connections(20)
    begun = 0
    for delay in range(0, 40, 4 if QUICK else 1):
        for number in (signal.SIGKILL, signal.SIGTERM):
            child = subprocess.Popen([BINARY, "set", str(os.getpid()), *TIMES], env=ENVIRONMENT, start_new_session=True,
                                     stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(delay / 1000)
            os.killpg(child.pid, number)
            child.wait(timeout=20)
            begun += 1
    figure("set killed at each phase", begun, connections.check())
    connections.close()


def attach_is_killed():
    """`attach` to a control group of ours: afterwards it is attached whole or not at all, and can be attached and detached."""
    if "bpf" not in ways():
        raise Skip("bpf or version-2 control groups are not allowed here")
    mount = next(line.split()[1] for line in open("/proc/mounts", encoding="utf-8") if line.split()[2] == "cgroup2")
    group = f"{mount}/wsalive-faults-{os.getpid()}"
    os.mkdir(group)
    connections = Connections(10)
    begun = 0
    detach = [BINARY, "detach", "--cgroup", group]
    try:
        first = subprocess.run([BINARY, "attach", "--cgroup", group, *TIMES], env=ENVIRONMENT, capture_output=True, text=True,
                               check=False)
        if "bpf file system" in first.stderr:
            raise Skip("no bpf file system is on /sys/fs/bpf")
        subprocess.run(detach, env=ENVIRONMENT, capture_output=True, check=False)
        for delay in range(0, 60, 10 if QUICK else 2):
            child = subprocess.Popen([BINARY, "attach", "--cgroup", group, *TIMES], env=ENVIRONMENT, start_new_session=True,
                                     stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(delay / 1000)
            child.kill()
            child.wait(timeout=20)
            done = subprocess.run(detach, env=ENVIRONMENT, capture_output=True, text=True, check=False)
            expect(done.returncode in (0, 6), f"after a killed attach: {done.stderr}")
            again = subprocess.run([BINARY, "attach", "--cgroup", group, *TIMES], env=ENVIRONMENT, capture_output=True, text=True,
                                   check=False)
            expect(again.returncode == 0, f"after a killed attach: {again.stderr}")
            expect(subprocess.run(detach, env=ENVIRONMENT, capture_output=True, check=False).returncode == 0, "detach fails")
            begun += 1
    finally:
        os.rmdir(group)
    figure("attach killed at each phase", begun, connections.check())
    connections.close()


play(group_signals, killed_keepers, keepers_killed_at_work, start_is_killed, set_is_killed, attach_is_killed)
