#!/usr/bin/env python3
"""The libraries export what the headers declare, no more and no less, and replace nothing of the C library.

labels: slow

A function that is declared but not there would be a link error for a porter; one that is there and not
declared, or has the C library's name, would change programs behind their backs.
"""
import os
import re
import subprocess
import sys

SOURCE = os.environ.get("WSALIVE_SOURCE") or os.path.join(os.path.dirname(__file__), "..", "..")
BUILD = os.environ.get("WSALIVE_BUILD") or os.path.join(SOURCE, "build", "dev")
HEADERS = os.path.join(SOURCE, "include", "winsock")
# For wmain programs only, by the archive that has their main; the version node itself; and what
# programs reach by GetProcAddress alone.
UNDECLARED = {"wsalive_wide_strings", "WSALIVE_0", "RtlGetVersion"}
RENAMED = {"select": "wsalive_select", "gethostname": "wsalive_gethostname"}  # macros of winsock2.h
CXX_FACE = re.compile(r"_Z(N|NK|TIN|TSN|TVN)7wsalive")


def declared():
    """The link names of all functions and objects that the headers declare with WSALIVE_API."""
    names = set()
    for folder, _, files in os.walk(HEADERS):
        for file in sorted(files):
            if not file.endswith(".h") or file == "compiler.h":
                continue
            with open(os.path.join(folder, file), encoding="utf-8") as header:
                text = re.sub(r"//[^\n]*", "", header.read())
            for statement in re.findall(r"WSALIVE_API\b([^;]*);", text):
                label = re.search(r"WSALIVE_LABEL\((\w+)\)", statement)
                plain = re.sub(r"\b(WSALIVE_LABEL|__attribute__|WSALIVE_\w+)\s*\(+\w*\)*", "", statement)
                name = re.search(r"(\w+)\s*(\(|$|\[)", plain)
                names.add("wsalive_" + label.group(1) if label else RENAMED.get(name.group(1), name.group(1)))
    return names


def symbols(*arguments):
    done = subprocess.run(["nm", "--defined-only", "--format=posix", *arguments], capture_output=True, text=True,
                          check=True)
    rows = (line.split() for line in done.stdout.splitlines())
    return {row[0].split("@")[0] for row in rows if len(row) > 2 and row[1] in "TDBRVWiGA"}


def loaded_library(name):
    done = subprocess.run(["g++", f"-print-file-name={name}"], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def main():
    exported = symbols("-D", os.path.join(BUILD, "lib", "libwsalive.so"))
    archived = symbols(os.path.join(BUILD, "lib", "libwsalive.a"))
    theirs = set()
    for library in ("libc.so.6", "libm.so.6", "libstdc++.so.6"):
        theirs |= symbols("-D", loaded_library(library))
    ours = declared()
    plain = {name for name in exported if not CXX_FACE.match(name)}
    complaints = {
        "declared, but not in libwsalive.so": ours - exported,
        "declared, but not in libwsalive.a": ours - archived,
        "exported, but no header declares it": plain - ours - UNDECLARED,
        "exported, but the C or C++ library has it": exported & theirs,
    }
    for what, names in complaints.items():
        for name in sorted(names):
            print(f"{what}: {name}")
    print(f"{len(ours)} declared, {len(exported)} exported")
    return 1 if any(complaints.values()) or not ours else 0


sys.exit(main())
