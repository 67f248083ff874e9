# SPDX-License-Identifier: MIT
"""Each public header compiles on its own, as C11 and as C++17, without a warning. Each function
that reads tensors and writes others has a row in tests/library/test_alias.c."""
import os
import re
import shutil
import subprocess
import unittest
from pathlib import Path

ROOT = Path(os.environ["LINNET_SOURCE_ROOT"])
INCLUDE = ROOT / "include"
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror"]
LANGUAGES = {
    "c11": (["gcc", "clang"], ["-x", "c", "-std=c11"]),
    "cxx17": (["g++", "clang++"], ["-x", "c++", "-std=c++17"]),
}


def compiles(compiler, options, text):
    """The compiler's complaint, or nothing."""
    done = subprocess.run([compiler, *options, *WARNINGS, "-I", INCLUDE, "-S", "-o", os.devnull,
                           "-"],
                          input=text, capture_output=True, text=True, check=False)
    return done.stderr if done.returncode else ""


class Headers(unittest.TestCase):
    def test_a_faulty_header_would_be_seen(self):
        for compilers, options in LANGUAGES.values():
            for compiler in filter(shutil.which, compilers):
                self.assertIn("lnt_tensor", compiles(compiler, options, "lnt_tensor x;\n"))


def declarations():
    """Each public declaration, on one line, without comments."""
    for header in sorted((INCLUDE / "linnet").glob("*.h")):
        text = re.sub(r"/\*.*?\*/", "", header.read_text(encoding="utf-8"), flags=re.DOTALL)
        for declaration in re.findall(r"^LNT_API\b[^;]*;", text, re.MULTILINE):
            yield " ".join(declaration.split())


class Statuses(unittest.TestCase):
    # lnt_fail returns the status that it was given: a caller may have no more use for it.
    MAY_IGNORE = ["lnt_fail"]

    def test_callers_must_check_each_status(self):
        ignored = [re.search(r"(lnt_\w+)\(", line)[1] for line in declarations()
                   if re.match(r"LNT_API lnt_status \w+\(", line)]
        self.assertEqual(self.MAY_IGNORE, ignored)
        checked = [line for line in declarations()
                   if line.startswith("LNT_API LNT_MUST_CHECK lnt_status ")]
        self.assertGreater(len(checked), 100)

    def test_the_compiler_warns_of_a_status_that_is_ignored(self):
        options = LANGUAGES["c11"][1]
        text = "#include <linnet/net.h>\nvoid f(void);\nvoid f(void) { lnt_net_parameter(0, 0, 0); }\n"
        for compiler in filter(shutil.which, LANGUAGES["c11"][0]):
            self.assertIn("warn_unused_result", compiles(compiler, options, text))


class Version(unittest.TestCase):
    def test_the_macros_have_the_version_of_the_build(self):
        text = (INCLUDE / "linnet" / "build.h").read_text(encoding="utf-8")
        macros = dict(re.findall(r"#define LNT_VERSION_(\w+) (\S+)", text))
        major, minor, patch = os.environ["LINNET_VERSION"].split(".")
        self.assertEqual({"MAJOR": major, "MINOR": minor, "PATCH": patch,
                          "STRING": f'"{major}.{minor}.{patch}"'}, macros)


# Their output is a view: they write no element.
VIEWS = {"lnt_slice_rows", "lnt_slice_cols", "lnt_derivatives_linearize", "lnt_pass_forward"}


def writers(text):
    """The functions of a header that have a tensor to read and another to write."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    found = set()
    for name, arguments in re.findall(r"LNT_API[^;{]*?\b(lnt_\w+)\(([^;]*?)\);", text, flags=re.S):
        arguments = [" ".join(argument.split()) for argument in arguments.split(",")]
        tensors = [argument for argument in arguments if re.search(r"\blnt_tensor \*", argument)]
        if len({argument.startswith("const ") for argument in tensors}) == 2:
            found.add(name)
    return found


class Aliasing(unittest.TestCase):
    def test_writers_are_recognised(self):
        self.assertEqual({"lnt_f"}, writers("LNT_API lnt_status lnt_f(const lnt_tensor *x,\n"
                                            "    lnt_tensor *y);\n"))
        self.assertEqual(set(), writers("LNT_API int lnt_f(const lnt_tensor *x, size_t n);\n"
                                        "/* LNT_API int lnt_g(const lnt_tensor *x, lnt_tensor *y); */\n"
                                        "LNT_API int lnt_h(lnt_tensor *x);\n"))

    def test_each_writer_has_a_row(self):
        table = (ROOT / "tests" / "library" / "test_alias.c").read_text()
        rows = set(re.findall(r'\{"(lnt_\w+)"', table))
        public = set()
        for header in (INCLUDE / "linnet").glob("*.h"):
            public |= writers(header.read_text())
        self.assertEqual(set(), public - rows - VIEWS, "without a row in tests/library/test_alias.c")
        self.assertEqual(set(), VIEWS - public, "no longer public")


def add_case(header, language):
    compilers, options = LANGUAGES[language]

    def case(self):
        found = [compiler for compiler in compilers if shutil.which(compiler)]
        if not found:
            self.skipTest("needs " + " or ".join(compilers))
        for compiler in found:
            # Twice, for the include guard; and ISO C wants a declaration.
            text = f"#include <linnet/{header}.h>\n" * 2 + "typedef int declared;\n"
            self.assertEqual("", compiles(compiler, options, text))

    setattr(Headers, f"test_{header}_{language}", case)


for path in sorted((INCLUDE / "linnet").glob("*.h")):
    for name in LANGUAGES:
        add_case(path.stem, name)
