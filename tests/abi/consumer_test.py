#!/usr/bin/env python3
"""wsalive as a part of other projects: by add_subdirectory, FetchContent, find_package and pkg-config, each from C and
from C++, at several language levels, from a tree that was moved to a folder with a space. The projects check themselves
that they are as before (consumer/part/CMakeLists.txt); here their programs are run.

labels: slow
"""
import glob
import os
import re
import shlex
import shutil
import subprocess
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.environ.get("WSALIVE_SOURCE") or os.path.join(HERE, "..", "..")
BUILD = os.environ.get("WSALIVE_BUILD") or os.path.join(SOURCE, "build", "dev")
CONSUMER = os.path.join(HERE, "consumer")
FOLDER = os.path.join(BUILD, "consumer")  # Stays: the library is built there a second time, and then is there.

C_SAYS = "setsockopt: error 10038\n"
CXX_SAYS = "setsockopt: error 10038, C++\n"
KEEPALIVE_SAYS = "::expected: errors 9 9 9, 4 events\n"
NEUTRAL = ("CC", "CXX", "CFLAGS", "CXXFLAGS", "LDFLAGS", "PKG_CONFIG_PATH", "CMAKE_PREFIX_PATH", "LD_LIBRARY_PATH",
           "CPLUS_INCLUDE_PATH", "CPATH")


