#!/usr/bin/env python3
"""Every number and every structure that the Windows headers have stands in tests/abi/tables, where it is held against
Windows' own, and every function that they declare is called by a test or an example: a header that comes later cannot
stay unproved.

Numbers are macros without parameters whose value is no other name's alias for a type or a function.
"""
import os
import re
import sys

SOURCE = os.environ.get("WSALIVE_SOURCE") or os.path.join(os.path.dirname(__file__), "..", "..")
HEADERS = os.path.join(SOURCE, "include", "winsock")
TABLES = os.path.join(SOURCE, "tests", "abi", "tables")
# wsalive's own, or the C library's.
OUR_FILES = {"wsalive_ext.h", "glibc_first.h", "compiler.h"}
# Types, functions and initializers by another name, and words of the language.
NO_NUMBERS = {"CONST", "VOID", "SRWLOCK_INIT", "CONDITION_VARIABLE_INIT", "INIT_ONCE_STATIC_INIT", "WSAEVENT",
              "LPWSAEVENT", "WSAOVERLAPPED", "IN6_ARE_ADDR_EQUAL", "CMSGHDR_ALIGN", "CMSGDATA_ALIGN", "CMSG_FIRSTHDR",
              "CMSG_NXTHDR", "CMSG_LEN", "CMSG_SPACE", "_S6_un", "WSALIVE_EXTERN_DATA"}
# Members of others, or without a size that a program could see.
NO_LAYOUT = {"sockaddr_gen", "SCOPE_ID", "SOCKADDR_IN6_LH", "SOCKADDR_IN6_PAIR", "SOCKADDR_UN"}


def headers():
    for folder, _, files in os.walk(HEADERS):
        for file in sorted(files):
            if file.endswith(".h") and file not in OUR_FILES:
                with open(os.path.join(folder, file), encoding="utf-8") as header:
                    yield file, re.sub(r"//[^\n]*", "", header.read()).replace("\\\n", " ")


def numbers(text):
    for name, value in re.findall(r"^#define[ \t]+(\w+)[ \t]+(.+)$", text, re.MULTILINE):
        is_number = re.fullmatch(r"[-+()~<>|\s0-9xXa-fA-FuUlL]+", value.strip())
        is_made_of_some = name.upper() == name and re.fullmatch(r"[\w()|<>+~\s-]+", value.strip())
        if (is_number or is_made_of_some) and name not in NO_NUMBERS:
            yield name


def structures(text):
    for found in re.finditer(r"typedef\s+struct\s+\w*\s*\{", text):
        at, depth = found.end(), 1
        while depth:
            depth += {"{": 1, "}": -1}.get(text[at], 0)
            at += 1
        name = re.match(r"\s*(\w+)", text[at:])
        if name and name.group(1) not in NO_LAYOUT:
            yield name.group(1)


def functions(text):
    for statement in re.findall(r"WSALIVE_API\b([^;]*);", text):
        plain = re.sub(r"\b(WSALIVE_LABEL|__attribute__|WSALIVE_\w+)\s*\(+\w*\)*", "", statement)
        yield re.search(r"(\w+)\s*(\(|$|\[)", plain).group(1)


def words_of_callers():
    words = set()
    for top in ("tests", "examples"):
        for folder, _, files in os.walk(os.path.join(SOURCE, top)):
            for file in files:
                if file.endswith((".c", ".cpp", ".hpp", ".sh")):
                    with open(os.path.join(folder, file), encoding="utf-8", errors="replace") as source:
                        words |= set(re.findall(r"\w+", source.read()))
    return words


def rows(kinds):
    found = set()
    for file in os.listdir(TABLES):
        with open(os.path.join(TABLES, file), encoding="utf-8") as table:
            found |= set(re.findall(rf"\b(?:{kinds})\((?:struct )?(\w+)", table.read()))
    return found


def main():
    known, sized = rows("NUMBER|NEWER|POINTER"), rows("SIZE")
    called = words_of_callers() | {"__WSAFDIsSet"}  # FD_ISSET.
    missing = []
    for file, text in headers():
        missing += [f"{file}: {name} has no number" for name in numbers(text) if name not in known]
        missing += [f"{file}: {name} has no size" for name in structures(text) if name not in sized]
        missing += [f"{file}: no test calls {name}" for name in functions(text) if name not in called]
    for line in missing:
        print(line)
    print(f"{len(known)} numbers, {len(sized)} sizes, {len(missing)} missing")
    return 1 if missing or not known else 0


sys.exit(main())
