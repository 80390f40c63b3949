"""The rows of the conformance suite as two worlds answer them, side by side, as text for people."""
import verdicts as v

SAME, OTHERWISE, NONE, NOT_ASKED = "the same", "otherwise", "no answer", "not asked"


class Line:
    """One row: what is expected under each rule set, and what the two worlds answer."""

    def __init__(self, topic, name):
        self.topic, self.name, self.keys, self.expected, self.ours, self.wine = topic, name, [], {}, {}, []

    @property
    def row(self):
        return f"{self.topic}.{self.name}"

    def add(self, verdict):
        if verdict.key == "-":  # The program ended at this row: its table is not known from there.
            return
        self.keys += [verdict.key] if verdict.key not in self.keys else []
        for rules in v.RULES if verdict.rules == "both" else (verdict.rules,):
            self.expected.setdefault(rules, verdict.expected)

    def answer(self):
        if len(set(self.expected.values())) == 1 and len(self.expected) == 2:
            return self.expected["documented"]
        return "; ".join(f"{rules}: {text}" for rules, text in sorted(self.expected.items()))

    def ours_are_right(self):
        return bool(self.ours) and all(each.status == "pass" for each in self.ours.values())

    def kind(self):
        """What has become of it under Wine."""
        if any(each.status == "skip" for each in self.wine):
            return NOT_ASKED
        if any(each.status == "pass" for each in self.wine):
            return SAME
        return OTHERWISE if any(each.key != "-" for each in self.wine) else NONE

    def differs(self):
        return self.kind() in (OTHERWISE, NONE)

    def ours_text(self):
        if self.ours_are_right():
            return SAME
        return "; ".join(f"{rules}: {each.status}, {each.seen}" for rules, each in sorted(self.ours.items())
                         if each.status != "pass")

    def wine_text(self):
        kind = self.kind()
        if kind == NOT_ASKED:
            return f"not asked: {self.wine[0].seen}"
        if kind == NONE:
            return f"no answer: {self.wine[0].seen if self.wine else 'the program ended before'}"
        if kind == OTHERWISE:
            return self.wine[0].seen
        passed = [each.rules for each in self.wine if each.status == "pass"]
        return SAME if "both" in passed or len(passed) == len(self.expected) else \
            "the same as " + " and ".join(passed)


def lines_of(wine, ours):
    """Lines in the order of the tables; `wine`: the verdicts by topic, `ours`: one list."""
    lines = {}
    for verdict in ours:
        line = lines.setdefault((verdict.topic, verdict.name), Line(verdict.topic, verdict.name))
        line.ours[verdict.rules] = verdict
        line.add(verdict)
    for topic, verdicts in wine.items():
        for verdict in verdicts:
            if verdict.key == "-" and (topic, verdict.name) not in lines:
                continue  # The whole program; its rows have no answer.
            line = lines.setdefault((topic, verdict.name), Line(topic, verdict.name))
            line.wine.append(verdict)
            line.add(verdict)
    return list(lines.values())


def differences(lines):
    return sorted(line.row for line in lines if line.differs())


def counts(lines):
    found = {SAME: 0, OTHERWISE: 0, NONE: 0, NOT_ASKED: 0}
    for line in lines:
        found[line.kind()] += 1
    return found


def summary(lines, version, release):
    found = counts(lines)
    return (f"{len(lines)} rows as {release}: {version} answers {found[SAME]} as it should, {found[OTHERWISE]} "
            f"otherwise, {found[NONE]} not at all; {found[NOT_ASKED]} were not asked of it")


def sentence(lines, version):
    found = counts(lines)
    asked = len(lines) - found[NOT_ASKED]
    ours = sum(line.ours_are_right() for line in lines if line.kind() != NOT_ASKED)
    return (f"Of the {asked} rows that both were asked, wsalive answers {ours} as [the contract](docs/semantics.md) says and "
            f"{version.replace('wine-', 'Wine ')} {found[SAME]}:\n[each row, side by side](docs/conformance-wine.md).\n")


def _table(head, rows):
    text = ["| " + " | ".join(head) + " |", "| " + " | ".join("---" for _ in head) + " |"]
    text += ["| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(text) + "\n"


def _topics(lines):
    of = {}
    for line in lines:
        of.setdefault(line.topic, []).append(line)
    return of


def _overview(lines):
    rows = []
    for topic, each in _topics(lines).items():
        found = counts(each)
        rows.append((f"[{topic}](../tests/conformance/{topic}.c)", len(each),
                     sum(line.ours_are_right() for line in each), found[SAME], found[OTHERWISE] or "",
                     found[NONE] or "", found[NOT_ASKED] or ""))
    found = counts(lines)
    rows.append(("**all**", len(lines), sum(line.ours_are_right() for line in lines), found[SAME],
                 found[OTHERWISE], found[NONE], found[NOT_ASKED]))
    return _table(("topic", "rows", "wsalive: right", "Wine: right", "otherwise", "no answer", "not asked"), rows)


def document(lines, version, release):
    wine = version.replace("wine-", "Wine ")
    text = [f"""# The same programs on wsalive and on {wine}

Made by `make conformance-wine`; not written by hand. Each row of [tests/conformance](../tests/conformance) is a call and
what Windows answers to it: result, last error, and what has changed, by the row `K-nn` of [semantics.md](semantics.md).
The same sources were built for Linux with wsalive and for Windows, run under {wine}, both as `{release}`.
What each topic proves, and what is unconfirmed: [conformance.md](conformance.md).

*Right*: as the documentation says, or, for sizes of options, as Windows has been observed to do; both are right. *Not
asked*: what Windows does not have (the read-back of what is in force), or what the row needs and was not there.
A row that Wine answers otherwise is no verdict on Wine: where no document and no capture speaks, the answer is
our decision, and conformance.md lists those.
""", _overview(lines), f"""## What {wine} answers otherwise
"""]
    differing = [line for line in lines if line.differs()]
    text.append(_table(("row", "key", "the answer", wine),
                       [(line.row, " ".join(line.keys), line.answer(), line.wine_text()) for line in differing]))
    text.append("## Every row\n")
    for topic, each in _topics(lines).items():
        text.append(f"<details><summary>{topic}: {len(each)} rows</summary>\n")
        text.append(_table(("row", "key", "the answer", "wsalive", wine),
                           [(line.name, " ".join(line.keys), line.answer(), line.ours_text(), line.wine_text())
                            for line in each]))
        text.append("</details>\n")
    return "\n".join(text)
