# SPDX-License-Identifier: MIT
"""The form of the sources: clang-format, licence lines, one condition in each assertion."""
import os
import re
import shutil
import subprocess
import unittest
from pathlib import Path

SOURCE = Path(os.environ["LINNET_SOURCE_ROOT"])
FOLDERS = ["src", "include", "tests", "examples", "bench"]
LITERAL = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|/\*.*?\*/', re.DOTALL)
FORMAT_VERSION = 14  # other versions differ in details

# Macros of several lines, and comments and strings, which may contain any word.
MACRO = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)((?:.*\\\n)+.*)", re.MULTILINE)
COMMENT_OR_STRING = re.compile(r'/\*.*?\*/|"(?:\\.|[^"\\])*"', re.DOTALL)
STATEMENT = re.compile(r";|\b(?:for|while|do|if|switch|return|goto)\b")
MACROS_WITH_CODE = {
    "LNT_TRY": "returns from its caller, which no function can",
    "TILE": "names 32 functions, each a call of the same inline function",
}


def macros_with_code(text):
    return [match[1] for match in MACRO.finditer(text)
            if STATEMENT.search(COMMENT_OR_STRING.sub("", match[2]))]


def c_files():
    return [path for folder in FOLDERS for path in sorted((SOURCE / folder).rglob("*"))
            if path.suffix in (".c", ".h", ".inc")]


def clang_format():
    for name in (f"clang-format-{FORMAT_VERSION}", "clang-format"):
        if shutil.which(name):
            done = subprocess.run([name, "--version"], capture_output=True, text=True, check=True)
            if re.search(rf"version {FORMAT_VERSION}\.", done.stdout):
                return name
    return None


def conjunctions(text):
    """The assertions of a source whose condition is a conjunction, by line."""
    found = []
    for call in re.finditer(r"\bcr_(?:assert|expect)\w*\(", text):
        depth, at = 1, call.end()
        while depth > 0 and at < len(text):
            literal = LITERAL.match(text, at)
            if literal:
                at = literal.end()
                continue
            if depth == 1 and (text.startswith("&&", at) or text[at] == ","):
                if text[at] == "&":
                    found.append(text.count("\n", 0, call.start()) + 1)
                break
            depth += (text[at] in "([{") - (text[at] in ")]}")
            at += 1
    return found


class Style(unittest.TestCase):
    def test_conjunctions(self):
        self.assertEqual([1, 3], conjunctions('cr_assert(a == b && c);\n'
                                              'cr_assert(f(a && b, "&&"), "%d && %d", a, b);\n'
                                              'cr_assert(f(")") && (a || b), "%d", c);\n'))

    def test_an_assertion_has_one_condition(self):
        """So that a failure says which condition is false: tests/support/assert.h prints values."""
        found = [f"{path.relative_to(SOURCE)}:{line}"
                 for path in sorted((SOURCE / "tests").rglob("*.[ch]"))
                 for line in conjunctions(path.read_text(encoding="utf-8"))]
        self.assertEqual([], found)

    @unittest.skipUnless(clang_format(), f"needs clang-format {FORMAT_VERSION}")
    def test_clang_format(self):
        done = subprocess.run([clang_format(), "--dry-run", "-Werror", *c_files()],
                              capture_output=True, text=True, check=False, cwd=SOURCE)
        self.assertEqual("", "\n".join(re.findall(r"^\S+: error:.*", done.stderr, re.MULTILINE)))
        self.assertEqual(0, done.returncode)

    def test_licence_line(self):
        scripts = [path for pattern in ("scripts/*", "tests/**/*.py", "tests/**/*.sh",
                                        "examples/*.py", ".ci/*")
                   for path in SOURCE.glob(pattern) if path.is_file()]
        self.assertGreater(len(scripts), 5)
        lacking = [str(path.relative_to(SOURCE)) for path in (*c_files(), *scripts)
                   if "SPDX-License-Identifier: MIT" not in
                   "".join(path.read_text(encoding="utf-8").splitlines(True)[:2])]
        self.assertEqual([], lacking)

    def test_code_is_not_in_macros(self):
        """Code for both precisions is a template, which a debugger can step through."""
        found = {name for path in c_files()
                 if path.relative_to(SOURCE).parts[0] in ("src", "include")
                 for name in macros_with_code(path.read_text(encoding="utf-8"))}
        self.assertEqual(set(MACROS_WITH_CODE), found)

    def test_macros_with_code_are_found(self):
        self.assertEqual(["LOOP"], macros_with_code("#define LOOP(n) \\\n    for (;;) { \\\n    }\n"))
        self.assertEqual(["SUM"], macros_with_code("#define SUM \\\n    int i = 0; \\\n    i++\n"))
        self.assertEqual([], macros_with_code('#define LIST(X) \\\n    X("; for") /* return */ \\\n    X(b)\n'))
        self.assertEqual([], macros_with_code("#define ONE 1\nfor (;;) {\n}\n"))
