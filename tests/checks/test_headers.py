# SPDX-License-Identifier: MIT
"""Each public header compiles on its own, as C11 and as C++17, without a warning."""
import os
import shutil
import subprocess
import unittest
from pathlib import Path

INCLUDE = Path(os.environ["LINNET_SOURCE_ROOT"]) / "include"
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror"]
LANGUAGES = {
    "c11": (["gcc", "clang"], ["-x", "c", "-std=c11"]),
    "cxx17": (["g++", "clang++"], ["-x", "c++", "-std=c++17"]),
}


def compiles(compiler, options, text):
    """The compiler's complaint, or nothing."""
    done = subprocess.run([compiler, *options, *WARNINGS, "-I", INCLUDE, "-fsyntax-only", "-"],
                          input=text, capture_output=True, text=True, check=False)
    return done.stderr if done.returncode else ""


class Headers(unittest.TestCase):
    def test_a_faulty_header_would_be_seen(self):
        for compilers, options in LANGUAGES.values():
            for compiler in filter(shutil.which, compilers):
                self.assertIn("lnt_tensor", compiles(compiler, options, "lnt_tensor x;\n"))


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
