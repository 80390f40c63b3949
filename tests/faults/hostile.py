#!/usr/bin/env python3
"""Programs that lie to the commands that inspect them: memory under wsalive's name that is cut while it is read or says what cannot be, and
names that are no text; and files that are no files of ours. The command shows what there is, ends with a status of its list, and sends nothing to the terminal
but characters.

    tests/faults/hostile.py [--quick]
"""
import ctypes
import json
import os
import random
import re
import struct
import subprocess
import tempfile

import figures
from connections import Connections, Holder, cookie_of
from figures import BINARY, EMPTY_HOME, QUICK, expect, figure

MAGIC = 0x314556494C415357
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
LIBC = ctypes.CDLL(None, use_errno=True)
NOBODY = 65534 if os.getuid() == 0 else None
LOOKS = (("ls",), ("ls", "--json"), ("lint",), ("lint", "--json"))
NAMES = ("xсервер-резерв".encode()[:15], b"\xff\xfe", b"a\xe2\x82", b"\x1b[2J\x1b[31mred", b"\xc2\x9b31mred", b"a\nb\rc\td",
         "a\u202egnp.exe".encode(), b"\"},{\"a\":\"", b"<&>'", b"\x7f\x01\x08", b"\xed\xa0\x80x", b" ", b"{}%s%n")


def look(words, registry=None):
    done = subprocess.run([BINARY, *words], capture_output=True, timeout=60, check=False,
                          env={"PATH": os.environ["PATH"], "HOME": EMPTY_HOME,
                               **({"WSALIVE_REGISTRY": registry} if registry else {})})
    case = f"wsalive {' '.join(words)}: status {done.returncode}: {done.stderr.decode(errors='replace')}"
    expect(done.returncode in range(0, 8), case)
    for name, said in (("standard output", done.stdout), ("standard error", done.stderr)):
        try:
            text = said.decode()
        except UnicodeDecodeError as error:
            raise figures.Dead(f"{case}: {name} is no UTF-8: {error}") from error
        found = CONTROL.search(text)
        expect(not found, f"{case}: {name} has {found and ascii(found[0])}")
    expect(b"unforeseen" not in done.stderr, case)
    return done.stdout.decode()


def is_shown(holder, why):
    said = look(("ls", "--json"))
    expect(said.startswith("{"), f"{why}: wsalive ls says {said[:200]!r}")
    rows = json.loads(said)["connections"]
    found = [row for row in rows if row["pid"] == holder.pid]
    expect(len(found) == 1, f"{why}: its connection is not shown")
    return found[0]


def table(header_size=64, record_size=16, records=1 << 16, magic=MAGIC, driver=3, sources=0xFF):
    """Makes what a holder begins with: memory under the engine's name, with a record of every number."""
    def begin(near):
        memory = os.memfd_create("wsalive-engine", os.MFD_ALLOW_SEALING)
        record = struct.pack("IIIBBBB", cookie_of(near) & 0xFFFFFFFF, 2**32 - 1, 2**32 - 1, 255, driver, sources, 255)
        os.pwrite(memory, struct.pack("QIIQQ", magic, header_size, record_size, records, 0), 0)
        for number in range(64):
            os.pwrite(memory, record, 64 + 16 * number)
        begin.memory = memory
    return begin


def a_table_is_cut_while_it_is_read():
    begin = table()

    def step(count):
        os.ftruncate(begin.memory, 0 if count % 2 else 1 << 20)
        if count % 2 == 0:
            os.pwrite(begin.memory, struct.pack("QIIQQ", MAGIC, 64, 16, 1 << 16, 0), 0)
    holders = [Holder(begin, step, NOBODY) for _ in range(2)]
    ran = 0
    for _ in range(3 if QUICK else 30):
        for words in LOOKS:
            look(words)
            ran += 1
    is_shown(holders[0], "a table that is cut")
    alive = sum(holder.check() for holder in holders)
    figure("a table of the engine's name is cut while it is read", ran + len(holders), alive)
    for holder in holders:
        holder.close()


