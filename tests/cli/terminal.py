"""A terminal for tests: a pty with a program in it, and a screen that follows what ncurses writes for xterm."""
import fcntl
import os
import pty
import re
import select
import struct
import termios
import time

SEQUENCE = re.compile(rb"\x1b\[([?>]?)([0-9;]*)([A-Za-z@`])|\x1b[()][A-Z0-9]|\x1b[=>78M]")


class Screen:
    """Rows of characters; colours are not kept."""

    def __init__(self, columns, rows):
        self.columns, self.rows = columns, rows
        self.row = self.column = 0
        self.cells = [[" "] * columns for _ in range(rows)]
        self.alternate = False
        self.last = " "
        self.rest = b""

    def feed(self, data):
        data = self.rest + data
        at = 0
        while at < len(data):
            if data[at] == 0x1B:
                found = SEQUENCE.match(data, at)
                if not found:
                    break  # Cut in two: the rest comes later.
                self.obey(found)
                at = found.end()
                continue
            self.write(chr(data[at]))
            at += 1
        self.rest = data[at:]

    def write(self, char):
        if char == "\r":
            self.column = 0
        elif char == "\n":
            self.feed_line()
        elif char == "\b":
            self.column = max(self.column - 1, 0)
        elif char >= " ":
            self.put(char)

    def feed_line(self):
        if self.row + 1 < self.rows:
            self.row += 1
        else:
            self.cells = self.cells[1:] + [[" "] * self.columns]

    def put(self, char):
        if self.column >= self.columns:
            self.feed_line()
            self.column = 0
        self.cells[self.row][self.column] = self.last = char
        self.column += 1

    def obey(self, found):
        private, numbers, what = found.group(1), found.group(2), found.group(3)
        if what is None:
            return
        values = [int(n) if n else 0 for n in numbers.split(b";")] if numbers else []
        first = values[0] if values else 0
        step = max(first, 1)
        what = what.decode()
        if private:
            if 1049 in values:
                self.alternate = what == "h"
        elif what in "Hf":
            self.row = min(max(first, 1), self.rows) - 1
            self.column = min(max(values[1] if len(values) > 1 else 1, 1), self.columns) - 1
        elif what == "d":
            self.row = min(step, self.rows) - 1
        elif what in "G`":
            self.column = min(step, self.columns) - 1
        elif what in "AB":
            self.row = min(max(self.row + (step if what == "B" else -step), 0), self.rows - 1)
        elif what in "CD":
            self.column = min(max(self.column + (step if what == "C" else -step), 0), self.columns - 1)
        elif what == "K":
            begin, end = {0: (self.column, self.columns), 1: (0, self.column + 1), 2: (0, self.columns)}[first]
            self.cells[self.row][begin:end] = [" "] * (end - begin)
        elif what == "J":
            begin = 0 if first else self.row
            if not first:
                self.cells[self.row][self.column:] = [" "] * (self.columns - self.column)
                begin = self.row + 1
            for row in range(begin, self.rows):
                self.cells[row] = [" "] * self.columns
        elif what == "X":
            end = min(self.column + step, self.columns)
            self.cells[self.row][self.column:end] = [" "] * (end - self.column)
        elif what == "b":
            for _ in range(step):
                self.put(self.last)
        elif what == "P":
            row = self.cells[self.row]
            self.cells[self.row] = row[:self.column] + row[self.column + step:] + [" "] * min(step, self.columns - self.column)
        elif what == "@":
            row = self.cells[self.row]
            self.cells[self.row] = (row[:self.column] + [" "] * step + row[self.column:])[:self.columns]
        elif what in "LM":
            blank = [[" "] * self.columns for _ in range(step)]
            above, below = self.cells[:self.row], self.cells[self.row:]
            self.cells = above + ((blank + below)[:len(below)] if what == "L" else below[step:] + blank[:len(below)])
            self.cells = self.cells[:self.rows]

    def lines(self):
        return ["".join(row).rstrip() for row in self.cells]

    def text(self):
        return "\n".join(self.lines())


class Terminal:
    """Runs words in a pty of that size."""

    def __init__(self, words, environment, columns=80, rows=24):
        self.screen = Screen(columns, rows)
        self.raw = b""
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            # The parent sets the size before it lets the program begin.
            os.read(0, 1)
            os.execve(words[0], words, environment)
        self.resize(columns, rows)
        self.before = termios.tcgetattr(self.master)
        os.write(self.master, b"\n")
        self.status = None

    def resize(self, columns, rows):
        old, self.screen = self.screen, Screen(columns, rows)
        self.screen.alternate = old.alternate
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def modes(self):
        return termios.tcgetattr(self.master)

    def type(self, keys):
        os.write(self.master, keys)

    def follow(self, seconds):
        """Reads what comes for so long, or until the program has gone."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if not select.select([self.master], [], [], 0.05)[0]:
                continue
            try:
                data = os.read(self.master, 65536)
            except OSError:
                return
            if not data:
                return
            self.raw += data
            self.screen.feed(data)

    def wait_for(self, condition, seconds=30):
        """Whether the screen comes to fulfil it."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.follow(0.1)
            if condition(self.screen):
                return True
        return False

    def end(self, seconds=30):
        """The wait status of the program, which must end by itself."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.status is None:
            self.follow(0.05)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = status
        self.follow(0.2)
        return self.status

    def close(self):
        if self.status is None:
            os.kill(self.pid, 9)
            os.waitpid(self.pid, 0)
        os.close(self.master)
