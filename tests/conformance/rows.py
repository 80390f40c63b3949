"""The tables of the conformance programs, read from their sources: which row asks what, when."""
import dataclasses
import glob
import os
import re

import verdicts as v

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.normpath(os.path.join(HERE, "../.."))
SEMANTICS = os.path.join(ROOT, "docs/semantics.md")
UNASKED = os.path.join(HERE, "unasked-rows.txt")

_ROW = re.compile(r'\{"(?P<name>[^"]+)",\s+"(?P<key>K-\d+)",\s+'
                  r"(?P<when>ALL|FROM\(\w+\)|BEFORE\(\w+\)|\w+, \w+),\s+(?P<rules>BOTH|DOCUMENTED|OBSERVED),")
_RANGE = re.compile(r"\bK-(\d+)(?: to K-(\d+))?")


@dataclasses.dataclass(frozen=True)
class Row:
    topic: str
    name: str
    key: str
    first: int
    last: int
    rules: tuple

    def overlaps(self, other):
        return (self.topic == other.topic and self.name == other.name and self.first <= other.last and
                other.first <= self.last and bool(set(self.rules) & set(other.rules)))


def _release(word):
    """WIN10_1703 in C is win10-1703 to a user; of win8.1 the C name cannot have the point."""
    return v.RELEASES.index({"WIN8_1": "win8.1"}.get(word, word.lower().replace("_", "-")))


def _when(text):
    last = len(v.RELEASES) - 1
    if text == "ALL":
        return 0, last
    words = re.findall(r"\w+", text)
    if words[0] == "FROM":
        return _release(words[1]), last
    if words[0] == "BEFORE":
        return 0, _release(words[1]) - 1
    return _release(words[0]), _release(words[1])


def topics():
    return sorted(os.path.basename(path)[:-2] for path in glob.glob(os.path.join(HERE, "*.c")))


def rows_of(topic):
    with open(os.path.join(HERE, topic + ".c"), encoding="utf-8") as file:
        text = file.read()
    found = []
    for match in _ROW.finditer(text):
        first, last = _when(match["when"])
        rules = v.RULES if match["rules"] == "BOTH" else (match["rules"].lower(),)
        found.append(Row(topic, match["name"], match["key"], first, last, rules))
    return found


def all_rows():
    return [row for topic in topics() for row in rows_of(topic)]


def semantics():
    """The keys of the contract."""
    with open(SEMANTICS, encoding="utf-8") as file:
        return set(re.findall(r"^\| (K-\d+) \|", file.read(), re.M))


def excused():
    """Keys that no program can ask, with the reasons."""
    with open(UNASKED, encoding="utf-8") as file:
        return dict(re.findall(r"^(K-\d+) (\S.*)$", file.read(), re.M))


def complaints():
    """Rows of the contract that are neither asked nor excused, and excuses that are none."""
    keys, asked, listed = semantics(), {row.key for row in all_rows()}, set(excused())
    return sorted([f"docs/semantics.md: no conformance program asks {key}" for key in keys - asked - listed] +
                  [f"tests/conformance/unasked-rows.txt: {key} is asked now" for key in listed & asked] +
                  [f"tests/conformance/unasked-rows.txt: {key} is no row" for key in listed - keys] +
                  [f"tests/conformance: {key} is no row of docs/semantics.md" for key in asked - keys])


def keys_in(text):
    """`K-01 to K-03, K-13` as a set."""
    found = set()
    for first, last in _RANGE.findall(text):
        found |= {f"K-{number:02d}" for number in range(int(first), int(last or first) + 1)}
    return found


def as_ranges(keys):
    """The other way round: how a table of people names the keys."""
    numbers = sorted(int(key[2:]) for key in keys)
    spans = []
    for number in numbers:
        if spans and spans[-1][1] == number - 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return ", ".join(f"K-{i:02d}" if i == j else f"K-{i:02d}, K-{j:02d}" if j == i + 1 else f"K-{i:02d} to K-{j:02d}"
                     for i, j in spans)
