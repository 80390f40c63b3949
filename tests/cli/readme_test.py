#!/usr/bin/env python3
"""README.md and docs/command.md show what the command prints. The test compares each sample of a report with a real one, line by line, where
only numbers of processes, addresses and measured times may differ.

labels: net
"""
import os
import re
import shlex
import tool


def earliest(text):
    """Without the later ends of times: they depend on the kernel's tick."""
    return re.sub(r" to [\d.]+s\b|, each at most [\d]+ms later while a processor is free", "", text)


def shape(line):
    """A line without what differs from run to run, and without its columns' widths."""
    line = re.sub(r"(psql|python3?) \d+:\d+", "PROGRAM", line)
    line = re.sub(r"\d+\.\d+\.\d+\.\d+:\d+", "ADDRESS", line)
    line = re.sub(r"\b\d+h \+75s x9\b", "DEFAULTS", line)
    line = re.sub(r"^off$", "DEFAULTS", line)
    return re.sub(r"[ ─]+", " ", line).strip()


class Readme(tool.ToolWithConnection):
    def sample(self, beginning):
        """The command that begins so, and the lines that are shown below it; README.md shows the same as docs/command.md."""
        blocks = [self.block_in(file, beginning) for file in ("docs/command.md", "README.md")]
        self.assertIsNotNone(blocks[0], beginning)
        self.assertIn(blocks[1], (blocks[0], None))
        return shlex.split(blocks[0][0])[1:], blocks[0][1].splitlines()

    @staticmethod
    def block_in(file, beginning):
        with open(os.path.join(tool.SOURCE, file), encoding="utf-8") as file:
            text = file.read()
        block = re.search(r"^```\n\$ (" + re.escape(beginning) + r".*)\n((?:.*\n)*?)```$", text, re.M)
        return block and (block.group(1), block.group(2))

    @staticmethod
    def earliest_of(text):
        """Lines; paragraphs are one, since they break where a number ends."""
        head, _, rest = text.partition("The kernel's timers")
        return [*head.splitlines(), earliest(" ".join(("The kernel's timers" + rest).split()))]

    def test_explain(self):
        words, shown = self.sample("wsalive explain --time")
        said = self.ok(*words).splitlines()
        for line in shown:
            if line and line != "...":
                self.assertIn(line, said)

    @tool.needs_preload
    def test_run(self):
        words, shown = self.sample("wsalive run")
        done = self.run_tool(*words[:words.index("--")], "--via", "preload", "--", "/bin/true")
        self.assertEqual(earliest(done.stderr.rstrip("\n")), earliest(shown[0].split("; no bpf")[0]))

    def test_set_and_ls(self):
        self.client.setsockopt(1, 9, 1)  # As psql does: SO_KEEPALIVE, and no times.
        words, shown = self.sample("wsalive set")
        words[words.index("--to") + 1] = f"127.0.0.1:{self.port}"
        self.assertEqual([shape(line) for line in self.earliest_of(self.ok(*words))], [shape(line) for line in self.earliest_of("\n".join(shown))])
        shown = self.sample("wsalive ls --program")[1]
        said = self.ok("ls", "--to", f"127.0.0.1:{self.port}").splitlines()
        self.assertEqual(shape(said[0]), shape(shown[0]))
        pattern = re.escape(shape(shown[1])).replace("12s", r"[\d.]+m?s").replace(r"74s", r"\d+s")
        self.assertRegex(shape(said[1]), rf"\A{pattern}\Z")
        # A host may have processes that only its own root sees. The report then says so at the end, on one or more lines.
        end = next((i for i, line in enumerate(said) if "cannot be looked into" in line), len(said))
        self.assertEqual(said[2:end], shown[2:])

    def test_path(self):
        words, shown = self.sample("wsalive path db")
        said = self.ok(words[0], f"127.0.0.1:{self.port}", "--max", "3s", "--connections", "2").splitlines()
        for heading in ("Settings that keep connections on this path",):
            self.assertIn(heading, shown)
            self.assertIn(heading, said)
        columns = [line for line in shown if "IDLE FOR" in line]
        self.assertEqual([shape(line) for line in said if "IDLE FOR" in line], [shape(line) for line in columns])
        self.assertTrue(any(re.match(r"Took [\d.]+s, \d+ connections to 127.0.0.1:\d+\. ", line) for line in said))


if __name__ == "__main__":
    tool.main()
