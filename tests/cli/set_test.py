#!/usr/bin/env python3
"""wsalive set, on connections that the test has open itself: read back on its own sockets.

labels: net
"""
import os
import re
import select
import socket
import subprocess
import sys
import threading
import time
import unittest
import tool

TIMES = ("--time", "45s", "--interval", "5s", "--probes", "5")
OPTIONS = ((socket.SOL_SOCKET, socket.SO_KEEPALIVE), (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE),
           (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL), (socket.IPPROTO_TCP, socket.TCP_KEEPCNT))


def values(end):
    return tuple(end.getsockopt(*option) for option in OPTIONS)


class Set(tool.ToolWithConnection):
    def setUp(self):
        super().setUp()
        self.untouched = values(self.client)
        self.me = f"{os.getpid()}:{self.client.fileno()}"

    def test_one_descriptor_is_set_and_no_other(self):
        report = self.json("set", self.me, *TIMES)
        self.assertEqual(values(self.client), (1, 45, 5, 5))
        self.assertEqual(values(self.accepted), self.untouched)
        self.assertEqual((report["set"], report["refused"]), (1, 0))
        row = report["sockets"][0]
        self.assertEqual((row["pid"], row["fd"]), (os.getpid(), self.client.fileno()))
        self.assertFalse(row["before"]["on"])
        self.assertEqual(row["after"], {"on": True, "idle_ms": 45000, "interval_ms": 5000, "probes": 5,
                                        "user_timeout_ms": 0})

    def test_before_and_after_are_said(self):
        text = self.ok("set", self.me, *TIMES)
        self.assertRegex(text, rf"{self.me} +127.0.0.1:{self.port} +off +45s \+5s x5\n")
        self.assertIn("\n1 socket set.\n", text)

    def test_a_rehearsal_changes_nothing(self):
        text = self.ok("set", "--dry-run", self.me, *TIMES)
        self.assertEqual(values(self.client), self.untouched)
        self.assertIn("1 socket would be set; nothing was changed.", text)
        self.assertIn("45s +5s x5", text)

    def test_filters_choose_the_connections(self):
        self.ok("set", "--to", f"127.0.0.1:{self.port}", *TIMES)
        self.assertEqual((values(self.client), values(self.accepted)), ((1, 45, 5, 5), self.untouched))
        self.ok("set", "--from", f":{self.port}", "--time", "46s")
        self.assertEqual(values(self.accepted), (1, 46, *self.untouched[2:]))

    def test_values_that_are_not_named_stay(self):
        """75 s x 9 must not become 1 s x 10, with which an outage of 10 s ends the connection."""
        for time_s in (45, 46):  # The second time the values are those of our own first.
            text = self.ok("set", self.me, "--time", f"{time_s}s")
            self.assertEqual(values(self.client), (1, time_s, *self.untouched[2:]))
            self.assertIn("I and N were not named and stay as before (--interval, --probes).", " ".join(text.split()))
            self.assertNotIn("the program has set", text)
        self.ok("set", self.me, "--interval", "5s")
        self.assertEqual(values(self.client), (1, 46, 5, self.untouched[3]))
        self.ok("set", self.me, "--path-timeout", "100s")  # It names all three.
        self.assertEqual(values(self.client), (1, 50, 5, 5))

    def test_a_path_chooses_the_interval_beside_a_time_and_the_time_beside_an_interval(self):
        """The socket's own 75 s would come between the probes of a living peer (K-50)."""
        text = " ".join(self.ok("set", self.me, "--time", "3s", "--path-timeout", "8s").split())
        self.assertEqual(values(self.client), (1, 3, 1, self.untouched[3]))
        self.assertRegex(text, r"keeps the connection: the first probe comes at least 4\.[\d]+s before, and one that repeats it at "
                               r"least 3\.[\d]+s\.")
        self.assertIn("N was not named and stays as before", text)
        self.ok("set", self.me, "--interval", "25s", "--path-timeout", "60s")
        self.assertEqual(values(self.client), (1, 30, 25, 5))
        line = self.refused(3, "set", self.me, "--interval", "40s", "--path-timeout", "60s")
        self.assertIn("with an interval of 40s no probe and its repetition come in time; give a shorter --interval", line)
        self.assertEqual(values(self.client), (1, 30, 25, 5))
        text = " ".join(self.ok("set", self.me, "--time", "30s", "--interval", "40s", "--path-timeout", "60s").split())
        self.assertIn("but none that repeats it: one lost segment may lose the connection", text)

    def test_an_interval_that_is_longer_than_the_time_is_said(self):  # K-50
        text = " ".join(self.ok("set", self.me, "--time", "45s", "--interval", "75s").split())
        self.assertRegex(text, r"the first probe leaves after 45s to 7[\d.]+s of silence")
        self.assertRegex(text, r"I is longer than T: after a probe that was answered the kernel waits I, so a living peer is "
                               r"probed every 75s to 7[\d.]+s\.")
        self.assertNotIn("longer than T", self.ok("set", self.me, "--time", "75s", "--interval", "75s"))

    def test_of_sockets_that_differ_each_timing_has_its_own_words(self):
        accepted = f"{os.getpid()}:{self.accepted.fileno()}"
        self.ok("set", self.me, "--interval", "75s", "--probes", "1")
        self.ok("set", accepted, "--interval", "5s", "--probes", "3")
        text = " ".join(self.ok("set", self.me, accepted, "--time", "50s").split())
        self.assertRegex(text, r"1 of these \(50s \+75s x1\): The kernel's timers are coarse")
        self.assertRegex(text, r"1 of these \(50s \+5s x3\): The kernel's timers are coarse")
        self.assertEqual(text.count("I is longer than T"), 1)
        path = ("--interval", "5s", "--path-timeout", "60s", "--time", "50s")
        text = " ".join(self.ok("set", self.me, accepted, *path).split())
        self.assertRegex(text, r"x1\): A path that forgets after 60s keeps[^.]*\.?[^.]*but none that repeats it")
        self.assertRegex(text, r"x3\): A path that forgets after 60s keeps[^;]* and one that repeats it")

    def user_timeout(self):
        return self.client.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)

    def test_a_user_timeout_is_set_alone_beside_keep_alive_and_taken_away(self):
        self.ok("set", self.me, "--user-timeout", "30s")
        self.assertEqual((self.user_timeout(), values(self.client)), (30000, self.untouched))
        text = " ".join(self.ok("set", self.me, *TIMES, "--user-timeout", "50s").split())
        self.assertEqual((self.user_timeout(), values(self.client)), (50000, (1, 45, 5, 5)))
        self.assertIn("Data that waits 50s for its acknowledgement ends the connection, and so does data that waits so long for a "
                      "peer that answers but has no room for it.", text)
        self.assertRegex(text, r"takes the place of N = 5, too: a dead peer is noticed after 50s to 5[\d.]+s, not after 70s to")
        self.assertIn("45s +5s x5, data 50s", text)
        report = self.json("set", self.me, "--user-timeout", "off")
        self.assertEqual((self.user_timeout(), values(self.client)), (0, (1, 45, 5, 5)))
        row = report["sockets"][0]
        self.assertEqual((row["before"]["user_timeout_ms"], row["after"]["user_timeout_ms"]), (50000, 0))
        self.ok("set", "--dry-run", self.me, "--user-timeout", "30s")
        self.assertEqual(self.user_timeout(), 0)
        self.assertIn("out of range", self.refused(2, "set", self.me, "--user-timeout", "25d"))
        self.assertIn("'0s' is no time-out: write 1ms or more, or off, which takes it away",
                      self.refused(2, "set", self.me, "--user-timeout", "0s"))

    def test_what_is_named_is_set_and_the_rest_stays_the_programs_own(self):
        self.client.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 33)
        self.client.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 99)
        text = self.ok("set", self.me, "--time", "45s")
        self.assertEqual(values(self.client), (1, 45, 33, self.untouched[3]))
        self.assertIn("stay as before", text)
        self.ok("set", self.me, "--release", "winxp")
        self.assertEqual(values(self.client), (1, 7200, 1, 5))

    @tool.needs_borrowing
    @tool.needs_preload
    def test_a_socket_that_its_programs_engine_drives_is_the_outsiders_afterwards(self):  # K-96
        driven, _ = self.start_driven()

        def values():
            found = self.json("ls", "--pid", str(driven.pid))["connections"]
            return found[0]["keep_alive"] if found else {}
        self.eventually(lambda: values().get("driver") == "rearm")
        before = values()
        self.assertEqual((before["idle_ms"], before["interval_ms"], before["idle_from"]), (1500, 300, "program"))
        # What cannot be told from the engine's own values is refused, and nothing is changed.
        kernel = self.kernels_interval(driven)
        line = self.refused(3, "set", str(driven.pid), "--time", "60s", "--interval", kernel)
        self.assertIn(f"the program's own engine keeps I = 300ms and has {kernel} in the kernel for it: it would not notice {kernel} from "
                      "outside. Name another --interval, or leave it away", line)
        self.assertEqual(values(), before)
        words = ("--time", "60s", "--interval", "2s", "--probes", "4")
        report = self.json("set", str(driven.pid), *words)
        self.assertEqual(report["sockets"][0]["after"], {"on": True, "idle_ms": 60000, "interval_ms": 2000, "probes": 4,
                                                         "user_timeout_ms": 0})
        # The engine finds the kernel's values changed when it next looks, and keeps those.
        self.eventually(lambda: values()["idle_from"] == "outside")
        after = values()
        self.assertEqual((after["idle_ms"], after["interval_ms"], after["probes"]), (60000, 2000, 4))
        time.sleep(2)  # Longer than the program's own time.
        self.assertEqual(values(), after)

    @tool.needs_borrowing
    @tool.needs_preload
    def test_values_that_are_not_named_stay_the_engines_to_the_millisecond(self):
        driven, _ = self.start_driven()

        def values():
            found = self.json("ls", "--pid", str(driven.pid))["connections"]
            return found[0]["keep_alive"] if found else {}
        self.eventually(lambda: values().get("driver") == "rearm")
        self.assertRegex(self.ok("set", str(driven.pid), "--time", "60s"), r"(?m) 1\.5s \+300ms x10 +60s \+300ms x10$")
        self.eventually(lambda: values()["idle_from"] == "outside")
        after = values()
        self.assertEqual((after["idle_ms"], after["interval_ms"], after["probes"]), (60000, 300, 10))
        self.assertEqual((after["interval_from"], after["probes_from"]), ("program", "default"))

    def start_driven(self):
        """A program whose connection our engine drives, with 1500 ms and 300 ms; and the connection's other end."""
        client = os.path.join(tool.BUILD, "demo/keepalive_client")
        words = [client, "127.0.0.1", str(self.port), "600000", "1500", "300"]
        driven = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(driven.wait)
        self.addCleanup(driven.kill)
        peer = self.listener.accept()[0]
        self.addCleanup(peer.close)
        peer.sendall(peer.recv(64))  # The answer; from now on it is idle.
        return driven, peer

    def kernels_interval(self, program):
        """What the kernel has for the 300 ms of `start_driven`, which it cannot have itself."""
        rehearsed = self.json("set", str(program.pid), "--time", "60s", "--dry-run")
        return f"{rehearsed['sockets'][0]['before']['interval_ms'] // 1000}s"

    def driver_of(self, program):
        found = self.json("ls", "--pid", str(program.pid))["connections"]
        return found[0]["keep_alive"]["driver"] if found else None

    def eventually(self, holds):
        deadline = time.monotonic() + 20
        while not holds():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.1)

    @tool.needs_borrowing
    def test_what_was_so_already_is_counted_apart(self):
        both = (self.me, f"{os.getpid()}:{self.accepted.fileno()}")
        self.ok("set", self.me, *TIMES)
        self.assertIn("\n1 socket would be set, 1 is so already; nothing was changed.\n", self.ok("set", *both, *TIMES, "--dry-run"))
        self.assertIn("\n1 socket set, 1 was so already.\n", self.ok("set", *both, *TIMES))
        self.assertIn("\n2 sockets were so already.\n", self.ok("set", *both, *TIMES))
        self.assertEqual(self.json("set", *both, *TIMES)["unchanged"], 2)
        self.assertIn("\n2 sockets set.\n", self.ok("set", *both, "off"))
        self.assertIn("\n2 sockets were so already.\n", self.ok("set", *both, "off"))

    @tool.needs_borrowing
    def test_what_a_descriptor_is_instead_of_a_socket_is_said(self):
        pipe = os.pipe()
        epoll = select.epoll()
        with open(self.path("a\nfile", "x"), encoding="ascii") as file, open("/dev/null", encoding="ascii") as device:
            rows = ((pipe[0], "a pipe"), (file.fileno(), f"the file {self.home}/a\ufffdfile"), (device.fileno(), "the device /dev/null"),
                    (epoll.fileno(), "an object of the kernel's: [eventpoll]"))
            for fd, words in rows:
                line = self.refused(3, "set", f"{os.getpid()}:{fd}", "off")
                self.assertIn(f": it is no TCP socket but {words}; ", line)
        epoll.close()
        for end in pipe:
            os.close(end)

    @tool.needs_borrowing
    @tool.needs_preload
    def test_a_part_that_is_refused_is_said_and_the_rest_is_set(self):
        driven, peer = self.start_driven()
        self.eventually(lambda: self.driver_of(driven) == "rearm")
        kernel = self.kernels_interval(driven)
        done = self.run_tool("set", "--to", f":{self.port}", "--time", "60s", "--interval", kernel)
        self.assertEqual((done.returncode, done.stderr), (1, ""))
        self.assertRegex(done.stdout, rf"(?m)^keepalive_\w* {driven.pid}:\d+ .*refused: the program's own engine keeps I = 300ms")
        self.assertRegex(done.stdout, rf"(?m) {self.me} .* 60s ")
        self.assertIn("\n1 socket set, 1 refused.\n", done.stdout)
        self.assertEqual(values(self.client)[:2], (1, 60))
        report = self.json("set", "--dry-run", "--to", f":{self.port}", "--time", "61s", "--interval", kernel, status=1)
        self.assertEqual((report["set"], report["refused"]), (1, 1))
        refused = [row for row in report["sockets"] if row["refused_because"]]
        self.assertEqual([(row["pid"], row["after"]) for row in refused], [(driven.pid, None)])

    def test_programs_that_end_meanwhile_do_no_harm(self):
        script = ("import socket,sys\nwhile True:\n c = [socket.create_connection(('127.0.0.1', int(sys.argv[1]))) "
                  "for _ in range(20)]\n for each in c: each.setsockopt(1, 13, b'\\1\\0\\0\\0\\0\\0\\0\\0'); each.close()")
        takers = threading.Thread(target=self.take_until_closed)
        takers.start()
        children = [subprocess.Popen([sys.executable, "-c", script, str(self.port)], stderr=subprocess.DEVNULL)
                    for _ in range(2)]
        try:
            for round_number in range(30):
                done = self.run_tool("set", "--to", f":{self.port}", *TIMES)
                self.assertIn(done.returncode, (0, 1), done.stderr)
                self.assertEqual(done.stderr, "")
                for line in done.stdout.splitlines():
                    if "refused:" in line:
                        self.assertRegex(line, "refused: (gone meanwhile|no process (that may be seen )?has it)$")
                listed = self.run_tool("ls", "--to", f":{self.port}")
                self.assertEqual((listed.returncode, listed.stderr), (0, ""))
                if round_number % 5 == 4:  # A whole process, too.
                    children[0].kill()
                    children[0].wait()
                    children[0] = subprocess.Popen([sys.executable, "-c", script, str(self.port)], stderr=subprocess.DEVNULL)
        finally:
            for child in children:
                child.kill()
                child.wait()
            self.listener.shutdown(socket.SHUT_RDWR)
            takers.join()
        self.assertEqual(values(self.client), (1, 45, 5, 5))

    def take_until_closed(self):
        try:
            while True:
                self.listener.accept()[0].close()
        except OSError:
            pass

    def test_off_switches_off_and_keeps_the_values(self):  # K-56
        self.ok("set", self.me, *TIMES)
        self.ok("set", self.me, "off")
        self.assertEqual(values(self.client), (0, 45, 5, 5))

    def test_what_was_rounded_is_said(self):
        text = self.ok("set", self.me, "--time", "45500ms", "--interval", "1500ms", "--probes", "5")
        self.assertEqual(values(self.client)[:3], (1, 45, 2))
        self.assertIn("the kernel keeps whole seconds", text.replace("\n", " "))
        self.ok("set", self.me, "--round", "up", "--time", "45500ms")
        self.assertEqual(values(self.client)[1], 46)

    def test_only_what_was_named_is_called_wanted_and_the_limit_is_the_true_one(self):
        def note(*words):
            said = " ".join(self.ok("set", self.me, *words).split())
            return re.findall(r"Rounded: ([^.]*(?:\.\d[^.]*)*)\.", said)
        self.client.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 75)
        self.assertEqual(note("--time", "45500ms"), ["the kernel keeps whole seconds; wanted T 45.5s"])
        self.assertEqual(note("--probes", "200"), ["the kernel keeps 127 probes at most; wanted N 200"])
        self.assertEqual(note("--time", "40000s"), ["the kernel keeps 32767s at most; wanted T 11h 6min 40s"])
        self.assertEqual(note("--time", "45s"), [])
        self.assertEqual(note("--time", "45500ms", "--probes", "5"), ["the kernel keeps whole seconds; wanted T 45.5s"])
        self.assertEqual(values(self.client)[1:], (45, 75, 5))  # As named: I, which was not, has no say.
        all_named = note("--time", "45s", "--interval", "1s", "--probes", "200")
        self.assertEqual(len(all_named), 1)
        self.assertNotIn("whole seconds", all_named[0])
        self.assertIn("127 probes at most", all_named[0])

    def test_a_listener_is_set_where_it_is_named_and_hands_down(self):
        self.ok("set", f"{os.getpid()}:{self.listener.fileno()}", *TIMES)
        late = socket.create_connection(("127.0.0.1", self.port))
        accepted = self.listener.accept()[0]
        self.assertEqual(values(accepted), (1, 45, 5, 5))
        self.assertEqual(values(late), self.untouched)
        late.close()
        accepted.close()

    def test_nothing_is_held_afterwards(self):
        self.ok("set", self.me, *TIMES)
        self.client.close()
        self.accepted.settimeout(10)
        self.assertEqual(self.accepted.recv(1), b"")

    def program_in_a_network(self, then):
        """A program with a connection in a network of its own, which prints its values at the end; and its PID:FD."""
        program = ("import socket,sys; l = socket.create_server(('127.0.0.1', 0)); c = socket.create_connection(l.getsockname())\n"
                   f"{then}\nprint(c.fileno(), flush=True); sys.stdin.read(1)\n"
                   "print([c.getsockopt(*o) for o in ((1, 9), (6, 4), (6, 5), (6, 6))])")
        words = ["unshare", "--net", "--map-root-user", "--user", "sh", "-c", 'ip link set lo up && exec "$@"', "sh",
                 sys.executable, "-c", program]
        child = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(child.communicate)
        self.addCleanup(child.kill)
        fd = child.stdout.readline().strip()
        if not fd:
            self.skipTest("namespaces are denied here")
        if os.getuid() != 0:
            self.skipTest("another network is entered by root alone")
        return child, f"{child.pid}:{fd}"

    def test_a_process_of_its_own_network_is_reached(self):
        child, name = self.program_in_a_network("")
        self.ok("set", name, *TIMES)
        self.assertEqual(child.communicate("x", timeout=30)[0], "[1, 45, 5, 5]\n")

    @tool.needs_borrowing
    def test_a_timer_that_a_sysctl_left_behind_is_seen_and_set_anew(self):
        """The most common recipe: the sysctl is lowered when keep-alive is on already. Values then read as they should."""
        child, name = self.program_in_a_network("c.setsockopt(1, 9, 1);"
                                                "open('/proc/sys/net/ipv4/tcp_keepalive_time', 'w').write('20')")
        before = self.json("explain", name)["socket"]
        self.assertGreater(before["timer_behind_ms"], 7_000_000)
        self.assertGreater(before["next_probe_ms"], 7_000_000)
        self.assertGreater(before["noticed_after_ms"], 7_000_000)
        listed = self.json("ls", "--pid", str(child.pid), "--state", "established")["connections"]
        listed = next(each for each in listed if each["fd"] == int(name.split(":")[1]))
        self.assertEqual(listed["keep_alive"]["idle_ms"], 20_000)  # What is read, and what will be:
        self.assertGreater(min(listed["noticed_after_ms"], listed["next_probe_ms"]), 7_000_000)
        self.assertIn("wsalive set " + name, " ".join(self.ok("explain", name).split()))
        rules = self.json("lint", str(child.pid), status=1)["findings"]
        self.assertIn("timer-behind-values", [rule["rule"] for rule in rules])
        self.ok("set", name, "--time", "20s")
        after = self.json("explain", name)["socket"]
        self.assertEqual(after["timer_behind_ms"], 0)
        self.assertLessEqual(after["next_probe_ms"], 20_000)
        self.assertLess(after["noticed_after_ms"], 7_000_000)

    def test_what_is_not_there_is_told(self):
        self.assertIn("no such process", self.refused(6, "set", "999999999", *TIMES))
        self.assertIn("no such descriptor", self.refused(6, "set", f"{os.getpid()}:999", *TIMES))
        self.assertIn("no such connection", self.refused(6, "set", "--program", "nobody-has-this", *TIMES))
        with open("/dev/null", "rb") as file:
            self.assertIn("no TCP socket", self.refused(3, "set", f"{os.getpid()}:{file.fileno()}", *TIMES))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            self.assertIn("no TCP socket", self.refused(3, "set", f"{os.getpid()}:{other.fileno()}", *TIMES))

    @tool.needs_borrowing
    def test_another_users_program_is_refused_in_one_line(self):
        done = self.as_nobody("set", self.me, *TIMES)
        self.assertEqual((done.returncode, done.stdout), (4, ""))
        self.assertRegex(done.stderr, r"\Awsalive: cannot set keep-alive [^\n]*no right to trace[^\n]*root[^\n]*\n\Z")
        self.assertEqual(values(self.client), self.untouched)

    def test_what_cannot_be_meant_is_refused(self):
        for words in ((), TIMES, (self.me,), (self.me, "off", *TIMES), ("x", *TIMES), ("1:2:3", *TIMES),
                      ("0", *TIMES), ("-5", *TIMES), (self.me, "--pid", str(os.getpid()), *TIMES), (self.me, "--time", "45")):
            self.refused(2, "set", *words)
        self.assertEqual(values(self.client), self.untouched)


if __name__ == "__main__":
    tool.main()
