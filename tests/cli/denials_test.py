#!/usr/bin/env python3
"""What a host may deny, simulated: each denial is named in one line, the exit status is that of the documented list, and
nothing is half done. System calls are denied by a seccomp filter of the test's own, files by mounts in a namespace.

labels: net
"""
import ctypes
import errno
import json
import os
import platform
import socket
import struct
import subprocess
import unittest
import tool

CALLS = {"bpf": 321, "pidfd_getfd": 438, "pidfd_open": 434, "seccomp": 317, "socket": 41, "sendto": 44}
STATIC = os.path.join(tool.BUILD, "tests/attach/programs/own_values_static")
TIMES = ("--time", "45s", "--interval", "5s", "--probes", "5")


def refuse(call, error=errno.EPERM, argument=None, at=0):
    """For preexec_fn: from now on that system call fails so, with any arguments or with that one."""
    checks = [(0x20, 0, 0, 0), (0x15, 0, 1 if argument is None else 3, CALLS[call])]  # The call's number.
    if argument is not None:
        checks += [(0x20, 0, 0, 16 + 8 * at), (0x15, 0, 1, argument)]  # args[at]
    checks += [(0x06, 0, 0, 0x00050000 | error), (0x06, 0, 0, 0x7FFF0000)]
    code = b"".join(struct.pack("HBBI", *check) for check in checks)

    def apply():
        libc = ctypes.CDLL(None, use_errno=True)
        buffer = ctypes.create_string_buffer(code)
        program = struct.pack("HxxxxxxP", len(checks), ctypes.addressof(buffer))
        libc.prctl(38, 1, 0, 0, 0)
        if libc.prctl(22, 2, ctypes.create_string_buffer(program), 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "seccomp")
    return apply


