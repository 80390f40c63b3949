#!/usr/bin/env python3
"""Says which files of a layer a unity build may compile in one piece.

  unity_batches.py OUT DEPFILE LAYER...

In one piece, a name of an anonymous namespace belongs to all files. So two files that define the same name get different
batches. A file whose anonymous name is also declared elsewhere in the layer, by a header or outside of the anonymous
namespaces of another file, would hide that name from the files behind it: it is compiled alone.

OUT is a file for CMake's include(): it sets `batch_<path below the source folder>` of each file that shares a batch. It is
written only if it changes, and CMake runs again only then. DEPFILE names what was read.
"""
import collections
import os
import pathlib
import re
import sys

LIMIT = 24  # More files in one batch do not build faster, and a small edit then compiles more.
ROOT = pathlib.Path(__file__).resolve().parent.parent

TOKEN = re.compile(r"""
    (?P<skip> \s+ | //[^\n]* | /\*.*?\*/ | ^[ \t]*\#(?:\\.|[^\n\\])* | \[\[.*?\]\] )
  | (?P<text> (?:u8|[uUL])?R"(?P<mark>[^(\s]*)\(.*?\)(?P=mark)" | (?:u8|[uUL])?"(?:\\.|[^"\\])*" )
  | (?P<number> \.?\d[\w.']* | (?:u8|[uUL])?'(?:\\.|[^'\\])+' )
  | (?P<token> \w+ | :: | . )
""", re.X | re.S | re.M)
CLOSED_BY = {"(": ")", "{": "}", "[": "]"}
CLASSES = {"struct", "class", "union", "enum"}
NO_NAME = {"static_assert", "friend", "asm", "__asm__"}
TAKES_PARENTHESES = {"alignas", "decltype", "__attribute__", "noexcept", "explicit", "requires"}


def tokens(text):
    for found in TOKEN.finditer(text):
        if found["token"]:
            yield found["token"]
        elif not found["skip"]:
            yield '""' if found["text"] else "0"


def group_end(words, at):
    """The place behind the bracket that closes the one at `at`."""
    open_ones = []
    for place in range(at, len(words)):
        if words[place] in CLOSED_BY:
            open_ones.append(CLOSED_BY[words[place]])
        elif open_ones and words[place] == open_ones[-1]:
            open_ones.pop()
            if not open_ones:
                return place + 1
    raise ValueError("a bracket is not closed")


def angle_end(words, at):
    depth = 0
    while at < len(words):
        if words[at] in CLOSED_BY:
            at = group_end(words, at) - 1
        depth += (words[at] == "<") - (words[at] == ">")
        at += 1
        if depth == 0:
            break
    return at


def plain(head):
    """A declaration's words without `template <...>`, template arguments, and the arguments of its attributes."""
    kept, at = [], 0
    while at < len(head):
        if head[at] == "<" and kept and (kept[-1] == "template" or kept[-1].isidentifier()) and "operator" not in kept[-2:]:
            at = angle_end(head, at)
            if kept[-1] == "template":
                kept.pop()
            else:
                kept[-1] += "<>"
        elif head[at] in TAKES_PARENTHESES and head[at + 1:at + 2] == ["("]:
            at = group_end(head, at + 1)
        else:
            end = group_end(head, at) if head[at] in CLOSED_BY else at + 1
            kept += head[at:end]
            at = end
    return kept


def is_new(words, at):
    """Whether the word at `at` is a name that is declared here: no specialisation, and no member of something else."""
    return words[at].isidentifier() and words[at - 1:at] not in (["::"], ["~"], ["operator"])


def class_names(words):
    """`struct Name ...`, `enum { a, b }`, and the variable behind the body."""
    at = next(place for place, word in enumerate(words) if word in CLASSES)
    scoped = words[at] != "enum" or words[at + 1] in CLASSES
    at += 1 if words[at + 1] not in CLASSES else 2
    if words[at].isidentifier() and words[at + 1:at + 2] != ["::"]:
        yield words[at]
    if "{" not in words:
        return
    body = words.index("{")
    end = group_end(words, body)
    if not scoped:
        yield from (word for word, before in zip(words[body + 1:end], words[body:end]) if before in "{," and word.isidentifier())
    yield from (word for word in words[end:end + 1] if word.isidentifier())


def variable_names(words):
    """`T a = 1, b[2], c{3};`"""
    last = None
    at = 0
    while at < len(words):
        if words[at] in (",", "="):
            if last is not None and is_new(words, last):
                yield words[last]
            last = None
            while words[at] == "=" and at + 1 < len(words) and words[at + 1] != ",":
                at = (group_end(words, at + 1) if words[at + 1] in CLOSED_BY else at + 2) - 1
                words[at] = "=" if at + 1 < len(words) else words[at]
        elif words[at] in CLOSED_BY:
            at = group_end(words, at) - 1
        elif words[at].isidentifier():
            last = at
        at += 1
    if last is not None and is_new(words, last):
        yield words[last]


