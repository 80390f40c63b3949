#!/usr/bin/env python3
"""wsalive run with real programs: each one's own socket is read by `wsalive ls` and, apart from it, through
pidfd_getfd. Servers are the test's own, on loopback, in a temporary folder, as a user without rights.

labels: net slow
"""
import ctypes
import glob
import os
import pwd
import shutil
import socket
import subprocess
import time
import unittest
import tool

WAYS = ("seccomp", *([] if tool.NO_PRELOAD else ["preload"]), "auto")
TIMES = ("--time", "45s", "--interval", "5s", "--probes", "5")
OURS = (1, 45, 5, 5)
OPTIONS = ((1, 9), (6, 4), (6, 5), (6, 6))
SOURCE = os.path.join(tool.SOURCE, "tests/attach/programs/own_values.c")
DYNAMIC = os.path.join(tool.BUILD, "tests/attach/programs/own_values")
PIDFD_OPEN, PIDFD_GETFD = 434, 438
libc = ctypes.CDLL(None, use_errno=True)

GO_CLIENT = """package main
import ("fmt"; "io"; "net"; "os")
func main() {
  c, err := net.Dial("tcp", os.Args[1])
  if err != nil { fmt.Println(err); os.Exit(1) }
  fmt.Println("up")
  io.Copy(io.Discard, c)
}
"""


def borrowed_values(pid, fd):
    """SO_KEEPALIVE, idle, interval and count of another process's socket, without any help of wsalive."""
    process = libc.syscall(PIDFD_OPEN, pid, 0)
    copy = libc.syscall(PIDFD_GETFD, process, fd, 0)
    os.close(process)
    with socket.socket(fileno=copy) as end:
        return tuple(end.getsockopt(*option) for option in OPTIONS)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


@unittest.skipIf(tool.SANITIZED == "thread", tool.NO_SIGNALS)
class Programs(tool.Tool):
    def setUp(self):
        super().setUp()
        os.chmod(self.home, 0o777)

    def need(self, *programs):
        for program in programs:
            if not shutil.which(program):
                self.skipTest(f"{program} is not installed (tools/setup --all)")

    def start(self, *words, user=None, **more):
        """Ends with the test."""
        def become():
            if user and os.getuid() == 0:
                os.setgroups([])
                os.setgid(pwd.getpwnam(user).pw_gid)
                os.setuid(pwd.getpwnam(user).pw_uid)
        log = open(self.path("log"), "ab")
        self.addCleanup(log.close)
        child = subprocess.Popen(words, stdin=more.pop("stdin", subprocess.DEVNULL), stdout=log, stderr=log,
                                 preexec_fn=become, cwd=self.home, **more)
        def end():
            child.terminate()
            try:
                child.wait(timeout=20)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        self.addCleanup(end)
        return child

    def run_beside(self, *words, **more):
        return self.start(tool.BINARY, "run", *words, **more)

    def log(self):
        with open(self.path("log"), encoding="utf-8", errors="replace") as file:
            return file.read()

    def await_port(self, port):
        self.until(lambda: socket.create_connection(("127.0.0.1", port), timeout=5).close() or True)

    def until(self, attempt, seconds=60):
        end = time.monotonic() + seconds
        while True:
            try:
                result = attempt()
                if result:
                    return result
            except OSError:
                pass
            self.assertLess(time.monotonic(), end, self.log())
            time.sleep(0.1)

    def connection(self, *filters):
        """The one connection that fits, once it is there."""
        def look():
            found = [c for c in self.json("ls", *filters)["connections"] if c["state"] == "established" and c["pid"]]
            return found and found[0]
        return self.until(look)

    def check(self, expected, *filters):
        """What ls says is what the socket has."""
        def matches():
            found = self.connection(*filters)
            return borrowed_values(found["pid"], found["fd"]) == expected and found
        try:
            found = self.until(matches, seconds=20)
        except AssertionError:
            found = self.connection(*filters)
            self.assertEqual(borrowed_values(found["pid"], found["fd"]), expected, self.log())
        values = found["keep_alive"]
        self.assertEqual((int(values["on"]), values["idle_ms"] // 1000, values["interval_ms"] // 1000,
                          values["probes"]), expected)


