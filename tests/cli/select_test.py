#!/usr/bin/env python3
"""Which connections are meant: ls, set, lint and explain take the same options, here on real groups, namespaces and programs.

labels: net
"""
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import tool
from terminal import Terminal

PROXY = "/lib/systemd/systemd-socket-proxyd"
ID = "3f2a91c04d7e5b8896aa01bb23cc45dd67ee89ff0011223344556677889900aa"


def group_mount():
    with open("/proc/self/mounts", encoding="ascii") as mounts:
        return next((line.split()[1] for line in mounts if line.split()[2] == "cgroup2"), None)


class Choice(tool.ToolWithConnection):
    def program(self, *words, enter=None, before=()):
        """A program with one connection to our listener; its process."""
        code = f"import socket, sys; c = socket.create_connection(('127.0.0.1', {self.port})); print(flush=True); sys.stdin.read()"
        started = subprocess.Popen([*before, *(words or (sys.executable,)), "-c", code], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, preexec_fn=enter)
        self.addCleanup(self.end, started)
        started.stdout.readline()
        return started

    @staticmethod
    def end(started):
        started.stdin.close()
        started.stdout.close()
        started.wait()

    def watched(self, text, *options):
        """watch shows that text, under these options."""
        terminal = Terminal([tool.BINARY, "watch", *options], {"PATH": os.environ["PATH"], "TERM": "xterm", "LC_ALL": "C.UTF-8"}, 100, 24)
        try:
            self.assertTrue(terminal.wait_for(lambda screen: text in screen.text(), 30), terminal.screen.text())
            return terminal.screen.text()
        finally:
            terminal.close()

    def pids(self, *options):
        return {each["pid"] for each in self.json("ls", *options)["connections"]}


