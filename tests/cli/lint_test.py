#!/usr/bin/env python3
"""wsalive lint: findings, exit status and JSON, from the real binary.

labels: net
"""
import json
import os
import re
import socket
import subprocess
import tool


class Lint(tool.Tool):
    def rules(self, *args, status=1):
        report = self.json("lint", *args, status=status)
        return {finding["rule"]: finding for finding in report["findings"]}

    def test_sensible_settings_pass(self):
        args = ("--time", "45s", "--interval", "5s", "--probes", "6")
        self.assertEqual(self.rules(*args, status=0), {})
        self.assertIn("Nothing to complain about.", self.ok("lint", *args))

    def test_a_flood_of_probes_is_a_warning_with_a_remedy(self):
        finding = self.rules("--time", "45s", "--interval", "5ms")["flood"]
        self.assertEqual(finding["severity"], "warning")
        self.assertIn("1s or more", finding["remedy"])

    def test_notes_alone_leave_the_status_0(self):
        rules = self.rules("--time", "45s", "--interval", "1500ms", status=0)
        self.assertEqual([finding["severity"] for finding in rules.values()], ["note"])

    def test_the_paths_timeout_counts_where_it_is_known(self):
        self.assertIn("path-forgets", self.rules("--time", "5min", "--path-timeout", "240s"))
        self.assertNotIn("path-forgets",
                         self.rules("--time", "5min", "--path-timeout", "350s", status=0))
        self.assertIn("path-forgets", self.rules("--time", "500ms", "--path-timeout", "900ms"))  # The kernel has whole seconds.
        seldom = self.rules("--time", "2s", "--interval", "6s", "--path-timeout", "5s")["path-forgets"]  # K-50
        self.assertRegex(seldom["text"], r"after 2s to 6\.[\d]+s of silence")
        late = self.rules("--time", "345s", "--path-timeout", "350s")["path-forgets"]  # The kernel's timers are coarse.
        self.assertRegex(late["text"], r"after 345s to 3[\d.]+s of silence: it may come too late")

    def test_seconds_in_the_registry_are_found(self):
        self.ok("registry", "set", "KeepAliveTime", "7200ms")
        finding = self.rules()["seconds-for-milliseconds"]
        self.assertIn("wsalive registry set KeepAliveTime 7200s", finding["remedy"])

    def test_values_that_do_not_count_are_found(self):  # K-84, K-85
        self.path("registry.reg", "REGEDIT4\n\n[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\"
                  'Services\\Tcpip\\Parameters]\n"KeepAliveTime"="45"\n')
        finding = self.rules()["registry-value"]
        self.assertIn("KeepAliveTime", finding["text"])
        self.assertIn("REG_DWORD", finding["text"])

    def test_counts_that_windows_lowers_are_noted(self):  # K-83
        self.ok("registry", "set", "PPTPTcpMaxDataRetransmissions", "9999")
        finding = self.rules("--release", "winxp", "--time", "45s", "--interval", "5s", status=0)["count-lowered"]
        self.assertEqual(finding["severity"], "note")
        self.assertIn("stored 9999, counts as 255", finding["text"])

    def test_a_user_timeout_that_overrides_the_count(self):
        args = ("--time", "45s", "--interval", "5s", "--probes", "5", "--user-timeout")
        self.assertEqual(self.rules(*args, "70s", status=0), {})
        self.assertEqual(self.json("lint", *args, "70s")["user_timeout_ms"], 70_000)
        self.assertIn("user time-out 70s", self.ok("lint", *args, "70s"))
        self.assertEqual(self.rules(*args, "off", status=0), {})
        later = self.rules(*args, "90s")["user-timeout-overrides"]
        self.assertRegex(later["text"], r"noticed after 90s to \S+, not after 70s")
        self.assertIn("T + N x I, which is 70s", later["remedy"])
        alone = self.rules(*args, "30s")["user-timeout-overrides"]
        self.assertRegex(alone["text"], r"noticed after 50s to \S+, not after 70s .*one lost segment ends a healthy connection")
        self.assertIn("late-detection", self.rules(*args, "1h"))

    def test_text_fits_a_terminal(self):
        for line in self.ok("lint", status=1).splitlines():
            self.assertLessEqual(len(line), 80, line)


