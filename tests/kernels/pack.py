#!/usr/bin/env python3
"""Writes an archive that the kernel unpacks as the guest's root (cpio, newc). Several of them in a row are one.

    pack.py tar FILE             of a tar archive, with owners and modes, without documentation
    pack.py tree FOLDER BELOW    of all below a folder, owned by root, to a folder of the guest's
    pack.py files < LIST         of the files listed on standard input, each under its own path or, after a tab, another

Below /usr only what is really there is named: /lib and its like are links in the root, which a folder would replace.

No right is needed: owners and device nodes are written, never made here.
"""
import os
import stat
import sys
import tarfile

UNWANTED = ("usr/share/doc/", "usr/share/man/", "usr/share/locale/", "usr/share/info/", "var/cache/apt/", "var/lib/apt/",
            "usr/share/zoneinfo/", "usr/share/i18n/", "usr/lib/x86_64-linux-gnu/perl-base/")


class Archive:
    def __init__(self, out):
        self.out = out
        self.number = 0
        self.folders = set()

    def add(self, name, mode, content=b"", owner=(0, 0), device=(0, 0)):
        self.number += 1
        path = name.encode() + b"\0"
        links = 2 if stat.S_ISDIR(mode) else 1
        fields = (self.number, mode, *owner, links, 0, len(content), 0, 0, *device, len(path), 0)
        head = b"070701" + b"".join(b"%08X" % field for field in fields) + path
        self.out.write(head + b"\0" * (-len(head) % 4))
        self.out.write(content)
        self.out.write(b"\0" * (-len(content) % 4))

    def add_folders_of(self, name):
        parts = name.split("/")[:-1]
        for count in range(1, len(parts) + 1):
            folder = "/".join(parts[:count])
            if folder not in self.folders:
                self.folders.add(folder)
                self.add(folder, stat.S_IFDIR | 0o755)

    def add_path(self, path, name):
        """A file or a link of this machine, and the folders above it; a folder alone is left out."""
        name = name.strip("/")
        about = os.lstat(path)
        self.add_folders_of(name)
        if stat.S_ISLNK(about.st_mode):
            self.add(name, about.st_mode, os.readlink(path).encode())
        elif stat.S_ISREG(about.st_mode):
            with open(path, "rb") as file:
                self.add(name, stat.S_IFREG | stat.S_IMODE(about.st_mode), file.read())

    def end(self):
        self.add("TRAILER!!!", 0)


def add_tar(archive, path):
    kinds = {tarfile.DIRTYPE: stat.S_IFDIR, tarfile.SYMTYPE: stat.S_IFLNK, tarfile.CHRTYPE: stat.S_IFCHR,
             tarfile.BLKTYPE: stat.S_IFBLK, tarfile.FIFOTYPE: stat.S_IFIFO}
    with tarfile.open(path) as tar:
        for member in tar:
            name = member.name.removeprefix("./").strip("/")
            if not name or name == "." or name.startswith(UNWANTED):
                continue
            kind = kinds.get(member.type, stat.S_IFREG)
            content = b""
            if kind == stat.S_IFLNK:
                content = member.linkname.encode()
            elif kind == stat.S_IFREG:
                content = tar.extractfile(member).read()  # A hard link's, too.
            archive.add(name, kind | member.mode, content, (member.uid, member.gid),
                        (member.devmajor, member.devminor) if kind in (stat.S_IFCHR, stat.S_IFBLK) else (0, 0))
    archive.add("dev/console", stat.S_IFCHR | 0o600, device=(5, 1))  # The first process' standard streams.


def main(way, path=None, below=""):
    archive = Archive(sys.stdout.buffer)
    if way == "tar":
        add_tar(archive, path)
    elif way == "tree":
        for folder, _, names in os.walk(path):
            for name in sorted(names):
                full = os.path.join(folder, name)
                archive.add_path(full, os.path.join(below, os.path.relpath(full, path)))
    else:
        for line in sys.stdin.read().splitlines():
            path, _, name = line.partition("\t")
            archive.add_path(path, name or path)
    archive.end()


main(*sys.argv[1:])
