# SPDX-License-Identifier: MIT
"""The look of the sources: clang-format's, with a licence line in each file."""
import os
import re
import shutil
import subprocess
import unittest
from pathlib import Path

SOURCE = Path(os.environ["LINNET_SOURCE_ROOT"])
FOLDERS = ["src", "include", "tests", "examples", "bench"]
FORMAT_VERSION = 14  # other versions differ in details


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


class Style(unittest.TestCase):
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
