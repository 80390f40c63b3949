#!/usr/bin/env python3
"""wsalive run between systemd and its services: systemd's own socket-activate starts it, systemd's own socket-proxyd, notify and
library are what it runs.

labels: net
"""
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import unittest
import tool
from run_keeper_test import OURS, TIMES, Running

PROXY = "/lib/systemd/systemd-socket-proxyd"
# What systemd's library says to a service: how many sockets it is given, whether there is a watchdog, whether it was heard.
LIBRARY = r"""
import ctypes, os
systemd = ctypes.CDLL("libsystemd.so.0")
rest = ctypes.c_uint64()
print(systemd.sd_listen_fds(0), systemd.sd_watchdog_enabled(0, ctypes.byref(rest)), rest.value,
      systemd.sd_notify(0, b"READY=1\nWATCHDOG=1\nMAINPID=%d" % os.getpid()), flush=True)
"""
MANAGER = r"""
import os, sys
os.dup2(int(sys.argv[1]), 3)
own = str(os.getpid())
os.environ.update(LISTEN_PID=own, LISTEN_FDS="1", WATCHDOG_PID=own, WATCHDOG_USEC="30000000")
os.execvp(sys.argv[2], sys.argv[2:])
"""


def has_library():
    done = subprocess.run([sys.executable, "-c", "import ctypes; ctypes.CDLL('libsystemd.so.0')"], capture_output=True, check=False)
    return done.returncode == 0


class Services(Running):
    WAYS = ("seccomp", "bpf", "preload")

    def values_of(self, pid, *filters):
        found = self.json("ls", "--pid", str(pid), *filters)["connections"]
        return [tuple(int(row["keep_alive"][name]) // (1000 if name.endswith("_ms") else 1)
                      for name in ("on", "idle_ms", "interval_ms", "probes")) for row in found if row["state"] == "established"]

    @tool.needs_borrowing
    def test_a_proxy_that_systemd_activates_serves_with_our_times(self):
        activate = shutil.which("systemd-socket-activate")
        if not activate or not os.access(PROXY, os.X_OK):
            self.skipTest("systemd-socket-activate or systemd-socket-proxyd is not installed")
        ours = tuple(int(word) for word in OURS.split())
        for way in self.WAYS:
            with self.subTest(way=way), socket.create_server(("127.0.0.1", 0)) as backend:
                self.need(way)
                with socket.create_server(("127.0.0.1", 0)) as free:
                    port = free.getsockname()[1]
                child = subprocess.Popen([activate, "-l", f"127.0.0.1:{port}", "-E", f"WSALIVE_REGISTRY={self.registry}",
                                          tool.BINARY, "run", "--quiet", "--via", way, *TIMES, "--", PROXY,
                                          "127.0.0.1:%d" % backend.getsockname()[1]], stderr=subprocess.DEVNULL,
                                         start_new_session=True, env=self.environment)
                def end(child=child):
                    child.kill()
                    child.wait()
                self.addCleanup(end)
                first = self.passes_on(port, backend)
                second = self.passes_on(port, backend)
                self.until(lambda p=child.pid: len(self.values_of(p)) == 4)
                self.assertEqual(self.values_of(child.pid, "--to", ":%d" % backend.getsockname()[1]), [ours] * 2)
                # The first one waited when the proxy was started: preload alone reaches it.
                taken = self.values_of(child.pid, "--from", f":{port}")
                self.assertEqual(taken.count(ours), 2 if way == "preload" else 1, taken)
                for end_of_one in (*first, *second):
                    end_of_one.close()
                os.kill(child.pid, signal.SIGTERM)
                self.assertIn(child.wait(timeout=20), (0, -signal.SIGTERM))

    def passes_on(self, port, backend):
        """Both ends of a connection through the proxy."""
        def connect():
            try:
                return socket.create_connection(("127.0.0.1", port), timeout=20)
            except ConnectionRefusedError:
                return None
        near = None
        end = time.monotonic() + 20
        while not (near := connect()):
            self.assertLess(time.monotonic(), end)
            time.sleep(0.02)
        backend.settimeout(20)
        near.sendall(b"there")
        far = backend.accept()[0]
        far.settimeout(20)
        self.assertEqual(far.recv(10), b"there")
        far.sendall(b"and back")
        self.assertEqual(near.recv(10), b"and back")
        return near, far

    def manager(self, way, name):
        """A socket for notifications, and a launcher that starts a service with one socket and a watchdog."""
        hears = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(hears.close)
        hears.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        hears.settimeout(20)
        hears.bind(self.path(f"{name}-{way}"))
        self.environment["NOTIFY_SOCKET"] = self.path(f"{name}-{way}")
        fd = self.listener.fileno()
        return hears, {"launcher": (sys.executable, "-c", MANAGER, str(fd)), "pass_fds": [fd]}

    @unittest.skipUnless(has_library(), "systemd's library is not installed")
    def test_systemds_library_finds_sockets_watchdog_and_manager(self):
        for way in self.WAYS:
            with self.subTest(way=way):
                self.need(way)
                hears, how = self.manager(way, "library")
                child = self.start(way, sys.executable, "-c", LIBRARY, **how)
                self.assertEqual(child.stdout.readline(), "1 1 30000000 1\n")
                text, rights, _, _ = hears.recvmsg(200, 100)
                self.assertEqual(text, b"READY=1\nWATCHDOG=1\nMAINPID=%d" % child.pid)
                self.assertEqual(int.from_bytes(rights[0][2][:4], sys.byteorder), child.pid)

    def test_systemd_notify_is_heard(self):
        if not shutil.which("systemd-notify"):
            self.skipTest("systemd-notify is not installed")
        for way in self.WAYS:
            with self.subTest(way=way):
                self.need(way)
                hears, how = self.manager(way, "notify")
                child = self.start(way, "systemd-notify", "--no-block", "--ready", "--status=up", **how)
                self.assertEqual(child.wait(timeout=20), 0)
                self.assertIn(b"READY=1\nSTATUS=up", hears.recv(200))


if __name__ == "__main__":
    tool.main()
