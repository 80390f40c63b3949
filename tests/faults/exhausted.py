#!/usr/bin/env python3
"""Descriptors, memory and disk run out under the command, while it looks at a program with connections: it says so and ends
with a status of its list, or does its work; no signal ends it, and the program and its connections go on.

    tests/faults/exhausted.py [--quick]
"""
import os
import resource
import signal
import subprocess
import tempfile

import figures
from connections import Connections
from figures import BINARY, EMPTY_HOME, QUICK, expect, figure
from running import OURS, keepers, until, ways
from subjects import Listener, run_words

LOOKS = (("ls",), ("ls", "--json"), ("lint",), ("doctor",))
KNOWN = range(0, 8)  # The exit statuses of the manual page.


def look(words, limits=(), stdout=subprocess.PIPE, home=EMPTY_HOME):
    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # Python ignores it. It must never be raised.
        for kind, value in limits:
            resource.setrlimit(kind, (value, value))
    child = subprocess.Popen([BINARY, *words], preexec_fn=limit, stdout=stdout, stderr=subprocess.PIPE,
                             env={"PATH": os.environ["PATH"], "HOME": home, "WSALIVE_REGISTRY": os.path.join(home, "r.reg")})
    done = subprocess.CompletedProcess(words, 0, *child.communicate(timeout=60))
    done.returncode, done.pid = child.returncode, child.pid
    said = done.stderr.decode(errors="replace")
    case = f"wsalive {' '.join(words)} under {limits}: status {done.returncode}: {said}"
    expect(done.returncode in KNOWN or is_loaders(done), case)
    expect("unforeseen" not in said, case)
    return done


def look_without_limits(words):
    """Else what comes under limits tells nothing."""
    done = look(words)
    said = {0, 1} if words[0] in ("lint", "doctor") else {0}  # 1: something was found, or is missing.
    expect(done.returncode in said, f"wsalive {words}: {done.returncode}")


def is_loaders(done):
    """The program was not reached: the loader found no room for the libraries."""
    return done.returncode == 127 and b"error while loading shared libraries" in done.stderr


def descriptors():
    connections = Connections(20)
    ran = 0
    for words in LOOKS:
        look_without_limits(words)
        for limit in range(3, 12, 4 if QUICK else 1):
            look(words, [(resource.RLIMIT_NOFILE, limit)])
            ran += 1
    figure("descriptors run out under the command", ran, connections.check())
    connections.close()


def disk():
    connections = Connections(20)
    ran = 0
    with open("/dev/full", "wb") as full, tempfile.TemporaryDirectory() as home:
        for words in LOOKS:
            done = look(words, stdout=full)
            expect(done.returncode == 7, f"wsalive {words} into a full device: {done.returncode}")
            ran += 1
        # A file that may not grow any more: what was stored is still there.
        for size in (0, 1, 100):
            look(("registry", "set", "KeepAliveTime", "60s"), home=home)
            before = open(os.path.join(home, "r.reg"), "rb").read()
            look(("registry", "set", "KeepAliveInterval", "5s"), [(resource.RLIMIT_FSIZE, size)], home=home)
            after = open(os.path.join(home, "r.reg"), "rb").read()
            expect(after == before, f"a file of at most {size} octets: the registry was {before} and is {after}")
            ran += 2
    figure("the disk is full under the command", ran, connections.check())
    connections.close()


def what_a_run_needs():
    """Whatever runs out: the program runs and has its values, or `run` has said why not, and nothing stays behind. Those
    programs that ran are counted, and their connections."""
    ran = made = 0
    kilobytes = range(11_000, 26_000, 5_000 if QUICK else 500)
    limits = [(resource.RLIMIT_NOFILE, limit) for limit in range(4, 16, 5 if QUICK else 1)]
    limits += [(resource.RLIMIT_AS, limit << 10) for limit in kilobytes]
    limits += [(kind, 0) for kind in (resource.RLIMIT_NPROC, resource.RLIMIT_FSIZE, resource.RLIMIT_MEMLOCK)]
    with Listener() as listener:
        for way in ways():
            words = run_words(way, listener)[1:]
            for limit in limits:
                done = look(words, [limit])
                expect(done.returncode != 0 or done.stdout == OURS, f"run --via {way} under {limit}: {done.stdout!r}")
                expect(done.returncode == 0 or done.stdout == b"", f"run --via {way} under {limit}: {done.stderr!r}")
                until(lambda pid=done.pid: not keepers(pid), f"run --via {way} under {limit}: keepers stay")
                ran += done.returncode == 0
                made += listener.take_all()
    figure("what a run needs runs out", ran, made)


def memory_of_a_program():
    """A Windows program that may not have a byte more, or so many."""
    program = os.path.join(figures.BUILD, "tests/faults/programs/short_of_memory")
    if not os.path.exists(program):
        raise figures.Skip("its program is not built: make faults")
    ran = connections = 0
    steps = (0, 1 << 16, 1 << 20) if QUICK else (0, *(1 << bits for bits in range(12, 26)))
    for more in steps:
        done = subprocess.run([program, str(more)], capture_output=True, text=True, timeout=60, check=False)
        expect(done.returncode == 0, f"{more} bytes more: status {done.returncode}: {done.stdout}{done.stderr}")
        ran += 1
        connections += int(done.stdout.split(", ")[2].split()[0])
    figure("memory runs out in a program", ran, connections)


def files_of_a_program():
    """A Windows program whose files, and memory that it shares, may have so many octets."""
    program = os.path.join(figures.BUILD, "tests/faults/programs/file_limit")
    if not os.path.exists(program):
        raise figures.Skip("its program is not built: make faults")
    ran = connections = 0
    with tempfile.TemporaryDirectory() as folder:
        for most in (0, 1, 4096, 65536, 1 << 20, 1 << 30):
            done = subprocess.run([program, str(most), os.path.join(folder, "file")], capture_output=True, text=True,
                                  timeout=60, check=False)
            expect(done.returncode == 0, f"files of {most} octets: status {done.returncode}: {done.stdout}{done.stderr}")
            _, refused, alive = (int(part.split()[0]) for part in done.stdout.split(", "))
            expect((refused == 0) == (most == 1 << 30), f"files of {most} octets: {done.stdout}")
            ran += 1
            connections += alive
    figure("files may not grow in a program", ran, connections)


def memory_of_the_command():
    connections = Connections(20)
    ran = 0
    for words in LOOKS:
        look_without_limits(words)
        for kilobytes in range(11_000, 20_000, 3_000 if QUICK else 100):
            look(words, [(resource.RLIMIT_AS, kilobytes << 10)])
            ran += 1
    figure("memory runs out under the command", ran, connections.check())
    connections.close()


figures.play(descriptors, disk, what_a_run_needs, memory_of_the_command, memory_of_a_program,
             files_of_a_program)
