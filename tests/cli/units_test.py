#!/usr/bin/env python3
"""Socket units and their services under a real systemd: process 1 of namespaces of its own, on this host's files, which it
may not write.

labels: net
"""
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import tool

SYSTEMD = "/lib/systemd/systemd"
TIMES = ("--time", "45s", "--interval", "5s", "--probes", "5")
OTHERS = ("--time", "50s", "--interval", "6s", "--probes", "7")

BOOT = r"""
set -e
R=$1
mount --bind / "$R"
place=$(findmnt -n -o TARGET -T "$2")
[ "$place" = / ] || mount --bind "$place" "$R$place"
mount -o remount,bind,ro "$R"
mount -t proc proc "$R/proc"
mount --bind "$R/proc/sys" "$R/proc/sys"
mount -o remount,bind,ro "$R/proc/sys"
mount -t sysfs -o ro sysfs "$R/sys"
mount -t cgroup2 cgroup2 "$R/sys/fs/cgroup"
mount -t bpf -o mode=0700 bpf "$R/sys/fs/bpf"
mount -t tmpfs -o mode=755 tmpfs "$R/dev"
for node in null:3 zero:5 full:7 random:8 urandom:9; do mknod -m 666 "$R/dev/${node%:*}" c 1 "${node#*:}"; done
mknod -m 600 "$R/dev/console" c 1 3
mkdir "$R/dev/shm"
mount -t tmpfs -o mode=1777 tmpfs "$R/dev/shm"
mount -t tmpfs -o mode=755 tmpfs "$R/run"
mkdir "$R/run/units" "$R/run/old"
printf '[Unit]\nDefaultDependencies=no\n' >"$R/run/units/default.target"
ip link set lo up
cd "$R"
pivot_root . run/old
umount -l /run/old
exec env -i container=unshare SYSTEMD_UNIT_PATH=/run/units PATH=/usr/sbin:/usr/bin:/sbin:/bin SYSTEMD
""".replace("SYSTEMD\n", SYSTEMD + "\n")

# Accepts, and makes a connection of its own for each.
SERVICE = """import socket
l = socket.socket(fileno=3)
kept = []
while True:
    kept.append(l.accept()[0])
    kept.append(socket.create_connection(l.getsockname()))
    kept.append(l.accept()[0])
"""


def group_mount():
    with open("/proc/self/mounts", encoding="ascii") as mounts:
        return next((line.split()[1] for line in mounts if line.split()[2] == "cgroup2"), None)


class Box:
    """A systemd that has booted, or `obstacle`, why it has not."""

    def __init__(self):
        self.obstacle = None
        self.group = self.unshare = self.root = None
        mount = group_mount()
        if not os.path.exists(SYSTEMD) or not shutil.which("systemctl"):
            self.obstacle = "systemd is not installed"
        elif not mount:
            self.obstacle = "no control groups of version 2 here"
        else:
            self.boot(mount)

    def boot(self, mount):
        try:
            self.group = tempfile.mkdtemp(prefix="wsalive-test.", dir=mount)
        except OSError as error:
            self.obstacle = f"no control group can be made here: {error.strerror}"
            return
        self.root = tempfile.mkdtemp(prefix="wsalive-box.")
        def enter():
            with open(os.path.join(self.group, "cgroup.procs"), "w", encoding="ascii") as file:
                file.write(str(os.getpid()))
        words = ["unshare", "-m", "-p", "-n", "-u", "-i", "-C", "--fork", "--kill-child", "--propagation", "private",
                 "bash", "-c", BOOT, "bash", self.root, tool.BUILD]
        self.unshare = subprocess.Popen(words, preexec_fn=enter, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.PIPE, text=True)
        deadline = time.monotonic() + 60
        while self.run("systemctl", "show", "--property", "Version").returncode != 0:
            if self.unshare.poll() is not None or time.monotonic() > deadline:
                self.unshare.kill()
                said = self.unshare.communicate()[1].strip().splitlines()
                self.obstacle = "systemd does not boot in namespaces here: " + (said[-1] if said else "it is too slow")
                return
            time.sleep(0.1)

    def first(self):
        """The number of its process 1, outside."""
        with open(f"/proc/{self.unshare.pid}/task/{self.unshare.pid}/children", encoding="ascii") as file:
            return (file.read().split() or [str(self.unshare.pid)])[0]

    def run(self, *words):
        try:
            return subprocess.run(["nsenter", "--target", self.first(), "--all", *words], text=True, capture_output=True, timeout=60)
        except OSError:
            return subprocess.CompletedProcess(words, 1)

    def file(self, name):
        return f"/proc/{self.first()}/root/run/{name}"

    def end(self):
        if self.unshare:
            self.unshare.kill()
            self.unshare.wait()
            self.unshare.stderr.close()
        if self.root:
            os.rmdir(self.root)
        deadline = time.monotonic() + 20
        while self.group and os.path.isdir(self.group) and time.monotonic() < deadline:
            for folder, _, _ in os.walk(self.group, topdown=False):
                try:
                    os.rmdir(folder)
                except OSError:
                    time.sleep(0.05)  # Its processes end.


