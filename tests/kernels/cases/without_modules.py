#!/usr/bin/env python3
"""In a guest of tools/kernels, before anything else: a kernel that loads no modules, as in a container that has none, or on a host
that runs one kernel and has the modules of another.
"""
import os
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.environ["WSALIVE_SOURCE"], "tests/cli"))
import tool  # noqa: E402  (it stands in the folder that was just named)

LOADER = "/proc/sys/kernel/modprobe"
DEMO = os.path.join(tool.BUILD, "demo/wsalive-demo")


def is_there(module):
    if os.path.isdir(f"/sys/module/{module}"):
        return True
    with open(f"/lib/modules/{os.uname().release}/modules.builtin", encoding="ascii") as builtin:
        return f"/{module}.ko" in builtin.read()


class WithoutModules(tool.ToolWithConnection):
    def setUp(self):
        super().setUp()
        with open(LOADER, encoding="ascii") as file:
            before = file.read()
        self.addCleanup(self.set_loader, before)
        self.set_loader("/bin/false")

    @staticmethod
    def set_loader(path):
        with open(LOADER, "w", encoding="ascii") as file:
            file.write(path)

    def test_inet_diag_alone_has_no_list_and_none_is_made_up(self):
        """Who asks for UDP's loads it. sock_diag then answers with a list of nothing, and says only at the end that it could not."""
        if is_there("tcp_diag"):
            self.skipTest("this kernel has tcp_diag built in")
        subprocess.run(["modprobe", "inet_diag"], check=True)
        self.assertIn("tcp_diag, is not there and could not be loaded", self.refused(5, "ls"))

    def test_without_tcp_diag_it_is_said_what_is_missing_and_what_to_do(self):
        if is_there("tcp_diag"):
            self.skipTest("this kernel has tcp_diag built in")
        me = f"{os.getpid()}:{self.client.fileno()}"
        for words in (("ls",), ("set", me, "--time", "45s"), ("lint", str(os.getpid())), ("explain", me)):
            self.assertEqual(self.refused(5, *words),
                             "wsalive: cannot list connections: the kernel's part that lists them, tcp_diag, is not there and could "
                             "not be loaded; load it as root, on the host itself: modprobe tcp_diag; a kernel without that module "
                             "needs CONFIG_INET_DIAG\n")
        parts = {part["part"]: part for part in self.json("doctor", status=1)["parts"]}
        self.assertIn("tcp_diag, is not there", parts["tcp_diag"]["found"])
        self.assertIn("modprobe tcp_diag", parts["tcp_diag"]["remedy"])
        self.assertEqual(parts["sock_destroy"]["found"], "takes tcp_diag")

    def test_without_nf_tables_the_demo_plays_on_loopback(self):
        subprocess.run(["modprobe", "veth"], check=True)
        if is_there("nf_tables"):
            self.skipTest("this kernel has nf_tables built in")
        done = subprocess.run([DEMO], text=True, capture_output=True, timeout=100)
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        self.assertIn("No network with a firewall can be made here: nft: ", done.stdout)
        self.assertIn("the program reads WSAENETRESET", done.stdout)


if __name__ == "__main__":
    tool.main()
