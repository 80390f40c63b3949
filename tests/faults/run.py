#!/usr/bin/env python3
"""The groups of programs under `wsalive run` get signals, and their keepers are killed: every program and every connection that
was alive is alive. What happens while `run` starts is in starts.py.

    tests/faults/run.py [--quick]
"""
import os
import signal
import socket
import subprocess
import sys
import time

from figures import BINARY, QUICK, Dead, Skip, expect, figure, play
from running import ENVIRONMENT, TIMES, Client, frozen, keepers, until, ways

def with_clients(what, harm, rounds, help_up=lambda client: None):
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listener:
        clients = [Client(way, listener.getsockname()[1]) for way in ways()]
        for turn in range(rounds):
            for client in clients:
                harm(client, turn)
                for _ in range(3):
                    client.connect()
        made = sum(client.made for client in clients)
        for client in clients:
            help_up(client)
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
            killed = keepers(client.child.pid)[turn % 2]
            os.kill(killed, signal.SIGKILL)
            until(lambda: killed not in keepers(client.child.pid), "a killed keeper does not end")
        else:
            for keeper in keepers(client.child.pid):
                os.kill(keeper, signal.SIGKILL)
    with_clients("keepers killed one after the other", harm, 6 if QUICK else 60)


def stop_whoever_serves(pair):
    """It is the other one's child, which lets it go on."""
    for keeper in pair:
        if parent_of(keeper) in pair:
            os.kill(keeper, signal.SIGSTOP)


def parent_of(pid):
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        return int(file.read().split(") ")[1].split()[1])


def has_begun(pid):
    """Whether a keeper has let go of its parent, the last thing that it does before it works."""
    return os.getsid(pid) == pid


def keepers_killed_at_work():
    """While the program connects without a pause, keepers are stopped and killed: whatever call is in work is answered."""
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
        killed, dying = 0, None
        listener.setblocking(False)
        end = time.monotonic() + seconds + 60
        while child.poll() is None:
            if time.monotonic() > end:
                child.kill()
                raise Dead(f"a program whose keepers were killed {killed} times does not go on")
            for _ in range(64):
                try:
                    listener.accept()[0].close()
                except BlockingIOError:
                    break
            found = keepers(child.pid)
            # On a busy machine one dies later than it is killed: then it is not one of the two.
            if len(found) == 2 and dying not in found and all(has_begun(keeper) for keeper in found):
                stop_whoever_serves(found)
                dying = found[killed % 2]
                os.kill(dying, signal.SIGKILL)
                killed += 1
            time.sleep(0.005)
        expect(child.returncode == 0, f"a program whose keepers were killed {killed} times ended with {child.returncode}")
        expect(killed > 3, "no keeper was killed")
        figure(f"keepers stopped and killed at work, {killed} times", 1, int(child.stdout.read()))


def stopped_keepers():
    """If either of the two is stopped, the program's connects go on."""
    def harm(client, turn):
        if client.way == "seccomp":
            until(lambda: len(keepers(client.child.pid)) == 2, "a killed keeper is not replaced")
            stopped = keepers(client.child.pid)[turn % 2]
            os.kill(stopped, signal.SIGSTOP)
            client.connect()
            os.kill(stopped, signal.SIGKILL if turn % 4 < 2 else signal.SIGCONT)
            until(lambda: turn % 4 >= 2 or stopped not in keepers(client.child.pid), "a killed keeper does not end")
        else:
            for keeper in keepers(client.child.pid):
                os.kill(keeper, signal.SIGSTOP)
    with_clients("keepers stopped one after the other", harm, 8 if QUICK else 80, lambda client: [
        os.kill(keeper, signal.SIGCONT) for keeper in keepers(client.child.pid)])


def frozen_with_keepers():
    """What pauses a service or a container freezes the program and its keepers with it: they go on as they were."""
    def harm(client, _):
        with frozen([client.child.pid, *keepers(client.child.pid)]):
            time.sleep(0.3)
        client.connect()
    with_clients("programs frozen with their keepers, by control groups", harm, 3 if QUICK else 30)


play(group_signals, killed_keepers, keepers_killed_at_work, stopped_keepers, frozen_with_keepers)
