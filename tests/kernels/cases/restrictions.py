#!/usr/bin/env python3
"""In a guest of tools/kernels, after everything else: Yama's ptrace_scope, which cannot be lowered again from 3, and user namespaces
that are root's alone. For each it is said what is refused, why, and what helps.
"""
import json
import os
import socket
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.environ["WSALIVE_SOURCE"], "tests/cli"))
import tool  # noqa: E402  (it stands in the folder that was just named)

SCOPE = "/proc/sys/kernel/yama/ptrace_scope"
CLONE = "/proc/sys/kernel/unprivileged_userns_clone"
NOBODY = 65534
TIMES = ("--time", "45s", "--interval", "5s", "--probes", "5")
PROGRAM = ("import socket, sys\n"
           "c = socket.create_connection(('127.0.0.1', int(sys.argv[1]))); print('up', flush=True); sys.stdin.read()")
VALUES = os.path.join(tool.BUILD, "tests/attach/programs/own_values")
# Says each signal that it gets.
TELLER = r"""
import os, signal
numbers = [n for n in range(1, 65) if n not in (9, 19, 32, 33)]
signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
os.write(1, b"ready\n")
while True: os.write(1, b"%d\n" % signal.sigwaitinfo(numbers).si_signo)
"""


def become_nobody():
    """As tool.as_nobody does: the same user, and the same group."""
    os.setgroups([])
    os.setuid(NOBODY)


def write(path, value):
    with open(path, "w", encoding="ascii") as file:
        file.write(value)