class Programs(Choice):
    def test_a_name_that_the_kernel_cuts_is_found_whole_and_by_its_letters(self):
        long = self.path("a-program-with-a-long-name")
        os.symlink(sys.executable, long)
        program = self.program(long)
        for name in ("a-program-with-a-long-name", "a-program-with-"):
            self.assertEqual(self.pids("--program", name), {program.pid}, name)
        for name in ("a-program-with", "a-program-with-a-long", "python3"):
            self.assertNotIn(program.pid, self.pids("--program", name), name)
        self.assertIn("a-program-with-a-long-name", self.ok("ls", "--program", "a-program-with-"))

    def test_a_script_is_found_by_its_own_name(self):
        script = self.path("a-script-with-a-long-name", f"#!{sys.executable} -E\nimport socket, sys\n"
                           f"c = socket.create_connection(('127.0.0.1', {self.port}))\nprint(flush=True)\nsys.stdin.read()\n")
        os.chmod(script, 0o755)
        started = subprocess.Popen([script], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.addCleanup(self.end, started)
        started.stdout.readline()
        self.assertEqual(self.pids("--program", "a-script-with-a-long-name"), {started.pid})

    @unittest.skipUnless(os.path.exists(PROXY) and shutil.which("systemd-socket-activate"), "no systemd here")
    def test_systemds_proxy_is_found(self):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        activate = subprocess.Popen(["systemd-socket-activate", "-l", f"127.0.0.1:{port}", PROXY, f"127.0.0.1:{self.port}"],
                                    stderr=subprocess.PIPE, text=True)
        self.addCleanup(activate.stderr.close)
        self.addCleanup(activate.wait)
        self.addCleanup(activate.kill)
        activate.stderr.readline()  # It listens.
        with socket.create_connection(("127.0.0.1", port)):
            self.addCleanup(self.listener.accept()[0].close)
            found = self.json("ls", "--program", "systemd-socket-proxyd")["connections"]
            self.assertEqual({each["pid"] for each in found}, {activate.pid})


class States(Choice):
    def test_each_is_chosen_alone_or_with_others(self):
        port = ("--pid", str(os.getpid()), "--from", f":{self.port}")
        def fds(states):
            return {each["fd"] for each in self.json("ls", *port, "--state", states)["connections"]}
        self.assertEqual(fds("established"), {self.accepted.fileno()})
        self.assertEqual(fds("listening"), {self.listener.fileno()})
        self.assertEqual(fds("listening,established"), {self.listener.fileno(), self.accepted.fileno()})
        self.assertEqual(fds("close-wait"), set())
        self.assertIn(f"{os.getpid()}:{self.accepted.fileno()}", self.watched("1 of 1 connections", *port, "--state", "established"))
        self.watched("0 of 0 connections", *port, "--state", "close-wait")
        self.client.shutdown(socket.SHUT_WR)
        self.assertEqual(fds("close-wait"), {self.accepted.fileno()})

    def test_what_waits_after_its_end_is_listed_where_it_is_asked_for(self):
        port = self.client.getsockname()[1]
        ends = ("--from", f"127.0.0.1:{port}", "--to", f"127.0.0.1:{self.port}")
        self.client.close()  # Who closes first waits.
        self.accepted.recv(1)
        self.accepted.close()
        for _ in range(50):
            waiting = self.json("ls", *ends, "--state", "time-wait")["connections"]
            if waiting:
                break
            time.sleep(0.1)
        self.assertEqual([(each["state"], each["pid"], each["keep_alive"], each["noticed_by"], each["unknown_because"])
                          for each in waiting], [("time-wait", None, None, None, "no process has it")])
        self.assertEqual(self.json("ls", *ends)["connections"], [])
        self.assertEqual(self.json("ls", *ends, "--state", "established,close-wait")["connections"], [])
        self.assertIn(f"127.0.0.1:{self.port}", self.ok("ls", *ends, "--state", "time-wait,established", "--wide"))

    def test_the_spellings_of_other_tools_are_taken(self):
        port = ("--pid", str(os.getpid()), "--from", f":{self.port}")
        for number, words in ((1, ("established", "ESTABLISHED", "ESTAB", "Established")),
                              (1, ("listening", "LISTEN", "listen", "LISTENING")),
                              (2, ("listen,ESTAB",)),
                              (0, ("SYN-SENT", "syn_sent", "SYN_RECV", "syn-recv", "SYN_RECEIVED", "FIN_WAIT1", "FIN-WAIT-2", "CLOSE_WAIT",
                                   "TIME_WAIT", "LAST_ACK", "CLOSING", "CLOSE", "closed"))):
            for word in words:
                self.assertEqual(len(self.json("ls", *port, "--state", word)["connections"]), number, word)
        for word in ("LISTEN", "listening"):  # As if it were written as we write it.
            self.assertEqual(len(self.json("set", *port, "--state", word, "--time", "20s", "--dry-run")["sockets"]), 1)

    def test_a_word_that_is_no_state_is_refused(self):
        self.assertIn("'open' is none of established, syn-sent", self.refused(2, "ls", "--state", "open"))


class Addresses(Choice):
    def connected(self, family, host, peer):
        """A connection and its listener's port."""
        try:
            listener = socket.create_server((host, 0), family=family, dualstack_ipv6=peer.startswith("::ffff:"))
        except OSError as error:
            self.skipTest(f"no IPv6 here: {error.strerror}")
        self.addCleanup(listener.close)
        port = listener.getsockname()[1]
        client = socket.socket(family)
        self.addCleanup(client.close)
        client.connect((peer, port))
        self.addCleanup(listener.accept()[0].close)
        return client, port

    def found(self, option, text):
        return {each["fd"] for each in self.json("ls", "--pid", str(os.getpid()), option, text)["connections"]}

    def test_networks_of_both_families_are_taken(self):
        six, port6 = self.connected(socket.AF_INET6, "::1", "::1")
        mapped, port4 = self.connected(socket.AF_INET6, "::", "::ffff:127.0.0.1")
        ours = self.client.fileno()
        for text, fds in ((f"127.0.0.0/8:{self.port}", {ours}), (f"127.0.0.1/32:{self.port}", {ours}),
                          (f"0.0.0.0/0:{self.port}", {ours}), (f"128.0.0.0/1:{self.port}", set()), (f"::/0:{self.port}", None),
                          (f"[::]/0:{self.port}", set()), (f"127.0.0.0/8:{port4}", {mapped.fileno()}),
                          (f"[::ffff:127.0.0.0]/104:{port4}", {mapped.fileno()}), (f"[::]/96:{port6}", {six.fileno()}),
                          (f"[::/96]:{port6}", {six.fileno()}), (f"[2001:db8::]/32:{port6}", set())):
            if fds is None:
                continue  # Without brackets it has no port.
            self.assertEqual(self.found("--to", text), fds, text)
        self.assertIn(six.fileno(), self.found("--to", "[::1]/128"))
        self.assertIn(six.fileno(), self.found("--to", "::/96"))
        self.assertNotIn(six.fileno(), self.found("--to", "127.0.0.0/8"))
        self.assertTrue({ours, mapped.fileno()} <= self.found("--from", "127.0.0.0/8"))
        self.assertEqual(self.found("--from", "10.0.0.0/8"), set())

    @tool.needs_borrowing
    def test_every_command_that_chooses_takes_them(self):
        near = ("--pid", str(os.getpid()), "--to", f"127.0.0.0/8:{self.port}")
        far = ("--pid", str(os.getpid()), "--to", f"10.0.0.0/8:{self.port}")
        done = self.json("set", *near, "--time", "20s", "--interval", "5s", "--probes", "4")
        self.assertEqual([each["fd"] for each in done["sockets"]], [self.client.fileno()])
        self.refused(6, "set", *far, "--time", "30s")
        self.assertEqual(self.client.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE), 20)
        self.assertEqual((self.json("lint", *near)["sockets"], self.json("lint", *far)["sockets"]), (1, 0))
        self.assertIn("20s to 22.05s  probe 1", self.ok("explain", *near))
        self.assertIn(f"{os.getpid()}:{self.client.fileno()}", self.watched("1 of 1 connections", *near))
        self.watched("0 of 0 connections", *far)

    def test_what_names_no_network_is_refused_by_every_command(self):
        commands = (("ls",), ("watch",), ("lint",), ("explain",), ("set", "--time", "20s"), ("attach", "--system", "--time", "20s"))
        for text, words in (("10.0.0.0/33", "no network"), ("[2001:db8::]/129", "no network"), ("10.0.0.0/8/8:1", "no network"),
                            ("db.example/8", "no network"), ("10.0.0.0/8:", "no port"), ("[::1", "is not written as"),
                            ("[::1]5", "is not written as"), ("127.0.0.1:", "no port")):
            for command in commands:
                self.assertIn(words, self.refused(2, *command, "--to", text), (command, text))
        for words in (("path", "10.0.0.0/8:22"), ("serve", "--listen", "10.0.0.0/8:7350")):
            self.assertIn("is a network, and one address is wanted", self.refused(2, *words))


