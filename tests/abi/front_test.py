#!/usr/bin/env python3
"""wsalive-cc and wsalive-c++ behave as the compiler behind them: for each way of calling it the front ends with the same
status, leaves the same files, and says the same, except what wsalive adds. They are tried in a folder whose name has a
space, a comma and letters beyond ASCII, and stand in such a folder themselves.

labels: slow
"""
import os
import re
import shutil
import subprocess
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.environ.get("WSALIVE_BUILD") or os.path.join(HERE, "..", "..", "build", "dev")
STRANGE = "ein Ort, größer"

SOURCES = {
    "client.c": """#include <winsock2.h>
#include <stdio.h>
int part(void);
int main(void) {
  WSADATA data;
  printf("%d %d\\n", WSAStartup(MAKEWORD(2, 2), &data), part());
  return 0;
}
""",
    "part.c": "#include <winsock2.h>\nint part(void) { return closesocket(INVALID_SOCKET) + 8; }\n",
    "whole.c": """#include <winsock2.h>
#ifdef _UNICODE
#define WORD " wide"
#else
#define WORD ""
#endif
int printf(const char*, ...);
int main(void) { return printf("%d%s\\n", 8 + closesocket(INVALID_SOCKET), WORD) < 0; }
""",
    "ünser teil, eins.c": "int part(void) { return 7; }\n",
    "plain.txt": "#include <winsock2.h>\nint part(void) { return 7; }\n",
    "start.S": '#include "four.h"\n.globl four\nfour: mov $FOUR, %eax\nret\n.section .note.GNU-stack,"",@progbits\n',
    "four.h": "#define FOUR 4\n",
    "broken.c": "#include <winsock2.h>\nint main(void) { return nothing; }\n",
    "object.rsp": '-c "ünser teil, eins.c"\n-o teil.o',
    "outer.rsp": "@inner.rsp whole.c\n\n",
    "inner.rsp": "--win32 -municode -lws2_32 -l Mswsock -DEMPTY= '-DWORDS=\"a b\"' -DBACK=a\\\\\\ b",
    "empty.rsp": "\n",
    "circle.rsp": "whole.c @circle.rsp",
}