class Restrictions(tool.Tool):
    """The order of the names is the order of the tests."""

    def setUp(self):
        super().setUp()
        os.chmod(self.home, 0o755)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(self.listener.close)

    def program(self):
        """A program of the user nobody, with a connection."""
        child = subprocess.Popen(["python3", "-c", PROGRAM, str(self.listener.getsockname()[1])], preexec_fn=become_nobody,
                                 cwd="/", stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        def end():
            child.communicate("")
        self.addCleanup(end)
        self.assertEqual(child.stdout.readline(), "up\n")
        return str(child.pid)

    def doctor(self, run):
        return {part["part"]: part for part in json.loads(run("doctor", "--json").stdout)["parts"]}

    def scope(self, value):
        if not os.path.exists(SCOPE):
            self.skipTest("this kernel has no Yama")
        write(SCOPE, value)

    def assert_denied(self, done, *words):
        self.assertEqual((done.returncode, done.stdout), (4, ""), done.stderr)
        self.assertIn("no right to trace (ptrace_scope)", done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)

    def test_1_a_scope_of_1_needs_root_and_run_does_not(self):
        self.scope("0")
        pid = self.program()
        self.assertEqual(self.as_nobody("set", pid, *TIMES).returncode, 0)
        self.scope("1")
        self.assert_denied(self.as_nobody("set", pid, *TIMES), "run it as root: kernel.yama.ptrace_scope is 1",
                           "sysctl kernel.yama.ptrace_scope=0")
        self.assertEqual(self.run_tool("set", pid, *TIMES).returncode, 0)
        parts = self.doctor(self.as_nobody)
        self.assertTrue(parts["ptrace_scope"]["missing"])
        self.assertIn("run it as root", parts["ptrace_scope"]["remedy"])
        self.assertFalse(parts["pidfd_getfd"]["missing"])
        self.assertFalse(self.doctor(self.run_tool)["ptrace_scope"]["missing"])
        done = self.as_nobody("run", *TIMES, "--via", "seccomp", "--", "true")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_1_a_scope_of_1_has_a_front_that_serves(self):
        self.scope("1")
        port = str(self.listener.getsockname()[1])
        values = self.as_nobody("run", "--quiet", "--via", "seccomp", *TIMES, "--", VALUES, "connect", port)
        self.assertEqual((values.stdout, values.stderr, values.returncode), ("1 45 5 5\n", "", 0))
        # Children are reached as well, and their ends and signals pass through.
        script = f"{VALUES} connect {port}; ({VALUES} connect {port} & wait); exit 7"
        done = self.as_nobody("run", "--quiet", "--via", "seccomp", *TIMES, "--", "sh", "-c", script)
        self.assertEqual((done.stdout, done.returncode), ("1 45 5 5\n" * 2, 7), done.stderr)
        done = self.as_nobody("run", "--quiet", "--via", "seccomp", *TIMES, "--", "sh", "-c", "kill -TERM $$")
        self.assertEqual(done.returncode, -15)
        child = subprocess.Popen([tool.BINARY, "run", "--quiet", "--via", "seccomp", *TIMES, "--", "python3", "-c", TELLER],
                                 preexec_fn=become_nobody, cwd="/", stdout=subprocess.PIPE, text=True, start_new_session=True,
                                 env={**os.environ, "WSALIVE_REGISTRY": "/none.reg"})
        def end():
            child.kill()
            child.wait()
            child.stdout.close()
        self.addCleanup(end)
        self.assertEqual(child.stdout.readline(), "ready\n")
        for turn in range(10):  # Each once, whether it was sent to the front or to the group.
            for number, send in ((10, os.kill), (12, os.killpg), (15, os.kill), (1, os.killpg)):
                send(child.pid, number)
                self.assertEqual(child.stdout.readline(), f"{number}\n", turn)

    def test_1_root_needs_no_front(self):
        self.scope("1")
        done = self.run_tool("run", "--quiet", "--via", "seccomp", *TIMES, "--", "sh", "-c", "echo $PPID")
        self.assertEqual(done.stdout, f"{os.getpid()}\n", done.stderr)

    def test_2_by_a_scope_of_2_run_takes_what_needs_no_tracing(self):
        self.scope("2")
        port = str(self.listener.getsockname()[1])
        done = self.as_nobody("run", "--via", "seccomp", *TIMES, "--", VALUES, "connect", port)
        self.assertEqual((done.returncode, done.stdout), (4, ""), done.stderr)
        self.assertIn("ptrace_scope", done.stderr)
        done = self.as_nobody("run", *TIMES, "--", VALUES, "connect", port)
        self.assertEqual((done.returncode, done.stdout), (0, "1 45 5 5\n"), done.stderr)
        self.assertIn("by preload", done.stderr)
        done = self.run_tool("run", "--quiet", "--via", "seccomp", *TIMES, "--", VALUES, "connect", port)
        self.assertEqual((done.returncode, done.stdout), (0, "1 45 5 5\n"), done.stderr)

    def test_3_by_a_scope_of_3_attach_and_run_reach_what_they_did(self):
        self.scope("3")
        port = str(self.listener.getsockname()[1])
        done = self.run_tool("run", "--via", "seccomp", *TIMES, "--", VALUES, "connect", port)
        self.assertEqual((done.returncode, done.stdout), (4, ""), done.stderr)
        for words in ((), ("--via", "bpf"), ("--via", "preload")):
            done = self.run_tool("run", "--quiet", *words, *TIMES, "--", VALUES, "connect", port)
            self.assertEqual((done.returncode, done.stdout), (0, "1 45 5 5\n"), done.stderr)
        with open("/proc/self/mounts", encoding="ascii") as mounts:
            mount = next(line.split()[1] for line in mounts if line.split()[2] == "cgroup2")
        group = os.path.join(mount, "wsalive-restrictions")
        os.mkdir(group)
        self.addCleanup(os.rmdir, group)
        done = self.run_tool("attach", "--cgroup", group, *TIMES)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.addCleanup(self.run_tool, "detach", "--cgroup", group)
        def enter():
            write(os.path.join(group, "cgroup.procs"), str(os.getpid()))
        done = subprocess.run([VALUES, "connect", port], preexec_fn=enter, text=True, capture_output=True, check=False)
        self.assertEqual(done.stdout, "1 45 5 5\n", done.stderr)

    def test_2_a_scope_of_2_is_for_root_alone(self):
        self.scope("2")
        pid = self.program()
        self.assert_denied(self.as_nobody("set", pid, *TIMES), "run it as root: kernel.yama.ptrace_scope is 2")
        self.assertEqual(self.run_tool("set", pid, *TIMES).returncode, 0)
        parts = self.doctor(self.as_nobody)
        self.assertTrue(parts["pidfd_getfd"]["missing"])
        self.assertIn("ptrace_scope is 2", parts["pidfd_getfd"]["remedy"])

    def test_3_a_scope_of_3_lets_no_user_trace_until_the_next_start(self):
        self.scope("3")
        pid = self.program()
        for run in (self.as_nobody, self.run_tool):
            self.assert_denied(run("set", pid, *TIMES), "nobody may trace, root neither, until the host restarts",
                               "wsalive attach")
            parts = self.doctor(run)
            for name in ("ptrace_scope", "pidfd_getfd"):
                self.assertTrue(parts[name]["missing"])
                self.assertIn("until the host restarts", parts[name]["remedy"])
        # What it names works.
        done = self.run_tool("run", *TIMES, "--", "true")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("by seccomp", done.stderr)

    def test_4_user_namespaces_for_root_alone_are_named_by_their_switch(self):
        if not os.path.exists(CLONE):
            self.skipTest("this kernel has no kernel.unprivileged_userns_clone")
        self.assertFalse(self.doctor(self.as_nobody)["user_namespaces"]["missing"])
        write(CLONE, "0")
        self.addCleanup(write, CLONE, "1")
        part = self.doctor(self.as_nobody)["user_namespaces"]
        self.assertTrue(part["missing"])
        self.assertEqual(part["remedy"], "as root, on the host itself: sysctl kernel.unprivileged_userns_clone=1")
        self.assertFalse(self.doctor(self.run_tool)["user_namespaces"]["missing"])
        demo = subprocess.run([os.path.join(tool.BUILD, "demo/wsalive-demo")], preexec_fn=become_nobody, cwd="/", text=True,
                              capture_output=True, timeout=100)
        self.assertEqual(demo.returncode, 0, demo.stderr)
        self.assertIn("Namespaces are denied here: ", demo.stdout)


if __name__ == "__main__":
    tool.main()
