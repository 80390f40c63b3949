#!/usr/bin/env python3
"""wsalive registry: reading, writing, import and export, and that a refusal changes nothing."""
import json
import os
import subprocess

import tool

KEY = "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters"


class Registry(tool.Tool):
    def content(self):
        if not os.path.exists(self.registry):
            return None
        with open(self.registry, "rb") as file:
            return file.read()

    def value(self, name):
        return self.json("registry", "get", name)

    def test_what_is_set_is_read_and_can_be_taken_away(self):
        self.assertIn("KeepAliveTime is 45s now", self.ok("registry", "set", "keepalivetime", "45s"))
        self.assertEqual(self.ok("registry", "get", "KeepAliveTime"), "45s\n")
        self.assertIn(b'"KeepAliveTime"=dword:0000afc8', self.content())
        self.assertEqual(self.value("KeepAliveTime")["from"], "user")
        self.ok("registry", "unset", "KeepAliveTime")
        self.assertEqual((self.value("KeepAliveTime")["value"], self.value("KeepAliveTime")["from"]),
                         ("2h", "default"))

    def test_the_list_has_every_value_with_its_default(self):  # K-54, K-80 to K-83
        listed = self.json("registry", "list")
        self.assertEqual([(row["name"], row["value"]) for row in listed["values"]],
                         [("KeepAliveTime", "2h"), ("KeepAliveInterval", "1s"),
                          ("TcpMaxDataRetransmissions", "5"), ("PPTPTcpMaxDataRetransmissions", "5"),
                          ("Release", "win11"), ("Rules", "documented"), ("Precision", "exact")])
        self.assertEqual(listed["user_file"], self.registry)
        for line in self.ok("registry", "list").splitlines():
            self.assertLessEqual(len(line), 80, line)

    def test_each_action_has_examples_of_its_own(self):
        for action in ("list", "get", "set", "unset", "import", "export"):
            shown = self.ok("registry", action, "--help").split("example")[1]
            lines = [line for line in shown.splitlines() if line.startswith("  wsalive")]
            self.assertTrue(lines, action)
            for line in lines:
                self.assertTrue(line.startswith(f"  wsalive registry {action}"), line)

    def test_the_release_of_the_store_is_followed(self):  # K-121
        self.ok("registry", "set", "Release", "winxp")
        self.assertEqual(self.json("explain")["subjects"][0]["name"], "winxp")

    def test_bad_values_are_refused_and_change_nothing(self):
        self.ok("registry", "set", "KeepAliveTime", "45s")
        before = self.content()
        for status, args in (
                (3, ("KeepAliveTime", "45")), (3, ("KeepAliveTime", "0s")),
                (3, ("KeepAliveTime", "50d")), (3, ("TcpMaxDataRetransmissions", "-1")),
                (3, ("TcpMaxDataRetransmissions", "4294967296")), (3, ("Release", "win12")),
                (3, ("Rules", "strict")), (3, ("Precision", "sharp")), (3, ("Keepalive", "45s"))):
            self.refused(status, "registry", "set", *args)
            self.assertEqual(self.content(), before, args)

    def test_a_broken_file_is_named_with_its_line_and_left_alone(self):  # K-85
        broken = 'REGEDIT4\n\n[HKEY_LOCAL_MACHINE\\A]\n"x"=what\n'
        self.path("registry.reg", broken)
        self.assertIn("registry.reg: line 4:",
                      self.refused(3, "registry", "set", "KeepAliveTime", "45s"))
        self.assertEqual(self.content(), broken.encode())
        self.assertIn("registry.reg:4:", self.ok("registry", "list", status=1))

    def test_values_that_do_not_count_are_marked(self):  # K-84
        self.path("registry.reg", f'REGEDIT4\n\n[{KEY}]\n"KeepAliveTime"=dword:00000000\n')
        row = self.json("registry", "list", status=1)["values"][0]
        self.assertEqual((row["value"], row["from"], row["complaint"]),
                         ("2h", "default", "is out of range"))

    def test_counts_above_the_most_are_shown_as_they_count(self):  # K-53, K-82, K-83
        name = "PPTPTcpMaxDataRetransmissions"
        self.ok("registry", "set", "Release", "winxp")
        text = self.ok("registry", "set", name, "9999")
        self.assertIn(f"{name} is 255 now", text)
        self.assertIn(f"note: {name}: stored 9999, counts as 255\n", text)
        row = self.json("registry", "set", name, "9999")["values"][0]
        self.assertEqual((row["value"], row["stored"], row["note"], row["complaint"]),
                         ("255", "9999", "stored 9999, counts as 255", None))
        self.assertIn("dword:0000270f", self.content().decode())  # Stored as it was said.
        listed = self.ok("registry", "list")
        self.assertRegex(listed, rf"(?m)^{name} +255 +user ")
        self.assertIn(f"\nnote: {name}: stored 9999, counts as 255\n", listed)
        got = self.run_tool("registry", "get", name)
        self.assertEqual((got.returncode, got.stdout, got.stderr),
                         (0, "255\n", f"wsalive: note: {name}: stored 9999, counts as 255\n"))
        self.assertEqual(self.value(name)["stored"], "9999")
        self.assertEqual(self.json("explain")["subjects"][0]["probes"], 255)
        self.ok("registry", "set", name, "255")
        self.assertIsNone(self.value(name)["note"])

    def test_get_says_the_value_alone_whatever_is_wrong_with_the_file(self):  # K-84, K-85
        self.path("registry.reg", "broken")
        got = self.run_tool("registry", "get", "KeepAliveTime")
        self.assertEqual((got.returncode, got.stdout), (1, "2h\n"))
        self.assertRegex(got.stderr, r"\Awsalive: warning: [^\n]*registry.reg:1: [^\n]*; the file counts as empty\n\Z")
        report = json.loads(self.run_tool("registry", "get", "KeepAliveTime", "--json").stdout)
        self.assertEqual((report["value"], len(report["problems"])), ("2h", 1))

    def test_files_that_may_not_be_touched_are_a_right_that_is_missing(self):
        os.chmod(self.home, 0o700)
        mine = self.path("mine.reg", "x")
        for words in (("registry", "import", mine), ("registry", "export", mine), ("explain", "--svg", mine),
                      ("explain", "--time", "45s", "--registry", "/proc/1/environ")):
            done = self.as_nobody(*words)
            self.assertEqual((done.returncode, done.stdout), (4, ""), done.stderr)
        self.refused(3, "registry", "export", self.path("no-folder/x"))

    def test_a_count_that_the_release_does_not_read_is_noted(self):  # K-82
        text = self.ok("registry", "set", "TcpMaxDataRetransmissions", "7")
        self.assertIn("no effect with win11, which sends 10 probes", text)
        self.assertIn("no effect with win11", self.json("registry", "list")["values"][2]["note"])
        listed = self.json("registry", "list", env={"WSALIVE_RELEASE": "ws2003"})
        self.assertIsNone(listed["values"][2]["note"])

    def test_a_value_of_the_machine_that_the_users_file_hides_is_noted(self):  # K-85
        # In a mount namespace with an /etc of its own, so that this machine's file is left alone.
        apart = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c",
                 'mount -t tmpfs none /etc && mkdir /etc/wsalive && "$0" registry set KeepAliveTime 45s && '
                 'exec "$0" registry set KeepAliveTime 60s --machine', tool.BINARY]
        done = subprocess.run(apart, env={"PATH": os.environ["PATH"], "HOME": self.home}, text=True,
                              capture_output=True, timeout=60)
        if "unshare" in done.stderr or "mount" in done.stderr:
            self.skipTest("namespaces are denied here")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("KeepAliveTime is 60s now (/etc/wsalive/registry.reg)", done.stdout)
        self.assertIn("note: KeepAliveTime: for this user the user's own file says 45s\n", done.stdout)

    def test_what_was_imported_and_does_not_count_is_said(self):  # K-84
        file = self.path("zero.reg", f'REGEDIT4\n\n[{KEY}]\n"KeepAliveTime"=dword:00000000\n')
        self.assertIn("warning: KeepAliveTime is out of range; it counts as absent\n",
                      self.ok("registry", "import", file))

    def test_an_export_of_windows_can_be_imported(self):  # K-85
        text = ("Windows Registry Editor Version 5.00\r\n\r\n"
                f'[{KEY}]\r\n"KeepAliveTime"=dword:00007530\r\n"Hostname"="somewhere"\r\n'
                '"KeepAliveInterval"=dword:000005dc\r\n')
        file = self.path("windows.reg", text.encode("utf-16"))
        self.assertIn("2 values imported, 1 left out", self.ok("registry", "import", file))
        self.assertEqual(self.value("KeepAliveTime")["value"], "30s")
        self.assertEqual(self.value("KeepAliveInterval")["value"], "1.5s")

    def test_an_export_can_be_imported_again(self):
        self.ok("registry", "set", "KeepAliveTime", "45s")
        self.ok("registry", "set", "Release", "winxp")
        file = self.path("exported.reg")
        self.ok("registry", "export", file)
        with open(file, "rb") as exported:
            self.assertTrue(exported.read().startswith(b"\xff\xfe"))  # As regedit writes it.
        os.remove(self.registry)
        self.ok("registry", "import", file)
        self.assertEqual(self.value("Release")["value"], "winxp")
        self.assertIn('"KeepAliveTime"=dword:0000afc8', self.ok("registry", "export"))

    def test_files_that_cannot_be_imported_change_nothing(self):
        self.ok("registry", "set", "KeepAliveTime", "45s")
        before = self.content()
        self.refused(3, "registry", "import", self.path("missing.reg"))
        self.refused(3, "registry", "import", self.path("text.reg", "no registry\n"))
        self.refused(3, "registry", "import", self.path("other.reg", "REGEDIT4\n\n"
                                                        '[HKEY_LOCAL_MACHINE\\A]\n"x"="y"\n'))
        half = self.path("half.reg", f'REGEDIT4\n\n[{KEY}]\n"KeepAliveTime"=dword:00000001\n"x\n')
        self.assertIn("half.reg: line 5:", self.refused(3, "registry", "import", half))
        line = self.refused_any("registry", "import", self.path("SYSTEM", b"regf" + bytes(60)))
        self.assertIn("cannot import", line)
        self.assertEqual(self.content(), before)

    def refused_any(self, *args):
        """A hive: without libhivex the host lacks what it takes, with it the hive is broken."""
        done = self.run_tool(*args)
        self.assertIn(done.returncode, (3, 7))
        return done.stderr

    def test_the_machines_file_cannot_be_named_where_one_file_stands_for_both(self):
        self.assertIn("WSALIVE_REGISTRY stands for both",
                      self.refused(3, "registry", "set", "--machine", "Release", "winxp"))

    def test_without_the_right_the_refusal_says_so(self):  # K-86
        # No user, not even root, can make files there.
        env = {"WSALIVE_REGISTRY": "/sys/kernel/registry.reg"}
        self.refused(4, "registry", "set", "KeepAliveTime", "45s", env=env)


if __name__ == "__main__":
    tool.main()
