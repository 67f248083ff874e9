# SPDX-License-Identifier: MIT
"""The BLAS that is loaded is told and asked, whichever was found at build time."""
import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(os.environ["LINNET_SOURCE_ROOT"])
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
MKL = PLAIN + """
#include <stdio.h>
static int threads = 5;
void MKL_Get_Version_String(char *text, int size) { snprintf(text, size, "made up"); }
int MKL_Get_Max_Threads(void) { return threads; }
void MKL_Set_Num_Threads(int number) { threads = number; }
"""
OPENBLAS = PLAIN + """
static int threads = 6;
char *openblas_get_config(void) { return "made up"; }
char *openblas_get_corename(void) { return "a core"; }
int openblas_get_num_threads(void) { return threads; }
void openblas_set_num_threads(int number) { threads = number; }
"""
PROGRAM = """
#include <linnet/build.h>
#include <stdio.h>
int main(void)
{
    const int before = lnt_build_info().blas_threads;
    const lnt_status status = lnt_blas_set_threads(3);
    const lnt_build now = lnt_build_info();
    printf("%s, %s, %s, %d, %s, %d\\n", now.blas, now.blas_config, now.blas_core, before,
           lnt_status_name(status), now.blas_threads);
    return 0;
}
"""


@unittest.skipUnless(COMMAND.exists() and "LINNET_SHARED_LIBRARY" in os.environ,
                     "needs the command and a shared library")
class Blas(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="linnet-blas-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def compile(self, text, name, *words):
        subprocess.run([CC, "-x", "c", "-", "-o", self.folder / name, *words], input=text,
                       text=True, check=True)

    def output(self, text, *command):
        """What a command prints with this library loaded first."""
        library = self.folder / "libmadeup.so"
        self.compile(text, library.name, "-shared", "-fPIC")
        return subprocess.run(command, capture_output=True, text=True, check=True,
                              env={**os.environ, "LD_PRELOAD": str(library)}).stdout

    def version(self, text):
        return self.output(text, COMMAND, "--version")

    def test_each_is_told_how_many_threads(self):
        """Name, configuration, core, threads before, the status, and threads after."""
        library = Path(os.environ["LINNET_SHARED_LIBRARY"])
        self.compile(PROGRAM, "program", f"-I{SOURCE}/include", "-x", "none", library,
                     f"-Wl,-rpath,{library.parent}")
        for text, expected in (
                (BLIS, "blis, 0.0-made-up, made-up-core, 7, LNT_OK, 3"),
                (MKL, "mkl, made up, , 5, LNT_OK, 3"),
                (OPENBLAS, "openblas, made up, a core, 6, LNT_OK, 3"),
                (PLAIN, f"unknown, {self.folder}/libmadeup.so, , 0, LNT_ERR_INVALID, 0")):
            self.assertEqual(expected + "\n", self.output(text, self.folder / "program"))

    def test_another_one_is_asked(self):
        printed = self.version(BLIS)
        self.assertRegex(printed, r"(?m)^BLAS +blis: 0\.0-made-up$")
        self.assertRegex(printed, r"(?m)^core +made-up-core$")
        self.assertRegex(printed, r"(?m)^threads +7 ")

    def test_one_that_tells_nothing(self):
        printed = self.version(PLAIN)
        self.assertRegex(printed, r"(?m)^BLAS +\w+: .*/libmadeup\.so$")
        self.assertNotRegex(printed, re.compile("^threads", re.MULTILINE))