class Front(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = os.path.join(scratch.name, STRANGE)
        os.mkdir(self.folder)
        for name, text in SOURCES.items():
            with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
                file.write(text)
        self.front = os.path.join(BUILD, "bin", "wsalive-cc")

    def installed(self, name):
        """A tree in a folder of that name: its front."""
        subprocess.run(["cmake", "--install", BUILD, "--prefix", os.path.join(self.folder, name)], check=True,
                       capture_output=True, env={key: value for key, value in os.environ.items() if key != "DESTDIR"})
        return os.path.join(self.folder, name, "bin", "wsalive-cc")

    def call(self, program, *words, stdin="", **more):
        environment = {name: value for name, value in os.environ.items() if name not in ("CC", "CXX", "LD_LIBRARY_PATH")}
        return subprocess.run([program, *words], capture_output=True, text=True, input=stdin, timeout=120, check=False,
                              cwd=self.folder, env={**environment, "LC_ALL": "C.UTF-8", **more})

    def ok(self, *words, **more):
        done = self.call(self.front, *words, **more)
        self.assertEqual((done.returncode, done.stderr), (0, ""), words)
        return done.stdout

    def runs(self, program="./a.out", wanted="0 7\n"):
        done = self.call(os.path.join(self.folder, program))
        self.assertEqual((done.returncode, done.stdout), (0, wanted), done.stderr)
        os.remove(os.path.join(self.folder, program))

    def files(self):
        return set(os.listdir(self.folder)) - set(SOURCES)

    def test_without_a_file_it_says_what_the_compiler_says(self):
        for words in ([], ["--version"], ["-v"], ["-###"], ["-dumpversion"], ["-dumpmachine"], ["-print-prog-name=ld"],
                      ["-o"], ["-o", "program"], ["-l"], ["-c"], ["-x", "c"], ["-I", "folder"], ["whole.c", "-o"],
                      ["-E", "-dM", "-o", "-"]):
            with self.subTest(words):
                ours, theirs = self.call(self.front, *words), self.call("cc", *words)
                self.assertEqual((ours.returncode, ours.stdout, ours.stderr),
                                 (theirs.returncode, theirs.stdout, theirs.stderr))
        self.assertEqual(self.call(self.front).returncode, 1)
        self.assertEqual(self.call(self.front, "-lws2_32", "-mconsole").stderr, self.call("cc").stderr)

    def test_errors_end_with_the_compilers_status(self):
        for words in (["nowhere.c"], ["broken.c"], ["-c", "broken.c"], ["--no-such-option", "whole.c"],
                      ["@nowhere"], ["-"], ["-x", "klingon", "whole.c"], ["whole.c", "-o", "nowhere/program"]):
            with self.subTest(words):
                ours, left = self.call(self.front, *words), self.files()
                theirs = self.call("cc", *words)
                self.assertEqual((ours.returncode, left), (theirs.returncode, set()))
                self.assertNotEqual(ours.returncode, 0)
        done = self.call(self.front, "whole.c", WSALIVE_CC="no-such-compiler")
        self.assertEqual(done.returncode, 127)
        self.assertIn("no-such-compiler", done.stderr)

    def test_the_output_is_named_anywhere(self):
        for words in (["-o", "program", "client.c", "part.c"], ["client.c", "-o", "program", "part.c"],
                      ["client.c", "part.c", "-o", "program"], ["-oprogram", "client.c", "part.c"],
                      ["client.c", "part.c", "-oprogram", "-lws2_32"]):
            with self.subTest(words):
                self.assertEqual(self.ok(*words), "")
                self.runs("program")
        self.ok("client.c", "part.c", "-o", "-o")  # A name like any other.
        self.runs("-o")
        self.ok("client.c", "part.c", "-o", "ws2_32.lib")
        self.runs("ws2_32.lib")

    def test_verbose_calls_do_their_work(self):
        done = self.call(self.front, "-v", "whole.c")
        self.assertEqual(done.returncode, 0)
        self.assertIn("COLLECT_GCC=" if "gcc" in done.stderr else "clang", done.stderr)
        self.runs(wanted="7\n")
        done = self.call(self.front, "-###", "whole.c")
        self.assertEqual((done.returncode, self.files()), (0, set()))
        self.assertIn("-lwsalive", done.stderr)

    def test_each_stage(self):
        preprocessed = self.ok("-E", "whole.c")
        self.assertIn("closesocket", preprocessed)
        self.assertIn("call", self.ok("-S", "-o", "-", "whole.c"))
        self.ok("-S", "whole.c")
        self.ok("-c", "client.c", "part.c", "ünser teil, eins.c", "start.S")
        self.assertEqual(self.files(), {"whole.s", "client.o", "part.o", "ünser teil, eins.o", "start.o"})
        self.assertEqual(self.ok("client.o", "part.o"), "")  # Objects only.
        self.runs()
        self.ok("client.o", "-o", "program", "ünser teil, eins.o")
        self.runs("program")
        self.ok("whole.s", "-lws2_32")
        self.runs(wanted="7\n")
        self.ok("-fsyntax-only", "whole.c")
        self.ok("-save-temps", "-c", "whole.c")
        self.assertIn("whole.i", self.files())
        self.ok("-c", "whole.i", "-o", "again.o")

    def test_dependencies(self):
        for option in ("-M", "-MM"):
            found = self.ok(option, "whole.c")
            self.assertEqual("winsock2.h" in found, option == "-M")
            self.assertEqual(self.files(), set())
        self.ok("-MD", "-MF", "-c", "-MT", "--win32", "-c", "part.c")  # What follows an option is its own.
        self.assertEqual(self.files(), {"-c", "part.o"})
        with open(os.path.join(self.folder, "-c"), encoding="utf-8") as file:
            self.assertTrue(file.read().startswith("--win32: part.c"))
        self.ok("-MMD", "client.c", "part.c", "-o", "program")
        self.runs("program")

    def test_languages_by_name_and_the_standard_input(self):
        self.ok("-x", "c", "plain.txt", "-x", "none", "client.c")
        self.runs()
        self.ok("client.c", "-xc", "plain.txt")
        self.runs()
        self.ok("-x", "c", "-", stdin=SOURCES["whole.c"])
        self.runs(wanted="7\n")
        self.assertIn("closesocket", self.ok("-E", "-", stdin=SOURCES["whole.c"]))
        self.assertIn("#define _WIN32 1\n", self.ok("--win32", "-xc", "-E", "-dM", "-"))
        self.ok("-c", "-x", "c-header", "four.h", "-o", "four.h.gch")
        self.ok("four.h")  # A header alone is compiled, and not linked.
        self.assertEqual(self.files(), {"four.h.gch"})

    def test_response_files(self):
        self.ok("@object.rsp")
        self.assertEqual(self.files(), {"teil.o"})
        self.ok("client.c", "teil.o", "@empty.rsp")
        self.runs()
        self.ok("@outer.rsp", "-o", "program")
        self.runs("program", "7 wide\n")
        shown = self.ok("-E", "-dM", "@outer.rsp")
        for line in ("_WIN32 1", "EMPTY ", 'WORDS "a b"', "BACK a\\ b", "UNICODE 1"):
            self.assertTrue(f"#define {line}\n" in shown, line)
        for words in (["@circle.rsp"], ["whole.c", "@nowhere.rsp"]):
            done = self.call(self.front, *words)
            self.assertEqual(done.returncode, 1)
            self.assertIn("too many @-files" if "@circle.rsp" in words else "@nowhere.rsp", done.stderr)

    def test_a_response_file_longer_than_any_command_line(self):
        self.ok("-c", "client.c", "part.c")
        self.call("ar", "rc", "libpart.a", "part.o")
        with open(os.path.join(self.folder, "long.rsp"), "w", encoding="utf-8") as file:
            file.write("client.o -o program " + 3000 * f"{400 * './'}libpart.a " + "\n")
            file.write(30 * f"'{400 * './'}libpart.a' ")
        held = tempfile.mkdtemp(dir=self.folder)
        self.ok("@long.rsp", TMPDIR=held)
        self.runs("program")
        self.assertEqual(os.listdir(held), [])

    def test_libraries_keep_their_order(self):
        for name, value in (("one", 1), ("two", 2)):
            with open(os.path.join(self.folder, f"{name}.c"), "w", encoding="utf-8") as file:
                file.write(f"int part(void) {{ return {value}; }}\n")
            self.ok("-c", f"{name}.c")
            subprocess.run(["ar", "rc", f"lib{name}.a", f"{name}.o"], cwd=self.folder, check=True)
        self.ok("client.c", "-L.", "-lone", "-lws2_32", "-ltwo")
        self.runs(wanted="0 1\n")
        self.ok("client.c", "-L", ".", "-l", "two", "-l", "ws2_32", "WS2_32.LIB", "-l", "one")
        self.runs(wanted="0 2\n")
        done = self.call(self.front, "-L.", "-lone", "client.c")  # As with any linker: ahead of who needs it.
        self.assertEqual(done.returncode, 1)
        self.assertIn("part", done.stderr)

    def test_shared_libraries_and_parts_of_objects(self):
        self.ok("-shared", "-fPIC", "part.c", "-o", "libpart.so")
        self.ok("client.c", "-L.", "-lpart", "-Wl,-rpath,$ORIGIN")
        self.runs()
        self.ok("-r", "-nostdlib", "client.c", "part.c", "-o", "joined.o")
        self.ok("joined.o")
        self.runs()

    def test_a_tree_whose_folder_no_option_could_hold(self):
        for name in ("a b, c", "mit: Doppelpunkt", "it's $HOME"):
            with self.subTest(name):
                self.front = self.installed(name)
                self.ok("client.c", "ünser teil, eins.c", "-o", "mein programm, größer")
                self.runs("mein programm, größer")
                self.ok("-static-libwsalive", "whole.c")
                self.runs(wanted="7\n")

    def test_other_compilers(self):
        link = os.path.join(self.folder, "my compiler")
        os.symlink(shutil.which("cc"), link)
        for compiler in ("gcc", "gcc -O1", "ccache cc", "clang", "clang -O1", link, self.front):
            if not shutil.which(compiler.split(" ")[0]) and compiler != link:
                continue
            with self.subTest(compiler):
                self.assertEqual(self.ok("client.c", "part.c", WSALIVE_CC=compiler), "")
                self.runs()
                self.ok("-c", "client.c", "part.c", WSALIVE_CC=compiler)
                self.assertEqual(self.ok("client.o", "part.o", CC=compiler), "")
                self.runs()

    def test_old_and_new_c(self):
        for compiler in ("gcc", "clang"):
            for level in ("c89", "gnu89", "c99", "gnu17"):
                if shutil.which(compiler):
                    with self.subTest(f"{compiler} -std={level}"):
                        self.assertEqual(self.ok(f"-std={level}", "client.c", "part.c", WSALIVE_CC=compiler), "")
                        self.runs()

    def test_the_c_plus_plus_front(self):
        self.front = os.path.join(BUILD, "bin", "wsalive-c++")
        self.ok("--win32", "-std=c++20", "-x", "c++", "whole.c")
        self.runs(wanted="7\n")
        self.assertIn("--win32", self.ok("--help"))
        self.assertTrue(re.search("wsalive-c\\+\\+: compiles", self.ok("--help")))


if __name__ == "__main__":
    unittest.main()
