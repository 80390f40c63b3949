#!/usr/bin/env python3
"""wsalive explain: its numbers, its words and its picture, from the real binary.

labels: net
"""
import os
import re
import socket
import stat
import xml.etree.ElementTree as xml

import tool

ASKED = ("--time", "45s", "--interval", "1500ms", "--probes", "10")


class Explain(tool.Tool):
    def subject(self, *args, **more):
        return self.json("explain", *args, **more)["subjects"][0]

    def test_defaults_are_those_of_windows(self):  # K-51, K-52, K-53
        subject = self.subject()
        self.assertEqual((subject["name"], subject["noticed_ms"]), ("win11", 7_210_000))
        self.assertEqual(subject["error"], {"name": "WSAENETRESET", "code": 10052})
        self.assertEqual(self.subject("--release", "winxp")["noticed_ms"], 7_205_000)

    def test_every_probe_and_the_end_stand_in_the_events(self):  # K-50, K-52
        events = self.subject(*ASKED)["events"]
        self.assertEqual([event["at_ms"] for event in events],
                         [45_000 + 1500 * k for k in range(11)])
        self.assertEqual([event["what"] for event in events], ["probe"] * 10 + ["reset"])

    def test_more_probes_than_asked_for_are_said(self):  # K-52
        args = ("--time", "1s", "--interval", "20ms", "--probes", "10")
        subject = self.subject(*args)
        probes = [event for event in subject["events"] if event["what"] == "probe"]
        self.assertEqual((subject["probes"], len(probes), subject["noticed_ms"]), (10, 106, 6000))
        text = " ".join(self.ok("explain", *args).split())
        self.assertIn("102 more, one every 20ms, the later ones 50ms apart", text)
        self.assertIn("106 probes go out and not 10: a Linux peer answers one in 500ms at most, and 10 that it could have "
                      "answered must be unanswered", text)
        self.assertNotIn("probes go out and not", self.ok("explain", *ASKED))

    def test_each_number_says_where_it_came_from(self):  # K-55
        self.ok("registry", "set", "KeepAliveInterval", "3s")
        subject = self.subject("--time", "45s")
        self.assertEqual([subject[name] for name in ("time_from", "interval_from", "probes_from")],
                         ["asked for", "registry", "Windows 11"])
        self.assertEqual(subject["interval_ms"], 3000)

    def test_peers_end_a_connection_in_their_own_ways(self):  # K-92
        answers = self.subject(*ASKED, "--peer", "answers")
        self.assertEqual((answers["fate"], answers["noticed_ms"], answers["endless"]),
                         ("lives", None, True))
        resets = self.subject(*ASKED, "--peer", "resets")
        self.assertEqual((resets["fate"], resets["noticed_ms"], resets["error"]["code"]),
                         ("reset_by_peer", 45_000, 10054))

    def test_a_path_forgets_first_or_not(self):
        kept = self.subject(*ASKED, "--peer", "nat", "--path-timeout", "60s")
        self.assertEqual((kept["fate"], kept["forgotten_ms"]), ("lives", None))
        lost = self.subject(*ASKED, "--peer", "nat", "--path-timeout", "45s")
        self.assertEqual((lost["fate"], lost["forgotten_ms"]), ("found_dead", 45_000))
        self.assertIn("--time 20s or less",
                      self.ok("explain", *ASKED, "--path-timeout", "45s"))

    def test_the_kernels_latest_probe_decides(self):
        """In other people's programs, and for Linux itself."""
        words = ("--time", "59s", "--interval", "1s", "--probes", "5", "--path-timeout", "60s")
        linux = self.subject(*words, "--compare", "linux", "--peer", "nat")
        self.assertEqual((linux["fate"], linux["forgotten_ms"], linux["first_probe_ms"]), ("found_dead", 60_000, 59_000))
        self.assertGreater(linux["first_probe_latest_ms"], 60_000)
        self.assertGreater(linux["noticed_latest_ms"], linux["noticed_ms"])
        text = " ".join(self.ok("explain", *words).split())
        self.assertRegex(text, r"A path that forgets after 60s may lose the connection: the first probe leaves after "
                               r"59s to 6[\d.]+s of silence\. Use --time 30s or less\.")

    def test_an_answer_starts_the_interval_where_that_is_longer(self):  # K-50
        words = ("--compare", "linux", "--time", "2s", "--interval", "6s", "--probes", "2", "--path-timeout", "5s")
        linux = self.subject(*words, "--peer", "answers")
        self.assertGreater(linux["first_probe_latest_ms"], 6_000)
        self.assertEqual(linux["forgotten_ms"], 5_000)
        text = " ".join(self.ok("explain", *words).split())
        self.assertRegex(text, r"may lose the connection: the first probe leaves after 2s to 6\.[\d]+s of silence\. "
                               r"Use --time 2s and --interval 1s, or less\.")
        self.assertRegex(text, r"I is longer than T: after a probe that was answered the kernel waits I, so a living peer is "
                               r"probed every 6s to 6\.[\d]+s\.")
        living = self.subject(*words[:-2], "--peer", "answers")
        self.assertEqual([event["at_ms"] for event in living["events"] if event["what"] == "probe"], [2_000, 8_000, 14_000])
        self.assertNotIn("I is longer than T", self.ok("explain", "--compare", "linux", "--time", "6s", "--interval", "6s"))

    def test_by_the_kernel_alone_whole_seconds_are_told(self):  # K-57, K-121
        words = ("--time", "1500ms", "--interval", "300ms", "--probes", "5")
        alone = self.json("explain", *words, env={"WSALIVE_PRECISION": "kernel"})["subjects"][0]
        self.assertEqual((alone["time_ms"], alone["interval_ms"], alone["first_probe_ms"], alone["noticed_ms"]),
                         (2_000, 1_000, 2_000, 7_000))
        self.assertIn("stand for after 1.5s of silence, every 300ms, 5 times", alone["remarks"][0])
        self.ok("registry", "set", "Precision", "kernel")
        text = " ".join(self.ok("explain", *words).split())
        self.assertIn("By the kernel alone, as was chosen (WSALIVE_PRECISION, or Precision in the registry)", text)
        self.assertIn("In other people's programs (run, attach, set) the kernel keeps T 1s, I 1s, N 5", text)

    def test_what_takes_a_right_is_told_without_it_too(self):
        text = " ".join(self.ok("explain", "--time", "500ms", "--interval", "300ms", "--path-timeout", "900ms").split())
        self.assertIn("with CAP_NET_ADMIN, whose engine sends the probes itself", text)
        self.assertIn("ECONNABORTED (103)", text)
        self.assertRegex(text, r"without it T 1s, I 300ms, N 10\. There: A path that forgets after 900ms loses the connection")

    def test_a_path_too_short_for_whole_seconds_is_said(self):
        text = " ".join(self.ok("explain", "--compare", "linux", "--time", "1s", "--path-timeout", "1s").split())
        self.assertIn("No keep-alive of the kernel comes in time: use heartbeats of the application.", text)

    def test_a_path_without_a_description_is_called_an_assumption(self):
        for words in (ASKED, ("--compare", "winxp,linux", "--time", "400s")):
            assumed = self.json("explain", *words, "--peer", "nat")
            self.assertEqual((assumed["path_timeout_ms"], assumed["path_timeout_assumed"]), (350_000, True))
            self.assertIn("350s is assumed", self.ok("explain", *words, "--peer", "nat"))
            said = self.json("explain", *words, "--peer", "nat", "--path-timeout", "350s")
            self.assertFalse(said["path_timeout_assumed"])
            self.assertNotIn("assumed", self.ok("explain", *words, "--peer", "nat", "--path-timeout", "350s"))

    def test_a_picture_goes_to_a_device_and_not_in_its_place(self):
        self.assertIn("</svg>\n", self.ok("explain", "--svg", "/dev/stdout"))
        self.assertIn("No space left", self.refused(7, "explain", "--svg", "/dev/full"))
        self.assertTrue(stat.S_ISCHR(os.stat("/dev/full").st_mode))

    def test_releases_stand_side_by_side_with_linux(self):
        subjects = self.json("explain", *ASKED, "--compare", "winxp,win11,linux")["subjects"]
        self.assertEqual([subject["name"] for subject in subjects], ["winxp", "win11", "linux"])
        xp, eleven, linux = subjects
        self.assertEqual((xp["probes"], eleven["probes"], linux["probes"]), (5, 10, 10))  # K-73
        self.assertIn("TCP_KEEPCNT", xp["remarks"][0])
        self.assertEqual(linux["interval_ms"], 2000)  # Rounded, and said so.
        self.assertIn("whole seconds", linux["remarks"][0])
        self.assertEqual(linux["error"]["name"], "ETIMEDOUT")

    def test_the_host_part_says_what_is_exact(self):  # K-57
        host = self.json("explain", "--time", "300ms", "--interval", "1ms")["host"]
        self.assertEqual(host["plain"]["driver"], "late")
        self.assertGreaterEqual(host["plain"]["time_ms"], 300)
        self.assertEqual(host["with_cap_net_admin"]["driver"], "repair")
        self.assertEqual(self.json("explain")["host"]["plain"]["driver"], "rearm")
        alone = self.json("explain", env={"WSALIVE_PRECISION": "kernel"})  # K-121
        self.assertEqual(alone["host"]["plain"]["driver"], "native")
        self.assertGreater(alone["subjects"][0]["first_probe_latest_ms"], 7200000 + 100000)

    def test_other_peoples_programs_are_told_apart_by_the_way_they_are_reached(self):
        args = ("--time", "1500ms", "--interval", "300ms", "--probes", "10")
        host = self.json("explain", *args)["host"]
        kernel, preloaded = host["other_programs"], host["preloaded_programs"]
        self.assertEqual([kernel[name] for name in ("time_ms", "interval_ms")], [1000, 1000])
        self.assertEqual([preloaded[name] for name in ("time_ms", "interval_ms", "probes", "noticed_by")], [1500, 300, 10, "keep-alive"])
        self.assertEqual(preloaded["noticed_ms"], self.subject(*args)["noticed_ms"])
        self.assertLess(preloaded["noticed_latest_ms"] - preloaded["noticed_ms"], 50)
        self.assertGreater(kernel["noticed_latest_ms"] - kernel["noticed_ms"], 50)
        text = " ".join(self.ok("explain", *args).split())
        self.assertIn("where run preloads our library, as in programs on it. By set, by attach and by run with bpf or seccomp the kernel "
                      "keeps T 1s, I 1s, N", text)
        alone = {"WSALIVE_PRECISION": "kernel"}  # Which programs that run preloads get as well.
        host = self.json("explain", *args, env=alone)["host"]
        self.assertEqual([host["preloaded_programs"][name] for name in ("time_ms", "noticed_latest_ms")],
                         [host["other_programs"][name] for name in ("time_ms", "noticed_latest_ms")])
        self.assertIn("In other people's programs (run, attach, set) the kernel keeps T 1s", " ".join(self.ok("explain", *args, env=alone).split()))

    TIMED = ("--time", "10s", "--interval", "5s", "--probes", "3", "--user-timeout")

    def test_a_user_timeout_takes_the_counts_place_where_the_kernel_keeps_it(self):  # K-76
        for value, by, noticed, probes in (("12s", "user-timeout", 15_000, 1), ("25s", "user-timeout", 25_000, 3),
                                           ("1min", "user-timeout", 60_000, 10), ("off", "keep-alive", 25_000, 3)):
            report = self.json("explain", *self.TIMED, value, "--compare", "linux,win11")
            linux, windows = report["subjects"]
            self.assertEqual((linux["noticed_by"], linux["noticed_ms"], linux["probes"]), (by, noticed, 3), value)
            self.assertEqual([event["what"] for event in linux["events"]], ["probe"] * probes + ["reset"])
            self.assertEqual((windows["noticed_by"], windows["noticed_ms"]), ("keep-alive", 25_000))
            others = report["host"]["other_programs"]
            self.assertEqual((others["noticed_by"], others["noticed_ms"]), (by, noticed))
            self.assertGreater(others["noticed_latest_ms"], noticed)
        self.assertEqual(report["user_timeout_ms"], 0)

    def test_a_user_timeout_bounds_data(self):
        without = self.json("explain")
        self.assertEqual((without["user_timeout_ms"], without["subjects"][0]["noticed_by"]), (0, "keep-alive"))
        self.assertGreater(without["host"]["data_given_up_ms"], 12_000)
        bounded = self.json("explain", *self.TIMED, "12s")
        self.assertEqual(bounded["user_timeout_ms"], 12_000)
        self.assertLess(bounded["host"]["data_given_up_latest_ms"], 14_000)
        self.assertGreaterEqual(bounded["host"]["data_given_up_ms"], 12_000)

    def test_a_user_timeout_is_told_in_words_and_in_the_picture(self):
        picture = self.path("timed.svg")
        linux = self.ok("explain", *self.TIMED, "12s", "--compare", "linux", "--svg", picture)
        said = "TCP_USER_TIMEOUT is 12s: it takes the place of N = 3."
        words = " ".join(linux.split())
        self.assertEqual(words.count(said), 2)  # Of the kernel, and of other people's programs.
        self.assertIn("The program gets an error after 15s to", words)
        root = xml.parse(picture).getroot()
        circles = [c.get("class") for c in root.iter("{http://www.w3.org/2000/svg}circle")]
        self.assertEqual((circles.count("beat"), circles.count("bad")), (2, 2))  # With the legend.
        self.assertIn("user time-out 12s", "".join(root.itertext()))
        ours = " ".join(self.ok("explain", *self.TIMED, "12s").split())
        self.assertIn("The program gets an error after 25s.", ours)
        self.assertIn("TCP_MAXRT", ours)
        self.assertEqual(ours.count(said), 1)
        side = " ".join(self.ok("explain", *self.TIMED, "12s", "--compare", "win11,linux").split())
        self.assertIn("user time-out, 12s N holds in N's place", side)

    def test_the_kernel_alone_loses_the_count_to_a_user_timeout(self):  # K-76, K-121
        alone = {"WSALIVE_PRECISION": "kernel"}
        report = self.json("explain", *self.TIMED, "12s", env=alone)
        self.assertEqual((report["subjects"][0]["noticed_by"], report["subjects"][0]["noticed_ms"]), ("user-timeout", 15_000))
        self.assertEqual((report["host"]["plain"]["driver"], report["host"]["plain"]["probes"]), ("late", 1))
        self.assertIn("with the user time-out in place of N", " ".join(self.ok("explain", *self.TIMED, "12s", env=alone).split()))
        self.assertEqual(self.json("explain", *self.TIMED, "25s", env=alone)["host"]["plain"]["driver"], "native")

    def test_a_very_long_series_has_its_ends(self):
        args = ("--time", "1s", "--interval", "1s", "--probes", "3", "--user-timeout", "24h", "--compare", "linux")
        subject = self.subject(*args)
        probes = [event["at_ms"] for event in subject["events"] if event["what"] == "probe"]
        self.assertEqual(len(probes) + subject["probes_left_out"], 24 * 3600 - 1)
        self.assertEqual((probes[0], probes[-1], subject["noticed_ms"]), (1000, 86_399_000, 86_400_000))
        day = 24 * 3600 * 1000
        self.assertGreaterEqual(self.json("explain", *args)["host"]["data_given_up_ms"], day)
        text = self.ok("explain", *args)
        self.assertIn(f"probe {24 * 3600 - 1}\n", text)
        self.assertIn(f"{24 * 3600 - 1 - 4} more, one every 1s", text)

    def test_a_user_timeout_that_cannot_be_is_refused(self):
        for bad in ("30", "600h", "soon"):
            self.refused(2, "explain", "--user-timeout", bad)

    def test_no_probe_at_all_is_said(self):  # K-53
        registry = self.path("zero.reg", "REGEDIT4\n\n[HKEY_LOCAL_MACHINE\\SYSTEM\\"
                             "CurrentControlSet\\Services\\Tcpip\\Parameters]\n"
                             '"TcpMaxDataRetransmissions"=dword:00000000\n'
                             '"PPTPTcpMaxDataRetransmissions"=dword:00000000\n')
        args = ("--release", "ws2003", "--registry", registry)
        subject = self.subject(*args)
        self.assertEqual((subject["fate"], subject["events"]), ("unnoticed", []))
        self.assertIn("nothing is ever sent", self.ok("explain", *args))

    def test_the_text_fits_a_terminal_and_names_the_instants(self):
        for args in ((), ASKED, ("--peer", "nat"), ("--compare", "winxp,win11,linux")):
            text = self.ok("explain", *args)
            for line in text.splitlines():
                self.assertLessEqual(len(line), 80, line)
        self.assertIn("The program gets an error after 60s.", self.ok("explain", *ASKED))

    def test_the_picture_is_an_svg_with_a_mark_for_each_event(self):
        path = self.path("picture.svg")
        self.ok("explain", *ASKED, "--svg", path)
        root = xml.parse(path).getroot()
        self.assertTrue(root.tag.endswith("}svg"))
        circles = [c.get("class") for c in root.iter("{http://www.w3.org/2000/svg}circle")]
        self.assertEqual((circles.count("beat"), circles.count("bad")), (11, 2))  # With the legend.

    def test_a_picture_that_cannot_be_written_is_a_failure(self):
        self.assertIn("cannot write the picture",
                      self.refused(3, "explain", "--svg", self.path("no-folder/picture.svg")))

    def test_times_without_units_are_refused_with_both_meanings(self):
        line = self.refused(2, "explain", "--time", "7200")
        self.assertRegex(line, re.escape("7200s (that is 2h)") + ".*" +
                         re.escape("7200ms (that is 7.2s)"))

    def test_bad_words_are_refused(self):
        self.assertIn("one of win2000, winxp", self.refused(2, "explain", "--release", "win12"))
        self.assertIn("is none of dead, answers, resets, nat",
                      self.refused(2, "explain", "--peer", "asleep"))
        self.assertIn("no such release", self.refused(2, "explain", "--compare", "win11,bsd"))
        self.assertIn("leave keep-alive off", self.refused(2, "explain", "--probes", "0"))
        self.assertIn("no count", self.refused(2, "explain", "--probes", "256"))
        self.assertIn("out of range", self.refused(2, "explain", "--time", "50d"))

    def test_registry_files_that_are_missing_or_broken_are_named(self):
        self.assertIn("there is no such file",
                      self.refused(3, "explain", "--registry", self.path("none.reg")))
        broken = self.path("broken.reg", 'REGEDIT4\n\n[HKEY_LOCAL_MACHINE\\A]\n"x"=what\n')
        line = self.refused(3, "explain", "--registry", broken)
        self.assertIn("broken.reg: line 4:", line)

    def test_an_unknown_rule_set_of_the_environment_is_refused(self):  # K-122
        said = self.refused(3, "explain", env={"WSALIVE_RULES": "foo"})
        self.assertIn("use documented or observed", said)
        # The command recognizes a wrong rule set by its place, not by words in it.
        said = self.refused(3, "explain", env={"WSALIVE_RELEASE": "rule set"})
        self.assertIn("which release of Windows", said)
        self.assertIn("use one of win2000", said)
        self.path("registry.reg", 'REGEDIT4\n\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\wsalive]\n"Rules"=dword:00000001\n')
        self.assertIn("use documented or observed", self.refused(3, "explain"))

    def test_an_unknown_release_of_the_environment_is_refused(self):  # K-122
        self.assertIn("win12", self.refused(3, "explain", env={"WSALIVE_RELEASE": "win12"}))