class Groups(Choice):
    def setUp(self):
        super().setUp()
        mount = group_mount()
        if not mount:
            self.skipTest("no control groups of version 2, or no right to mount a bpf file system")
        try:
            self.top = tempfile.mkdtemp(prefix="wsalive-test.", suffix=".slice", dir=mount)
        except OSError as error:
            self.skipTest(f"no control group can be made: {error.strerror}")
        self.addCleanup(os.rmdir, self.top)

    def in_group(self, name):
        group = os.path.join(self.top, name)
        os.mkdir(group)
        self.addCleanup(os.rmdir, group)
        def enter():
            with open(os.path.join(group, "cgroup.procs"), "w", encoding="ascii") as file:
                file.write(str(os.getpid()))
        return self.program(enter=enter)

    @tool.needs_borrowing
    def test_units_containers_and_groups_are_chosen_alike_by_every_command(self):
        unit = self.in_group("wsalive-test.service")
        docker = self.in_group(f"docker-{ID}.scope")
        podman = self.in_group(f"libpod-{ID[::-1]}.scope")
        pod = self.in_group(f"cri-containerd-{'b' * 64}.scope")
        short = self.in_group("nerdctl-wsalive-c2.scope")
        for process, option in ((unit, ("--unit", "wsalive-test")), (docker, ("--container", ID[:12])),
                                (podman, ("--container", ID[::-1][:12])), (pod, ("--container", "b" * 12)),
                                (short, ("--container", "wsalive-c2"))):
            self.assertEqual(self.pids(*option), {process.pid}, option)
        self.assertEqual(self.pids("--cgroup", self.top), {each.pid for each in (unit, docker, podman, pod, short)})
        self.assertEqual(self.pids("--cgroup", self.top, "--pid", str(pod.pid)), {pod.pid})

        self.assertIn(f"{unit.pid}:", self.watched("1 of 1 connections", "--unit", "wsalive-test"))
        self.watched("5 of 5 connections", "--cgroup", self.top)

        set_ = self.json("set", "--container", "wsalive-c2", "--time", "20s", "--interval", "5s", "--probes", "4")
        self.assertEqual([each["pid"] for each in set_["sockets"]], [short.pid])
        self.assertIn("20s to 22.05s  probe 1", self.ok("explain", "--container", "wsalive-c2"))
        self.assertEqual(self.json("lint", "--container", "wsalive-c2")["sockets"], 1)
        self.assertIn("5 are meant", self.refused(3, "explain", "--cgroup", self.top))

    def test_a_group_that_is_not_there_is_told(self):
        for command in (("ls",), ("lint",), ("set", "--time", "20s"), ("explain",)):
            self.assertIn("no running unit has this name", self.refused(6, *command, "--unit", "no-such-unit-at-all"))


