#!/usr/bin/env python3
"""wsalive path on loopback: far ends with habits of their own, interrupts, bad input. Paths that forget are tried in
tests/wire/path_test.cpp.

labels: net realtime
"""
import json
import os
import select
import signal
import socket
import subprocess
import threading
import time
import tool


class FarEnd:
    """Accepts connections in a thread and does something with each, by its age in seconds."""

    def __init__(self, habit):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.habit = habit
        self.held = {}
        self.running = True
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def serve(self):
        while self.running:
            if select.select([self.listener], [], [], 0.02)[0]:
                connection = self.listener.accept()[0]
                self.held[connection] = time.monotonic()
            for connection, born in list(self.held.items()):
                if self.habit(connection, time.monotonic() - born):
                    del self.held[connection]
                    connection.close()

    def end(self):
        self.running = False
        self.thread.join()
        for connection in self.held:
            connection.close()
        self.listener.close()


class Path(tool.Tool):
    def far_end(self, habit):
        made = FarEnd(habit)
        self.addCleanup(made.end)
        return f"127.0.0.1:{made.port}"

    def test_a_path_that_keeps_the_longest_time_gives_settings(self):
        target = self.far_end(lambda connection, age: False)
        report = self.json("path", target, "--max", "3s", "--connections", "4")
        self.assertEqual((report["finding"], report["lost_ms"]), ("keeps", None))
        self.assertEqual(report["far_end"], {"told": report["connections"], "untold": 0, "reset": 0})
        self.assertGreaterEqual(report["kept_ms"], 3000)
        advice = report["advice"]
        self.assertLessEqual(advice["time_ms"], report["kept_ms"] / 2)
        self.assertLess(advice["time_ms"] + advice["interval_ms"], report["kept_ms"])  # One may be lost.
        self.assertGreaterEqual(advice["time_ms"], 1000)
        self.assertEqual(os.listdir(os.path.join(self.home, ".local/state/wsalive")), [
            name for name in os.listdir(os.path.join(self.home, ".local/state/wsalive")) if name.endswith(".lock")])
        text = self.ok("path", target, "--max", "3s", "--connections", "2")
        self.assertIn("The far end knows that they are over.", " ".join(text.split()))
        self.assertRegex(text, r"keeps an idle connection for 3[\d.]*s at least")
        self.assertRegex(text, r"wsalive run --time 1s --interval 1s --probes 5 -- PROGRAM")

    def test_the_servers_own_limit_is_named_as_its_own(self):
        target = self.far_end(lambda connection, age: age > 2)
        report = self.json("path", target, "--max", "20s", status=1)
        self.assertEqual((report["finding"], report["how"]), ("far_end_ends", "closed"))
        self.assertAlmostEqual(report["limit_ms"], 2000, delta=400)
        self.assertEqual((report["advice"], report["trial"]), (None, None))
        self.assertEqual(report["far_end"], {"told": report["connections"], "untold": 0, "reset": 0})
        text = self.run_tool("path", self.far_end(lambda connection, age: age > 2), "--max", "20s").stdout
        self.assertIn("No T is advised", text)
        self.assertNotIn("wsalive run --time", text)

    def test_a_server_that_speaks_by_itself_is_named(self):
        spoken = {}

        def speak(connection, age):
            if age - spoken.get(connection, 0) >= 3:
                spoken[connection] = age
                connection.send(b"ping\n")
            return False
        report = self.json("path", self.far_end(speak), "--max", "30s", status=1)
        self.assertEqual(report["finding"], "far_end_talks")

    def test_every_connection_that_it_has_made_is_ended_at_the_far_end(self):
        far = FarEnd(lambda connection, age: False)
        self.addCleanup(far.end)
        report = self.json("path", f"127.0.0.1:{far.port}", "--max", "2s", "--connections", "6")
        self.assertEqual(len(far.held), report["connections"])
        for connection in far.held:
            connection.settimeout(10)
            self.assertEqual(connection.recv(1), b"")

    def test_a_port_without_a_listener_is_one_line(self):
        closed = socket.create_server(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        closed.close()
        begun = time.monotonic()
        line = self.refused(7, "path", f"127.0.0.1:{port}")
        self.assertIn("Connection refused", line)
        self.assertLess(time.monotonic() - begun, 5)

    def test_bad_input_is_one_line_and_nothing_is_begun(self):
        self.assertIn("no port", self.refused(2, "path", "127.0.0.1"))
        self.assertIn("no host", self.refused(2, "path", ":443"))
        self.assertIn("no host's name", self.refused(3, "path", f"{tool.NO_HOST}:1"))
        self.assertIn("no unit", self.refused(2, "path", "127.0.0.1:1", "--max", "350"))
        self.assertIn("1s to 7d", self.refused(2, "path", "127.0.0.1:1", "--max", "300ms"))
        self.assertIn("--connections", self.refused(2, "path", "127.0.0.1:1", "--connections", "1"))
        self.refused(2, "path")
        self.assertFalse(os.path.exists(os.path.join(self.home, ".local")))

    def test_an_interrupted_search_says_how_to_go_on_and_does(self):
        target = self.far_end(lambda connection, age: False)
        environment = {"PATH": os.environ["PATH"], "HOME": self.home}
        begun = subprocess.Popen([tool.BINARY, "path", target, "--max", "30s"], env=environment, text=True,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        state = os.path.join(self.home, ".local/state/wsalive", "path-" + target.replace(":", "_") + ".json")
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:  # The rung at 5.5 s.
            if os.path.exists(state):
                with open(state, encoding="ascii") as file:
                    if len(json.load(file)["observations"]) > 1:
                        break
            time.sleep(0.1)
        self.assertIn("another wsalive path", self.refused(7, "path", target))
        begun.send_signal(signal.SIGINT)
        out, err = begun.communicate(timeout=30)
        self.assertEqual((begun.returncode, out), (-signal.SIGINT, ""))
        self.assertRegex(err, r"\Awsalive path: interrupted; so far kept after 5\.[\d.]+s; the same command goes on")
        again = self.run_tool("path", target, "--max", "6s", "--json")
        self.assertIn("going on from an interrupted search", again.stderr)
        self.assertGreaterEqual(json.loads(again.stdout)["kept_ms"], 6000)
        self.assertFalse(os.path.exists(state))

    def test_fresh_forgets_what_an_interrupted_search_has_found(self):
        target = self.far_end(lambda connection, age: False)
        folder = os.path.join(self.home, ".local/state/wsalive")
        os.makedirs(folder)
        found = {"version": 1, "saved": int(time.time()), "observations": [{"idle_ms": 5000, "sight": "kept"}]}
        for fresh in ((), ("--fresh",)):
            with open(os.path.join(folder, "path-" + target.replace(":", "_") + ".json"), "w", encoding="ascii") as file:
                json.dump(found, file)
            done = self.run_tool("path", target, "--max", "1s", "--connections", "2", "--json", *fresh)
            self.assertEqual(done.returncode, 0)
            self.assertEqual("going on from an interrupted search: kept after 5s" in done.stderr, not fresh)
            kept = json.loads(done.stdout)["kept_ms"]
            self.assertTrue(1000 <= kept < 4000 if fresh else kept == 5000, kept)

    def test_a_broken_state_file_is_not_believed(self):
        target = self.far_end(lambda connection, age: False)
        folder = os.path.join(self.home, ".local/state/wsalive")
        os.makedirs(folder)
        for content in ("", "{", '{"version":1,"saved":"x"}', '{"version":1,"saved":99999999999,"observations":[{"idle_ms":"a","sight":3}]}'):
            with open(os.path.join(folder, "path-" + target.replace(":", "_") + ".json"), "w", encoding="ascii") as file:
                file.write(content)
            done = self.run_tool("path", target, "--max", "1s", "--connections", "2")
            self.assertEqual((done.returncode, done.stderr), (0, ""), content)


tool.main()