class ExplainSocket(tool.ToolWithConnection):
    """A socket of this very process."""

    def setUp(self):
        super().setUp()
        self.name = f"{os.getpid()}:{self.client.fileno()}"

    def switch_on(self, idle, interval, user_timeout=0):
        self.client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self.client.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, idle)
        self.client.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, interval)
        self.client.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3)
        self.client.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, user_timeout)

    def test_what_is_in_force_and_when_it_is_noticed(self):
        self.switch_on(45, 5)
        report = self.json("explain", self.name)
        self.assertTrue(report["socket"]["on"])
        self.assertEqual(report["socket"]["noticed_after_ms"], 60000)
        self.assertEqual((report["subjects"][0]["noticed_ms"], report["subjects"][0]["error"]["name"]), (60000, "ETIMEDOUT"))
        text = self.ok("explain", self.name)
        latest = report["socket"]["noticed_after_latest_ms"]
        self.assertGreater(latest, 60000)  # The kernel's timers are coarse, by its tick.
        self.assertRegex(text, r"The program gets an error after 60s to 6[\d.]+s\.")
        self.assertIn("set by or for the program", text)
        self.assertNotIn("WSAENETRESET", text)
        for line in text.splitlines():
            self.assertLessEqual(len(line), 100, line)

    def test_a_user_timeout_takes_the_counts_place(self):
        self.switch_on(10, 5, 12000)
        report = self.json("explain", self.name)
        self.assertEqual((report["subjects"][0]["noticed_ms"], report["socket"]["probes"]), (15000, 3))
        self.assertEqual((report["subjects"][0]["noticed_by"], report["user_timeout_ms"]), ("user-timeout", 12000))
        self.assertIn("TCP_USER_TIMEOUT is 12s", self.ok("explain", self.name))
        self.switch_on(1, 1, 600_000)  # More probes than a count can say.
        subject = self.json("explain", self.name)["subjects"][0]
        self.assertEqual((subject["noticed_ms"], subject["noticed_latest_ms"] > 600_000), (600_000, True))

    def test_off_is_said(self):
        text = self.ok("explain", self.name)
        self.assertIn("Keep-alive is off", text)
        self.assertIn(f"wsalive set {self.name}", " ".join(text.split()))

    def test_unacknowledged_data_is_said(self):
        self.accepted.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.client.setblocking(False)
        try:
            while True:
                self.client.send(b"x" * 65536)
        except BlockingIOError:
            pass
        self.assertGreater(self.json("explain", self.name)["socket"]["unacknowledged_bytes"], 0)
        self.assertIn("no probe leaves now", self.ok("explain", self.name))

    def test_what_is_no_socket_is_one_line(self):
        for bad in ("4711", "a:b", ":5", "4711:", "0:1", "-1:3"):
            self.refused(2, "explain", bad)
        self.assertIn("no such process", self.refused(6, "explain", "999999999:3"))
        self.assertIn("no such descriptor", self.refused(6, "explain", f"{os.getpid()}:99999"))
        with open("/dev/null", "rb") as file:
            self.assertIn("no TCP socket", self.refused(3, "explain", f"{os.getpid()}:{file.fileno()}"))
        for more in (("--time", "45s"), ("--user-timeout", "30s")):
            self.assertIn("at once", self.refused(2, "explain", self.name, *more))


if __name__ == "__main__":
    tool.main()
