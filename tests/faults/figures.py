"""For the scripts of this folder in Python: counts what was alive, and says so in the lines that tools/faults adds up."""
import os
import subprocess
import sys
import tempfile

SOURCE = os.environ.get("WSALIVE_SOURCE", os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
BUILD = os.environ.get("WSALIVE_BUILD", os.path.join(SOURCE, "build/dev"))
BINARY = os.path.join(BUILD, "bin", "wsalive")
_HOME = tempfile.TemporaryDirectory()  # Goes with the script.
EMPTY_HOME = _HOME.name
QUICK = "--quick" in sys.argv[1:]


class Dead(Exception):
    """A program or a connection that ought to be alive and is not, or an answer that ought not to be given."""


class Skip(Exception):
    """The host does not let it be tried."""


def expect(holds, what):
    if not holds:
        raise Dead(what)


def figure(what, programs, connections):
    def counted(number, word):
        return f"{number} {word}" + ("" if number == 1 else "s")
    print(f"{what}: {counted(programs, 'program')}, {counted(connections, 'connection')}: all alive", flush=True)


def play(*parts):
    """Plays each part, a function of no arguments, and ends the script with the status that tools/faults knows."""
    status, skipped = 0, []
    for part in parts:
        try:
            part()
        except Dead as dead:
            print(f"{part.__name__.replace('_', ' ')}: {dead}", flush=True)
            status = 1
        except Skip as reason:
            skipped.append(f"{part.__name__.replace('_', ' ')}: {reason}")
    if skipped:
        subprocess.run([os.path.join(SOURCE, "tests/support/skip"), "; ".join(skipped)], check=True)
    sys.exit(status or (77 if len(skipped) == len(parts) else 0))
