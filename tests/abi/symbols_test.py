#!/usr/bin/env python3
"""The library exports what debian/libwsalive0.symbols promises, and what is new stands there: the list only grows. The
check itself is tried with lists that are wrong."""
import os
import re
import shutil
import subprocess
import tempfile
import unittest

SOURCE = os.environ.get("WSALIVE_SOURCE") or os.path.join(os.path.dirname(__file__), "..", "..")
BUILD = os.environ.get("WSALIVE_BUILD") or os.path.join(SOURCE, "build", "dev")
LIST = "debian/libwsalive0.symbols"


class Symbols(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.copy = folder.name
        os.mkdir(os.path.join(self.copy, "debian"))
        for file in ("CMakeLists.txt", LIST):
            shutil.copy(os.path.join(SOURCE, file), os.path.join(self.copy, file))

    def check(self, *words, source=None):
        done = subprocess.run([os.path.join(SOURCE, "tools", "symbols"), *words, BUILD], capture_output=True, text=True,
                              env={**os.environ, "WSALIVE_SOURCE": source or self.copy})
        return done.returncode, done.stdout + done.stderr

    def listed(self):
        with open(os.path.join(self.copy, LIST), encoding="utf-8") as file:
            return file.read()

    def write(self, text):
        with open(os.path.join(self.copy, LIST), "w", encoding="utf-8") as file:
            file.write(text)

    def git(self, *words):
        subprocess.run(["git", "-C", self.copy, "-c", "user.name=n", "-c", "user.email=n@example.org", *words], check=True,
                       capture_output=True, env={**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null"})

    def test_the_library_exports_what_the_list_promises_and_nothing_else(self):
        status, said = self.check(source=SOURCE)
        self.assertEqual(status, 0, said)
        self.assertRegex(said, r"\A\d{3,} exported, \d{3,} promised\n\Z")

    def test_a_promised_name_that_is_not_there_is_said(self):
        self.write(self.listed() + " WSAGone@WSALIVE_0 0.1.0\n")
        status, said = self.check()
        self.assertEqual(status, 1)
        self.assertIn("WSAGone@WSALIVE_0: promised since 0.1.0, but not exported", said)

    def test_a_new_name_is_said_and_can_be_entered(self):
        whole = self.listed()
        self.write(re.sub(r" WSAStartup@.*\n", "", whole))
        self.assertNotEqual(self.listed(), whole)
        status, said = self.check()
        self.assertEqual(status, 1)
        self.assertIn("WSAStartup@WSALIVE_0: exported, but not in the list", said)
        with open(os.path.join(self.copy, "CMakeLists.txt"), "w", encoding="utf-8") as file:
            file.write("project(wsalive VERSION 7.8.9\n")
        self.assertEqual(self.check("--add")[0], 0)
        self.assertEqual(self.listed(), re.sub(r"(?<= WSAStartup@WSALIVE_0 ).*", "7.8.9", whole))

    def test_entering_what_is_new_takes_nothing_away(self):
        self.write(self.listed() + " WSAGone@WSALIVE_0 0.1.0\n")
        self.assertEqual(self.check("--add")[0], 1)
        self.assertIn(" WSAGone@WSALIVE_0 0.1.0\n", self.listed())

    def test_what_a_release_has_promised_cannot_be_taken_out_of_the_list(self):
        whole = self.listed()
        self.write(whole + " WSAGone@WSALIVE_0 0.1.0\n")
        self.git("init", "-q")
        self.git("add", ".")
        self.git("commit", "-q", "-m", "a release")
        self.git("tag", "v0.1.0")
        self.write(whole)
        status, said = self.check()
        self.assertEqual(status, 1)
        self.assertIn("WSAGone@WSALIVE_0: v0.1.0 promised it since 0.1.0, the list has no such name", said)

    def test_a_row_that_cannot_be_read_is_named(self):
        self.write(self.listed() + "WSAStartup\n")
        status, said = self.check()
        self.assertEqual(status, 1)
        self.assertIn(LIST + ": not a row of its own: 'WSAStartup'", said)


if __name__ == "__main__":
    unittest.main()
