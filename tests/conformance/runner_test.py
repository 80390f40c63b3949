#!/usr/bin/env python3
"""The runner of the conformance suite, on made-up programs: gaps, stale gaps, failures, skips, and rows at which the
program ends or hangs.
labels: fast
"""
import json
import os
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import verdicts  # noqa: E402

HEAD = "#!/bin/sh\nprintf 'world\\twsalive\\nrelease\\twin11\\n'\n"


def row(status, name, key="K-10"):
    return (f"printf 'asking\\t{name}\\n'\n"
            f"printf 'row\\t{status}\\t{key}\\t{name}\\tboth\\texpected\\tseen\\n'\n")


class Runner(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def run_with(self, body, gaps="", arguments=()):
        program = os.path.join(self.folder.name, "topic")
        with open(program, "w", encoding="utf-8") as file:
            file.write(HEAD + body)
        os.chmod(program, 0o755)
        gap_file = os.path.join(self.folder.name, "gaps.txt")
        with open(gap_file, "w", encoding="utf-8") as file:
            file.write(gaps)
        return subprocess.run([os.path.join(HERE, "run"), "--programs", self.folder.name, "--gaps", gap_file,
                               "--release", "win11", "--rules", "documented", *arguments, "topic"],
                              capture_output=True, text=True, check=False,
                              env={**os.environ, "WSALIVE_BUILD": self.folder.name, "WSALIVE_TEST_NAME": "conformance.topic"})

    def test_passing_rows_are_printed_and_counted(self):
        found = self.run_with(row("pass", "one") + row("pass", "two") + "echo end\n")
        self.assertEqual(found.returncode, 0, found.stderr)
        self.assertIn("pass  K-10   topic.one (win11/documented): seen", found.stdout)
        self.assertIn("2 pass, 0 fail", found.stdout)

    def test_a_failing_row_fails_the_run_and_shows_both(self):
        found = self.run_with(row("pass", "one") + row("fail", "two") + "echo end\n")
        self.assertEqual(found.returncode, 1)
        self.assertIn("topic.two (win11/documented): expected 'expected', saw 'seen'", found.stdout)

    def test_a_known_gap_does_not_fail_the_run(self):
        found = self.run_with(row("fail", "one") + "echo end\n", "topic.one all both K-10: too hard\n")
        self.assertEqual(found.returncode, 0, found.stdout)
        self.assertIn("known gap: too hard", found.stdout)

    def test_a_known_gap_that_passes_fails_the_run(self):
        found = self.run_with(row("pass", "one") + "echo end\n", "topic.one all both K-10: too hard\n")
        self.assertEqual(found.returncode, 1)
        self.assertIn("take the mark away", found.stdout)

    def test_a_gap_of_another_key_or_release_is_none(self):
        for gap in ("topic.one all both K-11: no", "topic.one winxp both K-10: no",
                    "topic.one all observed K-10: no"):
            self.assertEqual(self.run_with(row("fail", "one") + "echo end\n", gap).returncode, 1, gap)

    def test_a_broken_gap_line_is_named(self):
        found = self.run_with("echo end\n", "topic.one sometimes both K-10: no\n")
        self.assertNotEqual(found.returncode, 0)
        self.assertIn("gaps.txt:1", found.stderr)

    def test_a_skipped_row_says_why_and_a_run_of_skips_alone_is_a_skip(self):
        found = self.run_with(row("skip", "one") + "echo end\n")
        self.assertEqual(found.returncode, 77)
        self.assertIn("skip  K-10   topic.one (win11/documented): seen", found.stdout)

    def test_each_skipped_row_is_written_down_for_the_check_of_skips(self):
        self.run_with(row("pass", "zero") + row("skip", "one") + row("skip", "two") + "echo end\n")
        with open(os.path.join(self.folder.name, "skips", "conformance.topic"), encoding="utf-8") as record:
            self.assertEqual(record.read(), "conformance.topic topic.one: seen\nconformance.topic topic.two: seen\n")

    def test_a_row_that_ends_the_program_fails_and_the_rows_behind_it_are_asked(self):
        body = ("if [ \"$1\" = --after ]; then\n" + row("pass", "two") + "echo end\nexit 0\nfi\n"
                "printf 'asking\\tone\\n'\nkill -SEGV $$\n")
        found = self.run_with(body)
        self.assertEqual(found.returncode, 1)
        self.assertIn("topic.one (win11/documented): expected 'an answer', saw 'ends with status -11'",
                      found.stdout)
        self.assertIn("1 pass, 1 fail", found.stdout)

    def test_a_topic_that_takes_too_long_altogether_is_ended(self):
        program = os.path.join(self.folder.name, "topic")
        with open(program, "w", encoding="utf-8") as file:
            file.write(HEAD + row("pass", "one") + "while true; do printf 'asking\\ttwo\\n'; sleep 0.05; done\n")
        os.chmod(program, 0o755)
        found = verdicts.ask("topic", [program], dict(os.environ), "win11", "both", patience=30, limit=1)
        self.assertEqual([(each.name, each.status, each.seen) for each in found],
                         [("one", "pass", "seen"), ("two", "fail", "the topic's time is over")])

    def test_what_wine_said_of_the_end_is_the_reason(self):
        program = os.path.join(self.folder.name, "topic")
        with open(program, "w", encoding="utf-8") as file:
            file.write(HEAD + "[ \"$1\" = --after ] && echo end && exit 0\nprintf 'asking\\tone\\n'\n"
                       "echo 'wine: Call from 0x7b0 to unimplemented function ws2_32.dll.WSAThing, aborting' >&2\n"
                       "exit 1\n")
        os.chmod(program, 0o755)
        found = verdicts.ask("topic", [program], dict(os.environ), "win11", "both")
        self.assertEqual([each.seen for each in found], ["Wine does not have WSAThing"])

    def test_rows_that_are_the_same_everywhere_are_one_line(self):
        def verdict(release, rules, seen="seen"):
            return verdicts.Verdict("topic", release, rules, "pass", "K-10", "one", "seen", seen)
        everywhere = [verdict(release, rules) for release in verdicts.RELEASES for rules in verdicts.RULES]
        self.assertEqual(verdicts.merged_lines(everywhere),
                         ["pass  K-10   topic.one (win2000..win11/both): seen"])
        some = [verdict(release, "observed") for release in ("win10", "win7", "win8", "win11")]
        some += [verdict("vista", "documented", "other")]
        self.assertEqual(verdicts.merged_lines(some),
                         ["pass  K-10   topic.one (win7..win8, win10, win11/observed): seen",
                          "pass  K-10   topic.one (vista/documented): other"])

    def test_a_row_that_hangs_is_ended(self):
        program = os.path.join(self.folder.name, "topic")
        with open(program, "w", encoding="utf-8") as file:
            file.write(HEAD + "[ \"$1\" = --after ] && echo end && exit 0\nprintf 'asking\\tone\\n'\n"
                       "exec sleep 30\n")
        os.chmod(program, 0o755)
        found = verdicts.ask("topic", [program], dict(os.environ), "win11", "both", patience=1)
        self.assertEqual([(each.name, each.status, each.seen) for each in found],
                         [("one", "fail", "no answer within 1 s")])

    def test_json_has_all_rows(self):
        found = self.run_with(row("pass", "one") + row("skip", "two") + "echo end\n", arguments=("--json",))
        document = json.loads(found.stdout)
        self.assertEqual(document["totals"]["pass"], 1)
        self.assertEqual([each["name"] for each in document["rows"]], ["one", "two"])

    def test_a_missing_program_is_an_error(self):
        found = subprocess.run([os.path.join(HERE, "run"), "--programs", self.folder.name, "nothing"],
                               capture_output=True, text=True, check=False)
        self.assertNotEqual(found.returncode, 0)
        self.assertIn("build it", found.stderr)


unittest.main()