class Binaries(Programs):
    def setUp(self):
        super().setUp()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(self.listener.close)
        self.port = self.listener.getsockname()[1]

    def test_a_static_go_program_keeps_what_go_sets_unless_it_is_forced(self):
        self.need("go")
        source = self.path("client.go", GO_CLIENT)
        client = self.path("go-client")
        environment = {**os.environ, "CGO_ENABLED": "0", "GO111MODULE": "off", "GOTOOLCHAIN": "local",
                       "GOCACHE": self.path("cache"), "GOPATH": self.path("gopath"), "GOFLAGS": "-p=2"}
        subprocess.run(["go", "build", "-o", client, source], env=environment, check=True, cwd=self.home)
        for way in ("seccomp", "auto"):
            # Go sets the switch, the idle time and the interval of 15 s itself, after it has connected.
            child = self.run_beside("--via", way, *TIMES, "--", client, f"127.0.0.1:{self.port}")
            self.check((1, 15, 15, 5), "--program", "go-client")
            child.terminate()
            child.wait()
            child = self.run_beside("--via", way, "--force", *TIMES, "--", client, f"127.0.0.1:{self.port}")
            self.check(OURS, "--program", "go-client")
            child.terminate()
            child.wait()

    def test_a_musl_program_is_reached_and_never_by_preload(self):
        self.need("musl-gcc")
        for name, flags in (("musl-static", ["-static"]), ("musl-dynamic", [])):
            program = self.path(name)
            subprocess.run(["musl-gcc", *flags, "-O1", "-o", program, SOURCE], check=True, capture_output=True)
            self.assertEqual(self.ok("run", "--quiet", "--via", "seccomp", *TIMES, "--", program, "connect",
                                     str(self.port)), "1 45 5 5\n")
            said = self.refused(5, "run", "--via", "preload", *TIMES, "--", program, "exit", "0")
            self.assertRegex(said, "the program is (static|not loaded by glibc's loader)")
            if not tool.NO_PRELOAD:  # As the child of one that is: it goes on without.
                self.assertEqual(self.ok("run", "--quiet", "--via", "preload", *TIMES, "--", "sh", "-c",
                                         f"{program} exit 37; echo $?"), "37\n")

    @tool.needs_preload
    def test_a_program_with_address_sanitizer_is_reached_and_never_by_preload(self):
        self.need("gcc")
        program = self.path("sanitized")
        done = subprocess.run(["gcc", "-fsanitize=address", "-o", program, SOURCE], capture_output=True, check=False)
        if done.returncode != 0:
            self.skipTest("gcc is without AddressSanitizer here")
        said = self.refused(5, "run", "--via", "preload", *TIMES, "--", program, "exit", "0")
        self.assertIn("AddressSanitizer", said)
        self.assertEqual(self.ok("run", "--quiet", *TIMES, "--", program, "connect", str(self.port)), "1 45 5 5\n")

    def test_a_program_that_gains_rights_is_refused_where_it_would_lose_them(self):
        if os.getuid() != 0:
            self.skipTest("needs root to make a set-user-ID program")
        program = self.path("setuid")
        shutil.copy(DYNAMIC, program)
        os.chown(program, pwd.getpwnam("nobody").pw_uid, -1)
        os.chmod(program, 0o4755)
        said = self.refused(5, "run", "--via", "preload", *TIMES, "--", program, "exit", "0")
        self.assertIn("gains rights", said)
        tool_copy = self.path("wsalive")
        shutil.copy(tool.BINARY, tool_copy)
        os.chmod(tool_copy, 0o755)
        os.chown(program, 0, -1)
        os.chmod(program, 0o4755)
        words = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", tool_copy, "run", *TIMES, "--",
                 program, "exit", "0"]
        done = subprocess.run(words, env={**os.environ, "WSALIVE_REGISTRY": "/none.reg"}, text=True, capture_output=True,
                              cwd=self.home)
        self.assertEqual((done.returncode, done.stdout), (5, ""), done.stderr)
        self.assertRegex(done.stderr, r"\Awsalive: cannot run [^\n]*would start without them[^\n]*\n\Z")

    def test_forks_of_a_shell_pipeline_are_reached(self):
        script = f"( '{DYNAMIC}' connect {self.port} & wait ) | cat; exec '{DYNAMIC}' connect {self.port}"
        self.assertEqual(self.ok("run", "--quiet", *TIMES, "--", "sh", "-c", script), "1 45 5 5\n" * 2)

    def test_where_seccomp_is_denied_the_line_names_it(self):
        # As a container's filter does: seccomp(2) answers EPERM.
        launcher = self.path("deny.py", f"""
import ctypes, os, struct
libc = ctypes.CDLL(None, use_errno=True)
def step(code, jt, jf, k): return struct.pack("HBBI", code, jt, jf, k)
code = (step(0x20, 0, 0, 0) + step(0x15, 0, 1, {317 if os.uname().machine == 'x86_64' else 277}) +
        step(0x06, 0, 0, 0x00050001) + step(0x06, 0, 0, 0x7fff0000))
buffer = ctypes.create_string_buffer(code)
program = struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(buffer))
assert libc.prctl(38, 1, 0, 0, 0) == 0 and libc.prctl(22, 2, program, 0, 0) == 0
os.execv({tool.BINARY!r}, ["wsalive", "run", "--via", "seccomp", "--quiet", "--", "true"])
""")
        done = subprocess.run(["python3", launcher], text=True, capture_output=True)
        self.assertEqual((done.returncode, done.stdout), (4, ""), done.stderr)
        self.assertRegex(done.stderr, r"\Awsalive: cannot run true with keep-alive by seccomp: not permitted, "
                                      r"install a seccomp filter [^\n]+\n\Z")


