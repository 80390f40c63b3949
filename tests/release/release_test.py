#!/usr/bin/env python3
"""`make release` on a small project of the test's own, with the real script: what it refuses, and what it packs."""
import os
import shutil
import subprocess
import tarfile
import tempfile
import unittest

SOURCE = os.environ.get("WSALIVE_SOURCE") or os.path.join(os.path.dirname(__file__), "..", "..")


class Release(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.project = os.path.join(folder.name, "a project")
        self.environment = {name: value for name, value in os.environ.items()
                            if name not in ("BUILD_DIR", "MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
        self.environment["GIT_CONFIG_GLOBAL"] = "/dev/null"
        os.makedirs(os.path.join(self.project, "tools"))
        shutil.copy(os.path.join(SOURCE, "tools", "release"), os.path.join(self.project, "tools"))
        self.write("CMakeLists.txt", "project(wsalive VERSION 4.5.6 LANGUAGES C CXX)\n")
        self.write("CHANGELOG.md", "# Changes\n\n## 4.5.6 (2030-01-02)\n")
        self.write("debian/changelog", "wsalive (4.5.6) unstable; urgency=medium\n")
        self.write("Makefile", "test:\n\t@echo tests ran; test ! -e broken\nlint:\n\t@echo lint ran\n")
        self.write(".gitignore", "/build/\n")
        self.git("init", "-q")
        self.commit()

    def write(self, name, text):
        path = os.path.join(self.project, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def git(self, *words):
        subprocess.run(["git", "-C", self.project, "-c", "user.name=n", "-c", "user.email=n@example.org", *words], check=True,
                       capture_output=True, env=self.environment)

    def commit(self):
        self.git("add", ".")
        self.git("commit", "-q", "-m", "a change")

    def release(self):
        done = subprocess.run([os.path.join(self.project, "tools", "release")], capture_output=True, text=True, cwd="/",
                              env=self.environment)
        return done.returncode, done.stdout + done.stderr

    def refused(self, words):
        status, said = self.release()
        self.assertEqual(status, 1, said)
        self.assertIn(words, said)
        self.assertFalse([name for _, _, names in os.walk(os.path.join(self.project, "build")) for name in names
                          if name.startswith("wsalive-")])
        return said

    def test_it_packs_what_git_has_and_asks_tests_and_lint_once_for_a_commit(self):
        self.write("build/no-source", "")
        status, said = self.release()
        self.assertEqual(status, 0, said)
        self.assertIn("tests ran", said)
        self.assertIn("lint ran", said)
        packed = os.path.join(self.project, "build", "releases", "wsalive-4.5.6.tar.gz")
        with tarfile.open(packed) as tar:
            names = sorted(member.name for member in tar.getmembers() if member.isfile())
        self.assertEqual(names, [f"wsalive-4.5.6/{name}" for name in (".gitignore", "CHANGELOG.md", "CMakeLists.txt",
                                                                     "Makefile", "debian/changelog", "tools/release")])
        subprocess.run(["sha256sum", "--quiet", "-c", packed + ".sha256"], check=True, cwd=os.path.dirname(packed))
        with open(packed, "rb") as file:
            first = file.read()
        status, said = self.release()
        self.assertEqual(status, 0, said)
        self.assertNotIn("tests ran", said)
        with open(packed, "rb") as file:
            self.assertEqual(file.read(), first, "the same commit gives the same bytes")

    def test_a_new_commit_is_tested_anew(self):
        self.assertEqual(self.release()[0], 0)
        self.write("new", "")
        self.commit()
        self.assertIn("tests ran", self.release()[1])

    def test_a_tree_that_has_changed_is_refused(self):
        self.write("new", "")
        self.refused("?? new")

    def test_a_section_without_a_day_is_refused(self):
        self.write("CHANGELOG.md", "# Changes\n\n## 4.5.6 (not released yet)\n")
        self.commit()
        self.refused("CHANGELOG.md has no section '## 4.5.6 (YYYY-MM-DD)'")

    def test_packages_of_another_version_are_refused(self):
        self.write("debian/changelog", "wsalive (4.5.5) unstable; urgency=medium\n")
        self.commit()
        self.refused("debian/changelog does not begin with 4.5.6")

    def test_a_version_that_is_tagged_is_refused(self):
        self.git("tag", "v4.5.6")
        self.refused("v4.5.6 is tagged already")

    def test_a_failing_test_is_the_end(self):
        self.write("broken", "")
        self.commit()
        self.assertNotIn("lint ran", self.refused("make test failed"))


if __name__ == "__main__":
    unittest.main()
