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
        """One of nobody's, with a connection."""
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

    def test_2_a_scope_of_2_is_for_root_alone(self):
        self.scope("2")
        pid = self.program()
        self.assert_denied(self.as_nobody("set", pid, *TIMES), "run it as root: kernel.yama.ptrace_scope is 2")
        self.assertEqual(self.run_tool("set", pid, *TIMES).returncode, 0)
        parts = self.doctor(self.as_nobody)
        self.assertTrue(parts["pidfd_getfd"]["missing"])
        self.assertIn("ptrace_scope is 2", parts["pidfd_getfd"]["remedy"])

    def test_3_a_scope_of_3_is_for_nobody_until_the_next_start(self):
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