class Servers(Programs):
    def test_psql_and_the_servers_side_of_its_session(self):
        folders = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
        if not folders:
            self.skipTest("PostgreSQL is not installed (tools/setup --all)")
        self.need("psql")
        user = "postgres" if os.getuid() == 0 else None
        data, port = self.path("data"), free_port()
        def as_user():
            if user:
                os.setgid(pwd.getpwnam(user).pw_gid)
                os.setuid(pwd.getpwnam(user).pw_uid)
        subprocess.run([f"{folders[-1]}/initdb", "-D", data, "-U", "tester", "-A", "trust", "--no-sync"], check=True,
                       preexec_fn=as_user, capture_output=True, cwd=self.home)
        server = [f"{folders[-1]}/postgres", "-D", data, "-p", str(port), "-k", self.home, "-h", "127.0.0.1", "-F"]
        # The library must be where that user may read it; seccomp needs nothing.
        wsalive = shutil.copy(tool.BINARY, self.path("wsalive"))
        self.start(wsalive, "run", "--via", "seccomp", "--time", "60s", "--interval", "6s", "--probes", "6", "--",
                   *server, user=user)
        psql = ["psql", "-h", "127.0.0.1", "-p", str(port), "-U", "tester", "-X", "-A", "-t", "postgres", "-c"]
        self.until(lambda: subprocess.run([*psql, "select 1"], capture_output=True).returncode == 0)
        told = subprocess.run([*psql, "show tcp_keepalives_idle"], capture_output=True, text=True, check=True)
        self.assertEqual(told.stdout, "60\n")  # The server reads its own socket.
        for way in WAYS:
            client = self.run_beside("--via", way, *TIMES, "--", *psql, "select pg_sleep(60)")
            # libpq switches keep-alive on and leaves the times: they become ours.
            self.check(OURS, "--program", "psql", "--to", f":{port}")
            client.terminate()
            client.wait()
        plain = self.start(*psql, "select pg_sleep(60)")
        self.connection("--pid", str(plain.pid))
        self.ok("set", str(plain.pid), *TIMES)
        self.check(OURS, "--pid", str(plain.pid))

    def test_redis_keeps_its_own_times_unless_it_is_forced(self):
        self.need("redis-server", "redis-cli")
        for force, expected in (((), (1, 300, 100, 3)), (("--force",), OURS)):
            port = free_port()
            self.run_beside("--via", "seccomp", *TIMES, *force, "--", "redis-server", "--port", str(port), "--bind", "127.0.0.1",
                            "--save", "", "--dir", self.home)
            self.await_port(port)
            with socket.create_connection(("127.0.0.1", port)) as client:
                client.sendall(b"PING\r\n")
                self.assertEqual(client.recv(5), b"+PONG")
                self.check(expected, "--program", "redis-server", "--from", f":{port}")
            self.run_beside("--force", "--via", "seccomp", *TIMES, "--", "redis-cli", "-p", str(port), "--latency")
            self.check(OURS, "--program", "redis-cli", "--to", f":{port}")

    def test_nginx_hands_its_listeners_values_down(self):
        self.need("nginx")
        port = free_port()
        config = self.path("nginx.conf", f"""daemon off; pid {self.home}/pid; error_log stderr;
events {{}}
http {{ access_log off; client_body_temp_path {self.home}; proxy_temp_path {self.home}; fastcgi_temp_path {self.home};
  uwsgi_temp_path {self.home}; scgi_temp_path {self.home}; server {{ listen 127.0.0.1:{port}; }} }}
""")
        self.run_beside("--via", "seccomp", *TIMES, "--", "nginx", "-c", config, "-e", "stderr")
        self.await_port(port)
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            self.assertIn(b"HTTP/1.1", client.recv(100))
            self.check(OURS, "--program", "nginx", "--from", f":{port}")

    def test_an_ssh_session_gets_our_times(self):
        self.need("ssh", "ssh-keygen")
        if not os.path.exists("/usr/sbin/sshd"):
            self.skipTest("OpenSSH's server is not installed (tools/setup --all)")
        user = pwd.getpwuid(os.getuid()).pw_name
        for key in ("host", "mine"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.path(key)], check=True)
        shutil.copy(self.path("mine.pub"), self.path("authorized"))
        port = free_port()
        config = self.path("sshd.conf", f"""Port {port}
ListenAddress 127.0.0.1
HostKey {self.path("host")}
AuthorizedKeysFile {self.path("authorized")}
StrictModes no
UsePAM no
PermitRootLogin prohibit-password
PidFile none
""")
        server = ["/usr/sbin/sshd", "-D", "-e", "-f", config]
        if os.getuid() == 0:  # Then it asks for a folder of its own in /run.
            server = ["unshare", "--mount", "sh", "-c", "mount -t tmpfs none /run && mkdir /run/sshd && exec \"$@\"", "sh",
                      *server]
        self.start(*server)
        self.await_port(port)
        ssh = ["ssh", "-N", "-F", "none", "-p", str(port), "-i", self.path("mine"), "-o", "StrictHostKeyChecking=no",
               "-o", "UserKnownHostsFile=/dev/null", "-o", "BatchMode=yes", f"{user}@127.0.0.1"]
        for way in WAYS:
            client = self.run_beside("--via", way, *TIMES, "--", *ssh)
            self.check(OURS, "--program", "ssh", "--to", f":{port}")
            time.sleep(1)
            self.assertIsNone(client.poll(), self.log())  # Logged in, and not thrown out.
            client.terminate()
            client.wait()


if __name__ == "__main__":
    tool.main()
