#!/usr/bin/env python3
"""wsalive attach and detach: on a control group and in a bpf file system that the test makes itself.

labels: net
"""
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import tool

PROGRAMS = os.path.join(tool.BUILD, "tests/attach/programs")
STATIC = os.path.join(PROGRAMS, "own_values_static")
TIMES = ("--time", "45s", "--interval", "5s", "--probes", "5")
OPTIONS = ((1, 9), (6, 4), (6, 5), (6, 6))


def group_mount():
    with open("/proc/self/mounts", encoding="ascii") as mounts:
        return next((line.split()[1] for line in mounts if line.split()[2] == "cgroup2"), None)


class Attach(tool.Tool):
    """The bpf file system is mounted in a mount namespace that ends with its holder, and the pins with it."""

    @classmethod
    def setUpClass(cls):
        cls.mount = group_mount()
        words = ["unshare", "--mount", "sh", "-c",
                 "mount -t bpf -o mode=0700 bpf /sys/fs/bpf && echo ready && exec cat"]  # Until we have ended.
        cls.holder = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        cls.has_bpffs = cls.holder.stdout.readline() == "ready\n"

    @classmethod
    def tearDownClass(cls):
        cls.holder.kill()
        cls.holder.wait()
        cls.holder.stdin.close()
        cls.holder.stdout.close()

    def setUp(self):
        super().setUp()
        if not self.mount or not self.has_bpffs:
            self.skipTest("no control groups of version 2, or no right to mount a bpf file system")
        try:
            self.group = tempfile.mkdtemp(prefix="wsalive-test.", suffix=".slice", dir=self.mount)
        except OSError as error:
            self.skipTest(f"no control group can be made: {error.strerror}")
        self.addCleanup(self.remove_group)
        probe = self.run_tool("run", "--via", "bpf", "--", "true")
        if probe.returncode == 5:
            self.skipTest("bpf is not permitted: " + probe.stderr.strip())
        self.addCleanup(self.run_tool, "detach", "--all")
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.addCleanup(self.listener.close)
        self.port = self.listener.getsockname()[1]

    def remove_group(self):
        if os.path.isdir(self.group):
            os.rmdir(self.group)

    def run_tool(self, *args, env=None):
        """In the mount namespace."""
        environment = {**os.environ, "HOME": self.home, "WSALIVE_REGISTRY": self.registry, **(env or {})}
        return subprocess.run(["nsenter", "--mount", "--target", str(self.holder.pid), tool.BINARY, *args],
                              env=environment, text=True, capture_output=True, timeout=60)

    def inside(self, *words):
        """What a program in the group prints."""
        def enter():
            with open(os.path.join(self.group, "cgroup.procs"), "w", encoding="ascii") as file:
                file.write(str(os.getpid()))
        done = subprocess.run(words, preexec_fn=enter, text=True, capture_output=True, timeout=60)
        return done.stdout.strip()

    def made(self, *options, port=None):
        return self.inside(STATIC, "connect", str(port or self.port), *options)

    def attach(self, *args, status=0):
        return self.ok("attach", "--cgroup", self.group, *args, status=status)

    def test_new_connections_of_the_group_get_the_times_until_it_is_detached(self):
        before = self.made()
        self.assertIn("45s +5s x5", self.attach(*TIMES))
        self.assertEqual(self.made(), "1 45 5 5")
        self.assertEqual(self.inside(STATIC, "accept"), "1 45 5 5")
        self.assertEqual(self.made("idle=77"), "1 77 5 5")
        name = os.path.basename(self.group)
        self.assertIn(f"detached from {name}", self.ok("detach", name))
        self.assertEqual(self.made(), before)

    def test_it_is_listed(self):
        self.attach(*TIMES, "--to", "10.0.0.0/8:5432")
        row = self.json("ls", "--policies")["policies"][0]
        self.assertEqual(row, {"name": os.path.basename(self.group), "cgroup": self.group, "in_force": True,
                               "force": False, "along": None, "stands_for": None, "rules": ["to 10.0.0.0/8:5432: 45s +5s x5"]})
        self.assertRegex(self.ok("ls", "--policies"), rf"{self.group} +to 10.0.0.0/8:5432: 45s \+5s x5")

    def test_rules_choose_by_port_and_address(self):
        untouched = self.made()
        self.attach(*TIMES, "--to", f"127.0.0.1:{self.port}")
        other = socket.create_server(("127.0.0.1", 0))
        self.assertEqual(self.made(), "1 45 5 5")
        self.assertEqual(self.made(port=other.getsockname()[1]), untouched)
        other.close()

    def test_a_user_timeout_goes_with_it_from_options_and_from_a_file(self):
        program = ("import socket,sys; c = socket.create_connection(('127.0.0.1', int(sys.argv[1])));"
                   "print(c.getsockopt(6, 18), c.getsockopt(6, 4))")
        def made():
            return self.inside(sys.executable, "-c", program, str(self.port))
        text = " ".join(self.attach(*TIMES, "--user-timeout", "50s").split())
        self.assertIn("all: 45s +5s x5, data 50s", text)
        self.assertIn("a dead peer is noticed after 50s to", text)
        self.assertEqual(made(), "50000 45")
        self.ok("detach", os.path.basename(self.group))
        file = self.path("policy.toml", 'time = "46s"\nuser_timeout = "40s"\n[[rule]]\nto = "10.0.0.0/8"\nuser_timeout = "off"\n'
                         '[[rule]]\n')
        self.assertIn("data 40s", self.attach("--policy", file))
        self.assertEqual(made(), "40000 46")
        self.ok("detach", os.path.basename(self.group))
        bad = self.path("bad.toml", 'user_timeout = "30"\n')
        self.assertIn("line 1, column 16: user_timeout:", self.refused(3, "attach", "--cgroup", self.group, "--policy", bad))

    def test_existing_connections_keep_values_that_are_not_named(self):
        holder = ("import socket,sys; c = socket.create_connection(('127.0.0.1', int(sys.argv[1]))); print(flush=True)\n"
                  "sys.stdin.read(1); print([c.getsockopt(*o) for o in ((1, 9), (6, 4), (6, 5), (6, 6), (6, 18))])")
        def enter():
            with open(os.path.join(self.group, "cgroup.procs"), "w", encoding="ascii") as file:
                file.write(str(os.getpid()))
        with subprocess.Popen([sys.executable, "-c", holder, str(self.port)], preexec_fn=enter, stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True) as child:
            child.stdout.readline()
            text = " ".join(self.attach("--time", "45s", "--user-timeout", "50s", "--existing").split())
            self.assertIn("I and N were not named and stay as before", text)
            self.assertEqual(child.communicate("x")[0].strip(), "[1, 45, 75, 9, 50000]")

    def test_exceptions_come_first(self):
        untouched = self.made()
        self.attach(*TIMES, "--except", f":{self.port}")
        self.assertEqual(self.made(), untouched)
        self.assertEqual(self.inside(STATIC, "accept"), "1 45 5 5")

    def test_connect_only_leaves_accepted_connections_alone(self):
        self.attach(*TIMES, "--connect-only")
        self.assertEqual(self.made(), "1 45 5 5")
        self.assertTrue(self.inside(STATIC, "accept").startswith("0 "))

    def test_force_holds_only_the_connections_that_a_rule_fits(self):
        self.attach(*TIMES, "--force", "--to", f":{self.port}")
        own = ("idle=77", "late-idle=88", "late-keepalive=0")
        self.assertEqual(self.made(*own), "1 45 5 5")
        other = socket.create_server(("127.0.0.1", 0))
        self.assertTrue(self.made(*own, port=other.getsockname()[1]).startswith("0 88 "))
        other.close()

    def test_a_policy_file_has_rules(self):
        file = self.path("policy.toml", f'''
time = "50s"
interval = "5s"
probes = 4
[[rule]]
to = "127.0.0.0/8:{self.port}"
time = "30s"
direction = "made"
[[rule]]
direction = "made"
leave_alone = true
[[rule]]
''')
        report = self.json("attach", "--cgroup", self.group, "--policy", file)
        self.assertEqual(report["rules"], [f"to 127.0.0.0/8:{self.port}, made: 30s +5s x4",
                                           "made: left alone", "all: 50s +5s x4"])
        self.assertEqual(self.made(), "1 30 5 4")
        self.assertEqual(self.inside(STATIC, "accept"), "1 50 5 4")

    def test_connections_that_are_open_already_are_set_on_request(self):
        words = ("import socket,sys\n"
                 f"c = socket.create_connection(('127.0.0.1', {self.port})); print('up', flush=True)\n"
                 f"sys.stdin.read(1); print([c.getsockopt(*o) for o in {OPTIONS}])")
        child = subprocess.Popen(["python3", "-c", words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)
        self.assertEqual(child.stdout.readline(), "up\n")
        with open(os.path.join(self.group, "cgroup.procs"), "w", encoding="ascii") as file:
            file.write(str(child.pid))
        report = self.json("attach", "--cgroup", self.group, *TIMES, "--existing")
        self.assertEqual((report["existing"]["set"], report["existing"]["refused"]), (1, 0))
        self.assertEqual(child.communicate("x", timeout=30)[0], "[1, 45, 5, 5]\n")

    def test_twice_is_refused_and_changes_nothing(self):
        self.attach(*TIMES)
        again = self.refused(3, "attach", "--cgroup", self.group, "--time", "99s")
        self.assertIn("attached to this control group already", again)
        self.assertIn(f"--replace puts this one in its place, `wsalive detach {os.path.basename(self.group)}` ends it", again)
        self.assertEqual(self.made(), "1 45 5 5")
        self.assertEqual(len(self.json("ls", "--policies")["policies"]), 1)

    def test_one_takes_the_place_of_another_without_a_gap(self):
        self.assertFalse(self.json("attach", "--cgroup", self.group, *TIMES, "--replace")["replaced"])  # There was none.
        others = self.connecting(self.group)
        seen = {others.stdout.readline()}
        self.assertTrue(self.json("attach", "--cgroup", self.group, *self.OTHERS, "--replace")["replaced"])
        self.assertEqual(self.made(), "1 50 6 7")
        others.kill()
        seen.update(line for line in others.stdout.read().splitlines(True) if line.endswith("]\n"))
        self.assertTrue(seen <= {"[1, 45, 5, 5]\n", "[1, 50, 6, 7]\n"}, seen)  # Never neither.
        self.assertEqual(len(self.json("ls", "--policies")["policies"]), 1)
        self.assertIn("The policy that it had is replaced.", self.attach(*TIMES, "--replace"))
        self.ok("detach", os.path.basename(self.group))
        self.assertTrue(self.made().startswith("0 "))

    def test_what_replaced_policies_gave_is_ours_on_open_connections(self):
        self.attach(*TIMES, "--user-timeout", "70s")
        child = self.holding(self.group, self.group)
        self.assertEqual(self.held(child), [[1, 45, 5, 5], [1, 77, 5, 5]])
        self.attach("--time", "60s", "--interval", "8s", "--probes", "3", "--replace")  # Leaves what is open.
        self.assertEqual(self.held(child), [[1, 45, 5, 5], [1, 77, 5, 5]])
        report = self.json("attach", "--cgroup", self.group, *self.OTHERS, "--user-timeout", "92s", "--existing", "--replace")
        self.assertEqual(self.held(child), [[1, 50, 6, 7], [1, 77, 5, 5]])  # Its own T is its program's.
        after = sorted(each["after"]["user_timeout_ms"] for each in report["existing"]["sockets"])
        self.assertEqual(after, [70_000] + [92_000] * 3)
        for time_s in range(100, 140):  # The last of very many is known in any case.
            self.attach("--time", f"{time_s}s", "--replace")
        self.attach("--time", "44s", "--replace", "--existing")
        self.assertEqual(self.held(child)[0][:2], [1, 44])

    def test_the_report_has_times_that_are_not_named(self):
        said = "No time was named: T is 2h, the default of Windows 11. Many NATs, firewalls and load balancers forget an idle"
        name = os.path.basename(self.group)
        rule = '[[rule]]\nto = "10.0.0.0/8"\n'
        for words, is_said in (((), True), (("--interval", "5s"), True), (TIMES, False), (("--path-timeout", "240s"), False),
                               (("--release", "winxp"), False), (("--policy", self.path("none.toml", rule)), True),
                               (("--policy", self.path("top.toml", 'time = "45s"\n' + rule)), False),
                               (("--policy", self.path("rule.toml", rule + 'time = "45s"\n')), False)):
            self.assertEqual(said in " ".join(self.attach(*words).split()), is_said, words)
            self.ok("detach", name)
        notes = self.json("attach", "--cgroup", self.group)["notes"]
        self.assertTrue(any(each.startswith("No time was named") for each in notes), notes)

    def test_what_is_not_there_cannot_be_detached(self):
        self.assertIn("no policy of this name", self.refused(6, "detach", "nothing"))
        self.assertIn("no policy of this name", self.refused(6, "detach", "--cgroup", self.group))
        self.assertEqual(self.ok("detach", "--all"), "no policy was attached\n")

    def test_a_policy_goes_after_its_group(self):
        self.attach(*TIMES)
        os.rmdir(self.group)
        # The kernel takes the programs from a group that has gone a little later.
        for _ in range(100):
            report = self.run_tool("ls", "--policies", "--json")
            if not json.loads(report.stdout)["policies"]:
                break
            time.sleep(0.1)
        self.assertEqual(json.loads(report.stdout), {"schema": 1, "policies": [], "ended": [os.path.basename(self.group)]})
        self.assertEqual(self.json("ls", "--policies"), {"policies": [], "ended": []})
        self.assertIn("no policy of this name", self.refused(6, "detach", os.path.basename(self.group)))
        self.assertIn("no such control group", self.refused(6, "attach", "--cgroup", self.group, *TIMES))

    def test_a_policy_of_a_group_that_has_gone_is_detached_by_any_look(self):
        name = os.path.basename(self.group)
        self.attach(*TIMES)
        os.rmdir(self.group)
        for _ in range(100):
            done = self.run_tool("detach", name)
            self.assertEqual(done.returncode, 0, done.stderr)
            if "detached from" not in done.stdout:
                break
            os.mkdir(self.group)
            self.attach(*TIMES)
            os.rmdir(self.group)
            time.sleep(0.1)
        self.assertIn(f"taken away, since the control group has gone: {name}", done.stdout)

    def test_without_rights_a_live_policy_is_not_called_gone(self):
        self.attach(*TIMES)
        os.chmod(f"/proc/{self.holder.pid}/root/sys/fs/bpf", 0o755)
        self.addCleanup(os.chmod, f"/proc/{self.holder.pid}/root/sys/fs/bpf", 0o700)
        powerless = ["nsenter", "--mount", "--target", str(self.holder.pid), "setpriv", "--reuid", "65534", "--regid", "65534",
                     "--clear-groups"]
        if subprocess.run([*powerless, tool.BINARY, "--version"], capture_output=True).returncode != 0:
            self.skipTest("the build folder is closed to other users")
        done = subprocess.run([*powerless, tool.BINARY, "ls", "--policies", "--json"], text=True, capture_output=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIsNone(json.loads(done.stdout)["policies"][0]["in_force"])
        text = subprocess.run([*powerless, tool.BINARY, "ls", "--policies"], text=True, capture_output=True).stdout
        self.assertIn("not to be seen without", text.replace("\n", " "))
        self.assertNotIn("gone", text)
        self.assertEqual(self.made(), "1 45 5 5")
        self.assertTrue(self.json("ls", "--policies")["policies"][0]["in_force"])

    def test_a_unit_and_a_container_are_found_by_their_groups(self):
        number = "0123456789abcdef" * 4
        for folder, words, name in ((f"{os.getpid()}-wsalive.service", ("--unit", f"{os.getpid()}-wsalive"), None),
                                    (f"docker-{number}.scope", ("--container", number[:14]), number[:14])):
            path = os.path.join(self.group, folder)
            os.mkdir(path)
            self.addCleanup(os.rmdir, path)
            report = self.json("attach", *words, *TIMES)
            self.assertEqual((report["cgroup"], report["name"]), (path, name or folder))
            self.ok("detach", *words)
            for said in (words[1], report["name"], path, path.removeprefix(self.mount), folder):
                self.ok("attach", *words, *TIMES)
                self.assertIn(f"detached from {report['name']}", self.ok("detach", said), said)

    ACCEPT = ("import os, socket, sys; l = socket.socket(fileno={fd}); print('up', flush=True); a = l.accept()[0];"
              "print([a.getsockopt(*o) for o in {options}], flush=True)")

    def served(self, made_in, runs_in):
        """A program in one group with a listener that was made in another; its process and its port."""
        code = (f"import os, socket, sys\n"
                f"def enter(group):\n open(group + '/cgroup.procs', 'w').write(str(os.getpid()))\n"
                f"enter({made_in!r}); l = socket.create_server(('127.0.0.1', 0)); os.set_inheritable(l.fileno(), True)\n"
                f"print(l.getsockname()[1], flush=True); enter({runs_in!r}); os.dup2(l.fileno(), 40)\n"
                f"os.execv(sys.executable, [sys.executable, '-c', {self.ACCEPT.format(fd=40, options=OPTIONS)!r}])")
        child = subprocess.Popen(["python3", "-c", code], stdout=subprocess.PIPE, text=True)
        self.addCleanup(child.stdout.close)
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)
        port = int(child.stdout.readline())
        self.assertEqual(child.stdout.readline(), "up\n")
        return child, port

    def subgroup(self, name):
        path = os.path.join(self.group, name)
        os.mkdir(path)
        self.addCleanup(os.rmdir, path)
        return path

    def accepted(self, child, port):
        with socket.create_connection(("127.0.0.1", port)):
            return child.stdout.readline().strip()

    def test_the_listener_of_a_socket_unit_is_taken_along(self):
        name = f"{os.getpid()}-wsalive"
        service, manager = self.subgroup(name + ".service"), self.subgroup(name + ".socket")
        child, port = self.served(manager, service)
        report = self.json("attach", "--unit", name, *TIMES)
        self.assertEqual((report["along"], report["unreached_listeners"]), ([name + ".socket"], []))
        self.assertEqual(self.accepted(child, port), "[1, 45, 5, 5]")
        self.assertIn(f"(with {name}.service)", self.ok("ls", "--policies"))
        self.assertEqual(len(self.json("detach", name)["detached"]), 2)
        self.assertEqual(self.json("ls", "--policies")["policies"], [])

    def test_a_socket_unit_stands_for_a_service_that_does_not_run_yet(self):
        name = f"{os.getpid()}-wsalive"
        manager, elsewhere = self.subgroup(name + ".socket"), self.subgroup("elsewhere.scope")
        child, port = self.served(manager, elsewhere)
        for word in (name, name + ".service"):
            report = self.json("attach", "--unit", word, *TIMES)
            self.assertIn(f"unit {word} does not run, {name}.socket does", report["notes"][0])
            if word == name:  # It accepts once.
                self.assertEqual(self.accepted(child, port), "[1, 45, 5, 5]")
            self.assertEqual(self.json("detach", *(("--unit", name) if word == name else (word,)))["detached"], [name + ".socket"])
        self.refused(6, "attach", "--unit", name + ".timer", *TIMES)

    OTHERS = ("--time", "50s", "--interval", "6s", "--probes", "7")

    def standing(self):
        """Name, along and stands_for of each policy."""
        return [(each["name"], each["along"], each["stands_for"]) for each in self.json("ls", "--policies")["policies"]]

    def connecting(self, group):
        """A program that accepts connections, one after the other, from its own listener; what they have got."""
        code = ("import socket, time\nl = socket.create_server(('127.0.0.1', 0))\n"
                "while True:\n c = socket.create_connection(l.getsockname()); a = l.accept()[0]\n"
                f" print([a.getsockopt(*o) for o in {OPTIONS}], flush=True); c.close(); a.close(); time.sleep(0.005)")
        def enter():
            with open(os.path.join(group, "cgroup.procs"), "w", encoding="ascii") as file:
                file.write(str(os.getpid()))
        child = subprocess.Popen([sys.executable, "-c", code], preexec_fn=enter, stdout=subprocess.PIPE, text=True)
        self.addCleanup(child.stdout.close)
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)
        return child

    def test_attaching_again_once_the_service_runs_leaves_one_policy(self):
        name = f"{os.getpid()}-wsalive"
        unit, service = name + ".socket", name + ".service"
        manager = self.subgroup(unit)
        report = self.json("attach", "--unit", name, *TIMES)
        self.assertEqual(report["name"], unit)
        self.assertEqual(self.standing(), [(unit, None, service)])
        self.assertIn(f"(for {service})", self.ok("ls", "--policies"))
        child, port = self.served(manager, self.subgroup(service))
        others = self.connecting(manager)
        seen = {others.stdout.readline()}
        report = self.json("attach", "--unit", name, *self.OTHERS)
        self.assertEqual([report[key] for key in ("name", "along", "taken_over", "own_policies")], [service, [unit], [unit], []])
        self.assertEqual(self.standing(), [(service, None, None), (unit, service, None)])
        self.assertEqual(self.accepted(child, port), "[1, 50, 6, 7]")
        others.kill()
        seen.update(line for line in others.stdout.read().splitlines(True) if line.endswith("]\n"))
        self.assertEqual(seen, {"[1, 45, 5, 5]\n", "[1, 50, 6, 7]\n"})  # Never neither.
        self.assertEqual(self.json("detach", name)["detached"], [service, unit])
        self.assertEqual(self.standing(), [])

    def test_a_service_that_restarts_takes_its_socket_units_policy_over(self):
        name = f"{os.getpid()}-wsalive"
        unit, service = name + ".socket", name + ".service"
        manager, group = self.subgroup(unit), self.subgroup(service)
        child, _ = self.served(manager, group)
        self.ok("attach", "--unit", name, *TIMES)
        child.kill()
        child.wait()
        os.rmdir(group)  # A unit that restarts has a new one, with another number.
        os.mkdir(group)
        child, port = self.served(manager, group)
        text = " ".join(self.run_tool("attach", "--cgroup", group, *self.OTHERS).stdout.split())
        self.assertIn("The policy that it had for this service is replaced.", text)
        self.assertEqual(self.accepted(child, port), "[1, 50, 6, 7]")

    def test_a_policy_that_the_socket_unit_was_given_by_name_stays_and_is_named(self):
        name = f"{os.getpid()}-wsalive"
        unit, service = name + ".socket", name + ".service"
        child, port = self.served(self.subgroup(unit), self.subgroup(service))
        self.ok("attach", "--unit", unit, *TIMES)
        report = self.json("attach", "--unit", name, *self.OTHERS)
        self.assertEqual([report[key] for key in ("along", "taken_over", "own_policies")], [[], [], [unit]])
        self.ok("detach", service)
        text = " ".join(self.ok("attach", "--unit", name, *self.OTHERS).split())
        self.assertIn(f"{unit} has a policy that was asked for by its name, and keeps it (all: 45s +5s x5)", text)
        self.assertIn(f"`wsalive detach {unit}`, `wsalive detach {service}`, and attach again", text)
        self.assertEqual(self.accepted(child, port), "[1, 45, 5, 5]")
        self.assertEqual(self.json("detach", name)["detached"], [service])

    def holding(self, made_in, runs_in, *run):
        """A program with two connections, whose second has a T of its own; they were made in a group, and it runs in another."""
        code = ("import os, socket, sys\ndef enter(group):\n open(group + '/cgroup.procs', 'w').write(str(os.getpid()))\n"
                f"enter({made_in!r}); l = socket.create_server(('127.0.0.1', 0))\n"
                "c = [socket.create_connection(l.getsockname()) for _ in range(2)]; a = [l.accept()[0] for _ in c]\n"
                f"c[1].setsockopt(6, 4, 77); enter({runs_in!r}); print('up', flush=True)\n"
                f"for _ in sys.stdin: print([[s.getsockopt(*o) for o in {OPTIONS}] for s in c], flush=True)")
        child = subprocess.Popen([*run, sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                 stderr=subprocess.DEVNULL if run else None, text=True)
        for cleanup in (child.stdout.close, child.stdin.close, child.wait, child.kill):
            self.addCleanup(cleanup)
        self.assertEqual(child.stdout.readline(), "up\n")
        return child

    @staticmethod
    def held(child):
        child.stdin.write("\n")
        child.stdin.flush()
        return json.loads(child.stdout.readline())

    def test_a_policy_further_down_the_tree_is_mentioned(self):
        inner = self.subgroup("inner.scope")
        self.assertNotIn("goes before", self.ok("attach", "--cgroup", inner, *TIMES))
        text = " ".join(self.attach(*self.OTHERS).split())
        self.assertRegex(text, r"inner\.scope below it has a policy of its own: what that gives there goes before this\.")
        self.assertEqual(len(self.json("attach", "--cgroup", self.group, *TIMES, "--replace")["inner_policies"]), 1)

    def test_a_listener_that_may_be_left_is_told_of_only_where_one_may_be(self):
        said = "A listening socket that --existing has set"
        self.attach(*TIMES)
        self.assertNotIn(said, self.ok("detach", "--cgroup", self.group))
        self.attach(*TIMES, "--existing")
        self.assertIn(said, self.ok("detach", "--cgroup", self.group))
        self.attach(*TIMES, "--existing")
        self.attach(*self.OTHERS, "--replace")
        self.assertIn(said, self.ok("detach", "--cgroup", self.group))

    def test_a_group_that_is_not_there_is_named_in_a_sentence(self):
        for command, link in (("attach", "attach to"), ("detach", "detach from"), ("ls", "choose connections of")):
            self.assertIn(f"wsalive: cannot {link} container 3f2b00000000: ", self.refused(6, command, "--container", "3f2b00000000"))

    def test_existing_connections_with_the_values_of_a_policy_above_are_not_the_programs(self):
        inner = self.subgroup("inner.scope")
        self.attach(*TIMES)
        child = self.holding(inner, inner)
        self.assertEqual(self.held(child), [[1, 45, 5, 5], [1, 77, 5, 5]])
        report = self.json("attach", "--cgroup", inner, *self.OTHERS, "--existing")["existing"]
        self.assertEqual(self.held(child), [[1, 50, 6, 7], [1, 77, 5, 5]])
        self.assertEqual(sorted(each["keeps_earlier_values"] for each in report["sockets"]), [False] * 3 + [True])
        self.assertIn("the kernel does not tell which. --force sets them, too.", report["notes"][-1])
        self.ok("detach", "--cgroup", inner)
        self.json("attach", "--cgroup", inner, *self.OTHERS, "--existing", "--force")
        self.assertEqual(self.held(child), [[1, 50, 6, 7]] * 2)

    def test_existing_connections_follow_the_policy_that_is_taken_over(self):
        name = f"{os.getpid()}-wsalive"
        manager = self.subgroup(name + ".socket")
        self.ok("attach", "--unit", name, *TIMES, "--user-timeout", "70s")
        child = self.holding(manager, self.subgroup(name + ".service"))
        report = self.json("attach", "--unit", name, *self.OTHERS, "--user-timeout", "92s", "--existing")
        self.assertEqual(report["taken_over"], [name + ".socket"])
        self.assertEqual(self.held(child), [[1, 50, 6, 7], [1, 77, 5, 5]])
        after = sorted(each["after"]["user_timeout_ms"] for each in report["existing"]["sockets"])
        self.assertEqual(after, [70_000] + [92_000] * 3)  # What has a T of its own is its program's.

    @tool.needs_preload
    def test_what_a_preloaded_program_has_from_outside_is_not_its_own(self):
        child = self.holding(self.group, self.group, tool.BINARY, "run", "--via", "preload", *TIMES, "--")
        report = self.json("attach", "--cgroup", self.group, *self.OTHERS, "--existing")["existing"]
        after = sorted([each["after"][name] for name in ("idle_ms", "interval_ms", "probes")] for each in report["sockets"])
        self.assertEqual(after, [[50_000, 6_000, 7]] * 3 + [[77_000, 6_000, 7]])
        self.assertEqual([each["driven_by_engine"] for each in report["sockets"]], [True] * 4)
        self.assertEqual(sorted(each["keeps_earlier_values"] for each in report["sockets"]), [False] * 3 + [True])

    def test_a_timer_that_stands_behind_its_value_is_set_anew(self):
        """A sysctl that was lowered when keep-alive was on already: the value reads as wanted, and the timer stands at two hours."""
        code = ("import os, socket, subprocess, sys\nsubprocess.run(['ip', 'link', 'set', 'lo', 'up'], check=True)\n"
                f"open({self.group!r} + '/cgroup.procs', 'w').write(str(os.getpid())); l = socket.create_server(('127.0.0.1', 0))\n"
                "c = socket.create_connection(l.getsockname()); c.setsockopt(1, 9, 1)\n"
                "open('/proc/sys/net/ipv4/tcp_keepalive_time', 'w').write('20'); print(c.fileno(), flush=True); sys.stdin.read()")
        child = subprocess.Popen(["unshare", "--net", sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for cleanup in (child.stdout.close, child.wait, child.stdin.close):
            self.addCleanup(cleanup)
        fd = child.stdout.readline().strip()
        if not fd:
            self.skipTest("namespaces are denied here")
        def behind():
            return self.json("explain", f"{child.pid}:{fd}")["socket"]["timer_behind_ms"]
        self.assertGreater(behind(), 7_000_000)
        self.ok("attach", "--cgroup", self.group, "--time", "20s", "--existing")
        self.assertEqual(behind(), 0)

    def test_what_an_earlier_set_has_written_stays_and_the_report_does_not_claim_to_know_it(self):
        child = self.holding(self.group, self.group)
        self.ok("set", str(child.pid), *TIMES)
        text = " ".join(self.attach(*self.OTHERS, "--existing").split())
        self.assertEqual(self.held(child), [[1, 45, 5, 5]] * 2)
        self.assertIn("the program has set them, or an earlier set or run, or a policy that was detached; the kernel does not tell "
                      "which. --force sets them, too.", text)

    def test_a_listener_of_a_parent_is_named_and_set_on_request(self):
        name = f"{os.getpid()}-wsalive"
        service, parent = self.subgroup(name + ".service"), self.subgroup("parent.scope")
        child, port = self.served(parent, service)
        report = self.json("attach", "--unit", name, *TIMES)
        self.assertEqual(report["along"], [])
        self.assertRegex(report["unreached_listeners"][0], rf"\Apython3 {child.pid}:\d+ on 127.0.0.1:{port}\Z")
        self.ok("detach", name)
        self.assertIn("Not reached: what is accepted from", self.ok("attach", "--unit", name, *TIMES))
        self.ok("detach", name)
        report = self.json("attach", "--unit", name, *TIMES, "--existing")
        self.assertEqual((report["existing"]["set"], report["unreached_listeners"]), (1, []))
        self.assertEqual(self.accepted(child, port), "[1, 45, 5, 5]")

    def test_without_a_bpf_file_system_nothing_is_attached(self):
        if os.statvfs("/sys/fs/bpf").f_files or subprocess.run(["mountpoint", "-q", "/sys/fs/bpf"]).returncode == 0:
            self.skipTest("this host has a bpf file system")
        done = subprocess.run([tool.BINARY, "attach", "--cgroup", self.group, *TIMES], text=True, capture_output=True)
        self.assertEqual((done.returncode, done.stdout), (5, ""))
        self.assertRegex(done.stderr, r"\Awsalive: [^\n]*mount -t bpf -o mode=0700 bpf /sys/fs/bpf\n\Z")

    def test_a_folder_of_another_user_is_not_used(self):
        folder = f"/proc/{self.holder.pid}/root/sys/fs/bpf/wsalive"
        if os.path.exists(folder):
            os.rmdir(folder)
        for mode, owner in ((0o755, 65534), (0o777, 0)):
            os.mkdir(folder)
            os.chmod(folder, mode)
            os.chown(folder, owner, owner)
            try:
                for words in (("attach", "--cgroup", self.group, *TIMES), ("ls", "--policies"), ("detach", "--all")):
                    line = self.refused(4, *words)
                    self.assertIn("/sys/fs/bpf/wsalive belongs to another user", line)
                    self.assertIn("rm -r /sys/fs/bpf/wsalive", line)
                self.assertEqual(os.listdir(folder), [])
            finally:
                os.rmdir(folder)
        self.ok("attach", "--cgroup", self.group, *TIMES)

    def test_without_the_capability_nothing_is_attached(self):
        done = subprocess.run(["nsenter", "--mount", "--target", str(self.holder.pid), "setpriv", "--bounding-set",
                               "-all", "--inh-caps", "-all", tool.BINARY, "attach", "--cgroup", self.group, *TIMES],
                              text=True, capture_output=True)
        self.assertEqual((done.returncode, done.stdout), (4, ""))
        self.assertRegex(done.stderr, r"\Awsalive: [^\n]*CAP_BPF[^\n]*root[^\n]*\n\Z")
        self.assertEqual(self.json("ls", "--policies")["policies"], [])

    def test_without_version_2_it_says_what_does_without(self):
        script = 'umount -a -t cgroup2 && exec "$0" attach --system --time 45s'
        done = subprocess.run(["unshare", "--mount", "sh", "-c", script, tool.BINARY], text=True, capture_output=True)
        if "umount" in done.stderr:
            self.skipTest("the control groups cannot be unmounted: " + done.stderr.strip())
        self.assertEqual((done.returncode, done.stdout), (5, ""))
        self.assertRegex(done.stderr, r"\Awsalive: [^\n]*version 2[^\n]*wsalive run[^\n]*\n\Z")


class Refusals(tool.Tool):
    """Nothing of these comes as far as bpf."""

    def test_what_cannot_be_meant(self):
        self.assertIn("to what", self.refused(2, "attach", *TIMES))
        self.refused(2, "attach", "--system", "--unit", "nginx", *TIMES)
        self.refused(2, "attach", "--system", "--policy", "x", "--to", ":1")
        self.assertIn("65535", self.refused(2, "attach", "--system", "--to", "10.0.0.0/8:0", *TIMES))
        self.assertIn("10.0.0.0/8", self.refused(2, "attach", "--system", "--to", "10.0.0.0/33", *TIMES))
        self.assertIn("from what", self.refused(2, "detach"))
        self.refused(2, "detach", "x", "--all")

    def test_groups_that_are_none(self):
        if not group_mount():
            self.skipTest("no control groups of version 2")
        self.refused(6, "attach", "--unit", "no-such-unit", *TIMES)
        self.refused(6, "attach", "--container", "feedfacefeed", *TIMES)
        self.refused(6, "attach", "--cgroup", "/no/such/group", *TIMES)
        self.assertIn("no control group of version 2", self.refused(3, "attach", "--cgroup", self.home, *TIMES))

    def test_a_policy_file_that_is_wrong_is_named_with_line_and_column(self):
        for text, line, column, says in (
                ('time = "45"', 1, 8, "45s"),
                ('time = 45', 1, 8, "in quotes"),
                ('probes = 0', 1, 10, "1 to 255"),
                ('probes = "5"', 1, 10, "1 to 255"),
                ('tme = "45s"', 1, 1, "perhaps 'time'"),
                ('force = 1', 1, 9, "true or false"),
                ('[rule]\nto = ":1"', 1, 1, "[[rule]]"),
                ('[[rule]]\nto = "10.0.0.0/33"', 2, 6, "no network"),
                ('[[rule]]\nfrom = "1.2.3.4:5"', 2, 8, "no port of this end"),
                ('[[rule]]\ndirection = "out"', 2, 13, "made"),
                ('[[rule]]\n\n  port = 5', 3, 3, "unknown key 'port'"),
                ('time = "45s', 1, None, "a text in quotes is not closed"),
                ('# one\n\n[[rule]]\nto = "10.0.0.1:5432\nfrom = ":22"', 4, None, "a text in quotes is not closed"),
                ("time = '45s\r\nprobes = 5", 1, None, "a text in quotes is not closed"),
                ('force = true\ntime = """45s\n\nprobes = 5\n', 2, 8, 'the text after """ is not closed'),
                ('time = "4\x015s"', 1, 10, "control characters"),
                ('time = 45s', 1, None, "in quotes, as in"),
                ('a = = 1', 1, None, "")):
            said = self.refused(3, "attach", "--system", "--policy", self.path("policy.toml", text))
            self.assertIn(f"policy.toml: line {line}, column {column or ''}", said, text)
            self.assertIn(says, said)

    def test_a_policy_file_that_cannot_be_read_is_named_with_the_cause(self):
        for path, cause in ((self.path("none/policy.toml"), "No such file or directory"),
                            (self.home, "Is a directory"), ("/dev/null", "no regular file")):
            said = self.refused(3, "attach", "--system", "--policy", path)
            self.assertIn(f"cannot read the policy {path}: ", said)
            self.assertIn(cause, said)
            self.assertIn("name a TOML file", said)


if __name__ == "__main__":
    tool.main()
