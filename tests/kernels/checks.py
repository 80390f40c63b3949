#!/usr/bin/env python3
"""What runs in the guest: tests of a build's CTest suite that tests/kernels/selection.txt takes.

    checks.py list BUILD SET [REGEX]   JSON for guest/run.py
    checks.py files BUILD SCRATCH      the files of the tree and of the build that they may need, for `pack.py files`:
                                       programs without their symbols (made in SCRATCH), and the libraries that they load
"""
import concurrent.futures
import json
import os
import re
import subprocess
import sys

SOURCE = os.path.realpath(os.path.join(os.path.dirname(__file__), "../.."))
NOT_NEEDED = re.compile(r"/CMakeFiles/|/\.cmake/|/Testing/|/skips/|/bench/|\.(o|a|gch|d|ninja|log)$|compile_commands")


def rules(wanted):
    """(regular expression, taken) of the lines for this set, first match decides."""
    with open(os.path.join(SOURCE, "tests/kernels/selection.txt"), encoding="utf-8") as file:
        for line in file:
            words = line.split("#")[0].split()
            if len(words) == 2 and words[0] in (wanted, "all", "never"):
                yield re.compile(words[1]), words[0] != "never"


def listed(build, wanted, only):
    told = subprocess.run(["ctest", "--test-dir", build, "-N", "--show-only=json-v1"], check=True, capture_output=True).stdout
    chosen = list(rules(wanted))
    for test in json.loads(told)["tests"]:
        name = test["name"]
        if not next((taken for rule, taken in chosen if rule.search(name)), False) or not re.search(only, name):
            continue
        if "command" not in test:
            sys.exit(f"tools/kernels: {name} is not built: tools/build dev")
        about = {each["name"]: each["value"] for each in test["properties"]}
        environment = dict(each.split("=", 1) for each in about.get("ENVIRONMENT", []))
        yield {"name": name, "command": test["command"], "limit": int(about["TIMEOUT"]),
               "environment": {**environment, "WSALIVE_EXACT_TIME": "1"}, "folder": about["WORKING_DIRECTORY"]}


def null_checks(build):
    """A check that must fail, which shows that a late probe is seen; and the guest's own timer."""
    program = os.path.join(build, "tests/wire.lateness")
    for name, words in (("ALateProbeIsSeen", {"fails": "probe is late"}), ("ATimerOfTheGuestIsSteady", {})):
        yield {"name": f"null.{name}", "limit": 60, "environment": {"WSALIVE_EXACT_TIME": "1"}, "folder": "/", **words,
               "command": [program, "--gtest_also_run_disabled_tests", f"--gtest_filter=*.DISABLED_{name}"]}


def cases(build, only):
    """What only a machine of one's own can be asked: it changes switches of the kernel."""
    for name in ("without_modules", "restrictions"):
        if re.search(only, f"guest.{name}"):
            yield {"name": f"guest.{name}", "command": [os.path.join(SOURCE, f"tests/kernels/cases/{name}.py")], "limit": 300,
                   "environment": {"WSALIVE_EXACT_TIME": "1", "WSALIVE_BUILD": build, "WSALIVE_SOURCE": SOURCE,
                                   "WSALIVE_TEST_NAME": f"guest.{name}"}, "folder": "/"}


def is_program(path):
    with open(path, "rb") as file:
        return file.read(4) == b"\x7fELF"


def stripped(path, build, scratch):
    to = os.path.join(scratch, os.path.relpath(path, build))
    if not os.path.exists(to) or os.path.getmtime(to) < os.path.getmtime(path):
        os.makedirs(os.path.dirname(to), exist_ok=True)
        subprocess.run(["strip", "--strip-unneeded", "-o", to, path], check=True)
    return to


def libraries(programs):
    found = set()
    for start in range(0, len(programs), 50):
        told = subprocess.run(["ldd", *programs[start:start + 50]], capture_output=True, text=True).stdout
        found.update(re.findall(r"=> (/.+) \(0x|^\s+(/.+) \(0x", told, re.M))
    return {a or b for a, b in found}


def files(build, scratch):
    tracked = subprocess.run(["git", "-C", SOURCE, "ls-files", "-coz", "--exclude-standard"], check=True, capture_output=True, text=True).stdout
    for name in tracked.split("\0"):
        if name:
            yield os.path.join(SOURCE, name), os.path.join(SOURCE, name)
    programs = []
    for folder, _, names in os.walk(build):
        for name in names:
            path = os.path.join(folder, name)
            if NOT_NEEDED.search(path):
                continue
            if not os.path.islink(path) and is_program(path):
                programs.append(path)
            else:
                yield path, path
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for path, bare in zip(programs, pool.map(lambda each: stripped(each, build, scratch), programs)):
            yield bare, path
    for path in libraries(programs):
        if not path.startswith(build):
            yield os.path.realpath(path), os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))
    for name in os.listdir(os.path.join(SOURCE, "tests/kernels/guest")):
        yield os.path.join(SOURCE, "tests/kernels/guest", name), "init" if name == "init" else f"guest/{name}"


def main(way, build, *more):
    build = os.path.realpath(build)
    if way == "list":
        only = more[1] if len(more) > 1 else ""
        json.dump([*null_checks(build), *listed(build, more[0], only), *cases(build, only)], sys.stdout, indent=1)
    else:
        for path, name in files(build, *more):
            print(f"{path}\t{name}")


main(*sys.argv[1:])
