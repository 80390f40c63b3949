#!/usr/bin/env python3
"""Writes one kernel's row into docs/kernels.md; the other rows stay. README.md then names the kernels on which all has passed.

    table.py SUMMARY
"""
import json
import os
import re
import sys

SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
sys.path.insert(0, os.path.join(SOURCE, "tests/support"))
from doc_table import get_rows, put_row, put_rows  # noqa: E402

PATH = os.path.join(SOURCE, "docs/kernels.md")
README = os.path.join(SOURCE, "README.md")
BEGIN = "<!-- made by make kernels -->"
DRIVERS = ("native", "rearm", "repair", "late")
IN_QEMU = "[the tests that ask the kernel](docs/kernels.md), in qemu, with exact times"


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


def for_readme(cells):
    """`6.12 with PREEMPT_RT` of a row."""
    name, release, hz = cells[:3]
    version = re.match(r"\d+\.\d+", release)[0]
    if name.endswith("-rt"):
        return f"{version} with PREEMPT_RT"
    return f"{version} with HZ = {hz}" if name.startswith("small-") else version


def main(path):
    with open(path, encoding="utf-8") as file:
        new = row(json.load(file))
    put_row(PATH, BEGIN, new, key)
    passed = [for_readme(cells) for cells in get_rows(PATH, BEGIN) if re.fullmatch(r"\d+ passed", cells[3])]
    by_hand = [cells for cells in get_rows(README, BEGIN) if cells[1] != IN_QEMU]
    put_rows(README, BEGIN, by_hand + ([[", ".join(passed), IN_QEMU]] if passed else []))


main(*sys.argv[1:])
