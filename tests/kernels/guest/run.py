#!/usr/bin/env python3
"""In the guest: runs the listed checks one after another and tells the outside, a line of JSON for each.

    run.py CHECKS.json DEVICE

A check has a name, a command, an environment, a time limit, a folder, and perhaps `fails`: words that its output must have,
and then it must end with a failure. The last line is {"end": true}: without it the machine ended some other way.
"""
import json
import os
import signal
import subprocess
import sys
import time

TAIL = 6000  # Octets of a failure's output that the report shows.


def skips_of(check):
    """What the test wrote down, as tools/check-skips reads it."""
    folder = os.path.join(check["environment"].get("WSALIVE_BUILD", "/"), "skips")
    lines = []
    if os.path.isdir(folder):
        for name in os.listdir(folder):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                lines += file.read().splitlines()
            os.unlink(os.path.join(folder, name))
    return lines


def run(check):
    begin = time.monotonic()
    if not os.path.exists(check["command"][0]) and "/" in check["command"][0]:
        return {"name": check["name"], "good": False, "status": "not there", "seconds": 0, "facts": [], "skips": [],
                "output": check["command"][0]}
    with open("/run/output", "w+b") as output:
        child = subprocess.Popen(check["command"], stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                                 env={**os.environ, **check["environment"]}, cwd=check["folder"], start_new_session=True)
        try:
            status = child.wait(timeout=check["limit"])
        except subprocess.TimeoutExpired:
            status = f"not ended after {check['limit']} s"
        try:
            os.killpg(child.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        child.wait()
        output.seek(0)
        text = output.read().decode(errors="replace")
    seconds = time.monotonic() - begin
    if "fails" in check:
        good = status not in (0, 77) and check["fails"] in text
    else:
        good = status in (0, 77)
    facts = [line for line in text.splitlines() if line.startswith("fact: ")]
    return {"name": check["name"], "good": good, "status": status, "seconds": round(seconds, 3), "facts": facts,
            "skips": skips_of(check), "output": "" if good else text[-TAIL:]}


def main(path, device):
    with open(path, encoding="utf-8") as file:
        checks = json.load(file)
    with open(device, "w", encoding="utf-8") as told:
        def tell(**what):
            print(json.dumps(what), file=told, flush=True)
        tell(kernel=os.uname().release, uptime=time.monotonic())
        for check in checks:
            tell(begins=check["name"])
            tell(**run(check))
        tell(end=True)


main(*sys.argv[1:])
