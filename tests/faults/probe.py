# SPDX-License-Identifier: MIT
"""The probe program under the shim that fails calls and keeps a log; see probe.c and shim.c."""
import collections
import functools
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

SHIM = os.environ["LINNET_FAULTS_SHIM"]
PROBE = os.environ["LINNET_FAULTS_PROBE"]
SANITIZERS = os.environ["LINNET_SANITIZERS"]
TIME_LIMIT = 30


# A sanitizer's runtime that is a library of its own does not let another come before it.
CAN_RUN = SANITIZERS == "none" or subprocess.run(
    [PROBE, "list"], env={**os.environ, "LD_PRELOAD": SHIM}, capture_output=True,
    check=False).returncode == 0

# What a folder holds, {name: bytes}, and what a reader says of it: (status, output).
State = collections.namedtuple("State", "files result")


def add_cases(test):
    """A test for each operation by its kind, where there is one: `check_write` and the like."""
    done = subprocess.run([PROBE, "list"], capture_output=True, text=True, check=True)
    for line in done.stdout.splitlines():
        name, kind, other = (line + " ").split(" ")[:3]
        check = getattr(test, f"check_{kind}", None)
        if check is not None:
            setattr(test, f"test_{name}", functools.partialmethod(check, name, other))


class Probe(unittest.TestCase):
    """Runs operations in a folder of its own; what the shim writes goes to another."""

    def setUp(self):
        if not CAN_RUN:
            self.skipTest("the shim and this sanitizer's runtime both have to be loaded first")
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
        self.restore({} if data is None else {self.path.name: data})

    def restore(self, files):
        """Nothing in the folder but these files."""
        for path in self.folder.iterdir():
            path.unlink()
        for name, data in files.items():
            (self.folder / name).write_bytes(data)

    def files(self):
        return {path.name: path.read_bytes() for path in self.folder.iterdir()}

    def folder_states(self, operation, reader):
        """The old and the new state that an operation on a folder makes, one upon the other."""
        states = []
        self.restore({})
        for content in ("old", "new"):
            self.assertEqual((0, ""), self.run_probe(operation, content, path=self.folder))
            files = self.files()
            result = self.run_probe(reader, path=self.folder)
            self.assertEqual(0, result[0], result)
            states.append(State(files, result))
        self.assertNotEqual(states[0].result, states[1].result)
        return states
