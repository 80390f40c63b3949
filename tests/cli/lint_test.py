#!/usr/bin/env python3
"""wsalive lint: findings, exit status and JSON, from the real binary."""
import tool


class Lint(tool.Tool):
    def rules(self, *args, status=1):
        report = self.json("lint", *args, status=status)
        return {finding["rule"]: finding for finding in report["findings"]}

    def test_sensible_settings_pass(self):
        args = ("--time", "45s", "--interval", "5s", "--probes", "6")
        self.assertEqual(self.rules(*args, status=0), {})
        self.assertIn("Nothing to complain about.", self.ok("lint", *args))

    def test_a_flood_of_probes_is_a_warning_with_a_remedy(self):
        finding = self.rules("--time", "45s", "--interval", "5ms")["flood"]
        self.assertEqual(finding["severity"], "warning")
        self.assertIn("1s or more", finding["remedy"])

    def test_notes_alone_leave_the_status_0(self):
        rules = self.rules("--time", "45s", "--interval", "1500ms", status=0)
        self.assertEqual([finding["severity"] for finding in rules.values()], ["note"])

    def test_the_paths_timeout_counts_where_it_is_known(self):
        self.assertIn("path-forgets", self.rules("--time", "5min", "--path-timeout", "240s"))
        self.assertNotIn("path-forgets",
                         self.rules("--time", "5min", "--path-timeout", "301s", status=0))

    def test_seconds_in_the_registry_are_found(self):
        self.ok("registry", "set", "KeepAliveTime", "7200ms")
        finding = self.rules()["seconds-for-milliseconds"]
        self.assertIn("wsalive registry set KeepAliveTime 7200s", finding["remedy"])

    def test_values_that_do_not_count_are_found(self):  # K-84, K-85
        self.path("registry.reg", "REGEDIT4\n\n[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\"
                  'Services\\Tcpip\\Parameters]\n"KeepAliveTime"="45"\n')
        finding = self.rules()["registry-value"]
        self.assertIn("KeepAliveTime", finding["text"])
        self.assertIn("REG_DWORD", finding["text"])

    def test_text_fits_a_terminal(self):
        for line in self.ok("lint", status=1).splitlines():
            self.assertLessEqual(len(line), 80, line)


if __name__ == "__main__":
    tool.main()
