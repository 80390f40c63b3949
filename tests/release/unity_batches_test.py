#!/usr/bin/env python3
"""cmake/unity_batches.py finds every name of an anonymous namespace, and keeps files apart whose names clash."""
import importlib.util
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

SOURCE = os.environ.get("WSALIVE_SOURCE") or os.path.join(os.path.dirname(__file__), "..", "..")
SCRIPT = os.path.join(SOURCE, "cmake", "unity_batches.py")
sys.dont_write_bytecode = True  # The source tree may be read-only.
spec = importlib.util.spec_from_file_location("unity_batches", SCRIPT)
unity = importlib.util.module_from_spec(spec)
spec.loader.exec_module(unity)


def source(body, scopes="wsalive::os"):
    return f"#include <x.h>\nnamespace {scopes} {{\nnamespace {{\n{body}\n}}  // namespace\n}}  // namespace {scopes}\n"


def names(body):
    return {name for _, name in unity.names_in("a.cpp", source(body))[0]}


class Names(unittest.TestCase):
    ROWS = {
        "int size_of(const char* text) { return f(text, {1}); }": {"size_of"},
        "int size_of(int);": {"size_of"},
        "[[nodiscard]] constexpr std::pair<int, char> both(int a = g({2})) noexcept { return {}; }": {"both"},
        "template <typename T, std::enable_if_t<(sizeof(T) > 2)>* = nullptr> T* made(T&& t) { return &t; }": {"made"},
        "template <typename T> requires std::integral<T> auto doubled(T t) -> decltype(t + t) { return t; }": {"doubled"},
        'extern "C" void on_signal(int) {}': {"on_signal"},
        "struct Row { int a; int read() { return a; } };": {"Row"},
        "class Row final : public Base<int> { int a = f(); } row;": {"Row", "row"},
        "struct Row;": {"Row"},
        "union Bits { int a; float b; };": {"Bits"},
        "enum class Color : char { red, green = f(1, 2) };": {"Color"},
        "enum Color { red, green = 3 };": {"Color", "red", "green"},
        "enum { kOne, kTwo };": {"kOne", "kTwo"},
        "constexpr int kMost = 12;": {"kMost"},
        "constexpr std::array<Row, 2> kRows{{{1, 2}, {3, 4}}};": {"kRows"},
        "const char* const kWords[] = {\"a, b\", \"c\"};": {"kWords"},
        "constexpr auto kTwice = [](int a) { return 2 * a; };": {"kTwice"},
        "constexpr double kBig = f(1'000, a < b), kSmall = 1;": {"kBig", "kSmall"},
        "std::atomic<void (*)(int)> handler{nullptr};": {"handler"},
        "thread_local Row first, second{1};": {"first", "second"},
        "void (*handler)(int) = nullptr;": {"handler"},
        "using Rows = std::vector<Row>;": {"Rows"},
        "using std::chrono::seconds;": {"seconds"},
        "typedef unsigned long Size;": {"Size"},
        "template <typename T> concept Small = sizeof(T) < 9;": {"Small"},
        'static_assert(sizeof(int) == 4, "int wrong;");': set(),
        "using namespace std::chrono_literals;": set(),
        "Row::Row(int a) : a_{a}, b_(2) { }": set(),
        "int Row::read() { return 1; }": set(),
        "bool operator==(const Row& a, const Row& b) { return true; }": set(),
        "// int no(int);\n/* int no() { */": set(),
        'constexpr auto kRaw = R"(} int no();)"; int yes() { return \'{\'; }': {"kRaw", "yes"},
        "#define BEGIN { \\\n  {\nint yes;": {"yes"},
        "namespace inner { int deep; }": {"deep"},
    }

    def test_each_kind_of_declaration(self):
        for body, wanted in self.ROWS.items():
            with self.subTest(body):
                self.assertEqual(names(body), wanted)

    def test_what_stands_outside_of_an_anonymous_namespace(self):
        hidden, shared = unity.names_in("a.hpp", "namespace a::b { struct Row {}; int f(Row); namespace { int own; } } int g();")
        self.assertEqual(set(shared), {(("a", "b"), "Row"), (("a", "b"), "f"), ((), "g")})
        self.assertEqual(set(hidden), {(("a", "b"), "own")})

    def test_a_file_that_cannot_be_read_is_named(self):
        with self.assertRaises(SystemExit) as refused:
            unity.batches_of({"a.cpp": "namespace a {"})
        self.assertIn("a.cpp: ", str(refused.exception))


class Batches(unittest.TestCase):
    def together(self, texts, wanted):
        self.assertEqual(sorted(map(sorted, unity.batches_of(texts))), wanted)

    def test_two_files_with_one_name_get_two_batches(self):
        self.together({"a.cpp": source("int f() { return 1; }"), "b.cpp": source("struct f {};"), "c.cpp": source("int g;")},
                      [["a.cpp", "c.cpp"], ["b.cpp"]])

    def test_the_same_alias_is_no_clash_and_another_one_is(self):
        same, other = source("using std::chrono::seconds;"), source("using seconds = int;")
        self.together({"a.cpp": same, "b.cpp": same}, [["a.cpp", "b.cpp"]])
        self.together({"a.cpp": same, "b.cpp": other}, [["a.cpp"], ["b.cpp"]])

    def test_other_namespaces_are_no_clash(self):
        self.together({"a.cpp": source("int f;", "a"), "b.cpp": source("int f;", "a::b")}, [["a.cpp", "b.cpp"]])

    def test_a_file_that_hides_a_headers_name_is_compiled_alone(self):
        header = "namespace wsalive { int f(long); }"
        self.together({"x.hpp": header, "a.cpp": source("int f(int);"), "b.cpp": source("int g;")}, [["b.cpp"]])
        self.together({"x.hpp": header, "a.cpp": source("int f(int);", "other"), "b.cpp": source("int g;")}, [["a.cpp", "b.cpp"]])

    def test_a_file_that_hides_what_another_file_exports_is_compiled_alone(self):
        self.together({"a.cpp": source("int f(int);"), "b.cpp": 'extern "C" int f(long) { return 1; }'}, [["b.cpp"]])

    def test_as_few_batches_as_can_be(self):
        texts = {f"{number:02}.cpp": source(f"int own_{number};") for number in range(unity.LIMIT + 1)}
        self.assertEqual(sorted(map(len, unity.batches_of(texts))), [1, unity.LIMIT])
        texts["00.cpp"] = texts["01.cpp"]
        self.assertEqual(sorted(map(len, unity.batches_of(texts))), [2, unity.LIMIT - 1])

    def test_the_answer_is_written_only_when_it_changes(self):
        with tempfile.TemporaryDirectory() as folder:
            out, depfile = (pathlib.Path(folder) / name for name in ("out.cmake", "out.d"))
            command = [sys.executable, SCRIPT, out, depfile, "src/base"]
            subprocess.run(command, check=True)
            os.utime(out, ns=(1, 1))
            subprocess.run(command, check=True)
            self.assertEqual(out.stat().st_mtime_ns, 1)
            self.assertIn('set("batch_src/base/', out.read_text(encoding="utf-8"))
            self.assertIn("src/base/", depfile.read_text(encoding="utf-8"))
            out.write_text("old", encoding="utf-8")
            subprocess.run(command, check=True)
            self.assertIn('set("batch_src/base/', out.read_text(encoding="utf-8"))


if __name__ == "__main__":
    unittest.main()
