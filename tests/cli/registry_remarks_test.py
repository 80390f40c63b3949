#!/usr/bin/env python3
"""Registry files of which something does not count, as the commands that take their times from there say it.

labels: net
"""
import json
import os
import sys
import tool

KEY = "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters"
GOOD = f'REGEDIT4\n\n[{KEY}]\n"KeepAliveTime"=dword:00007530\n"KeepAliveInterval"=dword:000007d0\n'
BROKEN = f'REGEDIT4\n\n[{KEY}]\n"KeepAliveTime"=what\n'
USELESS = f'REGEDIT4\n\n[{KEY}]\n"KeepAliveTime"=dword:00000000\n"KeepAliveInterval"="2"\n'
PRINTS = "print('it ran'); raise SystemExit(3)"


class Remarks(tool.ToolWithConnection):
    def setUp(self):
        super().setUp()
        self.me = f"{os.getpid()}:{self.client.fileno()}"
        self.program = ("--via", "seccomp", "--", sys.executable, "-c", PRINTS)
        self.commands = {"run": self.program, "explain": (), "lint": (), "set": (self.me, "--dry-run"),
                         "attach": ("--cgroup", self.home)}

    def useless(self, file):
        return [f"{file}: KeepAliveTime is out of range; it counts as absent",
                f"{file}: KeepAliveInterval is not a REG_DWORD; it counts as absent"]

    def test_a_file_that_is_named_must_be_there_and_sound(self):  # K-85
        broken = self.path("broken.reg", BROKEN)
        for command, words in self.commands.items():
            said = self.refused(3, command, "--registry", self.path("none.reg"), *words)
            self.assertIn("none.reg: there is no such file", said, command)
            said = self.refused(3, command, "--registry", broken, *words)
            self.assertIn("broken.reg: line 4: ", said, command)

    def test_a_file_that_is_named_gives_the_times(self):  # K-80, K-81
        good = self.path("good.reg", GOOD)
        subject = self.json("explain", "--registry", good)["subjects"][0]
        self.assertEqual((subject["time_ms"], subject["interval_ms"]), (30_000, 2_000))
        self.assertEqual(self.json("lint", "--registry", good)["time_ms"], 30_000)
        after = self.json("set", self.me, "--dry-run", "--registry", good)["sockets"][0]["after"]
        self.assertEqual((after["idle_ms"], after["interval_ms"]), (30_000, 2_000))
        done = self.run_tool("run", "--registry", good, *self.program)
        self.assertEqual((done.returncode, done.stdout), (3, "it ran\n"))
        self.assertRegex(done.stderr, r"after 30s( to [\d.]+s)? of silence, every 2s( to [\d.]+s)?, 10 times")

    def test_values_of_a_named_file_that_do_not_count_are_said(self):  # K-84
        file = self.path("useless.reg", USELESS)
        out, lines = self.warned("explain", "--json", "--registry", file)
        self.assertEqual(lines, self.useless(file))
        self.assertEqual(json.loads(out)["subjects"][0]["time_ms"], 7_200_000)
        out, lines = self.warned("set", self.me, "--dry-run", "--json", "--registry", file)
        self.assertEqual(lines, self.useless(file))
        self.assertEqual(json.loads(out)["sockets"][0]["after"]["idle_ms"], 7_200_000)
        # No control group: refused, after the warnings.
        done = self.run_tool("attach", "--cgroup", self.home, "--registry", file)
        self.assertNotEqual(done.returncode, 0)
        self.assertEqual(done.stderr.splitlines()[:2],
                         ["wsalive: warning: " + line for line in self.useless(file)])
        self.assertEqual(len(done.stderr.splitlines()), 3)

    def test_run_says_it_once_and_ends_as_its_program(self):  # K-84, K-85
        for content, expected in ((BROKEN, None), (USELESS, self.useless(self.registry))):
            self.path("registry.reg", content)
            done = self.run_tool("run", "--time", "45s", *self.program)
            self.assertEqual((done.returncode, done.stdout), (3, "it ran\n"))
            lines = done.stderr.splitlines()
            self.assertIn("wsalive: keep-alive by seccomp", lines.pop())
            if expected:
                self.assertEqual(lines, ["wsalive: warning: " + line for line in expected])
            else:
                self.assertEqual(len(lines), 1)
                self.assertRegex(lines[0], r"\Awsalive: warning: .*registry.reg:4: .*the file counts as empty\Z")
            self.assertEqual(self.ok("run", "--quiet", *self.program, status=3), "it ran\n")

    def test_a_broken_store_is_said_and_counts_as_empty(self):  # K-85
        self.path("registry.reg", BROKEN)
        out, lines = self.warned("explain", "--json")
        self.assertEqual(json.loads(out)["subjects"][0]["time_from"], "Windows 11")
        self.assertEqual(len(lines), 1)
        self.assertTrue(lines[0].startswith(self.registry + ":4: "), lines)
        _, again = self.warned("set", self.me, "--dry-run", "--time", "45s")
        self.assertEqual(again, lines)

    def test_where_the_store_does_not_count_nothing_is_said_of_it(self):
        self.path("registry.reg", BROKEN)
        self.ok("explain", self.me)
        self.ok("set", self.me, "off", "--dry-run")
        self.ok("explain", "--registry", self.path("good.reg", GOOD))

    def test_lint_has_it_as_findings_and_says_it_nowhere_else(self):
        self.path("registry.reg", USELESS)
        found = [each["text"] for each in self.json("lint", status=1)["findings"]
                 if each["rule"] == "registry-value"]
        self.assertEqual(found, self.useless(self.registry))
        self.path("registry.reg", BROKEN)
        self.assertIn("registry.reg:4:", self.json("lint", status=1)["findings"][0]["text"])


if __name__ == "__main__":
    tool.main()
