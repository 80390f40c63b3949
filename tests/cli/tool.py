"""Runs the real wsalive binary for the tests of this folder, in an environment without settings."""
import ctypes
import errno
import faulthandler
import json
import os
import socket
import subprocess
import sys
import tempfile
import unittest

BUILD = os.environ.get("WSALIVE_BUILD", os.path.join(os.path.dirname(__file__), "../../build/dev"))
SOURCE = os.environ.get("WSALIVE_SOURCE", os.path.join(os.path.dirname(__file__), "../.."))
BINARY = os.path.join(BUILD, "bin", "wsalive")
# A label of 64 octets: refused by the resolver itself, so that no name server is asked and waited for.
NO_HOST = "a" * 64 + ".invalid"
with open(os.path.join(BUILD, "CMakeCache.txt"), encoding="utf-8") as cache:
    SANITIZED = next((line.strip().split("=")[1] for line in cache if line.startswith("WSALIVE_SANITIZE:STRING=")), "")
NO_SIGNALS = "ThreadSanitizer holds a signal back until the system call that it came in has ended"
NO_BORROWING = "a filter of system calls refuses pidfd_getfd here"


def can_borrow():
    """Whether pidfd_getfd is let through at all: nothing but a filter refuses a copy of one's own descriptor."""
    pidfd_getfd = 438
    own = os.pidfd_open(os.getpid())
    copy = ctypes.CDLL(None, use_errno=True).syscall(pidfd_getfd, own, own, 0)
    why = ctypes.get_errno()
    for each in (own, copy):
        if each >= 0:
            os.close(each)
    return copy >= 0 or why == errno.EBADF


CAN_BORROW = can_borrow()
needs_borrowing = unittest.skipUnless(CAN_BORROW, NO_BORROWING)


def why_no_preload():
    """Why `run` cannot preload our library here, or None."""
    if not os.path.exists(os.path.join(BUILD, "src/attach/libwsalive-preload.so")):
        return "a build with sanitizers has no library to preload"
    if " " in BUILD or ":" in BUILD:
        return "LD_PRELOAD cannot carry a space or a colon, which the build folder's name has"
    return None


NO_PRELOAD = why_no_preload()
needs_preload = unittest.skipIf(NO_PRELOAD, NO_PRELOAD or "")


class Tool(unittest.TestCase):
    """A folder of its own stands for the home; the machine's file is replaced by WSALIVE_REGISTRY."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.home = folder.name
        self.registry = os.path.join(self.home, "registry.reg")

    def path(self, name, content=None):
        """A path in the folder; with content, also the file."""
        path = os.path.join(self.home, name)
        if content is not None:
            with open(path, "wb") as file:
                file.write(content if isinstance(content, bytes) else content.encode())
        return path

    def run_tool(self, *args, env=None):
        kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "ASAN_OPTIONS",
                                                    "TSAN_OPTIONS") if name in os.environ}
        environment = {**kept, "HOME": self.home, "WSALIVE_REGISTRY": self.registry, **(env or {})}
        done = subprocess.run([BINARY, *args], env=environment, text=True, capture_output=True, timeout=60)
        if not CAN_BORROW and done.returncode == 4 and "pidfd_getfd" in done.stderr:
            self.skipTest(NO_BORROWING)
        return done

    def as_nobody(self, *args):
        """A run as a user without rights, where root can be one and the build's folder is open to others."""
        if os.getuid() != 0:
            self.skipTest("needs root to be another user")
        def become_nobody():
            os.setgroups([])
            os.setuid(65534)
        try:
            done = subprocess.run([BINARY, *args], preexec_fn=become_nobody, text=True, capture_output=True, timeout=60, cwd="/",
                                  env={**os.environ, "WSALIVE_REGISTRY": "/none.reg"})
        except PermissionError:
            self.skipTest("the build folder is closed to other users")
        except subprocess.SubprocessError:
            self.skipTest("another user is not to be had here")
        if "Permission denied" in done.stderr and "wsalive" not in done.stderr.split(":")[0]:
            self.skipTest("the build folder is closed to other users")
        return done

    def popen_as_nobody(self, words):
        """A program of the user that as_nobody is, with pipes; it ends with the test."""
        if os.getuid() != 0:
            self.skipTest("needs root to be another user")
        try:
            program = subprocess.Popen(words, user=65534, extra_groups=[], cwd="/", env={"PATH": "/usr/bin:/bin"},
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        except (OSError, subprocess.SubprocessError):
            self.skipTest("another user is not to be had here, or has no such program")
        def end():
            program.stdin.close()
            program.wait()
            program.stdout.close()
        self.addCleanup(end)
        return program

    def ok(self, *args, env=None, status=0):
        """Standard output of a run that must end with that status and say nothing else."""
        done = self.run_tool(*args, env=env)
        self.assertEqual((done.returncode, done.stderr), (status, ""), done.stdout)
        return done.stdout

    def warned(self, *args, env=None, status=0):
        """Standard output, and the lines on standard error without the `wsalive: warning: ` of each."""
        done = self.run_tool(*args, env=env)
        self.assertEqual(done.returncode, status, done.stderr)
        lines = done.stderr.splitlines()
        for line in lines:
            self.assertRegex(line, r"\Awsalive: warning: ")
        return done.stdout, [line.removeprefix("wsalive: warning: ") for line in lines]

    def json(self, *args, env=None, status=0):
        report = json.loads(self.ok(*args, "--json", env=env, status=status))
        self.assertEqual(report.pop("schema"), 1)
        return report

    def refused(self, status, *args, env=None):
        """The one line of a refusal; nothing may go to standard output."""
        done = self.run_tool(*args, env=env)
        self.assertEqual((done.returncode, done.stdout), (status, ""), done.stderr)
        self.assertRegex(done.stderr, r"\Awsalive[^\n]*: [^\n]+\n\Z")
        return done.stderr


class ToolWithConnection(Tool):
    """And a TCP connection over loopback: `listener` on `port`, `client` and `accepted`."""

    def setUp(self):
        super().setUp()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(self.listener.close)
        self.port = self.listener.getsockname()[1]
        self.client = socket.create_connection(("127.0.0.1", self.port))
        self.addCleanup(self.client.close)
        self.accepted = self.listener.accept()[0]
        self.addCleanup(self.accepted.close)


def write_down_skips(skipped):
    """Where tools/check-skips looks, as tests/support/main.cpp does for C++ tests."""
    name = os.environ.get("WSALIVE_TEST_NAME")
    if not name:
        return
    path = os.path.join(BUILD, "skips", name)
    if not skipped:
        if os.path.exists(path):
            os.unlink(path)
        return
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as record:
        for test, reason in skipped:
            record.write(f"{name} {'.'.join(test.id().split('.')[-2:])}: {reason}\n")


def main():
    seconds = int(os.environ.get("WSALIVE_TEST_SECONDS", "0"))
    if seconds:  # Somewhat before the runner's own limit, since the runner does not know where a test hangs.
        faulthandler.dump_traceback_later(seconds * 0.9, exit=True)
    if not os.path.exists(BINARY):
        print("the command was not built:", BINARY)
        sys.exit(1)
    result = unittest.main(exit=False).result
    write_down_skips(result.skipped)
    sys.exit(0 if result.wasSuccessful() else 1)
