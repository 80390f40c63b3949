#!/usr/bin/env python3
"""wsalive run is no risk to what it runs: the program is the process that was started, signals to its group and killed
keepers leave its connections as they are, and a keeper holds nothing of it.

labels: net
"""
import glob
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import unittest
import tool

TIMES = ("--time", "45s", "--interval", "5s", "--probes", "5")
OURS = "1 45 5 5"
# Connects for each line that it reads and prints its socket's values; counts signals.
CLIENT = r"""
import os, signal, socket, sys
counts = {}
def count(number, frame): counts[number] = counts.get(number, 0) + 1
for number in (1, 2, 3, 10, 12, 14, 15): signal.signal(number, count)
print("ready", flush=True)
while True:
    try: line = sys.stdin.readline()
    except InterruptedError: continue
    if not line: break
    if line == "signals\n":
        print(*sorted(counts), flush=True)
        continue
    try:
        with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as end:
            print(*[end.getsockopt(*o) for o in ((1, 9), (6, 4), (6, 5), (6, 6))], flush=True)
    except OSError as error: print(error.strerror, flush=True)
"""


def processes():
    for folder in glob.glob("/proc/[0-9]*"):
        try:
            with open(folder + "/cmdline", "rb") as file:
                yield int(folder[6:]), file.read().split(b"\0")[0].decode(errors="replace")
        except OSError:
            pass


def keepers_of(pid):
    return sorted(number for number, words in processes() if words == f"wsalive: keeper of {pid}")


class Running(tool.Tool):
    def setUp(self):
        super().setUp()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.addCleanup(self.listener.close)
        self.port = str(self.listener.getsockname()[1])
        self.environment = {**os.environ, "HOME": self.home, "WSALIVE_REGISTRY": self.registry}

    def need(self, way):
        if way == "seccomp" and not tool.CAN_BORROW:
            self.skipTest(tool.NO_BORROWING)
        if way == "bpf" and self.run_tool("run", "--quiet", "--via", "bpf", "--", "true").returncode != 0:
            self.skipTest("bpf or version-2 control groups are not allowed here")
        if way == "preload" and tool.NO_PRELOAD:
            self.skipTest(tool.NO_PRELOAD)

    def start(self, way, *words, launcher=(), times=TIMES, options=(), **more):
        self.need(way)
        child = subprocess.Popen([*launcher, tool.BINARY, "run", "--quiet", "--via", way, *times, *options, "--", *words],
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=self.environment,
                                 start_new_session=True, **more)
        def end():
            child.kill()
            child.stdin.close()
            child.stdout.close()
            child.wait()
        self.addCleanup(end)
        return child

    def client(self, way, **more):
        self.need(way)
        child = self.start(way, sys.executable, "-c", CLIENT, self.port, **more)
        self.assertEqual(child.stdout.readline(), "ready\n")
        return child

    def ask(self, child, what="connect"):
        child.stdin.write(what + "\n")
        child.stdin.flush()
        return child.stdout.readline().strip()

    def until(self, holds, seconds=20):
        end = time.monotonic() + seconds
        while not holds():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.01)


