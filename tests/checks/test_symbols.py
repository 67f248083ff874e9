# SPDX-License-Identifier: MIT
"""The library exports what its headers declare as public, and nothing else."""
import os
import re
import shutil
import subprocess
import unittest
from pathlib import Path

SOURCE = Path(os.environ["LINNET_SOURCE_ROOT"])
SHARED = os.environ.get("LINNET_SHARED_LIBRARY")
STATIC = os.environ["LINNET_STATIC_LIBRARY"]
ALLOWED = SOURCE / "tests" / "exported_symbols.txt"


def symbols(path, *options):
    """Names of the defined external symbols of a library."""
    done = subprocess.run(["nm", *options, "--defined-only", path], capture_output=True, text=True,
                          check=True)
    return sorted({line.split()[-1] for line in done.stdout.splitlines()
                   if re.fullmatch(r"\S+ [A-Z] \S+", line)})


def declared():
    """Names that the public headers mark LNT_API."""
    names = set()
    for path in (SOURCE / "include" / "linnet").glob("*.h"):
        text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        text = re.sub(r"^#.*$", "", text, flags=re.MULTILINE)
        for declaration in re.findall(r"\bLNT_API\b([^;]*);", text):
            names.add(re.search(r"\b(lnt_\w+)\s*(?:\(|\[|$)", declaration)[1])
    return sorted(names)


@unittest.skipUnless(shutil.which("nm"), "needs nm")
class Symbols(unittest.TestCase):
    maxDiff = None

    def test_the_list_is_sorted_and_not_empty(self):
        names = ALLOWED.read_text(encoding="utf-8").split()
        self.assertEqual(sorted(set(names)), names)
        self.assertGreater(len(names), 0)

    def test_headers_declare_the_list(self):
        self.assertEqual(ALLOWED.read_text(encoding="utf-8").split(), declared())

    @unittest.skipUnless(SHARED, "no shared library in this build")
    def test_the_shared_library_exports_the_list(self):
        self.assertEqual(ALLOWED.read_text(encoding="utf-8").split(),
                         symbols(SHARED, "--dynamic"))

    def test_the_static_library_has_the_list_and_names_of_ours_only(self):
        names = symbols(STATIC, "--extern-only")
        self.assertEqual([], [name for name in names if not name.startswith("lnt_")])
        self.assertEqual([], sorted(set(ALLOWED.read_text(encoding="utf-8").split()) - set(names)))