class Units(tool.Tool):
    @classmethod
    def setUpClass(cls):
        cls.box = Box()
        cls.addClassCleanup(cls.box.end)
        if not cls.box.obstacle:
            with open(cls.box.file("service.py"), "w", encoding="ascii") as file:
                file.write(SERVICE)
        cls.port = 7000

    def setUp(self):
        super().setUp()
        if self.box.obstacle:
            self.skipTest(self.box.obstacle)
        probe = self.run_tool("attach", "--system", *TIMES, "--to", "10.9.9.9")
        if probe.returncode in (4, 5):
            self.skipTest("bpf is not permitted: " + probe.stderr.strip())
        self.run_tool("detach", "--all")
        self.addCleanup(self.run_tool, "detach", "--all")
        Units.port += 1
        self.unit = f"case{self.port}"
        self.write(".socket", f"[Socket]\nListenStream=127.0.0.1:{self.port}\n")
        self.write(".service", f"[Service]\nExecStart={sys.executable} /run/service.py\n")
        self.systemctl("daemon-reload")
        self.systemctl("start", self.unit + ".socket")
        self.addCleanup(self.systemctl, "stop", self.unit + ".socket", self.unit + ".service")

    def write(self, kind, content):
        with open(self.box.file(f"units/{self.unit}{kind}"), "w", encoding="ascii") as file:
            file.write("[Unit]\nDefaultDependencies=no\n" + content)

    def systemctl(self, *words):
        done = self.box.run("systemctl", *words)
        self.assertEqual(done.returncode, 0, done.stderr)

    def run_tool(self, *args, env=None):
        return self.box.run(tool.BINARY, *args)

    def connect(self):
        """A connection to the socket unit, held to the test's end, when its service has taken it."""
        code = (f"import socket, sys; c = socket.create_connection(('127.0.0.1', {self.port})); print(flush=True); sys.stdin.read()")
        client = subprocess.Popen(["nsenter", "--target", self.box.first(), "--all", sys.executable, "-c", code],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        def end():
            client.stdin.close()
            client.stdout.close()
            client.wait()
        self.addCleanup(end)
        client.stdout.readline()
        before = self.taken
        self.taken += 3
        deadline = time.monotonic() + 30
        while len(self.of(self.unit)) < before + 3:
            self.assertLess(time.monotonic(), deadline, self.box.run("systemctl", "status", self.unit).stdout)
            time.sleep(0.05)

    taken = 0

    def of(self, unit):
        done = self.run_tool("ls", "--unit", unit, "--json")
        return json.loads(done.stdout).get("connections", []) if done.returncode == 0 else []

    def values(self, unit):
        """Of what was accepted, and of what the service has made, in the order in which that was."""
        def of_each(which):
            found = sorted((each["fd"], each["keep_alive"]) for each in self.of(unit) if which(each))
            return [(v["idle_ms"] // 1000, v["interval_ms"] // 1000, v["probes"]) if v["on"] else None for _, v in found]
        return (of_each(lambda each: each["local"].endswith(f":{self.port}")),
                of_each(lambda each: each["remote"].endswith(f":{self.port}")))

    @tool.needs_borrowing
    def test_a_socket_unit_goes_with_its_service(self):
        report = self.json("attach", "--unit", self.unit, *TIMES)
        self.assertEqual(report["name"], self.unit + ".socket")
        self.connect()
        ours, others = (45, 5, 5), (50, 6, 7)
        self.assertEqual(self.values(self.unit), ([ours] * 2, [None]))  # What it makes itself is not reached yet.
        report = self.json("attach", "--unit", self.unit, *OTHERS)
        self.assertEqual((report["name"], report["along"], report["taken_over"]),
                         (self.unit + ".service", [self.unit + ".socket"], [self.unit + ".socket"]))
        self.connect()
        self.assertEqual(self.values(self.unit), ([ours] * 2 + [others] * 2, [None, others]))
        self.assertEqual(self.json("detach", self.unit)["detached"], [self.unit + ".service", self.unit + ".socket"])
        self.connect()
        self.assertEqual(self.values(self.unit), ([ours] * 2 + [others] * 2 + [None] * 2, [None, others, None]))

    @tool.needs_borrowing
    def test_the_connections_of_both_are_chosen_by_their_names(self):
        self.connect()
        self.assertEqual([len(each) for each in self.values(self.unit)], [2, 1])
        accepted = self.of(self.unit + ".socket")  # It has no process: what its listener has accepted.
        self.assertEqual({each["local"] for each in accepted}, {f"127.0.0.1:{self.port}"})
        self.assertEqual(len(accepted), 2)
        self.assertEqual(len(self.json("set", "--unit", self.unit, "--time", "33s")["sockets"]), 3)
        self.assertEqual(len(self.json("set", "--unit", self.unit + ".socket", "--time", "34s")["sockets"]), 2)
        accepted, made = self.values(self.unit)
        self.assertEqual(([each[0] for each in accepted], [each[0] for each in made]), ([34, 34], [33]))
        found = self.json("lint", "--unit", self.unit + ".socket", "--path-timeout", "30s", status=1)  # And its listener.
        self.assertEqual((found["sockets"], found["warned_sockets"]), (3, 2))
        listening = self.json("ls", "--unit", self.unit + ".socket", "--listeners")["connections"]
        self.assertIn("listening", [each["state"] for each in listening])
        report = self.json("attach", "--unit", self.unit + ".socket", *OTHERS, "--existing", "--force")
        self.assertEqual(report["existing"]["set"], 2)
        self.assertEqual(self.values(self.unit), ([(50, 6, 7)] * 2, [(33, *self.defaults())]))

    def defaults(self):
        found = self.json("ls", "--unit", self.unit)["defaults"]
        return found["interval_ms"] // 1000, found["probes"]

    @tool.needs_borrowing
    def test_a_service_that_restarts_is_attached_anew(self):
        self.connect()
        self.ok("attach", "--unit", self.unit, *TIMES)
        self.systemctl("restart", self.unit + ".service")
        self.taken = 0
        self.connect()
        self.assertEqual(self.values(self.unit), ([(45, 5, 5)] * 2, [None]))  # The old group's policy has gone with it.
        done = self.run_tool("attach", "--unit", self.unit, *OTHERS, "--json")
        self.assertEqual((done.returncode, json.loads(done.stdout)["taken_over"]), (0, [self.unit + ".socket"]), done.stderr)
        self.connect()
        self.assertEqual(self.values(self.unit), ([(45, 5, 5)] * 2 + [(50, 6, 7)] * 2, [None, (50, 6, 7)]))


if __name__ == "__main__":
    tool.main()
