"""For the scripts of this folder: programs under `wsalive run`, and what stands beside them."""
import contextlib
import ctypes
import functools
import glob
import json
import os
import subprocess
import sys
import time

from figures import BINARY, Skip, expect, skipped

TIMES = ("--time", "45s", "--interval", "5s", "--probes", "5")
OURS = b"1 45 5 5\n"
ENVIRONMENT = {**os.environ, "WSALIVE_REGISTRY": "/none.reg"}
LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNS, MS_PRIVATE, MS_REC = 0x20000, 1 << 18, 1 << 14
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


# What `wsalive doctor` has to find for each way, and the words of tests/allowed-skips.txt where it does not.
NEEDS = {"seccomp": (("seccomp", "pidfd_getfd"), "seccomp is not allowed here"),
         "bpf": (("cgroup2", "bpf"), "bpf or version-2 control groups are not allowed here"),
         "preload": (("preload",), "a build with sanitizers has no library to preload")}


@functools.cache
def ways():
    """Those that the host allows, as doctor says, and each of these works. What it does not allow is a skip."""
    done = subprocess.run([BINARY, "doctor", "--json"], env=ENVIRONMENT, capture_output=True, text=True, check=False)
    expect(done.stdout.startswith("{"), f"wsalive doctor ended with {done.returncode}: {done.stdout}{done.stderr}")
    missing = {row["part"] for row in json.loads(done.stdout)["parts"] if row["missing"]}
    found = []
    for way, (parts, reason) in NEEDS.items():
        if missing.intersection(parts):
            skipped(reason)
            continue
        done = subprocess.run([BINARY, "run", "--quiet", "--via", way, "--", "true"], env=ENVIRONMENT, capture_output=True,
                              check=False)
        expect(done.returncode == 0, f"run --via {way}, which doctor says works, ended with {done.returncode}: {done.stderr}")
        found.append(way)
    if not found:
        raise Skip("no program can be run with keep-alive here")
    return found


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


def group_mount():
    with open("/proc/self/mounts", encoding="utf-8") as mounts:
        return next((line.split()[1] for line in mounts if line.split()[2] == "cgroup2"), None)


def take_groups_away(pid):
    """Those of a program whose keeper was killed; the next run would do it. They are empty."""
    mount = group_mount()
    for group in glob.glob(f"{mount}/**/wsalive-run-{pid}", recursive=True) if mount else ():
        expect(not open(group + "/cgroup.procs", encoding="utf-8").read(), f"a process is left in {group}")
        os.rmdir(group)


def group_of(pid):
    """The folder of its version-2 control group."""
    with open(f"/proc/{pid}/cgroup", encoding="utf-8") as file:
        path = next(line.split(":", 2)[2].strip() for line in file if line.startswith("0::"))
    return group_mount() + path


def put(file, text):
    with open(file, "w", encoding="utf-8") as out:
        out.write(str(text))


def freeze(group, state):
    put(group + "/cgroup.freeze", state)
    until(lambda: f"frozen {state}" in open(group + "/cgroup.events", encoding="utf-8").read(), f"{group} does not freeze")


@contextlib.contextmanager
def frozen(pids):
    """They run no instruction meanwhile, by the freezer of control groups: the group that `run --via bpf` has made of a
    program is frozen as it is, the others are in a group of their own and afterwards where they were."""
    mount = group_mount()
    if mount is None or not os.access(mount, os.W_OK):
        raise Skip("no version-2 control group can be made here")
    own = f"{mount}/frozen-{os.getpid()}"
    homes = {pid: group_of(pid) for pid in pids}
    groups = {home for home in homes.values() if "/wsalive-run-" in home} | {own}
    os.mkdir(own)
    try:
        for pid in (pid for pid, home in homes.items() if home not in groups):
            put(own + "/cgroup.procs", pid)
        for group in groups:
            freeze(group, 1)
        yield
    finally:
        for group in groups:
            freeze(group, 0)
        for pid in (pid for pid, home in homes.items() if home not in groups):
            put(homes[pid] + "/cgroup.procs", pid)
        os.rmdir(own)


def until(holds, what, seconds=20):
    end = time.monotonic() + seconds
    while not holds():
        expect(time.monotonic() < end, what)
        time.sleep(0.01)


def mount_own_bpf_file_system():
    """On /sys/fs/bpf, for this process and all that it starts from now on."""
    if LIBC.unshare(CLONE_NEWNS) != 0 or LIBC.mount(None, b"/", None, MS_REC | MS_PRIVATE, None) != 0:
        raise Skip(f"no mount namespace can be made here: {os.strerror(ctypes.get_errno())}")
    if LIBC.mount(b"bpf", b"/sys/fs/bpf", b"bpf", 0, b"mode=0700") != 0:
        raise Skip(f"no bpf file system can be mounted here: {os.strerror(ctypes.get_errno())}")


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