class LintProcess(tool.ToolWithConnection):
    """The sockets of this very process."""

    def rules(self, *options, status=1):
        report = self.json("lint", str(os.getpid()), *options, status=status)
        return {finding["rule"]: finding for finding in report["findings"]}

    def test_a_user_timeout_that_overrides_the_count(self):
        self.client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self.client.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 10)
        self.client.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 5)
        self.client.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 12000)
        found = self.rules()["user-timeout-overrides"]
        self.assertEqual(found["fds"], [self.client.fileno()])
        self.assertIn("noticed after 15s", found["text"])

    def test_times_without_the_switch(self):
        self.client.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 10)
        found = self.rules(status=0)["values-without-switch"]
        self.assertEqual((found["fds"], found["severity"]), ([self.client.fileno()], "note"))

    def test_what_was_switched_off_is_no_warning_for_ever(self):
        name = f"{os.getpid()}:{self.client.fileno()}"
        self.ok("set", name, "--time", "45s", "--interval", "5s")
        self.ok("set", name, "off")
        self.assertEqual(set(self.rules(status=0)), {"values-without-switch"})
        self.assertIn("0 warnings, 1 note", self.ok("lint", str(os.getpid())))
        self.assertRegex(self.ok("lint", str(os.getpid()), "--monitor"), r"\AWSALIVE OK: ")

    def test_a_listener_that_was_set_after_its_connection_came(self):
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self.assertEqual(self.rules()["listener-only"]["fds"], [self.accepted.fileno()])

    def test_a_first_probe_behind_the_paths_time_out(self):
        self.client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self.client.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 400)
        self.assertIn("350s", self.rules("--path-timeout", "350s")["path-forgets"]["text"])

    def test_a_path_that_is_known_loses_what_is_off_at_once(self):
        self.client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self.client.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 100)
        found = self.rules("--path-timeout", "240s")["path-forgets"]
        self.assertEqual(found["fds"], [self.accepted.fileno()])  # The other one is off, and neither listens.
        self.assertIn("keep-alive is off, and the path forgets after 240s", found["text"])
        self.assertEqual(set(self.rules("--path-timeout", "240s")), {"path-forgets"})

    def test_a_list_that_is_cut_says_how_to_see_all_of_it(self):
        more = [socket.create_connection(("127.0.0.1", self.port)) for _ in range(6)]
        for at, each in enumerate(more):
            self.addCleanup(each.close)
            each.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 5)
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 300 + at // 5)  # Two sentences of one rule.
        choice = ("lint", str(os.getpid()), "--path-timeout", "240s")
        for number, to in ((8, ()), (7, ("--to", f":{self.port}"))):
            short = self.ok(*choice, *to, status=1)
            self.assertRegex(short, r"and \d more[^\n]* \(--wide lists all\)")
            wide = self.ok(*choice, *to, "--wide", status=1)
            self.assertNotIn("--wide", wide)
            name = rf"(?m)^  \S+ {os.getpid()}:\d+ "  # Remedies name some, too.
            self.assertEqual(len(re.findall(name, wide)), number, wide)
            self.assertEqual(len(re.findall(name, short)), 4, short)

    def test_quiet_sockets_that_are_young_are_no_finding(self):
        self.assertEqual(self.rules(status=0), {})
        text = self.ok("lint", str(os.getpid()))
        self.assertIn("3 TCP sockets looked at: nothing to complain about.", text)

    def test_a_process_that_is_none_and_two_questions_at_once_are_refused(self):
        self.assertIn("no such process", self.refused(6, "lint", "999999999"))
        for more in (("--time", "45s"), ("--user-timeout", "30s")):
            self.assertIn("at once", self.refused(2, "lint", str(os.getpid()), *more))
        self.refused(2, "lint", "-3")
        for word in ("psql", "4711:5", "0"):
            self.assertIn(f"'{word}' is no process number", self.refused(2, "lint", word))
        self.assertIn("'0s' is no time-out", self.refused(2, "lint", "--time", "45s", "--path-timeout", "0s"))

    def test_all_sockets_and_some_are_not_asked_for_at_once(self):
        for some in ((str(os.getpid()),), ("--pid", str(os.getpid())), ("--to", ":443")):
            self.assertIn("all sockets and some of them are asked for at once; leave --all away, or what chooses",
                          self.refused(2, "lint", *some, "--all"))

    def test_sockets_that_may_not_be_looked_into_are_not_said_to_be_none(self):
        done = self.as_nobody("lint", "--from", f":{self.port}", "--monitor")
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertRegex(done.stdout, r"^WSALIVE UNKNOWN: 0 TCP sockets looked at, \d could not be(, .*)?: those that there are may not be "
                                      r"looked into; run it as root\. \| sockets=0 ")
        self.assertIn(": there is none. |", self.run_tool("lint", "--to", "192.0.2.7:9", "--monitor").stdout)

    def test_a_process_whose_descriptors_cannot_be_read_is_not_called_well(self):
        # In another user namespace the folder of its descriptors may be listed, and what they are not be seen.
        apart = ["unshare", "--user", "--map-root-user"]
        if subprocess.run([*apart, "true"], capture_output=True).returncode != 0:
            self.skipTest("user namespaces are denied")
        done = subprocess.run([*apart, tool.BINARY, "lint", str(os.getpid())], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout), (4, ""), done.stderr)
        self.assertIn("no right to", done.stderr)
        for command in ("ls", "watch"):
            done = subprocess.run([*apart, tool.BINARY, command, "--pid", str(os.getpid())], capture_output=True, text=True)
            if command == "watch" and "terminal" in done.stderr:
                continue  # It is asked for first.
            self.assertEqual((done.returncode, done.stdout), (4, ""), done.stderr)
            self.assertIn("no right to", done.stderr)


if __name__ == "__main__":
    tool.main()
