# SPDX-License-Identifier: MIT
"""Models as C source: it compiles without a warning, its own check passes, and it says what the
library says."""
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

MODELS = os.environ["LINNET_C_MODELS"]
SANITIZERS = os.environ["LINNET_SANITIZERS"]
COMPILERS = [name for name in ("gcc", "clang") if shutil.which(name)]
C99 = ["-std=c99", "-pedantic", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror", "-O1"]
CXX = ["-x", "c++", "-std=c++17", "-Wall", "-Wextra", "-Werror", "-fsyntax-only"]
TIME_LIMIT = 120
# In parts of a column's largest number. Mixed precisions differ as f32 does.
MOST = {"f64_f64": 1e-13}
MOST_F32 = 3e-6


def call(*arguments, **options):
    return subprocess.run(arguments, capture_output=True, text=True, check=False,
                          timeout=TIME_LIMIT, **options)


class CSource(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="linnet-c-source-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        done = call(MODELS, "export", cls.folder)
        assert done.returncode == 0, done.stderr
        cls.names = done.stdout.split()

    def succeed(self, *arguments):
        done = call(*arguments, cwd=self.folder)
        self.assertEqual((0, ""), (done.returncode, done.stderr), arguments)
        return done.stdout

    def test_there_are_many(self):
        self.assertGreater(len(self.names), 50)
        for name in self.names:
            self.assertTrue((self.folder / f"{name}.h").is_file())

    def test_the_check_of_each(self):
        for i, name in enumerate(self.names):
            compiler = COMPILERS[i % len(COMPILERS)]
            self.succeed(compiler, *C99, f"-D{name.upper()}_TEST", f"{name}.c", "-lm", "-o", "check")
            self.assertRegex(self.succeed("./check"), "^[0-9]+ cases: all agree\n$", name)

    def test_a_check_can_fail(self):
        name = "norms_f32_f32"
        text = (self.folder / f"{name}.c").read_text()
        text, count = re.subn(r"(norms_f32_f32_0_bias\[8\] = \{\n    )", r"\g<1>0x1p+3f + ", text)
        self.assertEqual(1, count)
        (self.folder / "wrong.c").write_text(text)
        self.succeed(COMPILERS[0], *C99, f"-D{name.upper()}_TEST", "wrong.c", "-lm", "-o", "check")
        done = call("./check", cwd=self.folder)
        self.assertEqual(1, done.returncode)
        self.assertRegex(done.stdout, r"^case \d+, output \d: expected \S+, found \S+\n")
        self.assertIn("cases: some differ", done.stdout)

    def test_every_compiler_and_cxx(self):
        for name in self.names[::7] + ["softmax_f32_f32"]:
            for compiler in COMPILERS:
                self.succeed(compiler, *C99, "-fsyntax-only", f"{name}.c")
                cxx = {"gcc": "g++", "clang": "clang++"}[compiler]
                if shutil.which(cxx):
                    self.succeed(cxx, *CXX, f"{name}.c")
                    self.succeed(cxx, *CXX, f"{name}.h")

    @unittest.skipIf(SANITIZERS != "none", "a library without the sanitizer's runtime")
    def test_it_says_what_the_library_says(self):
        for name in self.names:
            self.succeed(COMPILERS[0], *C99, "-fPIC", "-shared", f"{name}.c", "-lm", "-o",
                         f"{name}.so")
        lines = self.succeed(MODELS, "compare", self.folder).splitlines()
        self.assertEqual(self.names, [line.split()[0] for line in lines])
        for name, error in (line.split() for line in lines):
            self.assertLessEqual(float(error), MOST.get(name[-7:], MOST_F32), name)

    def test_names_of_classes_are_harmless(self):
        text = (self.folder / "softmax_f32_f32.c").read_text()
        self.assertTrue(text.isascii())
        comment = text[:text.index("*/") + 2]
        self.assertIn("class 0: __ int x; __", comment)
        self.assertIn(r'"*/ int x; /*"', text)
        self.assertIn(r'"\077\077/ \077\077) \303\251"', text)
        self.assertIn(r'"line\012feed"', text)

    def test_lines_are_short(self):
        for name in self.names:
            for line in (self.folder / f"{name}.c").read_text().splitlines():
                self.assertTrue(len(line) <= 140 or line.startswith(" *"), line)


if __name__ == "__main__":
    unittest.main()
