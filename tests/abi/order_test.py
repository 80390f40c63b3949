#!/usr/bin/env python3
"""The Windows headers in every order: alone, in pairs, among the C and C++ libraries' headers, and with the
macros that Windows programs set; no warning. And what they refuse (K-02, Linux's socket headers).
labels: slow

Each case is one small file, compiled with -fsyntax-only. A pair is compiled when the first header does not
bring the second along anyway.
"""
import itertools
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

SOURCE = os.environ.get("WSALIVE_SOURCE") or os.path.join(os.path.dirname(__file__), "..", "..")
HEADERS = os.path.join(SOURCE, "include", "winsock")
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]
C, CXX = ["-x", "c", "-std=c11"], ["-x", "c++", "-std=c++20"]
# Strict: the program's own compiler flags must not bring warnings out of our headers.
COMPILERS = {"gcc": C, "g++": CXX, "clang": C, "clang++": CXX}

C_LIBRARY = ["sys/types.h", "unistd.h", "stdlib.h", "stdio.h", "string.h", "errno.h", "signal.h", "time.h",
             "sys/time.h", "sys/select.h", "sys/stat.h", "fcntl.h", "pthread.h", "wchar.h", "math.h"]
CXX_LIBRARY = ["thread", "iostream", "fstream", "string", "memory", "chrono", "filesystem", "vector", "map",
               "mutex", "atomic", "algorithm", "functional", "future", "regex", "condition_variable",
               "unistd.h", "sys/types.h", "cstddef", "exception", "system_error"]
LINUX_SOCKETS = ["sys/socket.h", "netinet/in.h", "netinet/tcp.h", "arpa/inet.h", "netdb.h", "poll.h", "net/if.h"]
PROGRAM_MACROS = ["#define WIN32_LEAN_AND_MEAN", "#define NOMINMAX", "#define UNICODE\n#define _UNICODE",
                  "#define FD_SETSIZE 256", "#define _WINSOCKAPI_"]


def include(*names):
    return "".join(f"#include <{name}>\n" for name in names)


def compile_text(compiler, text):
    """The compiler's complaint about the text, empty if it has none."""
    command = [compiler, *COMPILERS[compiler], *WARNINGS, "-fsyntax-only", "-I", HEADERS, "-"]
    done = subprocess.run(command, input=text + "extern int something;\n", capture_output=True, text=True)
    return done.stderr if done.returncode or done.stderr else ""


def brought_along(header):
    text = include(header)
    done = subprocess.run(["gcc", *C, "-MM", "-I", HEADERS, "-"], input=text, capture_output=True, text=True)
    return {os.path.basename(word) for word in done.stdout.split() if os.path.dirname(word) == HEADERS}


def plain_and_spelled():
    names = sorted(name for name in os.listdir(HEADERS) if name.endswith(".h"))
    plain = [name for name in names if name == name.lower()]
    return plain, [name for name in names if name not in plain]


def accepted(compilers):
    """Yields (compiler, text) of everything that must compile without a word."""
    plain, spelled = plain_and_spelled()
    alone = [name for name in plain if name != "ws2def.h"]
    for name in alone:
        yield "gcc", include(name)
    with ThreadPoolExecutor(2) as pool:
        closure = dict(zip(alone, pool.map(brought_along, alone)))
    for first, second in itertools.permutations(alone, 2):
        if second not in closure[first]:
            yield "gcc", include(first, second)

    everything = include("winsock2.h", *alone, "ws2def.h", *spelled)  # ws2def.h after winsock2.h: K-02
    for compiler in compilers:
        library = CXX_LIBRARY if "++" in compiler else C_LIBRARY
        half = len(library) // 2
        yield compiler, everything + include(*library)
        yield compiler, include(*library) + everything
        yield compiler, include(*library[:half]) + everything + include(*library[half:])
        yield compiler, include(*reversed(library)) + include(*reversed(alone))
    for name in alone:
        yield "g++", include(name)
        for first in ("windows.h", "winsock2.h"):
            yield "g++", include(first, name)
            yield "g++", include(name, first)
    yield from under_macros(alone)
    # K-108: what the program says counts, wherever the C library's own comes; silence is 64.
    for setting, size in (("", 64), ("#define FD_SETSIZE 256\n", 256), ("#define FD_SETSIZE 16\n", 16)):
        check = f"_Static_assert(sizeof(fd_set) == 8 + 8 * {size}, \"\");\n"
        yield "gcc", setting + include("winsock2.h", "sys/select.h") + check
        if not setting:
            yield "gcc", include("sys/select.h", "winsock2.h") + check
        yield "gcc", include("wsalive/glibc_first.h") + setting + include("sys/select.h", "winsock2.h") + check
    yield "gcc", (include("sys/select.h") + "#undef FD_SETSIZE\n#define FD_SETSIZE 1024\n" + include("winsock2.h")
                  + "_Static_assert(sizeof(fd_set) == 8 + 8 * 1024, \"\");\n")


def under_macros(alone):
    """Every header under every macro that Windows programs set, and under all of them."""
    everything = "\n".join(PROGRAM_MACROS)
    for macro in [*PROGRAM_MACROS, everything]:
        for compiler in ("gcc", "g++"):
            for name in alone:
                yield compiler, f"{macro}\n" + include(name)
            for order in itertools.permutations(["windows.h", "winsock2.h"]):
                yield compiler, f"{macro}\n" + include(*order, "ws2tcpip.h", "mswsock.h", "mstcpip.h")
                yield compiler, f"{macro}\n" + include(*order, *alone)


def refused():
    """Yields (compiler, text, words of the error) of everything that must not compile."""
    for name in ("ws2def.h", "Ws2def.h"):  # K-02
        yield "gcc", include(name), "ws2def.h is part of winsock2.h"
        yield "g++", include(name, "winsock2.h"), "ws2def.h is part of winsock2.h"
    for name in LINUX_SOCKETS:
        yield "gcc", include(name, "winsock2.h"), "source file of its own"
    # In the other order wsalive's headers cannot print a message; the compiler must still stop.
    yield "gcc", include("winsock2.h", "sys/socket.h"), "error"


def main():
    compilers = [name for name in COMPILERS if shutil.which(name)]
    good = list(accepted(compilers))
    bad = list(refused())
    with ThreadPoolExecutor(2) as pool:
        complaints = list(pool.map(lambda case: compile_text(*case), good))
        answers = list(pool.map(lambda case: compile_text(case[0], case[1]), bad))
    failed = [(case, text) for case, text in zip(good, complaints) if text]
    failed += [(case, text or "compiled") for case, text in zip(bad, answers) if case[2] not in text]
    for case, text in failed[:10]:
        print(f"--- {case[0]}\n{case[1]}--- says\n{text[:1500]}")
    print(f"{len(good)} accepted and {len(bad)} refused by {', '.join(compilers)}: {len(failed)} wrong")
    return 1 if failed else 0


sys.exit(main())
