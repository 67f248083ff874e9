# SPDX-License-Identifier: MIT
"""The command is linked so that an error in memory is hard to exploit."""
import os
import re
import shutil
import subprocess
import unittest
from pathlib import Path

BUILD = Path(os.environ["LINNET_BUILD_ROOT"])
COMMAND = BUILD / "src/cli/linnet"
SHARED = os.environ.get("LINNET_SHARED_LIBRARY")
OPTIMIZED = os.environ["LINNET_OPTIMIZED"] == "true"


def readelf(option, path):
    return subprocess.run(["readelf", "--wide", option, path], capture_output=True, text=True,
                          check=True, env={**os.environ, "LC_ALL": "C"}).stdout


@unittest.skipUnless(COMMAND.exists() and shutil.which("readelf"), "needs the command and readelf")
class Hardening(unittest.TestCase):
    def test_position_independent(self):
        self.assertRegex(readelf("--file-header", COMMAND), r"Type: +DYN")
        self.assertIn("INTERP", readelf("--program-headers", COMMAND))

    def test_relocations_are_read_only(self):
        self.assertIn("GNU_RELRO", readelf("--program-headers", COMMAND))
        self.assertRegex(readelf("--dynamic", COMMAND), r"BIND_NOW|FLAGS_1.*NOW")

    def test_stack_is_not_executable(self):
        self.assertRegex(readelf("--program-headers", COMMAND), r"GNU_STACK.* RW +0x")

    def check_symbols(self, path, *expected):
        symbols = readelf("--symbols", path)
        for symbol in expected:
            self.assertRegex(symbols, re.compile(rf" {symbol}(@|$)", re.MULTILINE))

    def test_stack_is_guarded(self):
        for path in filter(None, (COMMAND, SHARED)):
            self.check_symbols(path, "__stack_chk_fail")

    @unittest.skipUnless(OPTIMIZED, "needs optimization")
    def test_copies_are_checked(self):
        for path in filter(None, (COMMAND, SHARED)):
            self.check_symbols(path, r"__\w+_chk")

    @unittest.skipUnless(SHARED, "no shared library in this build")
    def test_library(self):
        self.assertIn("GNU_RELRO", readelf("--program-headers", SHARED))
