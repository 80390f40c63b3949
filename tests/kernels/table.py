#!/usr/bin/env python3
"""Writes one kernel's row into docs/kernels.md; the other rows stay.

    table.py SUMMARY
"""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from doc_table import put_row  # noqa: E402

PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../docs/kernels.md")
BEGIN = "<!-- made by make kernels -->"
DRIVERS = ("native", "rearm", "repair", "late")


def row(summary):
    late = {}
    for fact in summary["facts"]:
        words = fact.split()
        if words[1] == "lateness":
            late.setdefault(words[2], []).append([int(word) for word in words[4:7]])
    cells = []
    for driver in DRIVERS:
        found = late.get(driver)
        cells.append(" / ".join(f"{max(each[i] for each in found) / 1000:.1f}" for i in range(3)) if found else "not measured")
    passed = summary["checks"] - summary["bad"]
    result = f"{passed} passed" if not summary["bad"] else f"{passed} of {summary['checks']} passed"
    return [summary["name"], summary["release"], summary["hz"], result, *cells,
            summary["date"]]


def key(cells):
    """5.10 before 6.1 before 6.12; the newest, and those that are built by hand, last."""
    name = cells[0].split("-")[0]
    return ([0, *map(int, name.split("."))] if name.replace(".", "").isdigit() else [1], cells[0])


def main(path):
    with open(path, encoding="utf-8") as file:
        new = row(json.load(file))
    put_row(PATH, BEGIN, new, key)


main(*sys.argv[1:])
