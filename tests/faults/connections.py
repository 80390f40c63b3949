"""For the scripts of this folder: connections over loopback, in this process or in programs that hold them."""
import os
import signal
import socket
import struct

from figures import expect


class Connections:
    """Of this process; `check` asks each whether it carries an octet both ways."""

    def __init__(self, number):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.pairs = []
        for _ in range(number):
            near = socket.create_connection(self.listener.getsockname())
            self.pairs.append((near, self.listener.accept()[0]))

    def check(self):
        for near, far in self.pairs:
            for one, other in ((near, far), (far, near)):
                one.send(b"x")
                expect(other.recv(1) == b"x", "a connection is dead")
        return len(self.pairs)

    def close(self):
        for pair in self.pairs:
            for end in pair:
                end.close()
        self.listener.close()


class Holder:
    """A forked program with one end of a connection. `begin(near)` is called in it, and `step(count)` again and again; it
    answers each octet that comes. As another user where `uid` says so."""

    def __init__(self, begin=lambda near: None, step=None, uid=None):
        listener = socket.create_server(("127.0.0.1", 0))
        near = socket.create_connection(listener.getsockname())
        self.far = listener.accept()[0]
        listener.close()
        self.fd = near.fileno()
        told, tell = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            status = 1
            try:
                self.far.close()
                if uid is not None:
                    os.setgroups([])
                    os.setgid(uid)
                    os.setuid(uid)
                begin(near)
                os.write(tell, b"x")
                self._serve(near, step)
                status = 0
            finally:
                os._exit(status)
        os.close(tell)
        near.close()
        expect(os.read(told, 1) == b"x", "a program that holds a connection did not begin")
        os.close(told)

    @staticmethod
    def _serve(near, step):
        near.setblocking(step is None)
        count = 0
        while True:
            if step:
                step(count)
                count += 1
            try:
                octet = near.recv(1)
            except BlockingIOError:
                continue
            if not octet:
                return
            near.send(octet)

    def check(self):
        """Asks the program for an octet back."""
        self.far.settimeout(20)
        self.far.send(b"y")
        expect(self.far.recv(1) == b"y", "a program's connection is dead")
        return 1

    def close(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        self.far.close()


def cookie_of(near):
    """SO_COOKIE"""
    return struct.unpack("Q", near.getsockopt(socket.SOL_SOCKET, 57, 8))[0]
