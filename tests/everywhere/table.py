#!/usr/bin/env python3
"""Tells how one row of `make everywhere` ended, in a line, and writes it into docs/platforms.md; the other rows stay.
README.md gets the systems and compilers whose rows have passed.

    table.py NAME WHAT STATUS SECONDS ROOT LOG yes|no
"""
import datetime
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from doc_table import get_rows, put_row, put_rows  # noqa: E402

TREE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
PATH = os.path.join(TREE, "docs/platforms.md")
README = os.path.join(TREE, "README.md")
BEGIN = "<!-- made by make everywhere -->"


def lines_of(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read().splitlines()
    except OSError:
        return []


def system(root):
    """`Debian 13.1`, by what the root says of itself."""
    version = lines_of(os.path.join(root, "etc/debian_version"))
    return f"Debian {version[0]}" if version else "no root"


def compiler(said):
    """`g++ 14.2.0` of the first line of --version."""
    name = "clang" if "clang" in said else "g++"
    number = re.search(r"\d+\.\d+\.\d+", said)
    target = " for arm64" if "aarch64" in said else ""
    return f"{name} {number[0]}{target}" if number else "no compiler"


def ran(what, facts):
    text = {"whole": "built, all tests", "fast": "built as C++23, fast and net tests", "build": "built as C++23",
            "emulated": "cross-built, unit tests under qemu-user"}[what]
    return f"{text}: {facts['tests']}" if "tests" in facts else text


def result(status, facts):
    if status == 0:
        skipped = facts.get("skipped", "0")
        return "passed" + (f", {skipped} skips" if skipped != "0" else "")
    return f"FAILED: {facts['failed']} tests" if facts.get("failed", "0") != "0" else "FAILED"


def for_readme(row):
    """`Debian 13, x86-64`, `g++ 14`, `all tests` and the date, of a row of docs/platforms.md."""
    _, debian, made_by, _, what, _, _, date = row
    machine = "arm64" if "arm64" in made_by else "x86-64"
    text = re.sub(r": \d+$", "", what).removeprefix("built, ")
    return [f"{debian.split('.')[0]}, {machine}", re.match(r"\S+ \d+", made_by)[0], text, date]


def write_readme():
    passed = [row for row in get_rows(PATH, BEGIN) if row[5].startswith("passed")]
    put_rows(README, BEGIN, sorted(map(for_readme, passed)))


def main(name, what, status, seconds, root, log, writes):
    facts = dict(line.split(" ", 1) for line in lines_of(os.path.join(root, "facts")) if " " in line)
    minutes = f"{int(seconds) / 60:.1f} min"
    row = [name, system(root), compiler(facts.get("compiler", "")), os.uname().release.split("-")[0], ran(what, facts),
           result(int(status), facts), minutes, datetime.date.today().isoformat()]
    print(f"{name}: {row[5]} ({row[1]}, {row[2]}; {row[4]}; {minutes})", flush=True)
    if int(status) != 0:
        failed = [line.strip() for line in lines_of(log) if re.search(r"\*\*\*Failed|\*\*\*Timeout|error:|not on the list", line)]
        print("\n".join(f"    {line}" for line in failed[:20] or lines_of(log)[-20:]))
        print(f"    all that was said: {os.path.relpath(log)}", flush=True)
    if writes == "yes":
        put_row(PATH, BEGIN, row)
        write_readme()
    return 1 if int(status) != 0 else 0


sys.exit(main(*sys.argv[1:]))
