#!/usr/bin/env python3
"""libwsalive.so comes into a program that is running already: by dlopen from C and from Python, and with a plugin that is
linked to it. It works there from threads that are older than itself, and stays when it is closed.

labels: slow
"""
import os
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.environ.get("WSALIVE_BUILD") or os.path.join(HERE, "..", "..", "build", "dev")
LIBRARY = os.path.join(BUILD, "lib", "libwsalive.so")

# Opens argv[1], asks it from an older thread and from this one, closes it and asks a second time.
HOST = r"""
#include <dlfcn.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>

typedef int (*answer_of)(void);
static answer_of ask;
static sem_t opened, answered;
static int of_thread;

static void* older(void* unused) {
  sem_wait(&opened);
  of_thread = ask();
  sem_post(&answered);
  return unused;
}

int main(int argc, char** argv) {
  pthread_t thread;
  sem_init(&opened, 0, 0);
  sem_init(&answered, 0, 0);
  pthread_create(&thread, NULL, older, NULL);
  for (int round = 0; argc == 3 && round < 2; ++round) {
    void* const library = dlopen(argv[1], RTLD_NOW);
    if (!library) return fprintf(stderr, "%s\n", dlerror()), 1;
    *(void**)&ask = dlsym(library, argv[2]);
    if (!ask) return fprintf(stderr, "%s\n", dlerror()), 1;
    if (round == 0) {
      sem_post(&opened);
      sem_wait(&answered);
    }
    printf("%d ", ask());
    dlclose(library);
  }
  printf("%d\n", of_thread);
  pthread_join(thread, NULL);
  return 0;
}
"""

# What a plugin does: a connection with itself, driven by the engine's thread, and a look-up, which has memory of its
# own for each thread.
PLUGIN = r"""
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mstcpip.h>

int plugin_answer(void) {
  WSADATA data;
  struct sockaddr_in name = {0};
  int size = sizeof name;
  struct tcp_keepalive values = {1, 1500, 300};
  DWORD bytes = 0;
  if (WSAStartup(MAKEWORD(2, 2), &data) != 0) return 1;
  SOCKET listener = socket(AF_INET, SOCK_STREAM, 0), ours = socket(AF_INET, SOCK_STREAM, 0);
  name.sin_family = AF_INET;
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(listener, (struct sockaddr*)&name, sizeof name) != 0 || listen(listener, 1) != 0) return 2;
  if (getsockname(listener, (struct sockaddr*)&name, &size) != 0) return 3;
  if (connect(ours, (struct sockaddr*)&name, sizeof name) != 0) return 4;
  if (WSAIoctl(ours, SIO_KEEPALIVE_VALS, &values, sizeof values, NULL, 0, &bytes, NULL, NULL) != 0) return 5;
  if (!getprotobyname("tcp") || getprotobyname("tcp")->p_proto != IPPROTO_TCP) return 6;
  if (closesocket(INVALID_SOCKET) == 0) return 7;
  return WSAGetLastError();
}
"""
NOT_A_SOCKET = 10038

PYTHON = r"""
import ctypes, sys
wsalive = ctypes.CDLL(sys.argv[1])
data = ctypes.create_string_buffer(512)
assert wsalive.WSAStartup(0x202, data) == 0
s = wsalive.wsalive_socket(2, 1, 6)
on, size = ctypes.c_int(1), ctypes.c_int(4)
assert wsalive.wsalive_setsockopt(s, 0xffff, 8, ctypes.byref(on), 4) == 0
on.value = 0
assert wsalive.wsalive_getsockopt(s, 0xffff, 8, ctypes.byref(on), ctypes.byref(size)) == 0
print(on.value, wsalive.closesocket(-1), wsalive.WSAGetLastError())
"""


class Dlopen(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def run_program(self, *words, **more):
        done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False,
                              env={**os.environ, **more})
        self.assertEqual((done.returncode, done.stderr), (0, ""), words)
        return done.stdout

    def host(self):
        with open(self.path("host.c"), "w", encoding="utf-8") as file:
            file.write(HOST)
        self.run_program("cc", "-pthread", self.path("host.c"), "-o", self.path("host"), "-ldl")
        return self.path("host")

    def plugin(self, name, *options):
        with open(self.path("plugin.c"), "w", encoding="utf-8") as file:
            file.write(PLUGIN)
        self.run_program(os.path.join(BUILD, "bin", "wsalive-cc"), "-O2", "-fPIC", "-shared", self.path("plugin.c"),
                         "-o", self.path(name), *options)
        return self.path(name)

    def test_a_program_opens_the_library_closes_it_and_opens_it_again(self):
        self.assertEqual(self.run_program(self.host(), LIBRARY, "WSAGetLastError"), "0 0 0\n")

    def test_a_plugin_that_is_linked_to_it_works_in_a_program_that_is_not(self):
        for options in ((), ("-static-libwsalive",)):
            with self.subTest(options=options):
                plugin = self.plugin("plugin.so", *options)
                self.assertEqual(self.run_program(self.host(), plugin, "plugin_answer"), f"{NOT_A_SOCKET} " * 2 +
                                 f"{NOT_A_SOCKET}\n")

    def test_python_opens_it(self):
        self.assertEqual(self.run_program(sys.executable, "-c", PYTHON, LIBRARY), f"1 -1 {NOT_A_SOCKET}\n")

    def test_others_who_are_opened_find_room_beside_it(self):
        """The C library keeps 512 bytes for all libraries together that are opened and want a thread's fast storage."""
        plugin = self.plugin("plugin.so")
        self.assertIn(str(NOT_A_SOCKET), self.run_program(self.host(), plugin, "plugin_answer",
                                                          GLIBC_TUNABLES="glibc.rtld.optional_static_tls=192"))


if __name__ == "__main__":
    unittest.main()