@unittest.skipUnless(platform.machine() == "x86_64", "numbers of system calls are known for x86-64")
class Denials(tool.ToolWithConnection):
    def setUp(self):
        super().setUp()
        self.me = f"{os.getpid()}:{self.client.fileno()}"

    def under(self, denial, *words, around=()):
        environment = {"PATH": os.environ["PATH"], "HOME": self.home, "WSALIVE_REGISTRY": self.registry}
        return subprocess.run([*around, tool.BINARY, *words], preexec_fn=denial, env=environment, text=True,
                              capture_output=True, timeout=60)

    def assert_refused(self, done, status, words):
        self.assertEqual((done.returncode, done.stdout), (status, ""), done.stderr)
        self.assertRegex(done.stderr, r"\Awsalive[^\n]*: [^\n]+\n\Z")
        self.assertIn(words, done.stderr)

    def test_where_no_descriptor_may_be_borrowed_it_is_said_in_the_columns(self):
        done = self.under(refuse("pidfd_getfd"), "ls", "--pid", str(os.getpid()))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("? pidfd_getfd denied", done.stdout)
        self.assertIn(f"127.0.0.1:{self.port}", done.stdout)

    def test_where_no_descriptor_may_be_borrowed_nothing_is_set_or_explained(self):
        before = self.client.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE)
        self.assert_refused(self.under(refuse("pidfd_getfd"), "set", self.me, *TIMES), 4, "pidfd_getfd denied")
        self.assert_refused(self.under(refuse("pidfd_getfd"), "explain", self.me), 4, "pidfd_getfd denied")
        self.assertEqual(self.client.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE), before)
        self.assertEqual(self.client.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE), 0)

    def test_the_call_that_is_refused_is_named(self):
        done = self.under(refuse("pidfd_open"), "ls", "--pid", str(os.getpid()))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("? pidfd_open denied", done.stdout)
        self.assert_refused(self.under(refuse("pidfd_open"), "set", self.me, *TIMES), 4, "allow pidfd_open(2) there")

    def test_what_vanishes_between_two_looks_is_gone_and_not_forbidden(self):
        before = self.client.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        for call, error in (("pidfd_getfd", errno.EBADF), ("pidfd_open", errno.ESRCH)):
            vanished = refuse(call, error)
            done = self.under(vanished, "ls", "--pid", str(os.getpid()))
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertIn("? gone meanwhile", done.stdout)
            self.assert_refused(self.under(vanished, "set", self.me, *TIMES), 6, "gone meanwhile")
            self.assert_refused(self.under(vanished, "explain", self.me), 6, "gone meanwhile")
        self.assertEqual(self.client.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE), before)

    @tool.needs_borrowing
    def test_a_descriptor_that_may_not_be_traced_is_told_from_a_call_that_is_refused(self):
        done = self.under(self.no_trace(), "ls", "--pid", str(os.getpid()))
        self.assertIn("? no right to trace", done.stdout)
        self.assert_refused(self.under(self.no_trace(), "set", self.me, *TIMES), 4, "no right to trace")

    def no_trace(self):
        """As where the right is missing: the client is not given, while the command's own descriptors are."""
        return refuse("pidfd_getfd", argument=self.client.fileno(), at=1)

    @tool.needs_borrowing
    def test_a_restricted_ptrace_scope_is_named(self):
        script = ("mount -t tmpfs t /proc/sys/kernel && mkdir /proc/sys/kernel/yama && "
                  "echo 1 >/proc/sys/kernel/yama/ptrace_scope && exec \"$@\"")
        inside = ["unshare", "--mount", "sh", "-c", script, "sh"]
        if os.getuid() != 0 or subprocess.run([*inside, "true"], capture_output=True, check=False).returncode != 0:
            self.skipTest("the file of the ptrace scope cannot be made up here")
        done = self.under(self.no_trace(), "ls", "--pid", str(os.getpid()), around=inside)
        self.assertIn("? no right to trace (ptrace_scope)", done.stdout)
        self.assert_refused(self.under(self.no_trace(), "set", self.me, *TIMES, around=inside), 4, "ptrace_scope")

    def test_without_sock_diag_no_list_is_made_up(self):
        netlink = 16
        for words in (("ls",), ("set", self.me, *TIMES), ("lint", str(os.getpid()))):
            self.assert_refused(self.under(refuse("socket", errno.EACCES, netlink), *words), 7, "sock_diag")

    def test_without_tcp_diag_it_is_said_what_to_load(self):
        missing = refuse("sendto", errno.ENOENT)  # As sock_diag answers; tests/kernels/cases has it from a real kernel.
        for words in (("ls",), ("set", self.me, *TIMES), ("lint", str(os.getpid()))):
            self.assert_refused(self.under(missing, *words), 5, "modprobe tcp_diag")
        doctor = self.under(missing, "doctor", "--json")
        parts = {part["part"]: part for part in json.loads(doctor.stdout)["parts"]}
        self.assertIn("tcp_diag, is not there", parts["tcp_diag"]["found"])
        self.assertIn("modprobe tcp_diag", parts["tcp_diag"]["remedy"])
        self.assertIn("takes tcp_diag", parts["sock_destroy"]["found"])

    @tool.needs_borrowing
    def test_without_bpf_run_takes_another_way_and_says_why(self):
        ways = [(STATIC, "exit", "0"), *([] if tool.NO_PRELOAD else [("/bin/true",)])]
        for way, program in zip(("seccomp", "preload"), ways):
            done = self.under(refuse("bpf"), "run", *TIMES, "--", *program)
            self.assertEqual((done.returncode, done.stdout), (0, ""))
            self.assertRegex(done.stderr, rf"\Awsalive: keep-alive by {way}: [^\n]*; no bpf: [^\n]*\n\Z")
        self.assert_refused(self.under(refuse("bpf"), "run", "--via", "bpf", *TIMES, "--", "/bin/true"), 4, "leave --via away")
        attach = self.under(refuse("bpf"), "attach", "--system", *TIMES)
        # Where no bpf file system is mounted, that comes first.
        self.assert_refused(attach, *((5, "bpf") if "file system" in attach.stderr else (4, self.why_no_bpf())))

    @staticmethod
    def why_no_bpf():
        """With every right it is the filter that refuses."""
        with open("/proc/self/status", encoding="ascii") as status, open("/proc/self/uid_map", encoding="ascii") as users:
            rights = int(next(line.split()[1] for line in status if line.startswith("CapEff:")), 16)
            is_host = "4294967295" in users.read()
        needed = 1 << 39 | 1 << 12
        if rights & needed != needed:
            return "CAP_BPF"
        return "a filter of system calls refuses bpf" if is_host else "a user namespace's"

    def test_without_bpf_and_seccomp_a_static_program_is_not_started(self):
        for other in ("seccomp", "pidfd_getfd"):
            def both():
                refuse("bpf")()
                refuse(other)()
            done = self.under(both, "run", *TIMES, "--", STATIC, "exit", "0")
            self.assert_refused(done, 4, f"no seccomp: not permitted, {'install' if other == 'seccomp' else other}")
            self.assertNotIn("--via", done.stderr)  # The caller has not given it.
            self.assertIn("`wsalive doctor` says what is missing", done.stderr)

    @tool.needs_preload
    def test_without_bpf_and_seccomp_a_dynamic_program_is_preloaded(self):
        def both():
            refuse("bpf")()
            refuse("seccomp")()
        done = self.under(both, "run", *TIMES, "--", "/bin/sh", "-c", "echo started")
        self.assertEqual((done.returncode, done.stdout), (0, "started\n"))
        self.assertRegex(done.stderr, r"\Awsalive: keep-alive by preload: [^\n]*; no bpf: [^\n]*\n\Z")

    @tool.needs_borrowing
    def test_without_control_groups_of_version_2_attach_says_so(self):
        script = "mount -t tmpfs t /sys/fs/cgroup && umount -l /sys/fs/cgroup && umount -l /sys/fs/cgroup; exec \"$@\""
        inside = ["unshare", "--mount", "sh", "-c", script, "sh"]
        if os.getuid() != 0 or subprocess.run([*inside, "sh", "-c", "! grep -q cgroup2 /proc/self/mounts"],
                                              capture_output=True, check=False).returncode != 0:
            self.skipTest("the control groups cannot be hidden here")
        self.assert_refused(self.under(None, "attach", "--system", *TIMES, around=inside), 5, "control group")
        done = self.under(None, "run", *TIMES, "--", "/bin/true", around=inside)
        self.assertEqual(done.returncode, 0)
        self.assertIn("no bpf: ", done.stderr)


if __name__ == "__main__":
    tool.main()