class TheProgram(Running):
    LOOK = ("import os, signal; print(os.getpid(), os.getppid(), os.getpgid(0), os.getsid(0), sorted(os.listdir('/proc/self/fd')),"
            " os.getcwd(), sorted(signal.pthread_sigmask(0, [])), sorted(signal.sigpending()),"
            " [signal.getsignal(s) for s in (1, 15, 17)])")

    def test_is_the_process_that_was_started_and_has_what_it_had(self):
        def disturbed():
            signal.signal(signal.SIGCHLD, signal.SIG_IGN)
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD, signal.SIGUSR1])
        for way in ("seccomp", "bpf", "preload"):
            for prepare in (None, disturbed):
                with self.subTest(way=way, prepare=prepare):
                    self.need(way)
                    plain = subprocess.Popen([sys.executable, "-c", self.LOOK], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                             text=True, start_new_session=True, env=self.environment, preexec_fn=prepare)
                    wanted = plain.communicate()[0].replace(str(plain.pid), "N")
                    child = self.start(way, sys.executable, "-c", self.LOOK, preexec_fn=prepare)
                    self.assertEqual(child.stdout.read().replace(str(child.pid), "N"), wanted)

    def test_gets_the_sockets_and_the_notifications_of_a_service_manager(self):
        service = r"""
import os, socket
assert os.environ["LISTEN_PID"] == os.environ["WATCHDOG_PID"] == str(os.getpid()), os.environ
with socket.socket(fileno=3) as listener: listener.accept()[0].sendall(b"served")
with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out: out.sendto(b"READY=1", os.environ["NOTIFY_SOCKET"])
"""
        manager = r"""
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1", WATCHDOG_PID=str(os.getpid()))
os.execvp(sys.argv[2], sys.argv[2:])
"""
        for way in ("seccomp", "bpf", "preload"):
            with self.subTest(way=way), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as hears:
                self.need(way)
                hears.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
                hears.settimeout(20)
                hears.bind(self.path("notify-" + way))
                self.environment["NOTIFY_SOCKET"] = self.path("notify-" + way)
                fd = os.dup(self.listener.fileno())
                child = self.start(way, sys.executable, "-c", service, pass_fds=[fd],
                                   launcher=(sys.executable, "-c", manager, str(fd)))
                os.close(fd)
                with socket.create_connection(("127.0.0.1", int(self.port)), timeout=20) as client:
                    self.assertEqual(client.recv(10), b"served")
                text, rights, _, _ = hears.recvmsg(100, 100)
                self.assertEqual((text, int.from_bytes(rights[0][2][:4], sys.byteorder)), (b"READY=1", child.pid))
                self.assertEqual(child.wait(timeout=20), 0)

    INHERITS = r"""
import socket, sys
OPTIONS = ((1, 9), (6, 4), (6, 5), (6, 6))
with socket.socket(fileno=int(sys.argv[1])) as given:
    print("ready", flush=True)
    end = given.accept()[0] if sys.argv[2] == "accept" else given
    print(*[end.getsockopt(*o) for o in OPTIONS], flush=True)
"""

    def inherited(self, way, *more, times=TIMES, connected=False):
        """The values of a connection that was accepted from a listener which the program was given, or that it was given."""
        self.need(way)
        with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_connection(self.listener.getsockname()) as near:
            given = near if connected else listener
            child = self.start(way, sys.executable, "-c", self.INHERITS, str(given.fileno()), "given" if connected else "accept",
                               pass_fds=[given.fileno()], options=more, times=times)
            self.assertEqual(child.stdout.readline(), "ready\n")
            with socket.create_connection(listener.getsockname()):
                return child.stdout.readline().strip()

    def test_connections_that_wait_already_are_counted(self):
        with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_connection(listener.getsockname()), \
             socket.create_connection(listener.getsockname()):
            for way, said in (("seccomp", "; 2 connections that wait already at its listeners go without\n"), ("preload", "")):
                self.need(way)
                done = subprocess.run([tool.BINARY, "run", "--via", way, *TIMES, "--", "true"], text=True, capture_output=True,
                                      pass_fds=[listener.fileno()], env=self.environment, check=False)
                self.assertEqual((done.returncode, "wait" in done.stderr), (0, said != ""))
                self.assertTrue(done.stderr.endswith(said), done.stderr)

    def test_what_it_is_given_has_our_values_and_hands_them_down(self):
        for way in ("seccomp", "bpf", "preload"):
            with self.subTest(way=way):
                self.assertEqual(self.inherited(way), OURS)
                self.assertEqual(self.inherited(way, connected=True), OURS)
                self.assertEqual(self.inherited(way, "--connect-only")[:2], "0 ")
                self.assertEqual(self.inherited(way, "--connect-only", connected=True)[:2], "0 ")
        exact = ("--time", "45500ms", *TIMES[2:])
        self.assertEqual(self.inherited("preload", times=exact), "1 46 5 5")  # K-74: the engine's, in seconds.

    def test_stops_goes_on_and_ends_as_without_us(self):
        child = self.client("seccomp")
        os.kill(child.pid, signal.SIGSTOP)
        self.assertTrue(os.WIFSTOPPED(os.waitpid(child.pid, os.WUNTRACED)[1]))
        os.kill(child.pid, signal.SIGCONT)
        self.assertTrue(os.WIFCONTINUED(os.waitpid(child.pid, os.WCONTINUED)[1]))
        self.assertEqual(self.ask(child), OURS)
        for number in (1, 2, 3, 10, 12, 14, 15):
            os.kill(child.pid, number)
        self.until(lambda: self.ask(child, "signals") == "1 2 3 10 12 14 15")
        child.stdin.close()
        self.assertEqual(child.wait(timeout=20), 0)
        for number in (signal.SIGKILL, signal.SIGSEGV, signal.SIGALRM):
            self.assertEqual(self.start("seccomp", "sh", "-c", f"kill -{int(number)} $$").wait(timeout=20), -number)

    def test_no_signal_is_lost_while_it_starts(self):
        for turn in range(24):
            child = self.start("seccomp", "sleep", "30")
            time.sleep(turn * 0.001)
            child.terminate()
            # Its output ends where nothing stays behind that holds it.
            self.assertEqual(child.communicate(timeout=20)[0], "", turn)
            self.assertEqual(child.returncode, -signal.SIGTERM, turn)