class Networks(Choice):
    def setUp(self):
        super().setUp()
        if subprocess.run(["unshare", "--net", "true"], capture_output=True).returncode != 0:
            self.skipTest("no network namespace can be made without rights")
        code = ("import socket, sys, subprocess; subprocess.run(['ip', 'link', 'set', 'lo', 'up'], check=True)\n"
                "l = socket.create_server(('127.0.0.1', 7777)); c = socket.create_connection(('127.0.0.1', 7777)); a = l.accept()\n"
                "print(flush=True); sys.stdin.read()")
        self.other = subprocess.Popen(["unshare", "--net", sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.addCleanup(self.end, self.other)
        self.other.stdout.readline()

    def test_one_is_chosen_by_a_process_a_path_or_a_name(self):
        path = f"/proc/{self.other.pid}/ns/net"
        for word in (str(self.other.pid), path):
            found = self.json("ls", "--netns", word, "--listeners")["connections"]
            self.assertEqual([each["pid"] for each in found], [self.other.pid] * 3, word)
        self.assertIn(f"{self.other.pid}:", self.watched("2 of 2 connections", "--netns", path))
        self.assertNotIn(self.other.pid, self.pids("--netns", str(os.getpid())))
        self.assertIn(os.getpid(), self.pids("--netns", "/proc/self/ns/net", "--from", f":{self.port}"))
        name = f"wsalive-test-{os.getpid()}"
        if subprocess.run(["ip", "netns", "attach", name, str(self.other.pid)], capture_output=True).returncode == 0:
            self.addCleanup(subprocess.run, ["ip", "netns", "delete", name], check=True)
            self.assertEqual(self.pids("--netns", name), {self.other.pid})

    def test_what_is_none_is_told(self):
        self.assertIn("no such process", self.refused(6, "ls", "--netns", "999999999"))
        self.assertIn("there is none of this name", self.refused(6, "lint", "--netns", "no-such-name"))
        self.assertIn("stands for no network namespace", self.refused(3, "ls", "--netns", "/proc/self/status"))


class LintAll(Choice):
    @tool.needs_borrowing
    def test_every_connection_is_judged_and_a_monitor_gets_its_line(self):
        here = ("--from", f"127.0.0.1:{self.client.getsockname()[1]}", "--to", f"127.0.0.1:{self.port}", "--path-timeout", "240s")
        report = self.json("lint", *here, status=1)
        self.assertEqual((report["sockets"], report["warnings"], report["warned_sockets"]), (1, 1, 1))
        self.assertEqual(report["findings"][0]["sockets"][0]["fd"], self.client.fileno())
        line = self.ok("lint", *here, "--monitor", status=1)
        self.assertRegex(line, r"\AWSALIVE WARNING: 1 TCP socket looked at.*path-forgets"
                               r" \| sockets=1 warned=1;0; notes=0 unseen=0 hidden=\d+\n\Z")
        self.assertRegex(self.ok("lint", *here, "--monitor", "--critical", "1", status=2), r"\AWSALIVE CRITICAL: .*warned=1;0;0 ")
        self.client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self.client.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 5)
        self.client.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 11)
        self.assertRegex(self.ok("lint", "--pid", str(os.getpid()), *here, "--monitor"), r"\AWSALIVE OK: ")
        done = self.run_tool("lint", "--unit", "no-such-unit-at-all", "--monitor")
        self.assertEqual(done.returncode, 3)
        self.assertRegex(done.stdout, r"\AWSALIVE UNKNOWN: .*no-such-unit-at-all")
        self.assertRegex(self.ok("lint", "--program", "no-such-program", "--monitor", status=3), r"\AWSALIVE UNKNOWN: 0 TCP sockets")
        whole = self.run_tool("lint", "--all", "--json")  # Other programs' sockets come and go.
        self.assertIn(whole.returncode, (0, 1, 4))
        self.assertGreater(json.loads(whole.stdout)["sockets"], 1)

    def remedied(self, *words):
        """The sockets that the remedy of `path-forgets` would set, and those that need it."""
        report = self.json("lint", *words, "--path-timeout", "240s", status=1)
        [found] = [each for each in report["findings"] if each["rule"] == "path-forgets"]
        command = found["remedy"].split(", or ")[0].split(" (")[0].split()
        self.assertEqual(command[:2], ["wsalive", "set"])
        done = self.json(*command[1:], "--dry-run")["sockets"]
        return {(s["pid"], s["fd"]) for s in done}, {(s["pid"], s["fd"]) for s in found["sockets"]}, found["remedy"]

    @tool.needs_borrowing
    def test_a_remedy_acts_on_the_sockets_that_need_it_alone(self):
        self.accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 45)
        self.accepted.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)  # This one is well.
        to = f"127.0.0.1:{self.port}"
        for words in (("--to", to), (str(os.getpid()),), ("--pid", str(os.getpid()), "--state", "established,syn-sent")):
            would, need, remedy = self.remedied(*words)
            self.assertEqual(would, need)
            self.assertEqual(need, {(os.getpid(), self.client.fileno())})
            self.assertTrue(remedy.startswith(f"wsalive set {os.getpid()}:{self.client.fileno()} --path-timeout 240s, or "), remedy)

    @tool.needs_borrowing
    def test_the_remedy_of_many_is_a_choice_or_says_how_many_it_touches(self):
        more = [socket.create_connection(("127.0.0.1", self.port)) for _ in range(11)]
        for each in more:
            self.addCleanup(each.close)
        would, need, remedy = self.remedied(str(os.getpid()), "--state", "established", "--to", f":{self.port}")
        self.assertEqual((len(need), would), (12, need))
        self.assertNotIn("among them", remedy)
        would, need, remedy = self.remedied(str(os.getpid()), "--state", "established")  # Narrowed: the far ends differ on two.
        self.assertEqual((would >= need, len(need)), (True, 13))
        more[0].setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 45)
        more[0].setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        would, need, remedy = self.remedied(str(os.getpid()), "--to", f":{self.port}")
        self.assertEqual((len(need), len(would)), (11, 12))
        self.assertIn("(sets 12 sockets, these 11 among them)", remedy)

    @tool.needs_borrowing
    def test_several_sockets_are_set_by_their_names_or_none(self):
        names = [f"{os.getpid()}:{each.fileno()}" for each in (self.client, self.accepted)]
        done = self.json("set", *names, "--time", "20s")
        self.assertEqual(sorted(each["fd"] for each in done["sockets"]), sorted((self.client.fileno(), self.accepted.fileno())))
        self.assertEqual(len(self.json("set", names[0], names[0], str(os.getpid()), "--time", "21s")["sockets"]), 2)
        self.assertIn("no such descriptor", self.refused(6, "set", names[0], f"{os.getpid()}:9999", "--time", "30s"))
        self.assertEqual(self.client.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE), 21)  # Nothing was set.
        self.assertIn("with --pid and without", self.refused(2, "set", names[0], "--pid", str(os.getpid()), "--time", "30s"))

    @tool.needs_borrowing
    def test_kinds_and_sockets_are_counted_and_not_words(self):
        self.client.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 10)
        for end, time in ((self.client, 11), (self.accepted, 12)):  # Two different sentences of one rule.
            end.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 20)
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, time)
        report = self.json("lint", str(os.getpid()), "--state", "established", status=1)
        self.assertEqual((report["sockets"], report["warnings"], report["warned_sockets"]), (2, 1, 2))
        [finding] = report["findings"]
        self.assertEqual(finding["rule"], "idle-below-interval")
        self.assertEqual({each["fd"]: "11s" in each["text"] for each in finding["sockets"]},
                         {self.client.fileno(): True, self.accepted.fileno(): False})
        self.assertIn("1 warning on 2 sockets, 0 notes", self.ok("lint", str(os.getpid()), "--state", "established", status=1))

    @tool.needs_borrowing
    def test_the_thresholds_among_a_monitors_numbers_fit_its_status(self):
        self.client.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 45)
        self.client.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 5)
        here = ("--to", f"127.0.0.1:{self.port}", "--path-timeout", "240s")
        for off, critical in ((1, None), (1, 2), (1, 1), (0, None)):
            self.client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1 - off)
            more = () if critical is None else ("--critical", str(critical))
            done = self.run_tool("lint", *here, "--monitor", *more)
            warned, warn, crit = re.search(r" warned=(\d+);(\d*);(\d*) ", done.stdout).groups()
            # By the plugins' guidelines a range N means an alert above N.
            told = 2 if crit and int(warned) > int(crit) else 1 if int(warned) > int(warn) else 0
            self.assertEqual(done.returncode, told, done.stdout)

    def test_a_monitor_is_told_of_every_mistake_in_its_own_words(self):
        for words in (("--all", "--path-timeout", "350"), ("--all", "--bogus"), ("--state", "foo"), ("--all", "--critical", "abc"),
                      ("--to", tool.NO_HOST), ("--unit", "no-such-unit|at-all"), ("999999999",), ("psql",), ("--all", "--json"),
                      ("--all", "--critical"), ("--all", "--registry", "/none/such.reg"), ("--all", "--time", "45s")):
            for line in (("--monitor", *words), (*words, "--monitor")):
                done = self.run_tool("lint", *line)
                self.assertEqual((done.returncode, done.stderr), (3, ""), line)
                self.assertRegex(done.stdout, r"\AWSALIVE UNKNOWN: [^|\n]+\n\Z", line)
        self.assertIn("leave --monitor or --json away", self.run_tool("lint", "--all", "--monitor", "--json").stdout)
        self.refused(2, "lint", "--all", "--bogus")  # And no other command line is.

    def test_an_empty_value_is_refused_wherever_it_chooses(self):
        commands = {("ls",): (), ("watch",): (), ("lint",): (), ("explain",): (), ("set",): ("--time", "20s", "--dry-run"),
                    ("attach",): ("--time", "20s"), ("detach",): ()}
        choosing = ("--unit", "--container", "--cgroup", "--program", "--netns", "--state", "--to", "--from", "--pid")
        tried = set()
        for command, more in commands.items():
            takes = self.ok(*command, "--help")
            for option in choosing:
                if f" {option} " not in takes:
                    continue
                tried.add((command, option))
                for words in ((option, ""), (option + "=",)):  # As a shell's unset variable leaves it.
                    for line in ((*command, *more, *words), (*command, *words, "--to", f":{self.port}", *more)):
                        if option == "--to" and line.count("--to") > 1:
                            continue
                        self.assertIn(option, self.refused(2, *line), line)
        self.assertGreater(len(tried), 40)

    def test_two_processes_are_not_one(self):
        self.assertIn("two processes are named", self.refused(2, "lint", "--pid", str(os.getpid()), str(os.getppid())))

    def test_a_monitor_that_does_not_read_has_the_status_at_least(self):
        with open("/dev/full", "w", encoding="ascii") as full:
            done = subprocess.run([tool.BINARY, "lint", "--all", "--monitor"], stdout=full, stderr=subprocess.PIPE, check=False)
        self.assertEqual(done.returncode, 3)

    def test_who_may_not_see_all_is_not_told_that_all_is_well(self):
        here = ("--from", f"127.0.0.1:{self.client.getsockname()[1]}", "--to", f"127.0.0.1:{self.port}")
        done = self.as_nobody("lint", *here)
        self.assertEqual(done.returncode, 4, done.stdout + done.stderr)
        self.assertIn("0 TCP sockets looked at, 1 could not be", done.stdout)
        done = self.as_nobody("lint", *here, "--monitor")
        self.assertEqual(done.returncode, 3, done.stdout + done.stderr)

    @tool.needs_borrowing
    def test_a_process_that_may_not_be_looked_into_matters_only_to_sockets_without_an_owner(self):
        code = ("import ctypes, socket, sys\n"
                "ctypes.CDLL(None).prctl(0x59616d61, ctypes.c_long(-1), 0, 0, 0)  # Yama: any process may trace it.\n"
                "l = socket.create_server(('127.0.0.1', 0)); p = l.getsockname()\n"
                "c = socket.create_connection(p); a = l.accept()[0]; print(p[1], flush=True); sys.stdin.read()")
        theirs = self.popen_as_nobody(["python3", "-c", code])
        port = theirs.stdout.readline().decode().strip()
        self.assertTrue(port, "the other user's program has not begun")
        # This very process is root's, and its descriptors are not to be seen. Other tests' processes may stand in networks of
        # their own, whose sockets may be meant, too.
        here = ("--netns", str(theirs.pid))
        for choice in (("--to", f":{port}", *here), ("--pid", str(theirs.pid)), ("--to", f":{port}", "--state", "established", *here)):
            done = self.as_nobody("lint", *choice, "--monitor")
            if "pidfd_getfd" in done.stdout:
                self.skipTest(tool.NO_BORROWING)
            self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
            self.assertRegex(done.stdout, r"\AWSALIVE OK: .* hidden=0\n")
        # What is chosen by a process that may not be looked into is no other process's.
        me = str(os.getpid())
        for words in (("ls", "--pid", me, "--json"), ("lint", "--pid", me, "--json"), ("set", me, "--time", "20s", "--json"),
                      ("set", "off", "--pid", me, "--to", f":{port}", "--json")):
            done = self.as_nobody(*words)
            self.assertNotIn(f'"pid": {theirs.pid}', done.stdout + done.stderr, words)
            self.assertEqual(done.returncode, 4, (words, done.stdout, done.stderr))
        done = self.as_nobody("lint", "--to", f":{self.port}", "--monitor")
        self.assertEqual(done.returncode, 3, done.stdout)
        self.assertRegex(done.stdout, r"process(es)? may not be looked into \(.* \d+.*\)")
        hidden = json.loads(self.as_nobody("lint", "--to", f":{self.port}", "--json").stdout)["hidden"]
        self.assertIn(os.getpid(), [each["pid"] for each in hidden])
        name = [each["program"] for each in hidden if each["pid"] == os.getpid()]
        found = self.as_nobody("lint", "--to", f":{self.port}", "--program", name[0], "--json").stdout
        self.assertIn(os.getpid(), [each["pid"] for each in json.loads(found)["hidden"]])
        other = self.as_nobody("lint", "--to", f":{self.port}", "--program", "no-such-program", "--json").stdout
        self.assertEqual(json.loads(other)["hidden"], [])

    def test_what_is_not_said_is_asked_for(self):
        self.assertRegex(self.ok("lint", "--monitor", status=3), r"\AWSALIVE UNKNOWN: cannot monitor: it is not said which sockets; give --all")
        self.assertIn("at once", self.refused(2, "lint", "--all", "--time", "45s"))
        self.refused(2, "lint", "--all", "--critical", "3")


if __name__ == "__main__":
    tool.main()
