#!/usr/bin/env python3
"""The verdicts of the benchmarks: a bar, an explanation, and how far an explanation reaches.
labels: fast
"""
import os
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.environ["WSALIVE_SOURCE"], "bench"))
import judging  # noqa: E402

EXPLANATION = {"limit": 1.3, "where": "One call more.", "tried": "none less."}


def judged(median, explained, bar=1.05, sense="at most", **more):
    line = {"group": "calls", "what": "a call", "ratio": [median, median, median], "bar": bar, "sense": sense, **more}
    complaint = judging.judge(line, explained)
    return line, complaint


def load(text):
    with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
        file.write(text)
        file.flush()
        return judging.load_explanations(file.name)


class Verdicts(unittest.TestCase):
    def test_a_line_within_its_bar_is_met_whatever_is_explained(self):
        self.assertEqual(judged(1.05, {"calls: a call": EXPLANATION})[0]["verdict"], "met")

    def test_a_miss_is_explained_up_to_the_limit_and_no_further(self):
        for median, verdict in ((1.06, "explained"), (1.3, "explained"), (1.31, "missed")):
            line, _ = judged(median, {"calls: a call": EXPLANATION})
            self.assertEqual(line["verdict"], verdict, median)
            self.assertEqual("explanation" in line, verdict == "explained", median)
            self.assertEqual(line["limit"], 1.3)

    def test_what_was_tried_is_part_of_the_explanation(self):
        line, _ = judged(1.1, {"calls: a call": EXPLANATION})
        self.assertEqual(line["explanation"], "One call more. Tried: none less.")

    def test_the_limit_of_a_bar_of_at_least_is_a_lower_one(self):
        explained = {"calls: a call": {**EXPLANATION, "limit": 93}}
        for median, verdict in ((97, "met"), (96.9, "explained"), (93, "explained"), (92.9, "missed")):
            self.assertEqual(judged(median, explained, 97, "at least")[0]["verdict"], verdict, median)

    def test_a_limit_that_is_no_miss_is_a_complaint(self):
        line, complaint = judged(1.2, {"calls: a call": {**EXPLANATION, "limit": 1.05}})
        self.assertIn("calls: a call: its limit, 1.05, is no miss of the bar, at most 1.05", complaint)
        self.assertEqual(line["verdict"], "missed")

    def test_an_explanation_against_one_yardstick_says_nothing_of_another(self):
        explained = {"calls: a call / Asio": EXPLANATION}
        self.assertEqual(judged(1.1, explained, other_name="Asio")[0]["verdict"], "explained")
        self.assertEqual(judged(1.1, explained, other_name="raw epoll")[0]["verdict"], "missed")

    def test_a_line_without_a_bar_has_no_verdict(self):
        line = {"group": "calls", "what": "a call", "ours": 1}
        judging.judge(line, {"calls: a call": EXPLANATION})
        self.assertNotIn("verdict", line)

    def test_what_was_not_measured_is_neither_met_nor_missed(self):
        null = [None, None, None]
        line = {"group": "calls", "what": "a call", "ours": 5, "ratio": null, "null": null, "bar": 1.05, "sense": "at most"}
        self.assertTrue(judging.drop_unmeasured(line))
        judging.judge(line, {"calls: a call": EXPLANATION})
        self.assertEqual(line, {"group": "calls", "what": "a call", "ours": 5, "verdict": "not measured"})
        self.assertEqual((judging.noise_of([line]), judging.summary([line])), ({}, "bars: 1 not measured"))

    def test_a_yardstick_that_was_not_measured_leaves_the_bar(self):
        line = {"group": "calls", "what": "a call", "ours": 5, "ratio": [1, 1, 1], "null": [1, None, 1], "bar": 1.05, "sense": "at most"}
        self.assertFalse(judging.drop_unmeasured(line))
        judging.judge(line, {})
        self.assertEqual(line["verdict"], "met")
        self.assertNotIn("null", line)

    def test_noise_is_the_outermost_quartiles_of_a_group(self):
        lines = [{"group": "calls", "null": [0.98, 1, 1.01]}, {"group": "calls", "null": [0.99, 1, 1.03]}, {"group": "ls"}]
        self.assertEqual(judging.noise_of(lines), {"calls": {"low": 0.98, "high": 1.03, "lines": 2}})


class File(unittest.TestCase):
    def test_the_file_of_this_version_is_well_formed(self):
        self.assertGreater(len(judging.load_explanations()), 10)

    def test_what_is_malformed_is_told_with_its_name(self):
        rows = (
            ('"a: b" = "since ever"', "a: b: a table with limit, where and tried is wanted"),
            ('["a: b"]\nlimit = 1.3\nwhere = "x"', "a: b: tried is to be a text"),
            ('["a: b"]\nlimit = 1.3\ntried = "x"', "a: b: where is to be a text"),
            ('["a: b"]\nlimit = 1.3\ntried = "x"\nwhere = " "', "a: b: where is to be a text"),
            ('["a: b"]\nwhere = "x"\ntried = "x"', "a: b: limit is to be a number above 0"),
            ('["a: b"]\nlimit = "1.3"\nwhere = "x"\ntried = "x"', "a: b: limit is to be a number above 0"),
            ('["a: b"]\nlimit = true\nwhere = "x"\ntried = "x"', "a: b: limit is to be a number above 0"),
            ('["a: b"]\nlimit = nan\nwhere = "x"\ntried = "x"', "a: b: limit is to be a number above 0"),
            ('["a: b"]\nlimit = 1.3\nwhy = "x"', "a: b: unknown key why"),
            ('["a: b"', "Expected"),
        )
        for text, message in rows:
            with self.assertRaises(judging.Malformed, msg=text) as caught:
                load(text)
            self.assertIn(message, str(caught.exception), text)

    def test_a_file_that_is_not_there_is_told(self):
        with self.assertRaises(judging.Malformed):
            judging.load_explanations("/nonexistent/explained.toml")


unittest.main()
