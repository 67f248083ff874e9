# SPDX-License-Identifier: MIT
"""Nothing is compiled or linked with flags that change what arithmetic means: linked with
-ffast-math, a shared library flushes denormals to zero in the whole process."""
import os
import re
import shutil
import subprocess
import unittest
from pathlib import Path

BUILD = Path(os.environ["LINNET_BUILD_ROOT"])
CC = os.environ["LINNET_CC"]
SOURCE = Path(os.environ["LINNET_SOURCE_ROOT"])
SHARED = os.environ.get("LINNET_SHARED_LIBRARY")
FORBIDDEN = re.compile(
    r"(?<!\S)['\"]?(-Ofast|-ffast-math|-funsafe-math-optimizations|-fassociative-math"
    r"|-freciprocal-math|-ffinite-math-only|-fno-signed-zeros|-fcx-limited-range"
    r"|-fcx-fortran-rules|-mdaz-ftz|-ffp-model=fast|-fp-model[= ]fast)\b")


class Flags(unittest.TestCase):
    def test_none_in_the_build(self):
        text = (BUILD / "build.ninja").read_text(encoding="utf-8")
        self.assertIn(" -std=c11 ", text)
        self.assertEqual([], FORBIDDEN.findall(text))

    def test_they_would_be_seen(self):
        for line in ("ARGS = -O3 -ffast-math -g", "LINK_ARGS = -Ofast", "ARGS = '-ffp-model=fast'"):
            self.assertTrue(FORBIDDEN.search(line), line)
        for line in ("ARGS = -O3 -fno-fast-math", "ARGS = -Ofaster"):
            self.assertFalse(FORBIDDEN.search(line), line)

    @unittest.skipUnless(SHARED and shutil.which("nm"), "needs nm and a shared library")
    def test_nothing_sets_the_processor_at_loading(self):
        done = subprocess.run(["nm", SHARED], capture_output=True, text=True, check=True)
        self.assertNotIn("set_fast_math", done.stdout)


class Arithmetic(unittest.TestCase):
    def compile(self, text, *arguments):
        command = [CC, "-std=c11", "-D_POSIX_C_SOURCE=200809L", "-mfpmath=387", "-Werror",
                   f"-I{SOURCE}/include", f"-I{SOURCE}/src", "-fsyntax-only", "-x", "c", *arguments]
        return subprocess.run([*command, "-"] if text else command, input=text,
                              capture_output=True, text=True, check=False)

    def test_compiles_where_arithmetic_has_a_wider_type(self):
        """As on i386 and s390x, where FLT_EVAL_METHOD is not 0."""
        wide = self.compile("#include <float.h>\n_Static_assert(FLT_EVAL_METHOD != 0, \"\");\n")
        if wide.returncode != 0:
            self.skipTest("this compiler has no such arithmetic")
        for folder in ("tensor", "layers", "loss", "optim", "data"):
            # The others need what meson found.
            sources = [path for path in (SOURCE / "src" / folder).glob("*.c")
                       if path.name not in ("blas.c", "build_info.c", "lapack.c")]
            self.assertTrue(sources)
            done = self.compile("", *sources)
            self.assertEqual((0, ""), (done.returncode, done.stderr))
