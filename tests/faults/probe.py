# SPDX-License-Identifier: MIT
"""The probe program under the shim that fails calls and keeps a log; see probe.c and shim.c."""
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

SHIM = os.environ["LINNET_FAULTS_SHIM"]
PROBE = os.environ["LINNET_FAULTS_PROBE"]
SANITIZERS = os.environ["LINNET_SANITIZERS"]
TIME_LIMIT = 20


def operations():
    """{name: the writer of its input, or None for a writer}"""
    done = subprocess.run([PROBE, "list"], capture_output=True, text=True, check=True)
    rows = [line.split() for line in done.stdout.splitlines()]
    return {row[0]: row[2] if row[1] == "read" else None for row in rows}


class Probe(unittest.TestCase):
    """Runs operations in a folder of its own; what the shim writes goes to another."""

    def setUp(self):
        if SANITIZERS != "none":
            self.skipTest("the shim and a sanitizer's runtime would both have to be loaded first")
        self.root = Path(tempfile.mkdtemp(prefix="linnet-faults-"))
        self.addCleanup(shutil.rmtree, self.root)
        self.folder = self.root / "folder"
        self.folder.mkdir()
        self.path = self.folder / "file"

    def run_probe(self, operation, content="new", path=None, **faults):
        """(status, standard output); a crash or a hang fails the test."""
        variables = {f"FAULTS_{name.upper()}": str(value) for name, value in faults.items()}
        environment = {**os.environ, **variables, "FAULTS_FOLDER": str(self.folder),
                       "LD_PRELOAD": SHIM}
        arguments = [PROBE, operation, path or self.path, content]
        done = subprocess.run(arguments, env=environment, capture_output=True, text=True,
                              check=False, timeout=TIME_LIMIT)
        self.assertIn(done.returncode, (0, 1), (operation, faults, done.stderr))
        self.assertEqual("", done.stderr)
        return done.returncode, done.stdout

    def make(self, operation, content):
        """The bytes that a writer leaves when nothing fails; its file is removed."""
        self.assertEqual((0, ""), self.run_probe(operation, content))
        made = self.path.read_bytes()
        self.path.unlink()
        return made

    def fill(self, data):
        """Nothing in the folder but, if there is any, the file with these data."""
        for path in self.folder.iterdir():
            path.unlink()
        if data is not None:
            self.path.write_bytes(data)
