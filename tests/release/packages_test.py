#!/usr/bin/env python3
"""Every file that is installed goes into one Debian package, and every pattern of debian/*.install finds a file: what is
added to cmake/Install.cmake cannot be forgotten there.

labels: slow
"""
import fnmatch
import glob
import os
import re
import subprocess
import tempfile
import unittest

SOURCE = os.environ.get("WSALIVE_SOURCE") or os.path.join(os.path.dirname(__file__), "..", "..")
BUILD = os.environ.get("WSALIVE_BUILD") or os.path.join(SOURCE, "build", "dev")
# debian/rules takes these away: Debian has places of its own for them.
NOT_PACKED = {"usr/share/doc/wsalive/LICENSE", "usr/share/doc/wsalive/CHANGELOG.md"}
DOCUMENTS = "usr/share/doc/wsalive/"  # May go into more than one package.


def installed():
    """What `cmake --install` puts below /usr, with the folder for libraries that Debian has."""
    with open(os.path.join(BUILD, "CMakeCache.txt"), encoding="utf-8") as cache:
        libraries = re.search(r"^CMAKE_INSTALL_LIBDIR:\w+=(.*)$", cache.read(), re.M)[1]
    with tempfile.TemporaryDirectory() as stage:
        subprocess.run(["cmake", "--install", BUILD, "--prefix", "/usr"], check=True, capture_output=True,
                       env={**os.environ, "DESTDIR": stage})
        paths = [os.path.relpath(os.path.join(folder, file), stage)
                 for folder, _, files in os.walk(stage) for file in files]
    return {re.sub(rf"^usr/{re.escape(libraries)}/", "usr/lib/triplet/", path) for path in paths}


def patterns():
    """Pairs of a package and a pattern of its files."""
    for file in sorted(glob.glob(os.path.join(SOURCE, "debian", "*.install"))):
        package = os.path.basename(file)[:-len(".install")]
        with open(file, encoding="utf-8") as lines:
            for line in lines:
                yield package, line.split()[0]


def matches(path, pattern):
    """As dh_install has it: a pattern may name a folder, and `*` stays within one."""
    parts, wanted = path.split("/"), pattern.split("/")
    return len(parts) >= len(wanted) and all(map(fnmatch.fnmatch, parts, wanted))


class Packages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.files = installed() - NOT_PACKED

    def test_every_file_goes_into_one_package(self):
        self.assertGreater(len(self.files), 100)
        for path in sorted(self.files):
            packages = {package for package, pattern in patterns() if matches(path, pattern)}
            if path.startswith(DOCUMENTS):
                self.assertTrue(packages, path)
            else:
                self.assertEqual(len(packages), 1, f"{path}: {sorted(packages)}")

    def test_every_pattern_finds_a_file(self):
        found = list(patterns())
        self.assertGreater(len(found), 10)
        for package, pattern in found:
            self.assertTrue(any(matches(path, pattern) for path in self.files), f"debian/{package}.install: {pattern}")


if __name__ == "__main__":
    unittest.main()
