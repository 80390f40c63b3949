#!/usr/bin/env python3
"""wsalive doctor, as it is and where things are denied.

labels: net
"""
import os
import subprocess
import json
import tool


class Doctor(tool.Tool):
    def look(self, *around):
        done = subprocess.run([*around, tool.BINARY, "doctor", "--json"], text=True, capture_output=True, timeout=60)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        report = json.loads(done.stdout)
        parts = {part["part"]: part for part in report["parts"]}
        self.assertEqual(done.returncode == 1, any(part["missing"] for part in parts.values()))
        return parts, report["run"]

    def test_every_part_is_there_and_what_is_missing_has_a_remedy(self):
        parts, run = self.look()
        self.assertEqual(set(parts), {"kernel", "tick", "sysctls", "preload", "seccomp", "pidfd_getfd", "ptrace_scope",
                                      "cgroup2", "bpf", "bpffs", "user_namespaces", "net_admin", "tcp_diag", "sock_destroy"})
        for part in parts.values():
            self.assertEqual(bool(part["remedy"]), part["missing"], part)
        self.assertEqual(parts["kernel"]["found"], "Linux " + os.uname().release)
        with open("/proc/sys/net/ipv4/tcp_keepalive_time", encoding="ascii") as file:
            self.assertIn("tcp_keepalive_time " + file.read().strip(), parts["sysctls"]["found"])

    def test_a_bpf_file_system_that_is_closed_is_not_called_missing(self):
        own = ["unshare", "--mount", "sh", "-c", 'mount -t bpf -o mode=0700 bpf /sys/fs/bpf && exec "$@"', "sh"]
        user = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
        try:
            if subprocess.run([*own, *user, tool.BINARY, "--version"], capture_output=True).returncode != 0:
                self.skipTest("no bpf file system can be mounted here, or the build folder is closed to other users")
        except OSError:
            self.skipTest("unshare or setpriv is not there")
        bpffs = self.look(*own, *user)[0]["bpffs"]
        if "without bpf" in bpffs["found"]:
            self.skipTest("this build is without bpf")
        self.assertEqual((bpffs["missing"], bpffs["found"]), (True, "mounted on /sys/fs/bpf, and closed to this user"))
        self.assertNotIn("mount -t", bpffs["remedy"])  # It would hide the policies that are there.
        self.assertFalse(self.look(*own)[0]["bpffs"]["missing"])

    def test_the_way_it_names_is_the_way_that_run_takes(self):
        _, run = self.look()
        if run["dynamic_whole"]["via"] == "none":
            self.skipTest("this host allows no way at all")
        for kind, times in (("dynamic_whole", ("--time", "45s")), ("dynamic_fraction", ("--time", "1500ms"))):
            done = self.run_tool("run", *times, "--", "/bin/true")
            self.assertIn(f"keep-alive by {run[kind]['via']}:", done.stderr)

    def test_the_way_goes_by_the_precision_that_was_chosen(self):  # K-121
        _, run = self.look("env", "WSALIVE_PRECISION=kernel")
        self.assertIn("rounded to whole seconds", run["dynamic_fraction"]["because"])

    @tool.needs_borrowing
    def test_without_capabilities_bpf_and_repair_are_missing(self):
        if os.getuid() != 0:
            self.skipTest("without root they are missing anyway")
        parts, run = self.look("setpriv", "--bounding-set", "-all", "--inh-caps", "-all")
        for part in ("bpf", "net_admin", "sock_destroy"):
            self.assertTrue(parts[part]["missing"], part)
        self.assertIn("CAP_NET_ADMIN", parts["net_admin"]["found"])
        self.assertEqual(run["static_whole"]["via"], "seccomp")
        self.assertIn("no bpf: not permitted", run["static_whole"]["because"])

    def test_without_user_namespaces_it_says_so(self):
        script = "echo 0 >/proc/sys/user/max_user_namespaces && exec \"$@\""
        denied = ("unshare", "--user", "--map-root-user", "sh", "-c", script, "sh")
        if subprocess.run([*denied, "true"], capture_output=True).returncode != 0:
            self.skipTest("namespaces are denied here")
        part = self.look(*denied)[0]["user_namespaces"]
        self.assertTrue(part["missing"])
        self.assertIn("sysctl user.max_user_namespaces=", part["remedy"])

    def test_the_text_has_a_line_for_each_and_fits_no_colour(self):
        done = self.run_tool("doctor")
        self.assertRegex(done.stdout, r"(?m)^[+-]  kernel +Linux \S+ +all of it")
        self.assertRegex(done.stdout, r"(?m)^static program, 45s +(bpf|seccomp|none)")
        self.assertNotIn("\033", done.stdout)
        self.assertEqual([line for line in done.stdout.splitlines() if len(line) > 100], [])


if __name__ == "__main__":
    tool.main()
