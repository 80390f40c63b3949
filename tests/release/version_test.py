#!/usr/bin/env python3
"""The version has one owner, project() in CMakeLists.txt; what has to repeat it says the same."""
import os
import re
import subprocess
import unittest

SOURCE = os.environ.get("WSALIVE_SOURCE") or os.path.join(os.path.dirname(__file__), "..", "..")
BUILD = os.environ.get("WSALIVE_BUILD") or os.path.join(SOURCE, "build", "dev")
# Where versions of their own stand: each release's changes, and the version in which a name came in.
HISTORIES = {"CHANGELOG.md", "debian/changelog", "debian/libwsalive0.symbols"}
MADE = ("build", ".git", "obj-", "debian")
TEXTS = (".txt", ".cmake", ".in", ".json", ".md", ".py", ".sh", ".cpp", ".hpp", ".c", ".h", ".1", "")


def read(name):
    with open(os.path.join(SOURCE, name), encoding="utf-8") as file:
        return file.read()


def project_version():
    return re.search(r"^project\(wsalive VERSION (\d+\.\d+\.\d+)\b", read("CMakeLists.txt"), re.M).group(1)


def tree():
    """Every text of the sources, without what a build makes at the top."""
    for folder, folders, files in os.walk(SOURCE):
        if os.path.samefile(folder, SOURCE):
            folders[:] = [name for name in folders if not name.startswith(MADE)]
        for file in files:
            if os.path.splitext(file)[1] in TEXTS:
                yield os.path.relpath(os.path.join(folder, file), SOURCE)


class Version(unittest.TestCase):
    def test_the_debian_packages_have_it(self):
        found = re.match(r"wsalive \(([^)]+)\) \S+; urgency=\w+\n", read("debian/changelog"))
        self.assertEqual(found.group(1), project_version(), "debian/changelog")

    def test_the_newest_section_of_the_changes_is_its_own(self):
        headings = re.findall(r"^## (.*)$", read("CHANGELOG.md"), re.M)
        for heading in headings:
            self.assertRegex(heading, r"\A\d+\.\d+\.\d+ \((\d{4}-\d\d-\d\d|not released yet)\)\Z")
        versions = [tuple(int(part) for part in heading.split(" ")[0].split(".")) for heading in headings]
        self.assertEqual(versions, sorted(set(versions), reverse=True), "from the newest to the oldest")
        self.assertEqual(headings[0].split(" ")[0], project_version())
        self.assertEqual([heading for heading in headings[1:] if "not released" in heading], [])

    def test_the_command_says_it(self):
        done = subprocess.run([os.path.join(BUILD, "bin", "wsalive"), "--version"], capture_output=True, text=True, check=True)
        self.assertEqual(done.stdout, f"wsalive {project_version()}\n")

    def test_nothing_else_repeats_it(self):
        version = re.compile(rf"(?<![\d.]){re.escape(project_version())}(?![\d.])")
        places = []
        count = 0
        for name in tree():
            count += 1
            text = read(name) if name not in HISTORIES else ""
            places += [name] * len(version.findall(text))
        self.assertEqual(places, ["CMakeLists.txt"])
        self.assertGreater(count, 500)


if __name__ == "__main__":
    unittest.main()
