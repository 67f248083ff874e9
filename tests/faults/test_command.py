# SPDX-License-Identifier: MIT
"""What the command writes by itself, predictions and rates, appears whole or not at all when calls
of the system fail."""
import os
import shutil
import signal
import subprocess
import tempfile
import unittest
from pathlib import Path

SHIM = os.environ["LINNET_FAULTS_SHIM"]
LINNET = os.environ["LINNET_COMMAND"]
TIME_LIMIT = 60
MODE = 0o640


@unittest.skipIf(os.environ["LINNET_SANITIZERS"] != "none", "the shim has to be loaded first")
class Command(unittest.TestCase):
    def setUp(self):
        self.root = Path(tempfile.mkdtemp(prefix="linnet-faults-"))
        self.addCleanup(shutil.rmtree, self.root)
        self.folder = self.root / "folder"
        self.folder.mkdir()
        self.path = self.folder / "file"
        (self.root / "x.csv").write_text("".join(f"{i},{i % 7},{2 * i}\n" for i in range(50)))
        self.run_linnet("train", "x.csv", "--target", "-1", "--epochs", "1", "-q", "-o", "m")

    def run_linnet(self, *arguments, **faults):
        """(status, standard error)"""
        variables = {f"FAULTS_{name.upper()}": str(value) for name, value in faults.items()}
        environment = {**os.environ, **variables, "FAULTS_FOLDER": str(self.folder)}
        if faults:
            environment["LD_PRELOAD"] = SHIM
        done = subprocess.run([LINNET, *arguments], cwd=self.root, env=environment,
                              capture_output=True, text=True, check=False, timeout=TIME_LIMIT)
        return done.returncode, done.stderr

    def check(self, *arguments):
        arguments += ("-o", str(self.path))
        self.assertEqual((0, ""), self.run_linnet(*arguments))
        new = self.path.read_bytes()
        for call, error, harmless in (("rename", "EINTR", True), ("rename", "EIO", False),
                                      ("fsync", "EINTR", True), ("fsync", "ENOSPC", False),
                                      ("stat", "EIO", False)):
            for for_ever in (0, 1):
                faults = {"call": call, "at": 1, "error": error, "forever": for_ever}
                self.path.write_bytes(b"old")
                self.path.chmod(MODE)
                status, errors = self.run_linnet(*arguments, **faults)
                self.assertEqual(0 if harmless else 1, status, (faults, errors))
                self.assertEqual(["file"], os.listdir(self.folder), faults)
                self.assertEqual(MODE, self.path.stat().st_mode & 0o777, faults)
                self.assertEqual(b"old" if status else new, self.path.read_bytes(), faults)
                if status:
                    self.assertIn(f"{self.path}: cannot ", errors, faults)

    def test_predictions(self):
        self.check("predict", "m", "x.csv")

    def test_rates(self):
        self.check("lr", "x.csv", "--target", "-1", "--steps", "20", "-q")

    def test_an_interruption_leaves_no_file_behind(self):
        """Also not of the check before the work, which makes a file and removes it."""
        for at in (1, 2, 3):
            status, _ = self.run_linnet("predict", "m", "x.csv", "-o", str(self.path),
                                        call="open", at=at, error="SIGINT")
            self.assertIn(status, (1, -signal.SIGINT), at)
            self.assertEqual([], os.listdir(self.folder), at)

    def test_a_folder_that_cannot_be_synced_is_told_of(self):
        status, errors = self.run_linnet("predict", "m", "x.csv", "-o", str(self.path),
                                         call="fsync", at=2, error="EIO")
        self.assertEqual((1, f"linnet predict: {self.path}: cannot write its folder to the disk: "
                             "Input/output error\n"), (status, errors))


if __name__ == "__main__":
    unittest.main()
