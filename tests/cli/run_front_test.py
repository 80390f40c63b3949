#!/usr/bin/env python3
"""wsalive run where a front stands for the program, as for process 1 and for a subreaper: each signal reaches the program once,
whether it was sent to the front, to the group or by the terminal; stops, the end and kill -9 pass through.

labels: net
"""
import ctypes
import fcntl
import glob
import os
import pty
import random
import signal
import subprocess
import sys
import termios
import unittest
import tool
from run_keeper_test import TIMES, Running, keepers_of

# Says each signal that it gets, in the order in which it gets them.
TELLER = r"""
import os, signal
numbers = [n for n in range(1, 65) if n not in (9, 19, 32, 33)]
signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
os.write(1, b"ready %d\n" % os.getpid())
while True:
    info = signal.sigwaitinfo(numbers)
    os.write(1, b"%d\n" % info.si_signo)
"""


def become_subreaper():
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)


@unittest.skipIf(tool.SANITIZED == "thread", tool.NO_SIGNALS)
class Fronts(Running):
    def teller(self, way="seccomp"):
        """The front, and the number of the program behind it."""
        child = self.start(way, sys.executable, "-c", TELLER, preexec_fn=become_subreaper)
        word, number = child.stdout.readline().split()
        self.assertEqual(word, "ready")
        self.assertNotEqual(int(number), child.pid)
        return child, int(number)

    def test_a_signal_arrives_once_wherever_it_was_sent(self):
        chance = random.Random(16)
        for way in ("seccomp", "bpf"):
            with self.subTest(way=way):
                child, _ = self.teller(way)
                # What the front has of the group and has not read yet is joined with the next of its number.
                unread = set()
                for turn in range(200):
                    to_group = chance.random() < 0.5
                    number = chance.choice([n for n in (1, 2, 3, 10, 12, 14, 15, 17, 18, 23, 28, 34, 64) if n not in unread])
                    unread = unread | {number} if to_group and len(unread) < 10 else set()
                    to_group = number in unread
                    (os.killpg if to_group else os.kill)(child.pid, number)
                    self.assertEqual(child.stdout.readline(), f"{number}\n", turn)  # Else it would be the one before again.

    def test_the_control_group_goes_with_a_namespace_of_process_numbers(self):
        mount = next((line.split()[1] for line in open("/proc/self/mounts", encoding="ascii") if line.split()[2] == "cgroup2"), None)
        words = ["unshare", "--pid", "--fork", "--mount-proc", tool.BINARY, "run", "--quiet", "--via", "bpf", *TIMES, "--"]
        def groups():
            return set(glob.glob(f"{mount}/**/wsalive-run-1*", recursive=True))
        if not mount or subprocess.run([*words, "true"], capture_output=True, check=False).returncode != 0:
            self.skipTest("bpf or version-2 control groups are not allowed here")
        before = groups()
        done = subprocess.run([*words, "sh", "-c", f"find {mount} -name 'wsalive-run-1*'"], capture_output=True, text=True, check=True)
        self.assertNotEqual(set(done.stdout.split()) - before, set())
        self.assertEqual(groups() - before, set())

    def test_no_keeper_stays_behind_a_short_program(self):
        """The front takes the control group away before the kernel has told anybody that it is empty."""
        for _ in range(5):
            front = self.start("bpf", "sh", "-c", "echo $$", preexec_fn=become_subreaper)
            program = int(front.stdout.readline())
            self.assertEqual(front.wait(timeout=20), 0)
            self.until(lambda program=program: not keepers_of(program), 10)

    def test_a_burst_of_both_loses_none(self):
        child, _ = self.teller()
        rest = {1: 0, 10: 0, 12: 0, 15: 0}
        for _ in range(50):
            for number in rest:
                os.killpg(child.pid, number)
            os.kill(child.pid, 63)  # These queue: each counts.
        os.kill(child.pid, 64)
        queued = 0
        while (line := child.stdout.readline()) != "64\n":
            queued += line == "63\n"
            if int(line) in rest:
                rest[int(line)] += 1
        self.assertEqual(queued, 50)
        for number, times in rest.items():  # The kernel joins them where they wait.
            self.assertTrue(1 <= times <= 50, (number, times))

    def test_a_stopped_witness_and_a_killed_one_do_no_harm(self):
        child, _ = self.teller()
        def witness():
            names = subprocess.run(["pgrep", "-f", f"wsalive: witness of {child.pid}"], capture_output=True, text=True, check=False)
            return [int(word) for word in names.stdout.split()]
        self.until(lambda: len(witness()) == 1)
        first = witness()[0]
        os.kill(first, signal.SIGSTOP)
        os.killpg(child.pid, signal.SIGUSR1)
        self.assertEqual(child.stdout.readline(), "10\n")
        os.kill(child.pid, signal.SIGUSR2)
        self.assertEqual(child.stdout.readline(), "12\n")
        os.kill(first, signal.SIGKILL)
        self.until(lambda: len(witness()) == 1 and first not in witness())
        os.killpg(child.pid, signal.SIGUSR1)
        os.kill(child.pid, signal.SIGUSR2)
        self.assertEqual([child.stdout.readline() for _ in range(2)], ["10\n", "12\n"])
        child.kill()
        child.wait()
        self.until(lambda: not witness())

    def test_a_killed_front_takes_the_program_along(self):
        child, program = self.teller()
        child.kill()
        child.wait()
        self.until(lambda: not os.path.exists(f"/proc/{program}"))

    def test_a_stop_and_its_end_pass_through(self):
        child, program = self.teller()
        for turn in range(40):  # The front is often stopped again before it has read what continued it.
            os.kill(program, signal.SIGSTOP)
            self.assertTrue(os.WIFSTOPPED(os.waitpid(child.pid, os.WUNTRACED)[1]))
            (os.kill if turn % 2 else os.killpg)(child.pid, signal.SIGCONT)
            self.assertEqual(child.stdout.readline(), "18\n", turn)

    def test_keys_of_the_terminal_arrive_once(self):
        self.need("seccomp")
        master, slave = pty.openpty()
        self.addCleanup(os.close, master)
        def begin():
            become_subreaper()
            os.setsid()
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
        child = subprocess.Popen([tool.BINARY, "run", "--quiet", "--via", "seccomp", *TIMES, "--", sys.executable, "-c", TELLER],
                                 stdin=slave, stdout=subprocess.PIPE, text=True, env=self.environment, preexec_fn=begin)
        os.close(slave)
        def end():
            child.kill()
            child.wait()
            child.stdout.close()
        self.addCleanup(end)
        self.assertEqual(child.stdout.readline().split()[0], "ready")
        for key, number in ((b"\x03", 2), (b"\x1c", 3), (b"\x03", 2)):
            os.write(master, key)
            self.assertEqual(child.stdout.readline(), f"{number}\n")
        os.kill(child.pid, signal.SIGUSR2)
        self.assertEqual(child.stdout.readline(), "12\n")


if __name__ == "__main__":
    tool.main()
