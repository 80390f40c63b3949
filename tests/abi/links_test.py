#!/usr/bin/env python3
"""Every function that the Windows headers declare is there under its name for a program that wsalive-cc or wsalive-c++
compiles: one program in C and one in C++ take the address of each, are linked, run and count them.

labels: slow
"""
import os
import re
import subprocess
import sys
import tempfile

SOURCE = os.environ.get("WSALIVE_SOURCE") or os.path.join(os.path.dirname(__file__), "..", "..")
BUILD = os.environ.get("WSALIVE_BUILD") or os.path.join(SOURCE, "build", "dev")
HEADERS = os.path.join(SOURCE, "include", "winsock")
FRONTS = {"wsalive-cc": "c", "wsalive-c++": "cpp"}


def plain_headers():
    names = sorted(name for name in os.listdir(HEADERS) if name.endswith(".h") and name == name.lower())
    return ["winsock2.h", "windows.h", *[name for name in names if name not in ("winsock2.h", "windows.h")]]


def functions():
    names = set()
    for folder, _, files in os.walk(HEADERS):
        for file in files:
            if not file.endswith(".h") or file == "compiler.h":
                continue
            with open(os.path.join(folder, file), encoding="utf-8") as header:
                text = re.sub(r"//[^\n]*", "", header.read())
            for statement in re.findall(r"WSALIVE_API\b([^;]*);", text):
                plain = re.sub(r"\b(WSALIVE_LABEL|__attribute__|WSALIVE_\w+)\s*\(+\w*\)*", "", statement)
                found = re.search(r"(\w+)\s*\(", plain)
                if found:
                    names.add(found.group(1))
    return sorted(names)


def overloaded():
    """What C++ has templates for beside: there a name alone is not one function."""
    with open(os.path.join(HEADERS, "wsalive", "secure_crt.h"), encoding="utf-8") as header:
        return set(re.findall(r"^template[^\n]*\ninline \w+ (\w+)\(", header.read(), re.MULTILINE))


def program(names):
    rows = "".join(f"  (function){name},\n" for name in names)
    return ("".join(f"#include <{name}>\n" for name in plain_headers())
            + "typedef void (*function)(void);\n"
            + f"static volatile function all[] = {{\n{rows}}};\n"
            + "int main(void) {\n  unsigned count = 0;\n  size_t at;\n"
            + "  for (at = 0; at < sizeof all / sizeof all[0]; ++at) count += all[at] != NULL;\n"
            + '  printf("%u functions\\n", count);\n  return 0;\n}\n')


def main():
    names = functions()
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for front, suffix in FRONTS.items():
            source, binary = os.path.join(folder, f"all.{suffix}"), os.path.join(folder, "all")
            asked = [name for name in names if suffix == "c" or name not in overloaded()]
            with open(source, "w", encoding="utf-8") as file:
                file.write(program(asked))
            made = subprocess.run([os.path.join(BUILD, "bin", front), "-w", source, "-o", binary],
                                  capture_output=True, text=True)
            said = subprocess.run([binary], capture_output=True, text=True).stdout if made.returncode == 0 else ""
            good = said == f"{len(asked)} functions\n"
            print(f"{front}: {said.strip() or made.stderr[:3000]}")
            wrong += not good
    return 1 if wrong or len(names) < 300 else 0


sys.exit(main())
