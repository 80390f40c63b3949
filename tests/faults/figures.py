"""For the scripts of this folder in Python: counts what was alive, and says so in the lines that tools/faults adds up."""
import json
import os
import socket
import subprocess
import sys
import tempfile

SOURCE = os.environ.get("WSALIVE_SOURCE", os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
BUILD = os.environ.get("WSALIVE_BUILD", os.path.join(SOURCE, "build/dev"))
BINARY = os.path.join(BUILD, "bin", "wsalive")
_HOME = tempfile.TemporaryDirectory()  # Goes with the script.
EMPTY_HOME = _HOME.name
QUICK = "--quick" in sys.argv[1:]
_SKIPPED = []


class Dead(Exception):
    """A program or a connection that ought to be alive and is not, or an answer that ought not to be given."""


class Skip(Exception):
    """The host does not let it be tried."""


def expect(holds, what):
    if not holds:
        raise Dead(what)


def skipped(reason):
    """A share of a part is not tried here."""
    if reason not in _SKIPPED:
        _SKIPPED.append(reason)


def figure(what, programs, connections):
    expect(programs > 0 and connections > 0, f"{what}: {programs} programs, {connections} connections: that shows nothing")

    def counted(number, word):
        return f"{number} {word}" + ("" if number == 1 else "s")
    print(f"{what}: {counted(programs, 'program')}, {counted(connections, 'connection')}: all alive", flush=True)


def the_command_works():
    """Else nothing that it survives tells anything: it finds a connection of this process."""
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_connection(listener.getsockname()) as near:
        done = subprocess.run([BINARY, "ls", "--json", "--pid", str(os.getpid())], capture_output=True, text=True, timeout=60,
                              check=False, env={**os.environ, "WSALIVE_REGISTRY": "/none.reg"})
        expect(done.returncode == 0, f"wsalive ls ended with {done.returncode}: {done.stderr}")
        expect(any(row["fd"] == near.fileno() for row in json.loads(done.stdout)["connections"]), "wsalive ls shows nothing")


def play(*parts):
    """Plays each part, a function of no arguments, and ends the script with the status that tools/faults knows."""
    status = played = 0
    for part in (the_command_works, *parts):
        name = part.__name__.replace("_", " ")
        try:
            part()
            played += part is not the_command_works
        except Dead as dead:
            print(f"{name}: {dead}", flush=True)
            status = 1
        except Skip as reason:
            skipped(f"{name}: {reason}")
    if _SKIPPED:
        subprocess.run([os.path.join(SOURCE, "tests/support/skip"), *_SKIPPED], check=True)
    sys.exit(status or (0 if played else 77))
