#!/usr/bin/env python3
"""Every state and kind of a socket, made in a network of the test's own: what ls, explain, lint and set say of it, and that
what they foretell is what the kernel then does.

labels: ns realtime
"""
import errno
import json
import os
import select
import socket
import subprocess
import sys
import time
import tool

INSIDE = "WSALIVE_TEST_NETWORK"
TCP, KEEPIDLE, KEEPINTVL, KEEPCNT, SYNCNT, USER_TIMEOUT, REPAIR, MPTCP = 6, 4, 5, 6, 7, 18, 19, 262


def nft(words):
    subprocess.run(["nft", words], check=True, capture_output=True)


class States(tool.Tool):
    """A firewall on loopback drops what a test wants dropped."""

    def setUp(self):
        super().setUp()
        if not os.environ.get(INSIDE):
            self.skipTest("namespaces are denied here")
        try:
            nft("add table inet test; flush table inet test; add chain inet test cut { type filter hook input priority 0; }")
        except (OSError, subprocess.CalledProcessError):
            self.skipTest("nft is not there, or the kernel is without nftables")
        self.write("tcp_retries2", 15)
        self.kept = []

    def tearDown(self):
        for each in self.kept:
            each.close()

    @staticmethod
    def write(name, value):
        with open(f"/proc/sys/net/ipv4/{name}", "w", encoding="ascii") as file:
            file.write(str(value))

    def keep(self, made):
        self.kept.append(made)
        return made

    def pair(self, protocol=0):
        listener = self.keep(socket.socket(socket.AF_INET, socket.SOCK_STREAM, protocol))
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        self.port = listener.getsockname()[1]
        client = self.keep(socket.socket(socket.AF_INET, socket.SOCK_STREAM, protocol))
        client.connect(listener.getsockname())
        return client, self.keep(listener.accept()[0])

    def cut(self, port):
        for end in ("sport", "dport"):
            nft(f"add rule inet test cut tcp {end} {port} drop")

    @staticmethod
    def keep_alive(end, idle=45, interval=5, count=5):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in ((KEEPINTVL, interval), (KEEPCNT, count), (KEEPIDLE, idle)):
            end.setsockopt(TCP, name, value)

    def unacknowledged(self, **more):
        client, _ = self.pair()
        self.keep_alive(client, **more)
        self.cut(self.port)
        client.send(b"lost")
        return client

    def close_peers_window(self, client):
        """Sends what the peer does not read, until it has no room."""
        client.setblocking(False)
        try:
            while True:
                client.send(b"x" * 65536)
        except BlockingIOError:
            pass
        deadline = time.monotonic() + 20
        while self.listed(client)["condition"] != "window-closed":
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)

    @staticmethod
    def name(end):
        return f"{os.getpid()}:{end.fileno()}"

    def listed(self, end):
        found = [each for each in self.json("ls", "--pid", str(os.getpid()), "--listeners")["connections"]
                 if each["fd"] == end.fileno()]
        self.assertEqual(len(found), 1)
        return found[0]

    def rules(self, end):
        done = self.run_tool("lint", str(os.getpid()), "--json")
        self.assertIn(done.returncode, (0, 1), done.stderr)
        return {each["rule"] for each in json.loads(done.stdout)["findings"] if end.fileno() in each["fds"]}

    def explained(self, end):
        return self.json("explain", self.name(end))["socket"], " ".join(self.ok("explain", self.name(end)).split())

    def check(self, end, state, condition, by, words, effect=True):
        """Every command's answer about one socket."""
        row = self.listed(end)
        self.assertEqual((row["state"], row["condition"], row["noticed_by"]), (state, condition, by))
        live, text = self.explained(end)
        self.assertEqual(live["condition"], condition)
        self.assertIn(words, text)
        set_row = self.json("set", "--dry-run", self.name(end), "--time", "45s")["sockets"][0]
        self.assertEqual((set_row["condition"], set_row["in_effect"]), (condition, effect))
        said = " ".join(self.ok("set", "--dry-run", self.name(end), "--time", "45s").split())
        self.assertEqual("Keep-alive has no effect yet on 1 of these" in said, not effect)
        return row

    @tool.needs_borrowing
    def test_nothing_on_the_way(self):
        client, _ = self.pair()
        self.keep_alive(client)
        row = self.check(client, "established", "idle", "keep-alive", "The program gets an error after 70s")
        self.assertEqual((row["noticed_after_ms"], row["protocol"], row["in_repair_mode"]), (70000, "tcp", False))
        self.assertIn("Both ends are on this machine", self.explained(client)[1])
        self.assertIn("If the peer falls silent", self.explained(client)[1])

    @tool.needs_borrowing
    def test_unacknowledged_data(self):
        client = self.unacknowledged()
        time.sleep(1)
        row = self.check(client, "established", "unacknowledged", "retransmission", "retransmission decides", effect=False)
        self.assertGreater(row["noticed_in_ms"], 900_000)
        self.assertLess(row["noticed_in_latest_ms"], 1_200_000)
        self.assertGreaterEqual(row["retransmissions"], 1)
        self.assertIsNone(row["next_probe_ms"])
        live, text = self.explained(client)
        self.assertIn("tcp_retries2 is 15, and no TCP_USER_TIMEOUT is set", text)
        self.assertIn("Once that is answered, if the peer falls silent", text)
        self.assertIn("4 octets wait in the send queue, sent and not acknowledged or not sent yet. The timer of what waits has run out", text)
        self.assertGreater(live["noticed_in_ms"], 900_000)
        self.assertIn("data-unacknowledged", self.rules(client))
        table = self.ok("ls", "--pid", str(os.getpid()))
        self.assertRegex(table, r"(?m)x5 .*\d[smh]\*$")
        self.assertRegex(table, r"(?m)^\*: not keep-alive decides")
        bound = f"wsalive set {self.name(client)} --user-timeout 1min bounds that"
        for on in (1, 0):
            client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, on)
            text = self.explained(client)[1]
            self.assertIn(bound, text)
            self.assertNotRegex(text, r"wsalive set \S+ --time")
        client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        client.setsockopt(TCP, USER_TIMEOUT, 20000)
        self.assertLess(self.listed(client)["noticed_in_latest_ms"], 22_000)
        self.assertIn("TCP_USER_TIMEOUT is 20s", self.explained(client)[1])
        self.assertNotIn(bound, self.explained(client)[1])
        self.assertNotIn("data-unacknowledged", self.rules(client))

    def told_after(self, end):
        """The time until the program gets the error, in ms, and the error."""
        begun = time.monotonic()
        select.select([end], [], [], 60)
        code = end.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        return (time.monotonic() - begun) * 1000, code

    def assert_foretold(self, end):
        """The end comes between the two ends that ls foretells; a stalled machine may make it later."""
        row = self.listed(end)
        took, code = self.told_after(end)
        self.assertEqual(code, errno.ETIMEDOUT)
        self.assertGreater(took, row["noticed_in_ms"] - 150)  # The look itself takes a moment.
        self.assertLess(took, row["noticed_in_latest_ms"] + 1500)

    @tool.needs_borrowing
    def test_retransmission_ends_when_it_is_foretold(self):
        self.write("tcp_retries2", 4)
        client = self.unacknowledged()
        time.sleep(0.7)
        self.assert_foretold(client)

    @tool.needs_borrowing
    def test_a_user_timeout_ends_data_when_it_is_foretold(self):
        host = self.json("explain", "--user-timeout", "3s")["host"]  # Of a socket that does not exist.
        client = self.unacknowledged()
        sent = time.monotonic()
        self.ok("set", self.name(client), "--user-timeout", "3s")
        self.assert_foretold(client)
        took = (time.monotonic() - sent) * 1000
        self.assertGreater(took, host["data_given_up_ms"] - 150)
        self.assertLess(took, host["data_given_up_latest_ms"] + 1500)

    @tool.needs_borrowing
    def test_a_user_timeout_ends_keep_alives_series_when_it_is_foretold(self):
        client, _ = self.pair()
        self.keep_alive(client, 1, 1, 9)
        self.ok("set", self.name(client), "--user-timeout", "2500ms")
        self.cut(self.port)
        row = self.listed(client)
        self.assertEqual(row["noticed_by"], "user-timeout")
        report = self.json("explain", "--compare", "linux", "--time", "1s", "--interval", "1s", "--probes", "9",
                           "--user-timeout", "2500ms")
        for foretold in (report["subjects"][0], report["host"]["other_programs"]):  # Of a socket that does not exist.
            self.assertEqual([foretold[name] for name in ("noticed_by", "noticed_ms", "noticed_latest_ms")],
                             [row[name] for name in ("noticed_by", "noticed_after_ms", "noticed_after_latest_ms")])
        self.assert_foretold(client)

    def connecting(self):
        nft("add rule inet test cut tcp dport 9 drop")
        client = self.keep(socket.socket())
        client.setblocking(False)
        client.connect_ex(("127.0.0.1", 9))
        return client

    @tool.needs_borrowing
    def test_a_connection_that_is_being_made(self):
        client = self.connecting()
        row = self.check(client, "syn-sent", "connecting", "handshake", "The connection is being made", effect=False)
        self.assertIsNone(row["silent_for_ms"])
        self.assertLess(row["noticed_in_latest_ms"], 180_000)
        self.assertNotIn("has been silent", self.explained(client)[1])
        self.assertEqual(self.rules(client), set())
        self.assertNotIn("octet", self.explained(client)[1])  # The kernel counts the request as one.
        self.assertIn("The request is unanswered.", self.explained(client)[1])

    @tool.needs_borrowing
    def test_a_request_ends_when_it_is_foretold(self):
        self.write("tcp_syn_linear_timeouts", 0) if os.path.exists("/proc/sys/net/ipv4/tcp_syn_linear_timeouts") else None
        client = self.connecting()
        client.setsockopt(TCP, SYNCNT, 1)
        self.assert_foretold(client)

    @tool.needs_borrowing
    def test_a_connection_that_is_being_accepted_has_no_owner_yet(self):
        listener = self.keep(socket.create_server(("127.0.0.1", 0)))
        port = listener.getsockname()[1]
        nft(f"add rule inet test cut tcp sport {port} drop")
        client = self.keep(socket.socket())
        client.setblocking(False)
        client.connect_ex(("127.0.0.1", port))
        found = [each for each in self.json("ls", "--from", f":{port}")["connections"]]
        self.assertEqual([(each["state"], each["condition"], each["pid"], each["silent_for_ms"], each["noticed_by"]) for each in found],
                         [("syn-received", "being-accepted", None, None, None)])

    @tool.needs_borrowing
    def test_a_window_that_is_closed(self):
        client, _ = self.pair()
        self.keep_alive(client)
        self.close_peers_window(client)
        row = self.check(client, "established", "window-closed", "window-probes", "has no room for it", effect=False)
        self.assertGreater(row["noticed_in_ms"], 300_000)
        live, text = self.explained(client)
        self.assertIn(f"{live['unacknowledged_bytes']} octets wait in the send queue.", text)
        self.assertNotIn("on the way", text)
        self.assertIn("A peer that answers keeps the connection so for ever.", text)
        self.assertIn("--user-timeout 1min ends it after so long, whether the peer answers or not", text)
        client.setsockopt(TCP, USER_TIMEOUT, 600_000)
        text = self.explained(client)[1]
        self.assertNotIn("for ever", text)
        self.assertIn("Unless the peer makes room, whether it answers or not, it is given up", text)
        self.assertNotIn("--user-timeout 1min", text)

    @tool.needs_borrowing
    def test_a_user_timeout_ends_a_peer_that_answers_and_has_no_room(self):
        client, _ = self.pair()
        client.setsockopt(TCP, USER_TIMEOUT, 3000)
        self.close_peers_window(client)
        begun = time.monotonic()
        row = self.listed(client)
        self.assertTrue(select.select([], [], [client], 0) == ([], [], []))
        poll = select.poll()
        poll.register(client, 0)
        self.assertTrue(poll.poll(20_000))
        took = (time.monotonic() - begun) * 1000
        self.assertGreater(took, row["noticed_in_ms"] - 500)
        self.assertLess(took, row["noticed_in_latest_ms"] + 1500)
        self.assertEqual(client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR), errno.ETIMEDOUT)

    @tool.needs_borrowing
    def test_data_that_does_not_leave_this_host_is_not_laid_to_the_peer(self):
        client, _ = self.pair()
        self.keep_alive(client)
        nft("add chain inet test out { type filter hook output priority 0; }")
        nft(f"add rule inet test out tcp dport {self.port} drop")
        client.send(b"lost")
        time.sleep(0.5)
        self.check(client, "established", "not-sent", "window-probes", "does not leave this host", effect=False)
        self.assertIn("not-sent", self.rules(client))
        self.assertNotIn("no room", self.explained(client)[1])

    @tool.needs_borrowing
    def test_unanswered_probes_are_found_and_the_end_is_told_from_now_on(self):
        client, _ = self.pair()
        self.keep_alive(client, idle=1, interval=1, count=20)
        self.cut(self.port)
        deadline = time.monotonic() + 20
        while (self.listed(client)["keep_alive"] or {}).get("unanswered", 0) < 2:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.2)
        self.assertIn("probes-unanswered", self.rules(client))
        self.assertRegex(self.explained(client)[1], r"probes are unanswered[^.]*\. If that goes on, the program gets an error 1[\d.]+s to ")

    @tool.needs_borrowing
    def test_what_a_path_has_lost_already_is_not_called_kept(self):
        client, _ = self.pair()
        time.sleep(1.3)
        lost = "a path that forgets after 1s has lost the connection, and no setting brings it back"
        self.assertIn(lost, " ".join(self.ok("explain", self.name(client), "--path-timeout", "1s").split()))
        finding = " ".join(self.run_tool("lint", str(os.getpid()), "--path-timeout", "1s").stdout.split())
        self.assertIn("the connection is lost", finding)
        self.assertNotIn("wsalive set", finding)
        done = self.run_tool("set", self.name(client), "--time", "1s", "--interval", "1s", "--path-timeout", "1s")
        self.assertIn(lost, " ".join(done.stdout.split()))
        self.assertNotIn("keeps the connection", " ".join(done.stdout.split()))

    @tool.needs_borrowing
    def test_the_states_of_closing(self):
        client, peer = self.pair()
        for end in (client, peer):
            self.keep_alive(end)
        client.shutdown(socket.SHUT_WR)
        time.sleep(0.1)
        self.check(client, "fin-wait-2", "half-closed", "keep-alive", "waits for the peer to close the other one")
        self.check(peer, "close-wait", "peer-closed", "keep-alive", "The peer has closed its side. As the kernel has it, the program has not read the end.")
        self.cut(self.port)
        peer.shutdown(socket.SHUT_WR)
        self.check(peer, "last-ack", "closing", "retransmission", "The end has been sent and is not acknowledged", effect=False)
        client, _ = self.pair()
        self.keep_alive(client)
        self.cut(self.port)
        client.shutdown(socket.SHUT_WR)
        time.sleep(1)
        self.check(client, "fin-wait-1", "closing", "retransmission", "The end has been sent and is not acknowledged", effect=False)
        self.assertIn("data-unacknowledged", self.rules(client))

    @tool.needs_borrowing
    def test_what_a_program_has_read_of_a_peer_that_has_closed(self):
        client, peer = self.pair()
        self.keep_alive(client)
        peer.send(b"hello")
        peer.close()
        time.sleep(0.1)
        live, text = self.explained(client)
        self.assertEqual(live["unread_bytes"], 6)  # With the end.
        self.assertIn("5 octets wait before the end that the program has not read", text)
        self.assertNotIn("knows", text)
        while client.recv(10):
            pass
        self.assertIn("the program has read all that came", self.explained(client)[1])

    @tool.needs_borrowing
    def test_a_listener_is_no_connection_that_is_lost(self):
        self.pair()
        listener = self.kept[0]
        for on in (0, 1):
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, on)
            for path in ((), ("--path-timeout", "240s")):
                text = " ".join(self.ok("explain", self.name(listener), *path).split())
                self.assertNotIn("On the path", text)
                self.assertNotIn("dead peer", text)
        self.assertNotIn("the connection", " ".join(self.ok("set", "--dry-run", self.name(listener), "--path-timeout", "240s").split()))

    @tool.needs_borrowing
    def test_what_only_the_peer_has_closed_is_told_after_a_minute(self):
        client, peer = self.pair()
        self.keep_alive(client)
        peer.close()
        self.assertNotIn("peer-closed", self.rules(client))

    def test_a_connection_that_is_over_has_no_owner_and_is_listed_on_request(self):
        client, peer = self.pair()
        port = self.port
        client.close()
        peer.close()
        self.assertEqual(self.json("ls", "--to", f":{port}")["connections"], [])
        found = self.json("ls", "--to", f":{port}", "--state", "time-wait")["connections"]
        self.assertEqual([(each["condition"], each["pid"], each["noticed_by"], each["unknown_because"]) for each in found],
                         [("over", None, None, "no process has it")])

    @tool.needs_borrowing
    def test_a_listener(self):
        self.pair()
        listener = self.kept[0]
        row = self.check(listener, "listening", "listening", None, "connections that it accepts from now on")
        self.assertIsNone(row["silent_for_ms"])

    @tool.needs_borrowing
    def test_mptcp_is_reached_through_its_programs_socket(self):
        try:
            client, _ = self.pair(MPTCP)
            client.getsockopt(TCP, KEEPIDLE)
        except OSError:
            self.skipTest("this kernel is without MPTCP, or tells nothing of its keep-alive")
        row = self.listed(client)
        self.assertEqual((row["protocol"], row["condition"], row["unknown_because"]), ("mptcp", "idle", None))
        self.ok("set", self.name(client), "--time", "45s", "--interval", "5s", "--probes", "5")
        self.assertEqual([client.getsockopt(*each) for each in ((1, 9), (TCP, KEEPIDLE), (TCP, KEEPINTVL), (TCP, KEEPCNT))],
                         [1, 45, 5, 5])
        live, text = self.explained(client)
        self.assertEqual((live["protocol"], live["on"]), ("mptcp", True))
        self.assertLessEqual(live["next_probe_ms"], 45_000)  # The timer of the connection itself.
        self.assertIn("a connection of an MPTCP socket", text)
        self.assertIn("no TCP_USER_TIMEOUT", self.refused(5, "set", self.name(client), "--user-timeout", "30s"))

    @tool.needs_borrowing
    def test_a_socket_in_repair_mode(self):
        client, _ = self.pair()
        self.keep_alive(client)
        try:
            client.setsockopt(TCP, REPAIR, 1)
        except OSError:
            self.skipTest("this kernel is without TCP_REPAIR")
        row = self.check(client, "established", "idle", "keep-alive", "It is in repair mode (TCP_REPAIR)")
        self.assertTrue(row["in_repair_mode"])
        self.assertIn("in-repair", self.rules(client))
        client.setsockopt(TCP, REPAIR, 0)

    PLAIN = ("import errno, socket, sys; c = socket.create_connection((sys.argv[1], int(sys.argv[2])))\n"
             "for o in ((1, 9, 1), (6, 5, 1), (6, 6, 4), (6, 4, 1)): c.setsockopt(*o)\nprint('waiting', flush=True)\n"
             "try: c.recv(1)\nexcept OSError as e: print(errno.errorcode[e.errno])")

    @tool.needs_borrowing
    def test_the_error_that_is_foretold_is_the_one_that_the_program_gets(self):
        """A program on our Winsock interface, and a plain one."""
        listener = self.keep(socket.create_server(("127.0.0.1", 0)))
        port = listener.getsockname()[1]
        winsock = [os.path.join(tool.BUILD, "examples/keepalive"), "127.0.0.1", str(port), "1500", "300"]
        plain = [sys.executable, "-c", self.PLAIN, "127.0.0.1", str(port)]
        programs = []
        for words, name, code, other in ((winsock, "WSAENETRESET", 10052, "ETIMEDOUT"), (plain, "ETIMEDOUT", 110, "WSAENETRESET")):
            if not os.path.exists(words[0]):
                self.skipTest("this build has no examples")
            started = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
            for cleanup in (started.stdout.close, started.wait, started.kill):
                self.addCleanup(cleanup)
            self.assertEqual(started.stdout.readline(), "waiting\n")
            self.keep(listener.accept()[0])
            [row] = self.json("ls", "--pid", str(started.pid))["connections"]
            target = f"{started.pid}:{row['fd']}"
            self.assertEqual(self.json("explain", target)["subjects"][0]["error"], {"name": name, "code": code})
            text = self.ok("explain", target)
            self.assertIn(f"{name} ({code})", text)
            self.assertNotIn(other, text)
            programs.append((started, name))
        self.cut(port)
        for started, name in programs:
            self.assertTrue(started.stdout.readline().startswith(name))

    @tool.needs_borrowing
    def test_what_has_no_connection_of_tcp_is_named(self):
        dead, _ = self.pair()
        self.keep_alive(dead, 1, 1, 1)
        self.cut(self.port)
        self.assertEqual(self.told_after(dead)[1], errno.ETIMEDOUT)
        kinds = [(dead, 6, "whose connection has ended: 1 keep-alive probe went unanswered"),
                 (self.keep(socket.socket()), 6, "a TCP socket that is not connected")]
        for family, kind, protocol, words in ((socket.AF_UNIX, socket.SOCK_STREAM, 0, "a Unix socket: both ends are on this machine"),
                                              (socket.AF_INET, socket.SOCK_DGRAM, 0, "a UDP socket: it has no connection"),
                                              (socket.AF_INET6, socket.SOCK_DGRAM, 0, "a UDP socket: it has no connection"),
                                              (socket.AF_INET, socket.SOCK_RAW, 1, "a raw socket"),
                                              (socket.AF_NETLINK, socket.SOCK_RAW, 0, "a netlink socket")):
            kinds.append((self.keep(socket.socket(family, kind, protocol)), 3, words))
        try:
            kinds.append((self.keep(socket.socket(socket.AF_INET, socket.SOCK_STREAM, 132)), 3, "an SCTP socket: it has heartbeats"))
        except OSError:
            pass  # A kernel without SCTP.
        for made, status, words in kinds:
            self.assertIn(words, self.refused(status, "explain", self.name(made)))
            self.assertIn(words, self.refused(status, "set", self.name(made), "--time", "45s"))


def enter_a_network():
    """The whole test, in a network of its own: then no right is needed to look into it."""
    if os.environ.get(INSIDE):
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        return
    apart = ["unshare", "--user", "--map-root-user", "--net"]
    if subprocess.run([*apart, "ip", "link", "set", "lo", "up"], capture_output=True).returncode == 0:
        os.environ[INSIDE] = "yes"
        os.execvp(apart[0], [*apart, sys.executable, *sys.argv])


if __name__ == "__main__":
    enter_a_network()
    tool.main()