@unittest.skipIf(tool.SANITIZED == "thread", tool.NO_SIGNALS)
class Keepers(Running):
    def test_a_signal_to_the_group_is_the_programs_alone(self):
        for way in ("seccomp", "bpf", "preload"):
            with self.subTest(way=way):
                child = self.client(way)
                for number in (1, 2, 3, 10, 12, 14, 15):
                    os.killpg(child.pid, number)
                self.until(lambda: self.ask(child, "signals") == "1 2 3 10 12 14 15")
                self.assertEqual([self.ask(child) for _ in range(5)], [OURS] * 5)

    def test_a_killed_one_is_replaced_while_the_program_connects(self):
        child = self.client("seccomp")
        for turn in range(10):
            self.until(lambda: len(keepers_of(child.pid)) == 2)
            killed = keepers_of(child.pid)[turn % 2]
            os.kill(killed, signal.SIGKILL)
            self.assertEqual([self.ask(child) for _ in range(5)], [OURS] * 5)
            # On a busy machine it dies later; then it must not be counted as one of the two.
            self.until(lambda gone=killed: gone not in keepers_of(child.pid))

    def test_a_stopped_keeper_delays_no_program(self):
        child = self.client("seccomp")
        pair = keepers_of(child.pid)
        self.assertEqual(len(pair), 2)
        for keeper in pair:
            os.kill(keeper, signal.SIGSTOP)
            self.assertEqual(self.ask(child), OURS)
            os.kill(keeper, signal.SIGCONT)

    def test_a_new_one_reaches_the_process_that_calls(self):
        """With two programs under it: what its forerunner has had open for one must not lead it to the other."""
        pair = r"""
import os, sys
ends = []
for _ in range(2):
    asked, ask = os.pipe()
    ends.append(ask)
    if os.fork() == 0:
        os.dup2(asked, 0)
        os.execv(sys.executable, [sys.executable, "-c", sys.argv[1], *sys.argv[2:]])
for line in sys.stdin: os.write(ends[int(line)], b"connect\n")
"""
        child = self.start("seccomp", sys.executable, "-c", pair, CLIENT, self.port)
        # Both write into one pipe.
        self.assertEqual(sorted(child.stdout.readline() + child.stdout.readline()), sorted("ready\n" * 2))
        self.assertEqual([self.ask(child, which) for which in "01"], [OURS] * 2)
        watching = min(keepers_of(child.pid), key=lambda keeper: os.stat(f"/proc/{keeper}").st_ctime_ns)
        with open(f"/proc/{watching}/task/{watching}/children", encoding="utf-8") as file:
            self.assertNotEqual(file.read(), "")
        os.kill(watching, signal.SIGKILL)
        self.until(lambda: watching not in keepers_of(child.pid) and len(keepers_of(child.pid)) == 2)
        self.assertEqual([self.ask(child, which) for which in "10"], [OURS] * 2)

    def test_a_signal_that_can_be_ignored_does_not_end_one(self):
        child = self.client("seccomp")
        before = keepers_of(child.pid)
        self.assertEqual(len(before), 2)
        for keeper in before:
            for number in range(1, 65):
                if number not in (signal.SIGKILL, signal.SIGSTOP, 32, 33):
                    os.kill(keeper, number)
        self.assertEqual((self.ask(child), keepers_of(child.pid)), (OURS, before))

    def test_they_hold_nothing_of_the_program(self):
        with open(self.path("open"), "w", encoding="utf-8") as file:
            for way in ("seccomp", "bpf"):
                with self.subTest(way=way):
                    child = self.client(way, cwd=self.home, pass_fds=[file.fileno()])
                    keepers = keepers_of(child.pid)
                    self.assertEqual(len(keepers), 2 if way == "seccomp" else 1)
                    for keeper in keepers:
                        held = {os.readlink(name) for name in glob.glob(f"/proc/{keeper}/fd/*")}
                        self.assertLessEqual({name.split("/")[-1] for name in held},
                                             {"null", "anon_inode:seccomp notify", "anon_inode:[pidfd]", "cgroup.events"} |
                                             {name for name in held if name.startswith("pidfd:")})
                        self.assertEqual(os.readlink(f"/proc/{keeper}/cwd"), "/")
                        self.assertEqual(os.getsid(keeper), keeper)
                        self.assertNotEqual(os.getpgid(keeper), child.pid)

    def test_they_end_with_the_last_process(self):
        for way in ("seccomp", "bpf"):
            with self.subTest(way=way):
                child = self.client(way)
                daemon = "import os, time\nif os.fork() == 0:\n os.setsid(); os.close(1); time.sleep(1)"
                leaves = self.start(way, sys.executable, "-c", daemon)
                self.assertEqual(leaves.wait(timeout=20), 0)
                self.assertNotEqual(keepers_of(leaves.pid), [])
                child.kill()
                self.until(lambda c=child, d=leaves: not keepers_of(c.pid) and not keepers_of(d.pid))

    def test_by_bpf_no_program_needs_a_keeper_and_the_next_run_removes_what_it_leaves(self):
        child = self.client("bpf")
        with open(f"/proc/{child.pid}/cgroup", encoding="utf-8") as file:
            group = next(line.strip()[3:] for line in file if line.startswith("0::"))
        with open("/proc/mounts", encoding="utf-8") as file:
            group = next(line.split()[1] for line in file if line.split()[2] == "cgroup2") + group
        os.kill(keepers_of(child.pid)[0], signal.SIGKILL)
        self.assertEqual([self.ask(child) for _ in range(5)], [OURS] * 5)
        child.kill()
        child.wait()
        self.assertTrue(os.path.isdir(group))
        os.utime(group, (0, 0))  # Younger ones may be those of a `run` that is just starting.
        self.ok("run", "--quiet", "--via", "bpf", "--", "true")
        self.assertFalse(os.path.exists(group))


