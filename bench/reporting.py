"""A report as it is printed and written: the same for bench/run and bench/wine."""
import datetime
import json
import os
import platform

import judging

HEADINGS = ["what", "ours", "the other", "ratio", "quartiles", "A against A", "bar", ""]


def machine():
    model = "unknown processor"
    with open("/proc/cpuinfo", encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "kernel": platform.release().split("-")[0],  # What a distribution adds says nothing of speed.
        "load": round(os.getloadavg()[0], 1),
        "date": datetime.date.today().isoformat(),
    }


def empty(quick):
    return {"machine": machine(), "quick": quick, "lines": [], "skipped": [], "failed": [], "histograms": {},
            "lateness": []}


def add(report, document):
    """What a program has said goes to the report."""
    for key in ("lines", "skipped", "failed", "lateness"):
        report[key] += document.get(key, [])
    report["histograms"].update(document.get("histograms", {}))


def number(value):
    if value == 0:
        return "0"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 100 else f"{value:.2f}"


def shown(value, unit):
    if value is None:
        return ""
    if unit == "ns" and value >= 100_000:
        return f"{value / 1000:,.0f} us"
    return f"{number(value)} {unit}".strip()


def row(line):
    ratio = spread = null = ""
    if "ratio" in line:
        low, middle, high = line["ratio"]
        ratio, spread = f"{middle:.3f}", f"{low:.2f}..{high:.2f}"
    if "null" in line:
        null = f"{line['null'][0]:.2f}..{line['null'][2]:.2f}"
    bar = ""
    if "bar" in line:
        bar = ("<= " if line["sense"] == judging.AT_MOST else ">= ") + number(line["bar"])
    other = shown(line.get("other"), line["unit"])
    name = f" {line['other_name']}" if "other_name" in line else ""
    return [line["what"], shown(line["ours"], line["unit"]), other + name, ratio, spread, null, bar,
            line.get("verdict", "")]


def print_table(lines):
    rows = [row(line) for line in lines]
    widths = [max(len(each[at]) for each in [HEADINGS] + rows) for at in range(len(HEADINGS))]

    def put(cells):
        left = cells[0].ljust(widths[0])
        rest = "  ".join(cell.rjust(width) for cell, width in zip(cells[1:-1], widths[1:-1]))
        print(f"{left}  {rest}  {cells[-1]}".rstrip())

    group = None
    for line, cells in zip(lines, rows):
        if line["group"] != group:
            group = line["group"]
            print(f"\n== {group}")
            put(HEADINGS)
        put(cells)


def print_remarks(report):
    for line in report["lines"]:
        name = f"{line['group']}, {line['what']}"
        if "explanation" in line:
            print(f"\n{name} (explained up to {number(line['limit'])}): {line['explanation']}")
        elif line.get("verdict") == "missed" and "limit" in line:
            print(f"\n{name}: missed by more than is explained, which is {number(line['limit'])}")
    for what in report["skipped"]:
        print(f"\nnot measured: {what}")
    for what in report["failed"]:
        print(f"\nFAILED: {what}")


def noise_rows(report):
    """The machine's noise in Markdown, a row for each group."""
    rows = ["| A against A, outermost quartiles | from | to | lines |", "| --- | --- | --- | --- |"]
    for group, noise in report["noise"].items():
        rows.append(f"| {group} | {noise['low']:.2f} | {noise['high']:.2f} | {noise['lines']} |")
    return rows


def about(report):
    it = report["machine"]
    return f"{it['processor']}, {it['cores']} cores, Linux {it['kernel']}, {it['date']}"


def finish(report, explained, path):
    """Judges and prints the report, and writes it. \\return the exit status."""
    unmeasured = [line for line in report["lines"] if judging.drop_unmeasured(line)]
    if not report["quick"]:
        report["failed"] += [f"{line['group']}: {line['what']}: could not be measured" for line in unmeasured]
    complaints = [judging.judge(line, explained) for line in report["lines"]]
    report["failed"] += sorted({each for each in complaints if each})
    report["noise"] = judging.noise_of(report["lines"])
    load = report["machine"]["load"]
    print(f"{about(report)}, load {load} at the start")
    print_table(report["lines"])
    print_remarks(report)
    if report["noise"]:
        print("\n" + "\n".join(noise_rows(report)))
    print(f"\n{judging.summary(report['lines'])}")
    if load > report["machine"]["cores"] / 2:
        print("The machine was busy with other things: the figures are worth little.")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(report, file, indent=1)
    print(f"written: {os.path.relpath(path)}")
    return 1 if report["failed"] else 0
