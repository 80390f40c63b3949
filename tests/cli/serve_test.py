#!/usr/bin/env python3
"""wsalive serve on loopback: its protocol, its key, and what it does against floods, idle peers and nonsense. Paths are
measured with it in tests/wire/path_serve_test.cpp.

labels: net realtime
"""
import hashlib
import hmac
import os
import re
import select
import signal
import socket
import subprocess
import time
import tool


SESSION = "5" * 32


class Caller:
    """One connection to the far end, line by line."""

    def __init__(self, port, source=None):
        self.socket = socket.create_connection(("127.0.0.1", port), 10, (source, 0) if source else None)
        self.file = self.socket.makefile("rb")

    def line(self):
        """A line without its end; empty when the far end has closed."""
        try:
            return self.file.readline().decode().rstrip("\n")
        except ConnectionResetError:
            return ""

    def say(self, text):
        self.socket.sendall(text.encode() + b"\n")
        return self.line()

    def close(self):
        self.file.close()
        self.socket.close()


class Serve(tool.Tool):
    def serve(self, *options):
        """Starts it; the port that it listens on. `self.server` is the process."""
        environment = {"PATH": os.environ["PATH"], "HOME": self.home}
        self.server = subprocess.Popen([tool.BINARY, "serve", "--listen", "127.0.0.1:0", *options], env=environment,
                                       stderr=subprocess.PIPE, text=True)
        self.addCleanup(self.server.stderr.close)
        self.addCleanup(self.server.wait)
        self.addCleanup(self.server.kill)
        self.said = self.server.stderr.readline()
        return int(re.search(r"listening on 127\.0\.0\.1:(\d+);", self.said).group(1))

    def call(self, port, source=None):
        caller = Caller(port, source)
        self.addCleanup(caller.close)
        return caller

    def held(self, port, source=None):
        caller = self.call(port, source)
        self.assertRegex(caller.line(), r"\Awsalive-path 1 [0-9a-f]{32} open\Z")
        answer = caller.say(f"hold {SESSION} -")
        self.assertRegex(answer, r"\Aheld [0-9a-f]{32}\Z")
        return caller, answer.split()[1]

    def control(self, port):
        caller = self.call(port)
        caller.line()
        self.assertEqual(caller.say(f"control {SESSION} -"), "ready")
        return caller

    def test_it_says_where_it_listens_and_ends_in_good_order(self):
        self.serve()
        self.assertRegex(self.said, r"\Awsalive serve: listening on 127\.0\.0\.1:\d+; for anybody [^;]*; at most 256 "
                                    r"connections, 64 to a host, each for 3h\n\Z")
        self.server.send_signal(signal.SIGTERM)
        self.assertEqual(self.server.wait(10), 0)
        self.assertEqual(self.server.stderr.read(), "wsalive serve: ended; 0 connections served, 0 refused\n")

    def test_a_connection_that_is_held_is_silent_and_probed_on_order(self):
        port = self.serve()
        caller, name = self.held(port)
        control = self.control(port)
        time.sleep(1.3)
        self.assertEqual(select.select([caller.socket], [], [], 0)[0], [])
        verdict = control.say(f"probe {name}").split()
        self.assertEqual(verdict[:2], ["answered", name])
        self.assertAlmostEqual(int(verdict[2]), 1300, delta=400)
        self.assertEqual(control.say("ping"), "pong")
        self.assertEqual(control.say(f"drop {name}"), f"dropped {name}")
        self.assertEqual(caller.line(), "")
        self.assertEqual(control.say(f"probe {name}"), f"gone {name}")

    def test_one_that_has_gone_is_gone(self):
        port = self.serve()
        caller, name = self.held(port)
        control = self.control(port)
        caller.close()
        time.sleep(0.2)
        self.assertEqual(control.say(f"probe {name}"), f"gone {name}")

    def test_nothing_but_its_protocol_is_answered(self):
        port = self.serve()
        for text in ("GET / HTTP/1.1", "hold", "hold -", f"hold {SESSION} " + "a" * 64 + " x", "probe " + "a" * 32, "ping", "", "x" * 126):
            caller = self.call(port)
            caller.line()
            self.assertEqual(caller.say(text), "no-meaning", text)
            self.assertEqual(caller.line(), "")
        long = self.call(port)
        long.line()
        long.socket.sendall(b"y" * 200)
        self.assertEqual(long.line(), "no-meaning")
        caller = self.held(port)[0]
        self.assertEqual(caller.say("hello"), "")
        control = self.control(port)
        self.assertEqual(control.say(f"hold {SESSION} -"), "no-meaning")

    def test_orders_have_a_pace(self):
        control = self.control(self.serve())
        control.socket.sendall(b"ping\n" * 60)
        lines = [control.line() for _ in range(42)]
        self.assertEqual(lines[:40], ["pong"] * 40)
        self.assertIn("no-pace", lines)

    def test_a_peer_that_says_nothing_is_closed_after_five_seconds(self):
        caller = self.call(self.serve())
        begun = time.monotonic()
        caller.line()
        self.assertEqual(caller.line(), "")
        self.assertAlmostEqual(time.monotonic() - begun, 5, delta=1)

    def test_a_connection_is_held_for_so_long_and_no_longer(self):
        caller = self.held(self.serve("--hold", "1s"))[0]
        begun = time.monotonic()
        self.assertEqual(caller.line(), "")
        self.assertAlmostEqual(time.monotonic() - begun, 1, delta=0.5)

    def test_a_flood_is_bounded_and_others_are_served(self):
        port = self.serve("--connections", "40")  # Ten for one host.
        answers = [self.call(port) for _ in range(30)]
        words = [caller.line().split()[0] for caller in answers]
        self.assertEqual(words.count("wsalive-path"), 10)
        self.assertEqual(words.count("no-share"), 20)
        for caller in answers:
            caller.close()
        flood = [self.call(port).line() for _ in range(200)]
        self.assertIn("no-pace", flood)
        other = self.call(port, "127.0.0.9")
        self.assertRegex(other.line(), r"\Awsalive-path 1 ")
        hosts = [self.call(port, f"127.0.0.{number}") for number in range(20, 30) for _ in range(5)]
        words = [caller.line().split()[0] for caller in hosts]
        self.assertLessEqual(words.count("wsalive-path"), 40)
        self.assertIn("no-room", words)
        with open(f"/proc/{self.server.pid}/status", encoding="ascii") as status:
            memory = int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1))
        self.assertLess(memory, (512 if tool.SANITIZED else 64) * 1024)
        self.assertIsNone(self.server.poll())

    def test_a_key_is_asked_for_and_does_not_travel(self):
        secret = "correct horse battery staple"
        port = self.serve("--key-file", self.path("key", f"  {secret}\n"))
        self.assertIn("only for those with the key", self.said)
        right = self.call(port)
        greeting = right.line()
        self.assertRegex(greeting, r"\Awsalive-path 1 [0-9a-f]{32} key\Z")
        nonce = greeting.split()[2]
        proof = hmac.new(secret.encode(), f"wsalive-path 1 {nonce} hold".encode(), hashlib.sha256).hexdigest()
        self.assertRegex(right.say(f"hold {SESSION} {proof}"), r"\Aheld ")
        for line in ("hold {} -", "hold {} " + proof, "control {} " + proof, "hold {} " + "0" * 64):
            wrong = self.call(port)
            wrong.line()
            self.assertEqual(wrong.say(line.format(SESSION)), "no-key", line)
        line = self.refused(4, "path", f"127.0.0.1:{port}", "--with-serve", "--max", "1s")
        self.assertIn("wants another key", line)
        line = self.refused(4, "path", f"127.0.0.1:{port}", "--key-file", self.path("other", "x" * 20), "--max", "1s")
        self.assertIn("wants another key", line)
        report = self.json("path", f"127.0.0.1:{port}", "--key-file", self.path("key"), "--max", "1s",
                           "--connections", "2")
        self.assertEqual((report["manner"], report["inward"]["finding"]), ("keeps", "keeps"))

    def test_path_measures_both_directions(self):
        port = self.serve()
        report = self.json("path", f"127.0.0.1:{port}", "--with-serve", "--max", "3s", "--connections", "4")
        self.assertEqual((report["finding"], report["manner"]), ("keeps", "keeps"))
        self.assertGreaterEqual(report["kept_ms"], 3000)
        self.assertGreaterEqual(report["inward"]["kept_ms"], 2900)
        self.assertLessEqual(report["advice"]["time_ms"], 1500)
        text = self.ok("path", f"127.0.0.1:{port}", "--with-serve", "--max", "1s", "--connections", "2")
        self.assertRegex(text, r"keeps an idle connection for 1[\d.]*s at least, in both\s+directions")
        self.assertIn("A PROBE FROM THE FAR END MET", text)

    def test_a_far_end_that_is_no_serve_is_told_in_one_line(self):
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)
        target = f"127.0.0.1:{listener.getsockname()[1]}"
        begun = subprocess.Popen([tool.BINARY, "path", target, "--with-serve"], text=True, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, env={"PATH": os.environ["PATH"], "HOME": self.home})
        accepted = listener.accept()[0]
        accepted.sendall(b"SSH-2.0-OpenSSH_9.2\x07\r\n")
        out, err = begun.communicate(timeout=30)
        accepted.close()
        self.assertEqual((begun.returncode, out), (7, ""))
        self.assertRegex(err, r"\Awsalive: cannot measure with 127[^\n]* it says 'SSH-2\.0-OpenSSH_9\.2\.\.'[^\n]*\n\Z")
        listener.close()
        self.assertIn("Connection refused", self.refused(7, "path", target, "--with-serve"))

    def test_bad_input_is_one_line_and_nothing_is_begun(self):
        self.assertIn("No such file", self.refused(3, "serve", "--key-file", self.path("none")))
        self.assertIn("shorter than 16", self.refused(3, "serve", "--key-file", self.path("short", "abc\n")))
        self.assertIn("shorter than 16", self.refused(3, "path", "127.0.0.1", "--key-file", self.path("short")))
        nowhere = f"{tool.NO_HOST}:1"
        self.assertIn(f"cannot listen on '{nowhere}'", self.refused(3, "serve", "--listen", nowhere))
        self.refused(2, "serve", "--listen", "127.0.0.1:99999")
        self.assertIn("no such address", self.refused(7, "serve", "--listen", "192.0.2.1:7350"))
        self.assertIn("1s or more", self.refused(2, "serve", "--hold", "5ms"))
        self.assertIn("no unit", self.refused(2, "serve", "--hold", "5"))
        self.assertIn("--connections", self.refused(2, "serve", "--connections", "1"))
        port = self.serve()
        self.assertIn("in use", self.refused(7, "serve", "--listen", f"127.0.0.1:{port}"))


if __name__ == "__main__":
    tool.main()
