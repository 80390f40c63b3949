#!/usr/bin/env python3
"""labels: slow
Every benchmark program runs, says what it should, and the runner judges it. The figures mean nothing here."""
import json
import os
import subprocess
import tempfile

SOURCE = os.environ["WSALIVE_SOURCE"]
BUILD = os.environ["WSALIVE_BUILD"]
GROUPS = {"calls", "completion port", "engine", "run, a new connection", "ls"}


def run(*arguments):
    return subprocess.run([os.path.join(SOURCE, "bench", "run"), *arguments], capture_output=True, text=True,
                          check=False, timeout=200)


def main():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "report.json")
        done = run(BUILD, "--quick", "--report", path)
        assert done.returncode == 0, done.stdout + done.stderr
        with open(path, encoding="utf-8") as file:
            report = json.load(file)
    lines = report["lines"]
    skipped = " ".join(report["skipped"])
    for group in GROUPS:
        measured = any(line["group"].split(",")[0] == group.split(",")[0] for line in lines)
        assert measured or group.split(",")[0] in skipped, f"{group}: neither measured nor skipped"
    for line in lines:
        if "bar" in line:
            assert line["verdict"] in ("met", "missed", "explained"), line  # One that was not measured has no bar any more.
            assert line["verdict"] != "explained" or line["explanation"], line
        if "ratio" in line:
            low, middle, high = line["ratio"]
            assert 0 < low <= middle <= high, line
    assert report["machine"]["processor"] and report["quick"]
    assert "getsockopt SO_KEEPALIVE" in done.stdout and "bars:" in done.stdout, done.stdout

    refused = run(BUILD, "--only", "nothing")
    assert refused.returncode == 2 and "no program is named nothing" in refused.stderr, refused.stderr
    refused = run(os.path.join(BUILD, "no-such-folder"))
    assert refused.returncode == 2 and "make bench" in refused.stderr, refused.stderr


main()
