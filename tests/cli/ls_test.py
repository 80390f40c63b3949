#!/usr/bin/env python3
"""wsalive ls, on connections that the test makes itself.

labels: net
"""
import os
import re
import resource
import socket
import subprocess
import sys
import unittest
import tool
from terminal import Terminal


class Ls(tool.ToolWithConnection):
    def mine(self, *args):
        return self.json("ls", "--pid", str(os.getpid()), "--to", f":{self.port}", *args)

    @tool.needs_borrowing
    def test_a_connection_without_keep_alive_is_never_noticed(self):
        found = self.mine()["connections"]
        self.assertEqual(len(found), 1)
        self.assertEqual(found[0]["pid"], os.getpid())
        self.assertEqual(found[0]["fd"], self.client.fileno())
        self.assertEqual(found[0]["remote"], f"127.0.0.1:{self.port}")
        self.assertEqual(found[0]["state"], "established")
        self.assertFalse(found[0]["keep_alive"]["on"])
        self.assertEqual(found[0]["noticed_by"], "never")
        self.assertIsNone(found[0]["noticed_after_ms"])

    @tool.needs_borrowing
    def test_values_that_the_program_has_set_are_its_own(self):
        self.client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self.client.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 45)
        self.client.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 5)
        report = self.mine()
        values = report["connections"][0]["keep_alive"]
        probes = report["defaults"]["probes"]
        self.assertTrue(values["on"])
        self.assertEqual((values["idle_ms"], values["interval_ms"], values["probes"]), (45000, 5000, probes))
        self.assertEqual((values["idle_from"], values["probes_from"]), ("socket", "default"))
        self.assertEqual(values["driver"], "native")
        self.assertEqual(report["connections"][0]["noticed_after_ms"], 45000 + 5000 * probes)
        self.assertLessEqual(report["connections"][0]["next_probe_ms"], 45000)

    @tool.needs_borrowing
    def test_a_user_timeout_overrides_the_count(self):
        self.client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self.client.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 10)
        self.client.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 5)
        self.client.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 12000)
        found = self.mine()["connections"][0]
        self.assertEqual((found["noticed_by"], found["noticed_after_ms"]), ("user-timeout", 15000))

    @tool.needs_borrowing
    @tool.needs_preload
    def test_what_another_programs_engine_drives_is_told_by_its_table(self):  # K-96
        program = (f"import socket, sys; c = socket.create_connection(('127.0.0.1', {self.port}));"
                   "print(c.fileno(), flush=True); sys.stdin.read()")
        with subprocess.Popen([tool.BINARY, "run", "--via", "preload", "--time", "45500ms", "--interval", "300ms",
                               "--probes", "200", "--", sys.executable, "-c", program],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as driven:
            fd = int(driven.stdout.readline())
            found = [c for c in self.json("ls", "--to", f":{self.port}")["connections"] if c["fd"] == fd
                     and c["pid"] != os.getpid()]
            name = f"{found[0]['pid']}:{fd}"
            explained, text = self.json("explain", name)["subjects"][0], self.ok("explain", name)
            self.assertRegex(self.ok("ls", "--to", f":{self.port}"), r"One: our engine keeps it, at most \d+ms later\.")
            driven.stdin.close()
        self.assertEqual(len(found), 1)
        values = found[0]["keep_alive"]
        # Not 48 s, 3 s and 127, which are parked in the kernel.
        self.assertEqual((values["idle_ms"], values["interval_ms"], values["probes"]), (45500, 300, 200))
        self.assertEqual(values["driver"], "rearm")
        self.assertEqual(found[0]["noticed_after_ms"], 45500 + 200 * 300)
        self.assertLessEqual(found[0]["next_probe_ms"], 45500)
        # wsalive's engine drives it, but it is a Linux program with Linux errors.
        self.assertEqual(explained["error"], {"name": "ETIMEDOUT", "code": 110})
        self.assertNotIn("WSA", text)

    def test_a_listeners_queue_is_no_data_and_its_peer_is_never_noticed(self):
        self.listener.listen(7)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        found = self.json("ls", "--from", f":{self.port}", "--listeners")["connections"]
        listening = [each for each in found if each["state"] == "listening"][0]
        self.assertEqual((listening["unacknowledged_bytes"], listening["unread_bytes"]), (0, 0))
        self.assertEqual((listening["noticed_by"], listening["noticed_after_ms"]), (None, None))
        text = self.ok("explain", f"{os.getpid()}:{self.listener.fileno()}")
        self.assertIn("that it accepts from now on begin with these values", text.replace("\n  ", " "))
        for no_connections in ("octets", "has been silent", "If the peer"):
            self.assertNotIn(no_connections, text)

    def test_listeners_are_shown_on_request(self):
        states = {c["state"] for c in self.json("ls", "--from", f":{self.port}", "--listeners")["connections"]}
        self.assertEqual(states, {"established", "listening"})

    @tool.needs_borrowing
    def test_the_text_has_a_line_for_a_connection(self):
        self.client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        text = self.ok("ls", "--pid", str(os.getpid()), "--to", f":{self.port}")
        self.assertRegex(text, rf"python3? *{os.getpid()}:{self.client.fileno()} +127.0.0.1:{self.port} +\S+.* x\d+ +default")

    def test_no_connection_is_an_answer_and_not_an_error(self):
        self.assertIn("no such connection", self.ok("ls", "--program", "nobody-has-this"))

    def test_a_process_that_is_none_is_refused(self):
        self.assertIn("no such process", self.refused(6, "ls", "--pid", "999999999"))
        self.assertIn("'abc' is no process number", self.refused(2, "ls", "--pid", "abc"))

    def test_a_filter_that_is_none_is_refused(self):
        for bad in ("host:port", ":0", ":65536", ""):
            self.assertIn("--to", self.refused(2, "ls", "--to", bad))

    def test_a_host_that_is_none_is_told_from_what_is_badly_written_by_every_command(self):
        nobody = f"{tool.NO_HOST}:1"
        for words in (("ls", "--to", nobody), ("ls", "--from", nobody), ("watch", "--to", nobody), ("path", nobody),
                      ("set", "--to", nobody, "--time", "45s"), ("serve", "--listen", nobody),
                      ("attach", "--system", "--time", "45s", "--to", nobody)):
            self.assertIn("no host's name", self.refused(3, *words))
        for words in (("ls", "--to", ":65536"), ("path", "127.0.0.1:65536"), ("path", "127.0.0.1"),
                      ("set", "--to", ":65536", "--time", "45s"), ("serve", "--listen", ":65536"),
                      ("attach", "--system", "--time", "45s", "--to", ":65536")):
            self.assertIn("port", self.refused(2, *words))

    def test_policies_are_not_filtered(self):
        for words in (("--pid", "1"), ("--to", ":1"), ("--wide",), ("--listeners",)):
            self.assertIn("excludes", self.refused(2, "ls", "--policies", *words))

    @tool.needs_borrowing
    def test_the_wide_table_has_every_column(self):
        self.client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self.client.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 90000)
        heading, row = self.ok("ls", "--wide", "--pid", str(os.getpid()), "--to", f":{self.port}").splitlines()[:2]
        self.assertEqual(heading.split(), "PROGRAM PID:FD REMOTE KEEP-ALIVE FROM SILENT NOTICED LOCAL STATE NEXT UNANSWERED "
                         "UNACKED USER TIMEOUT DRIVER".split())
        for column, value in (("LOCAL", rf"127\.0\.0\.1:{self.client.getsockname()[1]}"), ("STATE", "established"),
                              ("NEXT", r"\d+[hms]"), ("UNANSWERED", "0"), ("UNACKED", "0"), ("USER TIMEOUT", "90s"),
                              ("DRIVER", "native")):
            self.assertRegex(row[heading.index(column):], rf"\A{value}")

    def shown(self, columns, *more):
        """The text on a terminal of so many columns, as it is written there."""
        terminal = Terminal([tool.BINARY, "ls", "--pid", str(os.getpid()), "--to", f":{self.port}", *more],
                            {"PATH": os.environ["PATH"], "TERM": "xterm", "NO_COLOR": "1", "LC_ALL": "C.UTF-8"}, columns, 40)
        self.addCleanup(terminal.close)
        self.assertEqual(terminal.end(), 0)
        return terminal.raw.decode().replace("\r\n", "\n")

    @tool.needs_borrowing
    def test_states_are_shown_or_said_and_it_is_said_where_more_is(self):
        me = str(os.getpid())
        ordinary = "STATE: all are established. LOCAL and more: --wide."
        self.assertIn(ordinary, self.ok("ls", "--pid", me, "--to", f":{self.port}"))
        self.assertIn(ordinary, self.ok("ls", "--pid", me, "--from", f":{self.port}", "--listeners"))
        listeners = self.ok("ls", "--pid", me, "--from", f":{self.port}", "--state", "listening")
        self.assertNotIn("established", listeners)
        self.assertIn("\n\nLOCAL and more: --wide.\n", listeners)
        self.assertNotIn("--wide.", self.ok("ls", "--pid", me, "--wide"))
        self.accepted.close()
        self.client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for columns in (80, 120):
            text = self.shown(columns)
            for line in text.splitlines():
                self.assertLessEqual(len(line), columns)
            name = rf"{me}:{self.client.fileno()}"
            if columns == 80:
                self.assertRegex(" ".join(text.split()), rf"STATE: established, but for python3?\S* {name} close-wait\. LOCAL and more: --wide\.")
                self.assertNotIn("STATE  ", text)
            else:
                self.assertRegex(text, rf"PROGRAM PID:FD +REMOTE +STATE +KEEP-ALIVE")
                self.assertRegex(text, rf"{name} +127.0.0.1:{self.port} +close-wait +\S+ ")
                self.assertIn("LOCAL and more: --wide.", text)

    @tool.needs_borrowing
    @tool.needs_preload
    def test_the_words_of_from_that_stand_in_the_table_are_explained_below_it(self):
        meanings = {"default": "what the sysctls of its network say, set on the socket or not", "socket": "set on the socket, by its program or for it (run, attach, set)",
                    "mixed": "T, I and N differ in it (--json says how); a value that the sysctls have, too, is a default", "outside": "set from outside, likewise"}
        def said(*words):
            text = self.ok("ls", *words)
            rows, _, legend = text.partition("\n\n")
            return {word for word in meanings if re.search(rf" {word} ", rows)}, " ".join(legend.split())
        mine = ("--pid", str(os.getpid()), "--to", f":{self.port}")
        self.assertNotIn("FROM", said(*mine)[1])  # It is off.
        options = {"default": (), "mixed": ((6, 4, 45),), "socket": ((6, 4, 45), (6, 5, 5), (6, 6, 5))}
        for word, values in options.items():
            for level, option, value in ((1, 9, 1), *values):
                self.client.setsockopt(level, option, value)
            words, legend = said(*mine)
            self.assertEqual(words, {word})
            self.assertIn(f"FROM: {word}, {meanings[word]}.", legend)
        program = (f"import socket, sys; c = socket.create_connection(('127.0.0.1', {self.port})); print(flush=True); sys.stdin.read()")
        with subprocess.Popen([tool.BINARY, "run", "--quiet", "--via", "preload", "--time", "45s", "--interval", "5s", "--probes", "5", "--",
                               sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as driven:
            driven.stdout.readline()
            words, legend = said("--to", f":{self.port}")
            driven.stdin.close()
        self.assertEqual(words, {"socket", "outside"})
        for word in words:
            self.assertIn(f"{word}, {meanings[word]}", legend)

    @tool.needs_borrowing
    def test_a_row_of_defaults_fits_80_columns(self):
        self.client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for line in self.shown(80).splitlines():
            self.assertLessEqual(len(line), 80, line)

    @tool.needs_borrowing
    def test_both_ends_of_a_span_are_said_in_the_same_steps(self):
        self.client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self.client.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 5)
        self.client.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3)
        units = {"ms": 1, "s": 1000, "min": 60_000, "h": 3_600_000}
        time = r"(?:[\d.]*\d(?:min|ms|s|h) ?)+"
        for idle in (1, 3, 20, 200, 7200):
            self.client.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, idle)
            row = self.ok("ls", "--wide", "--pid", str(os.getpid()), "--to", f":{self.port}").splitlines()[1]
            spans = re.findall(rf"({time})\.\.({time})", row)
            self.assertEqual(len(spans), 2, row)  # NOTICED and NEXT.
            for ends in spans:
                first, last = (sum(round(float(number) * units[unit]) for number, unit in re.findall(r"([\d.]+)([a-z]+)", end)) for end in ends)
                step = 100 if last <= 10_000 else 1000 if last <= 3_600_000 else 60_000
                self.assertEqual((first % step, last % step), (0, 0), row)
                self.assertLess(first, last)

    @tool.needs_borrowing
    def test_another_users_connection_says_why_it_is_not_known(self):
        done = self.as_nobody("ls", "--to", f":{self.port}", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('"unknown_because": "another user\'s"', done.stdout)
        done = self.as_nobody("ls", "--pid", str(os.getpid()))
        self.assertEqual((done.returncode, done.stdout), (4, ""))
        self.assertIn("no right to trace", done.stderr)

    def test_a_thousand_connections_are_all_there(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        pairs = []
        for _ in range(1000):
            client = socket.create_connection(("127.0.0.1", self.port))
            pairs += [client, self.listener.accept()[0]]
        self.assertEqual(len(self.mine()["connections"]), 1001)
        for end in pairs:
            end.close()


if __name__ == "__main__":
    tool.main()
