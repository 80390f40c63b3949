#!/usr/bin/env python3
"""wsalive watch in a terminal of the test's own: frames, keys, sizes, and a terminal that is left as it was found.

labels: net
"""
import os
import signal
import socket
import tool
from terminal import Terminal

ENVIRONMENT = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "TERM": "xterm", "LC_ALL": "C.UTF-8"}


class Watch(tool.Tool):
    def setUp(self):
        super().setUp()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(self.listener.close)
        self.port = self.listener.getsockname()[1]
        self.ends = []
        for _ in range(3):
            self.ends += [socket.create_connection(("127.0.0.1", self.port)), self.listener.accept()[0]]
        for end in self.ends:
            self.addCleanup(end.close)

    def watch(self, *options, words=None, columns=80, rows=24):
        mine = ["watch", "--pid", str(os.getpid()), "--to", f":{self.port}", "--every", "200ms", *options]
        terminal = Terminal(words or [tool.BINARY, *mine], ENVIRONMENT, columns, rows)
        self.addCleanup(terminal.close)
        return terminal

    def shows(self, terminal, text, seconds=30):
        self.assertTrue(terminal.wait_for(lambda screen: text in screen.text(), seconds),
                        f"never showed {text!r}:\n{terminal.screen.text()}")

    @tool.needs_borrowing
    def test_a_frame_fits_80_columns_and_24_rows(self):
        self.ends[0].setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self.ends[0].setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 45)
        terminal = self.watch()
        self.shows(terminal, "3 of 3 connections")
        self.shows(terminal, f"127.0.0.1:{self.port}")
        lines = terminal.screen.lines()
        self.assertEqual(len(lines), 24)
        self.assertRegex(lines[1], r"^PROGRAM PID:\S+ +REMOTE +KEEP-ALIVE +SILENT +NEXT +NOTICED")
        self.assertIn("q quit", lines[23])
        self.assertRegex(terminal.screen.text(), r"45s \+\d+s x\d+")
        self.assertTrue(terminal.screen.alternate)
        terminal.type(b"q")
        self.assertEqual(terminal.end(), 0)

    def test_it_follows_the_terminals_size(self):
        terminal = self.watch()
        self.shows(terminal, "3 of 3 connections")
        terminal.resize(120, 40)
        self.assertTrue(terminal.wait_for(lambda s: "q quit" in s.lines()[39]), terminal.screen.text())
        self.assertIn("3 of 3 connections", terminal.screen.lines()[0])
        terminal.resize(40, 6)
        self.assertTrue(terminal.wait_for(lambda s: "q quit" in s.lines()[5]), terminal.screen.text())
        terminal.resize(2, 1)
        terminal.follow(0.5)
        terminal.resize(80, 24)
        self.assertTrue(terminal.wait_for(lambda s: "q quit" in s.lines()[23]), terminal.screen.text())

    @tool.needs_borrowing
    def test_those_that_the_path_forgets_are_marked_and_said(self):
        for end in self.ends[2::2]:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 60)
        terminal = self.watch("--path-timeout", "350s")
        self.shows(terminal, "1 marked")
        words = "the path forgets it before a probe comes"
        for _ in range(3):  # The line of the one that is chosen has the words.
            if terminal.wait_for(lambda screen: words in screen.text(), 2):
                break
            terminal.type(b"j")
        self.shows(terminal, words)

    def test_keys_filter_sort_and_pause(self):
        terminal = self.watch()
        self.shows(terminal, "3 of 3 connections")
        terminal.type(b"/")
        terminal.type(b"no-such-thing")
        self.shows(terminal, "0 of 3 connections")
        terminal.type(b"\r")
        self.shows(terminal, "filter: no-such-thing")
        terminal.type(b"/\x1b")
        self.shows(terminal, "3 of 3 connections")
        terminal.type(b"\x1bOC")
        self.assertTrue(terminal.wait_for(lambda s: "REMOTEv" in s.lines()[1]), terminal.screen.text())
        terminal.type(b"r")
        self.assertTrue(terminal.wait_for(lambda s: "REMOTE^" in s.lines()[1]), terminal.screen.text())
        terminal.type(b" ")
        self.shows(terminal, "paused")
        terminal.type(b" q")
        self.assertEqual(terminal.end(), 0)

    def test_the_terminal_is_left_as_it_was_however_it_ends(self):
        for how in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGSEGV, signal.SIGABRT, None):
            terminal = self.watch()
            self.shows(terminal, "3 of 3 connections")
            self.assertNotEqual(terminal.modes(), terminal.before)
            if how is None:
                terminal.type(b"q")
            else:
                os.kill(terminal.pid, how)
            ended = terminal.end()
            self.assertIsNotNone(ended, how)
            self.assertEqual(os.WTERMSIG(ended) if os.WIFSIGNALED(ended) else 0, how or 0)
            self.assertFalse(terminal.screen.alternate, how)
            self.assertIn(b"\x1b[?25h", terminal.raw[terminal.raw.rindex(b"\x1b[?25"):].replace(b"\x1b[?12l", b""))
            self.assertEqual(terminal.modes(), terminal.before, how)

    def test_it_stops_and_goes_on(self):
        script = 'set -m; "$@"; printf "now\\n"; stty -a; read -r line; fg >/dev/null; printf "end\\n"'
        command = [tool.BINARY, "watch", "--pid", str(os.getpid()), "--to", f":{self.port}", "--every", "200ms"]
        terminal = self.watch(words=["/bin/bash", "--norc", "-c", script, "bash", *command])
        self.shows(terminal, "3 of 3 connections")
        terminal.type(b"\x1a")
        self.shows(terminal, "now")
        self.assertTrue(terminal.wait_for(lambda s: not s.alternate))
        self.shows(terminal, " icanon")
        self.shows(terminal, " echo ")
        terminal.type(b"\n")
        self.assertTrue(terminal.wait_for(lambda s: s.alternate and "3 of 3 connections" in s.text()), terminal.screen.text())
        terminal.type(b"q")
        self.assertEqual(terminal.end(), 0)
        self.assertIn(b"end", terminal.raw)

    def test_without_a_terminal_it_says_so(self):
        self.assertIn("no terminal", self.refused(5, "watch"))

    def test_an_unknown_kind_of_terminal_is_said(self):
        mine = [tool.BINARY, "watch"]
        terminal = Terminal(mine, {**ENVIRONMENT, "TERM": "nobody-knows-this"})
        self.addCleanup(terminal.close)
        self.assertEqual(os.WEXITSTATUS(terminal.end()), 5)
        self.assertIn(b"not known", terminal.raw)
        self.assertEqual(terminal.modes(), terminal.before)

    def test_bad_input_is_refused(self):
        self.assertIn("too often", self.refused(2, "watch", "--every", "1ms"))
        self.assertIn("no unit", self.refused(2, "watch", "--path-timeout", "350"))


tool.main()
