"""Running conformance programs and judging what they print: one row is one Verdict.

A program that ends or hangs at a row is started again behind it, so that one bad row costs no others. Every wait
has an end: a row that says nothing for long is ended, and so is a topic that takes long altogether."""
import dataclasses
import os
import re
import select
import subprocess
import tempfile
import time

RELEASES = ("win2000", "winxp", "ws2003", "vista", "win7", "win8", "win8.1", "win10", "win10-1703",
            "win10-1709", "win10-21h1", "win11")
RULES = ("documented", "observed")

PATIENCE_S = 60  # Without a line of the program. Rows that wait for the clock are bounded by themselves.
TOGETHER_S = 60  # The same for rows that wait side by side; the harness gives them 40.
TOPIC_S = 240  # For all of a topic, with the starts behind rows that end or hang.


@dataclasses.dataclass
class Verdict:
    topic: str
    release: str
    rules: str
    status: str  # pass, fail, skip; gap: a known gap; stale: a known gap that passes
    key: str
    name: str
    expected: str
    seen: str  # of a skipped row: why
    gap: str = ""

    @property
    def row(self):
        return f"{self.topic}.{self.name}"

    def line(self, where=None):
        where = where or f"{self.release}/{self.rules}"
        text = f"{self.status:5} {self.key:6} {self.row} ({where}): "
        if self.status == "pass":
            return text + self.seen
        if self.status == "skip":
            return text + self.seen
        text += f"expected {self.expected!r}, saw {self.seen!r}"
        if self.status == "gap":
            return text + f"; known gap: {self.gap}"
        if self.status == "stale":
            return text + "; it is listed in known-gaps.txt, and passes: take the mark away"
        return text


@dataclasses.dataclass
class Gap:
    row: str
    releases: tuple
    rules: tuple
    key: str
    why: str

    def covers(self, verdict):
        return (verdict.row == self.row and verdict.release in self.releases and
                verdict.rules in self.rules and verdict.key == self.key)


def releases_of(word):
    """`all`, `win7`, or `vista..win8`."""
    if word == "all":
        return RELEASES
    first, _, last = word.partition("..")
    i, j = RELEASES.index(first), RELEASES.index(last or first)
    return RELEASES[i:j + 1]


def read_gaps(path):
    """Lines `topic.row releases rules K-nn: why`; releases as of releases_of, rules `both` or one set."""
    gaps = []
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            line = line.split("#")[0].strip()
            if not line:
                continue
            try:
                head, why = line.split(":", 1)
                row, releases, rules, key = head.split()
                gaps.append(Gap(row, releases_of(releases), RULES if rules == "both" else (rules,),
                                key, why.strip()))
            except ValueError as error:
                raise SystemExit(f"{path}:{number}: {error}") from error
    return gaps


def mark_gaps(verdicts, gaps):
    for verdict in verdicts:
        for gap in gaps:
            if gap.covers(verdict) and verdict.status in ("pass", "fail"):
                verdict.status = "stale" if verdict.status == "pass" else "gap"
                verdict.gap = gap.why


def _listen(program, patience, until):
    """What the program prints until it ends, and None or why it was ended."""
    out = bytearray()
    while True:
        # Rows side by side all wait at the same time; the harness itself ends those that wait too long.
        wait = max(patience, TOGETHER_S) if b"asking\tall together" in out else patience
        left = until - time.monotonic()
        ready, _, _ = select.select([program.stdout], [], [], max(0, min(wait, left)))
        if not ready:
            program.kill()
            return out, f"no answer within {wait} s" if wait < left else "the topic's time is over"
        more = program.stdout.read1()
        if not more:
            return out, None
        out += more


def _start(command, environment, patience, until):
    """What the program printed, and how it ended: None if well, else a few words."""
    with tempfile.TemporaryFile() as err, \
            subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=err,
                             stdin=subprocess.DEVNULL) as program:
        out, end = _listen(program, patience, until)
        if end is None and program.wait() != 0:
            end = f"ends with status {program.returncode}"
        err.seek(0)
        said = err.read().decode(errors="replace")
    text = out.decode(errors="replace")
    if end is None and not re.search(r"^end\r?$", text, re.M):
        end = "ends in the middle"
    return text, (_reason(said) or end if end else None)


def _reason(err):
    """What the program, or Wine, said of its end; without addresses, which differ each time."""
    if lacking := re.search(r"unimplemented function [\w.]*?\.(\w+),", err):
        return f"Wine does not have {lacking[1]}"
    if re.search(r"wine: Unhandled page fault", err):
        return "crashes: page fault"
    known = [line for line in err.splitlines() if line.startswith("the world denies")]
    return known[-1] if known else None


def ask(topic, command, environment, release, rules, patience=PATIENCE_S, limit=TOPIC_S):
    """All rows of one program for one release and one rule set, or `both`: each row then says its own."""
    verdicts = []
    after = []
    until = time.monotonic() + limit
    while True:
        out, end = _start([*command, *after], environment, patience, until)
        asking = None
        for line in out.splitlines():
            word, *rest = line.rstrip("\r").split("\t")
            if word == "release":
                release = rest[0]
            elif word == "asking":
                asking = rest[0]
            elif word == "row":
                status, key, name, of, expected, seen = rest
                verdicts.append(Verdict(topic, release, of if rules == "both" else rules, status, key,
                                        name, expected, seen))
                asking = None
        if end is None:
            return verdicts
        verdicts.append(Verdict(topic, release, rules, "fail", "-", asking or "(start)", "an answer", end))
        if asking is None or asking == "all together" or time.monotonic() > until:
            return verdicts
        after = ["--after", asking]


def environment_for(release, rules, folder):
    """A store of the program's own, and no other choice than these."""
    registry = os.path.join(folder, f"{release}-{rules}-{os.getpid()}.reg")
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith("WSALIVE_")}
    environment.update(WSALIVE_RELEASE=release, WSALIVE_RULES=rules, WSALIVE_REGISTRY=registry)
    return environment


def totals(verdicts):
    count = {status: 0 for status in ("pass", "fail", "gap", "stale", "skip")}
    for verdict in verdicts:
        count[verdict.status] += 1
    return count


def _span(releases):
    """`vista..win8, win11`, of releases in any order."""
    places = sorted(RELEASES.index(each) for each in releases if each in RELEASES)
    spans = []
    for place in places:
        if spans and spans[-1][1] == place - 1:
            spans[-1][1] = place
        else:
            spans.append([place, place])
    if not spans:
        return ", ".join(sorted(releases))
    return ", ".join(RELEASES[i] if i == j else f"{RELEASES[i]}..{RELEASES[j]}" for i, j in spans)


def where(verdicts):
    """`vista..win11/both`: the releases and rule sets of verdicts that are otherwise the same."""
    of = {}
    for each in verdicts:
        of.setdefault(each.rules, set()).add(each.release)
    if set(RULES) <= set(of) and of[RULES[0]] == of[RULES[1]]:
        return f"{_span(of[RULES[0]])}/both"
    return "; ".join(f"{_span(releases)}/{rules}" for rules, releases in of.items())


def merged_lines(verdicts):
    """A line for each row, or several where its answer is not the same everywhere."""
    groups = {}
    for each in verdicts:
        same = (each.topic, each.name, each.key, each.status, each.expected, each.seen, each.gap)
        groups.setdefault((each.topic, each.name), {}).setdefault(same, []).append(each)
    return [group[0].line(where(group)) for row in groups.values() for group in row.values()]