def a_table_says_what_cannot_be():
    huge = 2**32 - 1
    lies = [{"header_size": huge}, {"record_size": 0}, {"record_size": huge}, {"records": 2**64 - 1}, {"magic": 0},
            {"driver": 6}, {"driver": 255}, {"header_size": 0, "record_size": 16}, {"header_size": 1, "record_size": 17}]
    ran = alive = 0
    for lie in lies:
        holder = Holder(sealed(table(**lie)), uid=NOBODY)
        for words in LOOKS[:2] if QUICK else LOOKS:
            look(words)
            ran += 1
        is_shown(holder, f"a table with {lie}")
        alive += holder.check()
        holder.close()
    figure("a table of the engine's name says what cannot be", ran + len(lies), alive)


def sealed(begin):
    """The same, sealed as the engine's own is."""
    def begin_sealed(near):
        begin(near)
        expect(LIBC.fcntl(begin.memory, 1033, 0x2 | 0x4) == 0, "F_ADD_SEALS")
    return begin_sealed


def names_are_no_text():
    ran = alive = 0
    for name in NAMES[::3 if QUICK else 1]:
        holder = Holder(lambda near, name=name: LIBC.prctl(15, ctypes.c_char_p(name), 0, 0, 0), uid=NOBODY)
        for words in LOOKS:
            look(words)
        shown = is_shown(holder, f"a program named {name}")["program"]
        expect(shown, f"a program named {name} has no name")
        json.loads(look(("explain", f"{holder.pid}:{holder.fd}", "--json")))
        look(("explain", f"{holder.pid}:{holder.fd}"))
        look(("ls", "--program", shown))
        look(("ls", "--program", name.decode(errors="surrogateescape").replace("\0", "")))
        ran += len(LOOKS) + 5
        alive += holder.check()
        holder.close()
    figure("names of programs are no text", ran + alive, alive)


def hostile_files(folder):
    """Paths of what is no file of ours, or one only in part."""
    header = "Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\SYSTEM\\X]\r\n\"KeepAliveTime\"=dword:"
    contents = {
        "empty": b"", "noise": bytes(random.Random(1).randbytes(4096)), "zeros": bytes(65536),
        "hive": b"regf" + bytes(4092), "hive.noise": b"regf" + random.Random(2).randbytes(8188),
        "utf16": b"\xff\xfe" + header.encode("utf-16le") + b"0", "long.line": (header + "1" * 300000).encode(),
        "controls": (header + "1\r\n\"a\x1b[2J\x9bb\"=\"\u202e\x07\"\r\n").encode("latin-1", "replace"),
        "deep": b"[" * 100000, "nul": b"REGEDIT4\n\n[HKEY_LOCAL_MACHINE\\\0]\n\"\0\"=dword:00000001\n",
        "braces": b"{" * 50000, "json": b'{"a":' * 20000}
    for name, content in contents.items():
        path = os.path.join(folder, name)
        with open(path, "wb") as file:
            file.write(content)
        yield path
    pipe = os.path.join(folder, "pipe")
    os.mkfifo(pipe)
    huge = os.path.join(folder, "huge")
    with open(huge, "wb") as file:
        file.truncate(1 << 40)
    yield from (pipe, huge, folder, "/dev/zero", "/proc/self/mem", os.path.join(folder, "none"))


def files_are_not_what_they_seem():
    connections = Connections(5)
    ran = 0
    with tempfile.TemporaryDirectory() as folder:
        for path in list(hostile_files(folder))[::4 if QUICK else 1]:
            for words, registry in ((("registry", "list"), path), (("registry", "export"), path), (("lint",), path),
                                    (("registry", "import", path), os.path.join(folder, "own.reg")),
                                    (("attach", "--policy", path), None),
                                    (("path", "127.0.0.1:9", "--with-serve", "--key-file", path), None)):
                look(words, registry)
                ran += 1
    figure("files are not what they seem", ran, connections.check())
    connections.close()


figures.play(files_are_not_what_they_seem, a_table_is_cut_while_it_is_read, a_table_says_what_cannot_be, names_are_no_text)
