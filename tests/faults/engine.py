#!/usr/bin/env python3
"""Driven connections meet lost segments, an engine that is stopped between any two of its calls, a stopped process and a
busy machine: who was alive is alive afterwards. Plays the parts of tests/wire/engine_losses_test.cpp.

    tests/faults/engine.py [--quick]
"""
import os
import re
import subprocess
import sys

import figures
from figures import BUILD, QUICK, Dead, Skip

PROGRAM = os.path.join(BUILD, "tests", "wire.engine_losses")
# Each with how many seconds its long form lasts.
PARTS = {"LostSegmentsEndNobody": 20, "LostSegmentsEndNobodyOnABadPath": 20,
         "AThreadThatIsStoppedBetweenItsCallsEndsNobody": 20, "AProcessThatWasStoppedEndsNobody": 20,
         "AProcessThatWasStoppedSendsNoFlood": 20, "ABusyMachineEndsNobody": 45, "AnEngineThatSeldomHasATurnEndsNobody": 20}


def part(name, seconds):
    asked = {"WSALIVE_FAULTS_S": "2"} if QUICK else {"WSALIVE_FAULTS_S": str(seconds), "WSALIVE_FAULTS_CONNECTIONS": "2500"}

    def played():
        if not os.access(PROGRAM, os.X_OK):
            raise Dead(f"{PROGRAM} is not built")
        done = subprocess.run([PROGRAM, f"--gtest_filter=*.{name}"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              errors="replace", timeout=300, check=False, stdin=subprocess.DEVNULL,
                              env={**os.environ, **asked})
        for line in done.stdout.splitlines():
            if line.endswith(": all alive"):
                print(line, flush=True)
        reason = re.search(r"namespaces are denied here: .*", done.stdout)
        if done.returncode != 0:
            raise Dead(done.stdout[-2000:])
        if reason:
            raise Skip(reason[0])
    played.__name__ = name
    return played


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    figures.play(*(part(name, seconds) for name, seconds in PARTS.items()))
