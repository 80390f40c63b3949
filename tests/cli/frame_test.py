#!/usr/bin/env python3
"""The frame of the command: help, unknown words, exit codes, and a manual page that knows every command
and option that the parser knows."""
import glob
import json
import os
import re
import shutil
import socket
import subprocess
import unittest
import tool


class Frame(tool.Tool):
    def places(self):
        """Command paths with the words that may follow, from the bash completion."""
        script = self.ok("completion", "bash")
        return {path: words.split() for path, words in
                re.findall(r"^    '([^']*)'\) words='(.*)' ;;$", script, re.M)}

    def test_help_lists_every_command_and_each_has_an_example(self):
        commands = [word for word in self.places()[""] if not word.startswith("-")]
        self.assertIn("releases", commands)
        text = self.ok("--help")
        for command in commands:
            self.assertRegex(text, rf"(?m)^  {command} +\S")
            help_text = self.ok(command, "--help")
            self.assertIn("example", help_text, command)
            self.assertNotRegex(help_text, r"POSITIVE|INT\b| in \[\d", command)  # What a validator calls itself.

    def test_the_manual_page_knows_every_command_option_and_exit_status(self):
        with open(os.path.join(tool.SOURCE, "docs/man/wsalive.1"), encoding="utf-8") as file:
            page = file.read().replace("\\-", "-")
        for path, words in self.places().items():
            self.assertIn(path.split()[-1] if path else "wsalive", page)
            for word in words:
                if word.startswith("--"):
                    self.assertIn(word, page, f"{path} {word}")
        text = re.sub(r"\n {8}(?=\S)", " ", self.ok("--help"))  # Lines that go on.
        codes = re.findall(r"(?m)^  (\d+) +(.*)$", text)
        self.assertGreater(len(codes), 8)
        listed = re.findall(r"\.TP\n\.B (\d+)\n(.*)\.\n", page)
        self.assertEqual([(code, text.lower()) for code, text in listed],
                         [(code, text.lower()) for code, text in codes])

    def test_the_manual_pages_are_well_formed(self):
        if not shutil.which("mandoc"):
            self.skipTest("mandoc is not installed")
        pages = glob.glob(os.path.join(tool.SOURCE, "docs/man/*.1"))
        self.assertGreater(len(pages), 1)
        done = subprocess.run(["mandoc", "-Tlint", "-Wwarning", *pages], text=True,
                              capture_output=True)
        complaints = [line for line in done.stdout.splitlines() if "missing date" not in line]
        self.assertEqual(complaints, [])

    def test_an_unknown_word_is_named_with_the_nearest_known_one(self):
        self.assertIn("unknown command 'relases', perhaps 'releases'", self.refused(2, "relases"))
        self.assertIn("unknown option '--jsn', perhaps '--json'",
                      self.refused(2, "releases", "--jsn"))
        self.assertNotIn("perhaps", self.refused(2, "xylophone"))
        self.assertNotIn("perhaps", self.refused(2, "undo"))
        self.assertIn("unknown command 'wacth', perhaps 'watch'", self.refused(2, "wacth"))
        self.assertIn("unknown option '--tiem', perhaps '--time'", self.refused(2, "explain", "--tiem", "3s"))

    def test_there_is_no_help_of_what_there_is_not(self):
        for words in (("undo", "--help"), ("--help", "undo"), ("help", "undo")):
            self.assertIn("unknown command 'undo'; see `wsalive --help`", self.refused(2, *words))
        self.assertIn("unknown command 'undo'; see `wsalive registry --help`", self.refused(2, "registry", "undo", "--help"))
        self.assertIn("usage: wsalive COMMAND", self.ok("--help"))
        self.assertIn("usage: wsalive registry COMMAND", self.ok("registry", "--help"))
        self.assertIn("unknown argument 'x'", self.refused(2, "releases", "x"))

    def test_a_missing_command_is_said_and_help_is_named(self):
        line = self.refused(2)
        self.assertIn("a command is missing", line)
        self.assertIn("`wsalive --help`", line)

    def test_no_help_is_wider_than_a_terminal(self):
        commands = re.findall(r"(?m)^  ([a-z]+) +\S", self.ok("--help").split("commands:")[1].split("\n\n")[0])
        self.assertGreater(len(commands), 14)
        for words in ((), *((command,) for command in commands)):
            wide = [line for line in self.ok(*words, "--help").splitlines() if len(line) > 80]
            self.assertEqual(wide, [], words)
        self.assertEqual([line for line in self.ok("releases").splitlines() if len(line) > 80], [])

    @unittest.skipIf(tool.SANITIZED, "a sanitizer needs descriptors of its own")
    def test_a_full_table_of_descriptors_stops_nothing_from_being_stopped(self):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        for words in (("serve", "--listen", f"127.0.0.1:{port}"), ("path", f"127.0.0.1:{port}")):
            for limit in range(4, 9):
                run = f"ulimit -n {limit}; exec \"$@\""
                started = subprocess.Popen(["sh", "-c", run, "sh", tool.BINARY, *words], stdout=subprocess.DEVNULL,
                                           stderr=subprocess.DEVNULL, env={"HOME": self.home, "PATH": os.environ["PATH"]})
                try:
                    started.wait(0.3)
                except subprocess.TimeoutExpired:
                    started.terminate()
                self.assertIn(started.wait(10), (0, 7, -15), (words, limit))

    def test_a_failure_is_json_too_with_a_code_that_stays(self):
        done = self.run_tool("ls", "--pid", "999999999", "--json")
        self.assertEqual(done.returncode, 6)
        error = json.loads(done.stdout)
        self.assertEqual(error["schema"], 1)
        self.assertEqual({name: error["error"][name] for name in ("code", "status", "reason")},
                         {"code": "no-process", "status": 6, "reason": "no such process"})
        self.assertIn("no such process", done.stderr)
        self.assertEqual(self.run_tool("ls", "--pid", "999999999").stdout, "")

    def test_each_kind_of_failure_has_a_code_of_its_own(self):
        for words, code, status in ((("explain", "4711"), "no-socket-name", 2), (("set", "--time", "20s"), "not-said", 2),
                                    (("path", "127.0.0.1:9", "--max", "1ms"), "out-of-range", 2),
                                    (("lint", "--all", "--time", "45s"), "conflict", 2),
                                    (("registry", "set", "KeepAliveTime", "soon"), "bad-value", 3),
                                    (("registry", "import", self.path("none.reg")), "no-file", 3)):
            done = self.run_tool(*words, "--json")
            self.assertEqual(done.returncode, status, (words, done.stderr))
            self.assertEqual(json.loads(done.stdout)["error"]["code"], code, words)

    def test_what_the_parser_refuses_is_json_too(self):
        for words, status, code in ((("ls", "--bogus"), 2, "unknown-word"), (("lss",), 2, "unknown-word"),
                                    (("releases", "x"), 2, "unknown-word"), (("path",), 2, "missing-word"),
                                    (("registry", "get"), 2, "missing-word"),
                                    (("ls", "--state", "open"), 2, "bad-option"), (("explain", "--time", "45"), 2, "bad-option"),
                                    (("ls", "--pid"), 2, "bad-option"), (("ls", "--unit", ""), 2, "bad-option"),
                                    (("lint", "--all", "--critical", "abc"), 2, "bad-option"),
                                    (("ls", "--policies", "--wide"), 2, "conflict"),
                                    (("lint", "--all", "--critical", "3"), 2, "not-said"),
                                    (("ls", "--to", tool.NO_HOST), 3, "no-host")):
            plain = self.run_tool(*words)
            self.assertEqual((plain.returncode, plain.stdout), (status, ""), words)
            for line in ((*words, "--json"), (words[0], "--json", *words[1:])):
                done = self.run_tool(*line)
                if words == ("ls", "--pid") and line[-1] == "--json":
                    continue  # It would be the value.
                self.assertEqual(done.returncode, status, (line, done.stderr))
                report = json.loads(done.stdout)
                self.assertEqual((report["schema"], sorted(report["error"])),
                                 (1, ["attempt", "code", "reason", "remedy", "status", "subject"]), line)
                error = report["error"]
                self.assertEqual((error["code"], error["status"]), (code, status), line)
                self.assertIn(f"{error['reason']}; {error['remedy']}", done.stderr, line)
        self.assertEqual(json.loads(self.run_tool("ls", "--bogus", "--json").stdout)["error"]["subject"], "wsalive ls")
        for silent in (("run", "--bogus", "--json", "--", "true"), ("ls", "--bogus", "--", "--json")):  # The program's own.
            self.refused(2, *silent)

    def test_a_count_that_is_none_is_told_what_is_wanted(self):
        for words, wanted in ((("lint", "--all", "--monitor", "--critical"), ": 1 or more"),
                              (("path", "127.0.0.1:9", "--connections"), " from 2 to 200"),
                              (("serve", "--connections"), " from 16 to 10000"), (("explain", "--probes"), " from 1 to 255")):
            for bad in ("abc", "-1", "3.5", "3x", "99999999999999999999999"):
                done = self.run_tool(*words, bad)
                self.assertIn(f"{words[-1]}: '{bad}' is no count{wanted}", done.stderr + done.stdout)
                self.assertNotEqual(done.returncode, 0)

    def test_the_version_is_said(self):
        self.assertRegex(self.ok("--version"), r"\Awsalive \d+\.\d+\.\d+\n\Z")

    def test_no_colour_leaves_unless_there_is_a_terminal(self):
        self.assertNotIn("\033", self.ok("releases", env={"TERM": "xterm-256color"}))

    def test_a_report_that_cannot_be_written_is_a_failure(self):
        with open("/dev/full", "w", encoding="ascii") as full:
            done = subprocess.run([tool.BINARY, "releases"], stdout=full, stderr=subprocess.PIPE,
                                  text=True)
        self.assertEqual(done.returncode, 7)
        self.assertIn("cannot write the report", done.stderr)

    def test_json_of_the_releases_has_a_row_for_each_name(self):
        releases = self.json("releases")["releases"]
        self.assertEqual([row["name"] for row in releases if row["default"]], ["win11"])
        self.assertEqual(releases[1]["build"], "5.1.2600")  # K-120
        for row in releases:  # K-53
            self.assertEqual(row["probes"], 5 if row["probes_from_registry"] else 10)