def names_of(head):
    """The names that one declaration at the level of a namespace brings."""
    words = plain(head)
    if not words or words[0] in NO_NAME or words[:2] == ["extern", "template"] or words[0] == "template":
        return
    if words[0] == "using":
        if words[1] not in ("namespace", "enum"):
            yield words[1] if "=" in words else words[-1]
        return
    if words[0] == "typedef":
        words = words[1:]
    if words[0] == "concept":
        yield words[1]
        return
    before_body = words[:words.index("{")] if "{" in words else words
    if CLASSES & set(before_body) and not {"(", "="} & set(before_body):
        yield from class_names(words)
        return
    opening = words.index("(") if "(" in words else len(words)
    if opening == len(words) or "=" in words[:opening] or "{" in words[:opening]:
        if "operator" not in words:
            yield from variable_names(words)
    elif words[opening + 1] == "*":  # A pointer to a function.
        yield words[opening + 2]
    elif opening and is_new(words, opening - 1):
        yield words[opening - 1]


def is_function(head):
    words = plain(head)
    opening = words.index("(") if "(" in words else len(words)
    return opening < len(words) and not {"=", "{"} & set(words[:opening])


def declarations(text):
    """Each declaration at the level of a namespace: its words, and the names of the namespaces, "" for an anonymous one."""
    words = list(tokens(text))
    scopes, head, at = [], [], 0
    while at < len(words):
        word = words[at]
        if word == "{" and {"namespace", "extern"} & set(head[:2]) and "(" not in head:
            named = "".join(head[head.index("namespace") + 1:]) if "namespace" in head else None
            scopes.append([] if named is None else named.split("::"))
            head, at = [], at + 1
        elif word == "}" and scopes:
            scopes.pop()
            head, at = [], at + 1
        elif word == ";":
            yield head, sum(scopes, [])
            head, at = [], at + 1
        elif word in CLOSED_BY:
            end = group_end(words, at)
            head += words[at:end]
            at = end
            if word == "{" and is_function(head) and words[at:at + 1] not in (["{"], [","]):
                yield head, sum(scopes, [])
                head = []
        else:
            head.append(word)
            at += 1
    if scopes:
        raise ValueError("a namespace is not closed")
    yield head, []  # A macro may stand there.


def names_in(file, text):
    """The names of the anonymous namespaces, and those of the others: for each, with its namespace, what it means. The
    same alias may stand in many files; anything else is the file's own."""
    hidden, shared = {}, {}
    for head, scopes in declarations(text):
        if head[:1] == ["namespace"]:  # An alias of a namespace.
            continue
        for name in names_of(head):
            key = (tuple(scope for scope in scopes if scope), name)
            (hidden if "" in scopes else shared)[key] = " ".join(head) if head[0] == "using" else file
    return hidden, shared


def hides_another(file, hidden, shared):
    """Whether one of the names would stand before another file's in the same namespace, or in one around it."""
    for (scopes, name), meaning in hidden.items():
        for length in range(len(scopes) + 1):
            if shared.get((scopes[:length], name), set()) - {file, meaning}:
                return True
    return False


def placed(files, clashes, names, count):
    """The files in so many batches, those with the most clashes first, each near to its neighbours if that is possible.
    None if it takes more batches."""
    batches, taken = [[] for _ in range(count)], [{} for _ in range(count)]
    for file in sorted(files, key=lambda file: (-clashes[file], file)):
        home = files.index(file) // LIMIT
        for place in (*range(home, count), *range(home)):
            free = all(taken[place].get(key, meaning) == meaning for key, meaning in names[file].items())
            if free and len(batches[place]) < LIMIT:
                batches[place].append(file)
                taken[place].update(names[file])
                break
        else:
            return None
    return batches


def batches_of(texts):
    """The batches, for the text of each file by its name; what stands in no batch is compiled alone."""
    names, shared, meanings = {}, collections.defaultdict(set), collections.defaultdict(set)
    for file, text in texts.items():
        try:
            names[file], others = names_in(file, text)
        except (ValueError, IndexError) as fault:
            sys.exit(f"{file}: {fault}")
        for key, meaning in others.items():
            shared[key].add(meaning)
    files = sorted(file for file in texts if file.endswith(".cpp") and not hides_another(file, names[file], shared))
    for file in files:
        for key, meaning in names[file].items():
            meanings[key].add(meaning)
    clashes = {file: sum(len(meanings[key]) - 1 for key in names[file]) for file in files}
    count = -(-len(files) // LIMIT)
    while (batches := placed(files, clashes, names, count)) is None:
        count += 1
    return batches


def main():
    out, depfile, *layers = sys.argv[1:]
    lines, read = [], []
    for layer in layers:
        paths = sorted(path for path in (ROOT / layer).rglob("*.?pp") if path.is_file())
        texts = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in paths}
        read += paths
        for number, batch in enumerate(batches_of(texts)):
            lines += [f'set("batch_{file}" {number})' for file in sorted(batch)]
    text = "\n".join(lines) + "\n"
    old = pathlib.Path(out).read_text(encoding="utf-8") if os.path.exists(out) else ""
    if text != old:
        pathlib.Path(out).write_text(text, encoding="utf-8")
    target, *needed = (re.sub(r"([ #\\])", r"\\\1", os.path.relpath(path)).replace("$", "$$") for path in (out, *read))
    pathlib.Path(depfile).write_text(f"{target}: " + " \\\n ".join(needed) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
