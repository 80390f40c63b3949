#!/usr/bin/env python3
"""wsalive explain: its numbers, its words and its picture, from the real binary."""
import re
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
        self.assertIn("--time 22.5s or less",
                      self.ok("explain", *ASKED, "--path-timeout", "45s"))

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
        self.assertEqual(self.json("explain")["host"]["plain"]["driver"], "native")

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
        self.assertIn("The program is told after 60s.", self.ok("explain", *ASKED))

    def test_the_picture_is_an_svg_with_a_mark_for_each_event(self):
        path = self.path("picture.svg")
        self.ok("explain", *ASKED, "--svg", path)
        root = xml.parse(path).getroot()
        self.assertTrue(root.tag.endswith("}svg"))
        circles = [c.get("class") for c in root.iter("{http://www.w3.org/2000/svg}circle")]
        self.assertEqual((circles.count("beat"), circles.count("bad")), (11, 2))  # With the legend.

    def test_a_picture_that_cannot_be_written_is_a_failure(self):
        self.assertIn("cannot write the picture",
                      self.refused(7, "explain", "--svg", "/nonexistent/picture.svg"))

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

    def test_an_unknown_release_of_the_environment_is_refused(self):  # K-122
        self.assertIn("win12", self.refused(3, "explain", env={"WSALIVE_RELEASE": "win12"}))


if __name__ == "__main__":
    tool.main()