@unittest.skipIf(tool.SANITIZED == "thread", tool.NO_SIGNALS)
class ProcessOne(Running):
    INSIDE = r"""
import os, signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: (os.write(1, b"asked to end\n"), os._exit(7)))
try: os.waitpid(-1, os.WNOHANG)
except ChildProcessError: print("no child of somebody else's", flush=True)
if os.fork() == 0:
    if os.fork() == 0: time.sleep(0.2)
    os._exit(0)
os.wait()
time.sleep(0.6)
print("zombies", sum(open(f"/proc/{p}/stat").read().split(") ")[1][0] == "Z" for p in os.listdir("/proc") if p.isdigit()), flush=True)
while True: time.sleep(1)
"""

    def test_of_a_container_reaps_passes_on_and_has_no_strange_children(self):
        box = ["unshare", "--pid", "--fork", "--mount-proc", *([] if os.getuid() == 0 else ["--user", "--map-root-user"])]
        if subprocess.run([*box, "true"], capture_output=True, check=False).returncode != 0:
            self.skipTest("namespaces are denied here")
        for way in ("seccomp", "bpf"):
            with self.subTest(way=way):
                child = self.start(way, sys.executable, "-c", self.INSIDE, launcher=box)
                self.assertEqual(child.stdout.readline(), "no child of somebody else's\n")
                self.assertEqual(child.stdout.readline(), "zombies 0\n")
                first = self.until_found(child.pid)
                os.kill(first, signal.SIGTERM)
                self.assertEqual(child.stdout.readline(), "asked to end\n")
                self.assertEqual(child.wait(timeout=20), 7)

    def until_found(self, parent):
        """Process 1 of the box."""
        with open(f"/proc/{parent}/task/{parent}/children", encoding="utf-8") as file:
            return int(file.read().split()[0])


@unittest.skipUnless(os.getuid() == 0, "needs root to be another user")
class RightsThatProgramsGain(Running):
    AS_NOBODY = ("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups")

    def as_user(self, *words):
        """With a copy of the command that everybody may run."""
        self.need("seccomp")
        if subprocess.run([*self.AS_NOBODY, "true"], capture_output=True, check=False).returncode != 0:
            self.skipTest("another user is not to be had here")
        os.chmod(self.home, 0o755)
        copy = self.path("wsalive")
        if not os.path.exists(copy):
            shutil.copy(tool.BINARY, copy)
            os.chmod(copy, 0o755)
        if subprocess.run([*self.AS_NOBODY, "test", "-x", copy], check=False).returncode != 0:
            self.skipTest("another user may not enter the temporary folder")
        return subprocess.run([*self.AS_NOBODY, copy, "run", *TIMES, *words],
                              env={**os.environ, "WSALIVE_REGISTRY": "/none.reg"}, text=True, capture_output=True, cwd="/",
                              check=False)

    def test_are_told_before_they_are_lost(self):
        done = self.as_user("--via", "seccomp", "--", "true")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stderr, r"\Awsalive: keep-alive by seccomp: [^\n]*no_new_privs[^\n]*\n\Z")
        program = self.path("setuid")
        shutil.copy(shutil.which("id"), program)
        os.chmod(program, 0o4755)
        done = self.as_user("--via", "seccomp", "--", program, "-u")
        self.assertEqual((done.returncode, done.stdout), (5, ""), done.stderr)
        self.assertIn("--allow-no-new-privs", done.stderr)
        done = self.as_user("--via", "seccomp", "--allow-no-new-privs", "--", program, "-u")
        self.assertEqual((done.returncode, done.stdout), (0, "65534\n"), done.stderr)


if __name__ == "__main__":
    tool.main()
