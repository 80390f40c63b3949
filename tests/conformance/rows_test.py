#!/usr/bin/env python3
"""The tables of the conformance programs against the contract and the documents: every row of docs/semantics.md is
asked by a program or excused with a reason, and docs/conformance.md says of each topic which rows it asks.
labels: fast
"""
import itertools
import os
import re
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import rows  # noqa: E402
import verdicts  # noqa: E402


class Tables(unittest.TestCase):
    def test_every_row_of_the_contract_is_asked_or_excused_with_a_reason(self):
        self.assertEqual(rows.complaints(), [])
        for key, reason in rows.excused().items():
            self.assertGreater(len(reason.split()), 4, key)

    def test_every_line_of_a_table_was_read(self):
        for topic in rows.topics():
            with open(os.path.join(rows.HERE, topic + ".c"), encoding="utf-8") as file:
                lines = re.findall(r'^ +\{"\w[^"]*", +"K-', file.read(), re.M)
            self.assertEqual(len(rows.rows_of(topic)), len(lines), topic)
            self.assertGreater(len(lines), 0, topic)

    def test_one_name_is_one_row_at_a_time(self):
        by_name = lambda row: (row.topic, row.name)  # noqa: E731
        for _, same in itertools.groupby(sorted(rows.all_rows(), key=by_name), by_name):
            for one, other in itertools.combinations(same, 2):
                self.assertFalse(one.overlaps(other), f"{one} and {other}")

    def test_every_row_is_asked_of_some_release(self):
        for row in rows.all_rows():
            self.assertLessEqual(row.first, row.last, row)

    def test_every_release_and_rule_set_has_rows_of_its_own(self):
        for rules in verdicts.RULES:
            asked = {release: {(row.topic, row.name, row.key) for row in rows.all_rows()
                               if row.first <= release <= row.last and rules in row.rules}
                     for release in range(len(verdicts.RELEASES))}
            for release in range(len(verdicts.RELEASES)):
                self.assertGreater(len(asked[release]), 200, verdicts.RELEASES[release])

    def test_the_document_says_which_rows_a_topic_asks(self):
        with open(os.path.join(rows.ROOT, "docs/conformance.md"), encoding="utf-8") as file:
            text = file.read().split("## What each topic proves")[1].split("\n## ")[0]
        told = {}
        for topics, keys in re.findall(r"^\| (`[^|]+) \| ([^|]+) \|", text, re.M):
            for topic in re.findall(r"`(\w+)`", topics):
                told[topic] = rows.keys_in(keys)
        self.assertEqual(sorted(told), rows.topics())
        for topic, keys in told.items():
            asked = {row.key for row in rows.rows_of(topic)}
            self.assertEqual(rows.as_ranges(keys), rows.as_ranges(asked), topic)

    def test_the_document_names_every_decision_of_ours(self):
        with open(rows.SEMANTICS, encoding="utf-8") as file:
            ours = set(re.findall(r"^\| (K-\d+) \|.*\bOURS\b", file.read(), re.M))
        with open(os.path.join(rows.ROOT, "docs/conformance.md"), encoding="utf-8") as file:
            text = file.read().split("## Decisions of this project")[1].split("\n## ")[0]
        told = set()
        for keys in re.findall(r"^\| (K-[^|]+) \|", text, re.M):
            told |= rows.keys_in(keys)
        self.assertEqual(rows.as_ranges(ours - told), "")

    def test_every_mutation_can_still_be_made(self):
        found = subprocess.run([os.path.join(rows.ROOT, "tools/mutate"), "--check"], capture_output=True, text=True,
                               check=False)
        self.assertEqual((found.stdout, found.stderr, found.returncode), ("", "", 0))


if __name__ == "__main__":
    unittest.main()