class Completions(tool.Tool):
    def words(self, *line):
        """What bash offers for the last word of a line."""
        script = self.path("completion", self.ok("completion", "bash"))
        ask = ('source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _wsalive; '
               'printf "%s\\n" "${COMPREPLY[@]}"')
        done = subprocess.run(["bash", "--norc", "-c", ask, "bash", script, *line], text=True,
                              capture_output=True, check=True)
        self.assertEqual(done.stderr, "")
        return done.stdout.split()

    def test_bash_offers_commands_options_and_values(self):
        self.assertEqual(self.words("wsalive", "rel"), ["releases"])
        self.assertEqual(self.words("wsalive", "releases", "--j"), ["--json"])
        self.assertEqual(self.words("wsalive", "completion", "z"), ["zsh"])
        self.assertEqual(self.words("wsalive", "x", "--", "releas"), [])

    def test_zsh_reads_its_script(self):
        text = self.ok("completion", "zsh")
        self.assertTrue(text.startswith("#compdef wsalive\n"))
        script = self.path("_wsalive", text)
        if not shutil.which("zsh"):
            self.skipTest("zsh is not installed")
        done = subprocess.run(["zsh", "-n", script], text=True, capture_output=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_other_shells_are_refused(self):
        self.assertIn("'fish' is none of bash, zsh", self.refused(2, "completion", "fish"))


if __name__ == "__main__":
    tool.main()
