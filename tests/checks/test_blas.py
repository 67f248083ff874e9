# SPDX-License-Identifier: MIT
"""The BLAS that is loaded is told and asked, whichever was found at build time."""
import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

BUILD = Path(os.environ["LINNET_BUILD_ROOT"])
COMMAND = BUILD / "src/cli/linnet"
CC = os.environ["LINNET_CC"]
PLAIN = "void cblas_dgemm(void) {}\n"
BLIS = PLAIN + """
#include <stdint.h>
static intptr_t threads = 7;
const char *bli_info_get_version_str(void) { return "0.0-made-up"; }
int bli_arch_query_id(void) { return 3; }
const char *bli_arch_string(int id) { return id == 3 ? "made-up-core" : "?"; }
intptr_t bli_thread_get_num_threads(void) { return threads; }
void bli_thread_set_num_threads(intptr_t number) { threads = number; }
"""


@unittest.skipUnless(COMMAND.exists() and "LINNET_SHARED_LIBRARY" in os.environ,
                     "needs the command and a shared library")
class Blas(unittest.TestCase):
    def version(self, text):
        """What `linnet --version` prints with this library loaded first."""
        with tempfile.TemporaryDirectory(prefix="linnet-blas-") as folder:
            library = Path(folder) / "libmadeup.so"
            subprocess.run([CC, "-shared", "-fPIC", "-x", "c", "-", "-o", library], input=text,
                           text=True, check=True)
            done = subprocess.run([COMMAND, "--version"], capture_output=True, text=True,
                                  check=True, env={**os.environ, "LD_PRELOAD": str(library)})
        return done.stdout

    def test_another_one_is_asked(self):
        printed = self.version(BLIS)
        self.assertRegex(printed, r"(?m)^BLAS +blis: 0\.0-made-up$")
        self.assertRegex(printed, r"(?m)^core +made-up-core$")
        self.assertRegex(printed, r"(?m)^threads +7 ")

    def test_one_that_tells_nothing(self):
        printed = self.version(PLAIN)
        self.assertRegex(printed, r"(?m)^BLAS +\w+: .*/libmadeup\.so$")
        self.assertNotRegex(printed, re.compile("^threads", re.MULTILINE))
