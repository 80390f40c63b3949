#!/usr/bin/env python3
"""wsalive run, with a program that knows nothing of us and prints the values of its own connection.

labels: net
"""
import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import unittest
import tool

PROGRAMS = os.path.join(tool.BUILD, "tests/attach/programs")
DYNAMIC = os.path.join(PROGRAMS, "own_values")
STATIC = os.path.join(PROGRAMS, "own_values_static")
TIMES = ("--time", "45s", "--interval", "5s", "--probes", "5")


class Run(tool.Tool):
    def setUp(self):
        super().setUp()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.addCleanup(self.listener.close)
        self.port = str(self.listener.getsockname()[1])

    def values(self, *args, program=STATIC, via="seccomp"):
        """What the program prints, and the one line that says how."""
        done = self.run_tool("run", "--via", via, *args, "--", program, "connect", self.port)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stderr, r"\Awsalive: keep-alive by [^\n]+\n\Z")
        return done.stdout, done.stderr

    def test_a_static_program_gets_the_times(self):
        values, line = self.values(*TIMES)
        self.assertEqual(values, "1 45 5 5\n")
        self.assertRegex(line, r"by seccomp: after 45s to [\d.]+s of silence, every 5s( to [\d.]+s)?, 5 times")

    def test_what_the_kernel_cannot_keep_is_rounded_down_and_said(self):
        values, line = self.values("--time", "1500ms", "--interval", "1s", "--probes", "5")
        self.assertEqual(values, "1 1 1 6\n")
        self.assertIn("whole seconds; wanted after 1.5s of silence, every 1s, 5 times", line)
        values, _ = self.values("--time", "1500ms", "--interval", "1s", "--probes", "5", "--round", "up")
        self.assertEqual(values, "1 2 1 5\n")

    def test_a_release_brings_its_defaults(self):
        self.assertEqual(self.values("--release", "winxp")[0], "1 7200 1 5\n")
        self.assertEqual(self.values("--release", "win11")[0], "1 7200 1 10\n")

    @tool.needs_preload
    def test_times_that_need_the_engine_are_preloaded_and_exact(self):
        values, line = self.values("--time", "45500ms", *TIMES[2:], program=DYNAMIC, via="auto")
        self.assertEqual(values, "1 46 5 5\n")  # Options speak seconds, rounded up; K-74.
        self.assertIn("by preload: after 45.5s of silence", line)

    @tool.needs_preload
    def test_the_kernel_alone_is_chosen_by_the_registry_too(self):  # K-121
        chosen = self.path("chosen.reg", "REGEDIT4\n\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\wsalive]\n\"Precision\"=\"kernel\"\n")
        words = ("--time", "1500ms", "--interval", "300ms", "--probes", "5", "--registry", chosen)
        values, line = self.values(*words, program=DYNAMIC, via="preload")
        self.assertEqual(values, "1 2 1 5\n")
        self.assertRegex(line, r"by preload: after 2s to 2\.[\d]+s of silence, every 1s to 1\.[\d]+s, 5 times \(the kernel alone was "
                               r"chosen, and keeps whole seconds, up to 32767s; wanted after 1.5s of silence, every 300ms, 5 times\)")
        values, line = self.values(*words[:-2], program=DYNAMIC, via="preload")
        self.assertRegex(line, r"by preload: after 1\.5s of silence, every 300ms, \d+ times( \(not 5: [^)]*\))?, each at most [\d]+ms later")
        # Nothing is gained by the engine then: bpf is taken where it can be had, and what it sets is rounded down.
        values, line = self.values(*words, program=DYNAMIC, via="auto")
        self.assertEqual(values, "1 2 1 5\n" if "by preload" in line else "1 1 1 5\n", line)

    @tool.needs_preload
    def test_a_path_that_the_engine_alone_keeps_is_kept(self):
        done = self.run_tool("run", "--via", "preload", "--path-timeout", "2s", "--", DYNAMIC, "connect", self.port)
        self.assertEqual(done.stdout, "1 1 1 5\n", done.stderr)
        self.assertRegex(done.stderr, r"by preload: after 1s of silence, every 200ms, 13 times \(not 5: a peer that lives could not answer in "
                                      r"that time\), each at most [\d]+ms later while a processor is free")
        self.assertRegex(done.stderr, r"A path that forgets after 2s keeps the connection: the first probe comes at least [\d]+ms "
                                      r"before, and one that repeats it at least [\d]+ms\.")
        line = self.refused(3, "run", "--via", "seccomp", "--path-timeout", "2s", "--", STATIC, "connect", self.port)
        self.assertIn("the kernel keeps whole seconds", line)

    @tool.needs_preload
    def test_without_the_right_to_send_probes_times_below_a_second_are_a_second(self):  # K-57
        words = ("run", "--via", "preload", "--time", "500ms", "--interval", "100ms", "--path-timeout", "900ms", "--", DYNAMIC)
        done = self.as_nobody(*words, "connect", self.port)
        self.assertEqual((done.returncode, done.stdout), (0, "1 1 1 10\n"), done.stderr)
        self.assertRegex(done.stderr, r"by preload: after 1s of silence, every 100ms, \d+ times( \(not 10: [^)]*\))?, each at most [\d]+ms later "
                                      r"while a processor is free \(times below "
                                      r"a second take CAP_NET_ADMIN; wanted after 500ms")
        self.assertIn("A path that forgets after 900ms loses the connection: the first probe comes too late.", done.stderr)
        refused = self.as_nobody("run", "--via", "preload", "--path-timeout", "900ms", "--", DYNAMIC, "connect", self.port)
        self.assertEqual(refused.returncode, 3, refused.stderr)
        self.assertIn("without CAP_NET_ADMIN no probe leaves before a second is over", refused.stderr)

    @tool.needs_preload
    def test_what_a_program_reads_back_is_what_is_in_force(self):
        # For ten hours the kernel's own switch is off between the engine's instants.
        self.assertEqual(self.values("--time", "10h", *TIMES[2:], program=DYNAMIC, via="preload")[0], "1 36000 5 5\n")
        words = ("run", "--quiet", "--via", "preload", "--time", "45500ms", *TIMES[2:], "--", DYNAMIC)
        self.assertEqual(self.ok(*words, "connect", self.port, "late-idle=77"), "1 77 5 5\n")

    @tool.needs_preload
    def test_a_child_of_vfork_takes_nothing_from_its_parent(self):
        words = ("run", "--quiet", "--via", "preload", "--time", "45500ms", *TIMES[2:], "--", DYNAMIC)
        self.assertEqual(self.ok(*words, "vfork", self.port), "1 46 5 5\n")  # 48 is where the kernel is parked.

    @tool.needs_preload
    def test_functions_that_the_program_defines_are_not_called_by_ours(self):
        words = ("run", "--quiet", "--via", "preload", "--time", "1500ms", "--interval", "300ms", "--probes", "5", "--")
        self.assertEqual(self.ok(*words, os.path.join(PROGRAMS, "own_names"), self.port), "0 2\n")

    def rules(self, what, *times):
        """What a program with rules of its own prints with the library preloaded, while a server accepts."""
        server = threading.Thread(target=self.accept_all, daemon=True)
        server.start()
        words = ("run", "--quiet", "--via", "preload", *(times or TIMES), "--", os.path.join(PROGRAMS, "own_rules"), what)
        done = self.run_tool(*words, self.port)
        if done.returncode == 77:
            self.skipTest("the program's own rule is not allowed here")
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        return done.stdout

    def accept_all(self):
        with contextlib.suppress(OSError):
            while True:
                self.listener.accept()[0].close()

    @tool.needs_preload
    def test_a_signal_handler_may_connect_ask_and_close(self):
        for times in (TIMES, ("--time", "1500ms", "--interval", "300ms", "--probes", "5")):
            self.assertEqual(self.rules("handlers", *times), "done\n")

    @tool.needs_preload
    def test_a_program_that_filters_its_calls_is_not_killed_for_ours(self):
        # What it had is the kernel's from then on; what it makes later is left alone.
        with open("/proc/sys/net/ipv4/tcp_keepalive_time", encoding="ascii") as file:
            default = file.read()
        self.assertEqual(self.rules("filter"), "1 45\n0 " + default)

    @tool.needs_preload
    def test_a_program_may_move_into_a_namespace_for_which_it_must_be_alone(self):
        self.assertEqual(self.rules("alone"), "1 45\n")

    @tool.needs_preload
    @tool.needs_borrowing
    def test_a_library_that_cannot_be_named_is_not_announced(self):
        for place in ("a folder", "a:folder"):
            folder = self.path(place)
            os.makedirs(os.path.join(folder, "bin"))
            os.makedirs(os.path.join(folder, "src/attach"))
            for file in ("bin/wsalive", "src/attach/libwsalive-preload.so"):
                shutil.copy(os.path.join(tool.BUILD, file), os.path.join(folder, file))
            command = [os.path.join(folder, "bin/wsalive"), "run", *TIMES, "--"]
            done = subprocess.run([*command[:2], "--via", "preload", *command[2:], DYNAMIC, "connect", self.port], text=True,
                                  capture_output=True, env={**os.environ, "WSALIVE_REGISTRY": self.registry})
            self.assertEqual((done.returncode, done.stdout), (5, ""), done.stderr)
            self.assertIn("cannot carry a space or a colon", done.stderr)
            done = subprocess.run([*command, DYNAMIC, "connect", self.port], text=True, capture_output=True,
                                  env={**os.environ, "WSALIVE_REGISTRY": self.registry})
            self.assertEqual((done.returncode, done.stdout), (0, "1 45 5 5\n"), done.stderr)

    def test_the_way_that_is_taken_is_one_that_works(self):
        values, line = self.values(*TIMES, via="auto")
        self.assertEqual(values, "1 45 5 5\n")
        self.assertRegex(line, "by (bpf|seccomp): after 45s")  # No library in a static one.

    def test_force_holds_against_the_program(self):
        words = ("run", "--quiet", "--via", "seccomp", *TIMES)
        own = (STATIC, "connect", self.port, "idle=77", "late-count=3")
        self.assertEqual(self.ok(*words, "--", *own), "1 77 5 3\n")
        self.assertEqual(self.ok(*words, "--force", "--", *own), "1 45 5 5\n")

    def test_a_user_timeout_is_given_in_every_way_and_gives_way_to_the_programs_own(self):
        program = ("import socket,sys; c = socket.socket(); own = sys.argv[2:] and c.setsockopt(6, 18, 7000)\n"
                   "c.connect(('127.0.0.1', int(sys.argv[1])))\nlate = sys.argv[3:] and c.setsockopt(6, 18, 8000)\n"
                   "print(c.getsockopt(6, 18), c.getsockopt(6, 4))")
        for way in ("preload", "seccomp", "bpf"):
            def said(*options, own=(), way=way):
                words = ("run", "--quiet", "--via", way, *TIMES, *options, "--", sys.executable, "-c", program, self.port, *own)
                return self.ok(*words).strip()
            if way == "preload" and tool.NO_PRELOAD:
                continue
            if way == "bpf" and self.run_tool("run", "--quiet", "--via", "bpf", "--", "true").returncode != 0:
                self.skipTest("bpf or version-2 control groups are not allowed here")
            with self.subTest(way=way):
                self.assertEqual(said(), "0 45")
                self.assertEqual(said("--user-timeout", "30s"), "30000 45")
                self.assertEqual(said("--user-timeout", "30s", own=("early",)), "7000 45")
                self.assertEqual(said("--user-timeout", "30s", own=("early", "late")), "8000 45")
                self.assertEqual(said("--user-timeout", "30s", "--force", own=("early", "late")), "30000 45")
                self.assertEqual(said("--user-timeout", "off", "--force", own=("early", "late")), "0 45")
                self.assertEqual(said("--force", own=("early", "late")), "8000 45")

    def test_what_a_user_timeout_does_is_said(self):
        words = ("run", "--via", "seccomp", *TIMES, "--user-timeout", "50s", "--", STATIC, "connect", self.port)
        done = self.run_tool(*words)
        self.assertEqual((done.returncode, done.stdout), (0, "1 45 5 5\n"), done.stderr)
        self.assertRegex(done.stderr, r"(?m)^wsalive: Data that waits 50s for its acknowledgement ends the connection, and so "
                                      r"does data that waits so long for a peer that answers but has "
                                      r"no room for it\. The user "
                                      r"time-out takes the place of N = 5, too: a dead peer is noticed after 50s to 5[\d.]+s, not")

    def test_a_default_that_many_paths_do_not_outlast_is_said(self):
        said = ("wsalive: No time was named: T is 2h, the default of Windows 11. Many NATs, firewalls and load balancers forget an idle "
                "connection after 240s to 15min, and then no probe comes in time: name --time, or --path-timeout where the path's own "
                "is known.\n")
        def start(*options, env=None):
            done = self.run_tool("run", "--via", "seccomp", *options, "--", STATIC, "connect", self.port, env=env)
            self.assertEqual(done.returncode, 0, done.stderr)
            return done
        for options in ((), ("--interval", "5s"), ("--user-timeout", "30s")):
            done = start(*options)
            self.assertIn(said, done.stderr)
            self.assertTrue(done.stdout.startswith("1 7200 "), done.stdout)
        self.assertIn("the default of Windows XP", start(env={"WSALIVE_RELEASE": "winxp"}).stderr)
        for options in (TIMES, ("--path-timeout", "240s"), ("--release", "winxp"), ("--quiet",)):
            self.assertNotIn("No time was named", start(*options).stderr)
        self.ok("registry", "set", "KeepAliveTime", "45s")
        self.assertNotIn("No time was named", start().stderr)

    def test_no_time_is_promised_that_the_program_may_override(self):
        _, line = self.values(*TIMES)
        self.assertIn("; times and counts of the program's own that differ from the system's defaults stay (--force)", line)
        if not tool.NO_PRELOAD:
            _, line = self.values(*TIMES, program=DYNAMIC, via="preload")
            self.assertIn("; values that the program sets itself stay (--force)", line)
        _, line = self.values(*TIMES, "--force")
        self.assertNotIn("stay", line)

    @tool.needs_preload
    def test_a_value_of_the_programs_own_stays_also_where_it_is_the_systems_default(self):
        defaults = []
        for name in ("time", "intvl", "probes"):
            with open("/proc/sys/net/ipv4/tcp_keepalive_" + name, encoding="ascii") as file:
                defaults.append(int(file.read()))
        idle, interval, count = defaults
        own = [f"idle={idle}", f"interval={interval}", f"count={count}"]
        words = ("run", "--quiet", "--via", "preload", "--time", "2s", "--interval", "1s", "--probes", "4")
        for how in (("connect", self.port), ("accept",)):
            for options, values in ((own, f"1 {idle} {interval} {count}\n"), (["idle=50", *own[1:]], f"1 50 {interval} {count}\n"),
                                    ([own[1]], f"1 2 {interval} 4\n"), (["idle=50"], "1 50 1 4\n")):
                with self.subTest(how=how[0], options=options):
                    self.assertEqual(self.ok(*words, "--", DYNAMIC, *how, *options), values)
                    self.assertEqual(self.ok(*words, "--force", "--", DYNAMIC, *how, *options), "1 2 1 4\n")

    @tool.needs_preload
    def test_a_switch_that_the_program_turns_off_beforehand_stays_off_until_it_turns_it_on(self):
        words = ("run", "--quiet", "--via", "preload", *TIMES)
        for how in (("connect", self.port), ("accept",)):
            with self.subTest(how=how[0]):
                self.assertTrue(self.ok(*words, "--", DYNAMIC, *how, "keepalive=0").startswith("0 "))
                self.assertEqual(self.ok(*words, "--", DYNAMIC, *how, "keepalive=0", "keepalive=1"), "1 45 5 5\n")
                self.assertEqual(self.ok(*words, "--", DYNAMIC, *how, "keepalive=0", "late-keepalive=1"), "1 45 5 5\n")
                self.assertEqual(self.ok(*words, "--", DYNAMIC, *how, "keepalive=0", "late-idle=77", "late-keepalive=1"), "1 77 5 5\n")
                self.assertEqual(self.ok(*words, "--force", "--", DYNAMIC, *how, "keepalive=0"), "1 45 5 5\n")

    @tool.needs_preload
    def test_whom_preload_does_not_reach_is_said(self):
        said = "; static and Go programs that it starts get none (--via bpf or seccomp reaches them)"
        for program in ((DYNAMIC, "exit", "0"), ("sh", "-c", "true")):
            for options in ((), ("--force",)):
                done = self.run_tool("run", "--via", "preload", *TIMES, *options, "--", *program)
                self.assertIn(said, done.stderr)
        self.assertNotIn(said, self.values(*TIMES)[1])

    def test_that_accepted_connections_are_left_alone_is_said(self):
        said = "; accepted connections are left alone"
        self.assertIn(said, self.values(*TIMES, "--connect-only")[1])
        self.assertNotIn(said, self.values(*TIMES)[1])

    @tool.needs_preload
    def test_what_a_program_has_set_ends_with_its_socket(self):
        program = ("import os, socket, sys\n"
                   "def values(c): return c.getsockopt(1, 8 + 1), *(c.getsockopt(6, each) for each in (4, 5, 6))\n"
                   "first, other = socket.socket(), socket.socket()\n"
                   "first.setsockopt(6, 5, 75); first.setsockopt(1, 9, 0)\n"
                   "os.dup2(other.fileno(), first.fileno())\n"  # The number is another socket's now, unseen.
                   "first.connect(('127.0.0.1', int(sys.argv[1]))); print(*values(first))\n"
                   "number = first.fileno(); first.close(); second = socket.socket(); assert second.fileno() == number\n"
                   "second.connect(('127.0.0.1', int(sys.argv[1]))); print(*values(second))\n")
        words = ("run", "--quiet", "--via", "preload", *TIMES, "--", sys.executable, "-c", program, self.port)
        self.assertEqual(self.ok(*words), "1 45 5 5\n1 45 5 5\n")

    @tool.needs_borrowing
    def test_a_go_program_sets_its_own_and_that_is_said_beforehand(self):
        go = shutil.which("go")
        if not go:
            self.skipTest("Go is not installed")
        source = self.path("main.go", "package main\nimport (\"net\"; \"os\"; \"time\")\nfunc main() {\n"
                           " c, e := net.Dial(\"tcp\", os.Args[1])\n if e != nil { panic(e) }\n c.Write([]byte{1})\n"
                           " time.Sleep(time.Minute)\n}\n")
        binary = self.path("dial")
        subprocess.run([go, "build", "-o", binary, source], check=True, timeout=300, cwd=self.home,
                       env={**os.environ, "HOME": self.home, "GOFLAGS": "-mod=mod", "GO111MODULE": "off", "GOPROXY": "off"})
        for options, idle in (((), 15000), (("--force",), 45000)):
            child = subprocess.Popen([tool.BINARY, "run", "--via", "seccomp", *TIMES, *options, "--", binary,
                                      f"127.0.0.1:{self.port}"], stderr=subprocess.PIPE, text=True,
                                     env={**os.environ, "WSALIVE_REGISTRY": self.registry})
            try:
                peer = self.listener.accept()[0]
                peer.recv(1)  # Its values are set by then.
                found = self.json("ls", "--pid", str(child.pid))["connections"]
                self.assertEqual([each["keep_alive"]["idle_ms"] for each in found], [idle])
            finally:
                child.kill()
                said = child.communicate()[1]
            self.assertEqual("Go's net package sets 15s, 15s and 9" in said, not options, said)

    def test_a_connection_that_begins_with_data_is_reached(self):
        for way, program in (("seccomp", STATIC), ("preload", DYNAMIC)):
            if way == "preload" and tool.NO_PRELOAD:
                self.skipTest(tool.NO_PRELOAD)
            for how in ("sendto", "sendmsg"):
                done = self.run_tool("run", "--quiet", "--via", way, *TIMES, "--", program, how, self.port)
                self.assertEqual((done.stdout, done.stderr), ("1 45 5 5\n", ""), (way, how))

    def test_what_a_program_sets_later_is_its_own_also_beyond_what_the_kernel_can_wait(self):
        if tool.NO_PRELOAD:
            self.skipTest(tool.NO_PRELOAD)
        for time in ("1500ms", "10h"):
            self.assertEqual(self.ok("run", "--quiet", "--via", "preload", "--time", time, "--interval", "5s", "--probes", "5", "--",
                                     DYNAMIC, "connect", self.port, "late-idle=600"), "1 600 5 5\n")

    def test_connect_only_leaves_accepted_connections_alone(self):
        words = ("run", "--quiet", "--via", "seccomp", *TIMES)
        self.assertEqual(self.ok(*words, "--", STATIC, "accept"), "1 45 5 5\n")
        self.assertTrue(self.ok(*words, "--connect-only", "--", STATIC, "accept").startswith("0 "))

    def test_it_ends_as_the_program_ends(self):
        self.ok("run", "--quiet", "--via", "seccomp", "--", STATIC, "exit", "37", status=37)
        said = self.refused(2, "run", "--time", "45s", "ls", "-l")
        self.assertIn("own options stand behind --", said)
        done = self.run_tool("run", "--quiet", "--via", "seccomp", "--", STATIC, "kill", "15")
        self.assertEqual(done.returncode, -15)

    def test_a_shell_script_and_its_children_are_reached(self):
        script = self.path("script", f"#!/bin/sh\n\"{STATIC}\" connect {self.port}\n")
        os.chmod(script, 0o755)
        self.assertEqual(self.ok("run", "--quiet", "--via", "seccomp", *TIMES, "--", script), "1 45 5 5\n")

    def test_a_program_gets_its_words_as_they_were_written(self):
        words = ["[]", "[a,b]", "[[]]", "[a b]", "[", "]", "", "-x", "--y=", "--z=[1,2]", "{}", "a,b", "%s", "\x1f[1]", "\x1f", "--",
                 "[.a,.b]", "--json", "\n"]
        echo = [sys.executable, "-c", "import json, sys; print(json.dumps(sys.argv[1:]))"]
        for way in ("seccomp", "auto"):
            self.assertEqual(json.loads(self.ok("run", "--quiet", "--via", way, "--", *echo, *words)), words)

    def test_programs_that_cannot_be_run_are_told(self):
        self.assertIn("no such program", self.refused(127, "run", "--", "/no/such/program"))
        self.assertIn("cannot run /etc/passwd", self.refused(126, "run", "--", "/etc/passwd"))
        script = self.path("script", "#!/no/such/shell\n")
        os.chmod(script, 0o755)
        self.assertIn("/no/such/shell, which is not there", self.refused(126, "run", "--", script))

    def test_what_cannot_be_meant_is_refused(self):
        self.assertIn("write 45s or 45ms", self.refused(2, "run", "--time", "45", "--", STATIC))
        self.assertIn("0 would send no probe", self.refused(2, "run", "--probes", "0", "--", STATIC))
        self.assertIn("static", self.refused(5, "run", "--via", "preload", "--", STATIC, "exit", "0"))
        self.refused(2, "run", "--via", "magic", "--", STATIC)
        self.refused(2, "run")


tool.main()
