#!/usr/bin/env python3
"""What the guests have told.

    report.py deal CHECKS PART...                       deals the checks out
    report.py failed CHECKS REPORT...                   the checks that have failed or were not reached, as JSON; status 1 if any
    report.py judge NAME CHECKS REPORT...        prints the result; status 1 if anything failed or was skipped unexpectedly.
                                                        REPORT.summary, beside the first report, has it for table.py
"""
import datetime
import json
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def lines_of(reports):
    for path in reports:
        if os.path.exists(path):
            with open(path, encoding="utf-8", errors="replace") as file:
                for line in file:
                    try:
                        yield json.loads(line)
                    except ValueError:
                        pass  # Cut off where the machine ended.


def results(reports):
    """By name; a later report's word stands."""
    return {line["name"]: line for line in lines_of(reports) if "name" in line}


def deal(checks, *parts):
    """Each part has the null checks, unless there is nothing else in it. Two checks need a machine on which nothing has been done yet, so that each comes
    first in a part of its own; one leaves the machine in a state that nothing else can be done in."""
    first, last = ("wire.lateness", "guest.without_modules"), ("guest.restrictions",)
    listed = {check["name"]: check for check in load(checks)}
    null = [check for name, check in listed.items() if name.startswith("null.")]
    rest = [check for name, check in listed.items() if not name.startswith("null.") and name not in first + last]
    dealt = [[*([listed[name]] if name in listed else []), *null] for name in first]
    for number, check in enumerate(rest):
        dealt[number % len(dealt)].append(check)
    dealt[-1] += [listed[name] for name in last if name in listed]
    for checks_of_part, path in zip(dealt, parts):
        with open(path, "w", encoding="utf-8") as file:
            json.dump([] if checks_of_part == null else checks_of_part, file)


def failed(checks, *reports):
    told = results(reports)
    again = [check for check in load(checks) if not told.get(check["name"], {}).get("good")]
    json.dump(again, sys.stdout)
    return 1 if again else 0


def processor_seconds(report):
    """What the machine took of the host's processor, as tests/kernels/boot has written down."""
    try:
        with open(report + ".said", encoding="utf-8") as file:
            return float(file.read().split()[-1])
    except (OSError, IndexError, ValueError):
        return 0


def allowed_skips():
    with open(os.path.join(HERE, "allowed-skips.txt"), encoding="utf-8") as file:
        return [rule for line in file if (rule := line.split(" #")[0].strip())]


def judge(name, checks, *reports):
    listed, told = load(checks), results(reports)
    first = results(reports[:-1])
    release = next((line["kernel"] for line in lines_of(reports) if "kernel" in line), "")
    bad = 0
    for check in listed:
        result = told.get(check["name"])
        if result is None:
            bad += 1
            print(f"  {check['name']}: the machine ended before or within it")
        elif not result["good"]:
            bad += 1
            print(f"  {check['name']}: failed ({result['status']}), also alone\n    " + result["output"].replace("\n", "\n    "))
        elif not first.get(check["name"], result)["good"]:
            print(f"  {check['name']}: failed beside others, passed alone\n    " +
                  first[check["name"]]["output"].replace("\n", "\n    "))
    rules = allowed_skips()
    skips = sorted({skip for result in told.values() for skip in result["skips"]})
    for skip in skips:
        if not skip.startswith(tuple(rules)):
            bad += 1
            print(f"  skipped, not on the list of allowed skips: {skip}")
    seconds = sum(map(processor_seconds, reports))
    facts = [fact for result in told.values() for fact in result["facts"]]
    ticks = [int(fact.split()[2]) for fact in facts if fact.startswith("fact: tick ")]  # In microseconds.
    summary = {"name": name, "release": release, "hz": str(round(1_000_000 / ticks[0])) if ticks else "?",
               "checks": len(listed), "bad": bad, "skips": len(skips), "date": datetime.date.today().isoformat(),
               "seconds": round(seconds), "facts": facts}
    with open(re.sub(r"\.\d$", ".summary", reports[0]), "w", encoding="utf-8") as file:
        json.dump(summary, file, indent=1)
    late = {fact.split()[2] + " " + fact.split()[3]: fact.split()[4:] for fact in summary["facts"] if fact.startswith("fact: late")}
    words = ", ".join(f"{which} {int(p97) / 1000:.1f}/{int(last) / 1000:.1f}" for which, (_, p97, last, _) in late.items())
    print(f"Linux {release}, HZ {summary['hz']}: {len(listed) - bad} of {len(listed)} checks, {len(skips)} skips, "
          f"{summary['seconds']} s of a processor; late in ms (97 %/last): {words or 'not measured'}")
    return 1 if bad else 0


sys.exit({"deal": deal, "failed": failed, "judge": judge}[sys.argv[1]](*sys.argv[2:]) or 0)