class Consumer(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(scratch.cleanup)
        cls.scratch = scratch.name
        stage = os.path.join(cls.scratch, "stage")
        subprocess.run(["cmake", "--install", BUILD, "--prefix", "/opt/wsalive"], check=True, capture_output=True,
                       env={**os.environ, "DESTDIR": stage})
        cls.prefix = os.path.join(cls.scratch, "ein anderer Ort", "grün")
        os.makedirs(os.path.dirname(cls.prefix))
        os.rename(os.path.join(stage, "opt", "wsalive"), cls.prefix)

    def done(self, *words, status=0, **more):
        environment = {name: value for name, value in os.environ.items() if name not in NEUTRAL}
        found = subprocess.run(words, capture_output=True, text=True, timeout=900, check=False, cwd=self.scratch,
                               env={**environment, **more})
        self.assertEqual(found.returncode != 0, status != 0, f"{words}\n{found.stdout}{found.stderr}")
        return found.stdout + found.stderr

    def says(self, wanted, *words, **more):
        self.assertEqual(self.done(*words, **more), wanted, words)

    def project(self, folder, way, languages="C;CXX", *settings):
        """Configures a project anew and builds it; what was built there before and is as before stays."""
        launchers = [f"-DCMAKE_{language}_COMPILER_LAUNCHER=ccache" for language in ("C", "CXX")]
        self.done("cmake", "--fresh", "-S", os.path.join(CONSUMER, "part"), "-B", folder, "-G", "Ninja", f"-DWAY={way}",
                  f"-DLANGUAGES={languages}", f"-DWSALIVE_SOURCE={os.path.realpath(SOURCE)}",
                  *(launchers if shutil.which("ccache") else ()), *settings)
        self.done("cmake", "--build", folder, "--parallel", "2")
        for name, wanted in {"c_program": C_SAYS, "c_program_static": C_SAYS}.items():
            self.says(wanted, os.path.join(folder, name))
        if "CXX" not in languages:
            return
        for name, wanted in {"cxx_program": CXX_SAYS, "cxx_program_static": CXX_SAYS, "bystander": "",
                             "keepalive": "tl" + KEEPALIVE_SAYS, "keepalive_static": "tl" + KEEPALIVE_SAYS,
                             "keepalive_23": "std" + KEEPALIVE_SAYS}.items():
            self.says(wanted, os.path.join(folder, name))
        self.says("", os.path.join(folder, "wide"), "grüß")

    def test_a_part_of_another_project(self):
        """The ways differ in how they find the sources: what one has built the other finds built."""
        unity = "-DWSALIVE_UNITY=ON"  # Sooner done.
        folder = os.path.join(FOLDER, "part")
        if ":" in os.path.realpath(folder):  # CMake lets programs find libraries by run paths, which cannot hold one.
            folder = os.path.join(self.scratch, "part")
        self.project(folder, "add_subdirectory", "C;CXX", unity)
        self.project(folder, "fetch_content", "C;CXX", unity)
        self.project(folder, "add_subdirectory", "C", unity)
        # The consumer installs its own files, and wsalive's on request.
        for wish, count in (("OFF", 1), ("ON", 20)):
            root = os.path.join(self.scratch, f"installed {wish}")
            self.project(folder, "fetch_content", "C", unity, f"-DWSALIVE_INSTALL={wish}")
            self.done("cmake", "--install", folder, "--prefix", root)
            files = [name for name in glob.glob(f"{root}/**", recursive=True) if not os.path.isdir(name)]
            self.assertGreaterEqual(len(files), count)
            self.assertEqual(len(files) == 1, wish == "OFF", files[:5])
            self.assertEqual(bool(glob.glob(f"{root}/**/libwsalive.so.0", recursive=True)), wish == "ON")

    def test_find_package(self):
        for languages in ("C;CXX", "C"):
            with self.subTest(languages):
                self.project(os.path.join(self.scratch, "found " + languages[-1]), "find_package", languages,
                             f"-DCMAKE_PREFIX_PATH={self.prefix}")

    def flags(self, package, *more):
        """As a shell reads them: a folder's space is escaped."""
        found = subprocess.run(["pkg-config", *more, "--cflags", "--libs", package], capture_output=True, check=True,
                               env={**os.environ, "PKG_CONFIG_PATH": os.path.join(self.prefix, "lib", "pkgconfig")})
        words = shlex.split(found.stdout.decode("latin-1"))  # It escapes each byte of a letter.
        return [word.encode("latin-1").decode() for word in words]

    def compiled(self, compiler, sources, *words):
        program = os.path.join(self.scratch, "by_pkg_config")
        self.assertEqual(self.done(compiler, "-Wall", "-Wextra", "-Wpedantic", "-Wno-unknown-pragmas", *sources, *words,
                                   "-o", program), "")
        return program

    def test_pkg_config(self):
        library = os.path.join(self.prefix, "lib")
        self.assertIn(" ", library)
        c_program, keepalive = os.path.join(CONSUMER, "program.c"), os.path.join(CONSUMER, "keepalive.cpp")
        cxx_program = shutil.copy(c_program, os.path.join(self.scratch, "program.cpp"))
        for compiler, source, package, wanted in (
                ("cc", c_program, "wsalive-winsock", C_SAYS), ("c++", cxx_program, "wsalive-winsock", CXX_SAYS),
                ("c++", keepalive, "wsalive", "tl" + KEEPALIVE_SAYS)):
            with self.subTest(f"{compiler} {package}"):
                program = self.compiled(compiler, [source], *self.flags(package))
                self.says(wanted, program, LD_LIBRARY_PATH=library)
                self.assertNotIn("-std", " ".join(self.flags(package)))
                whole = self.compiled(compiler, [source], "-Wl,-Bstatic", *self.flags(package, "--static"),
                                      "-Wl,-Bdynamic")
                self.says(wanted, whole)

    def test_the_header_at_each_language_level_and_at_two_in_one_program(self):
        source = os.path.join(CONSUMER, "keepalive.cpp")
        library = os.path.join(self.prefix, "lib")
        for level, kind in (("17", "tl"), ("20", "tl"), ("23", "std")):
            with self.subTest(level):
                program = self.compiled("c++", [source], f"-std=c++{level}", *self.flags("wsalive"))
                self.says(kind + KEEPALIVE_SAYS, program, LD_LIBRARY_PATH=library)
        part = os.path.join(self.scratch, "part.o")
        self.done("c++", "-std=c++23", "-c", "-DPART_OF_A_PROGRAM", "-Dask=ask_23", source, "-o", part,
                  *self.flags("wsalive"))
        both = os.path.join(self.scratch, "both.cpp")
        with open(both, "w", encoding="utf-8") as file:
            file.write(f'#define PART_OF_A_PROGRAM\n#include "{source}"\nvoid ask_23();\n'
                       "int main() { ask(); ask_23(); ask(); }\n")
        program = self.compiled("c++", [both, part], "-std=c++17", *self.flags("wsalive"))
        tl, std = "tl" + KEEPALIVE_SAYS, "std" + KEEPALIVE_SAYS
        self.says(tl + std + tl, program, LD_LIBRARY_PATH=library)

    def without_tl_expected(self):
        """Options of a compiler whose machine has no libexpected-dev: its folders of headers, without that one."""
        told = self.done("c++", "-xc++", "-E", "-v", "/dev/null")
        folders = re.search(r"search starts here:\n(?: .*\n)*#include <...>.*\n((?: .*\n)+)", told).group(1).split("\n")
        options = ["-nostdinc", "-nostdinc++"]
        for number, folder in enumerate(name.strip() for name in folders if name.strip()):
            if os.path.isdir(os.path.join(folder, "tl")):
                kept = os.path.join(self.scratch, f"headers{number}")
                os.makedirs(kept, exist_ok=True)
                for name in set(os.listdir(folder)) - {"tl"} - set(os.listdir(kept)):
                    os.symlink(os.path.join(folder, name), os.path.join(kept, name))
                folder = kept
            options += ["-isystem", folder]
        return options

    def test_what_is_missing_is_said_in_one_line(self):
        program = os.path.join(self.scratch, "only_the_header.cpp")
        with open(program, "w", encoding="utf-8") as file:
            file.write("#include <wsalive/keepalive.hpp>\n")
        words = ("c++", "-fsyntax-only", program, "-I", os.path.join(self.prefix, "include"))
        without = self.without_tl_expected()
        for options, wanted in (([], "needs std::expected (C++23) or tl::expected (package libexpected-dev)"),
                                (["-std=c++14"], "needs C++17 or later: compile with -std=c++17")):
            errors = re.findall("error: (.*)", self.done(*words, *without, *options, status=1))
            self.assertEqual(errors, [f"#error <wsalive/keepalive.hpp> {wanted}"])
        self.assertEqual(self.done(*words, *without, "-std=c++23"), "")


if __name__ == "__main__":
    unittest.main()
