# SPDX-License-Identifier: MIT
"""The command under test, and data to feed it."""
import csv
import io
import json
import os
import random
import shutil
import signal
import subprocess
import tempfile
import unittest
from pathlib import Path

LINNET = os.environ["LINNET_COMMAND"]
SOURCE = Path(os.environ["LINNET_SOURCE_ROOT"])
DIGITS = SOURCE / "data" / "digits.csv"
TIME_LIMIT = 60
HAS_ZIP = os.environ["LINNET_HAS_ZIP"] == "true"
HAS_ONNX = os.environ["LINNET_HAS_ONNX"] == "true"
needs_zip = unittest.skipUnless(HAS_ZIP, "this build has no .npz files")
needs_onnx = unittest.skipUnless(HAS_ONNX, "this build has no ONNX files")


def build_has(arguments):
    """Whether this build has the formats that arguments name."""
    text = " ".join(map(str, arguments))
    return (HAS_ZIP or "npz" not in text) and (HAS_ONNX or "onnx" not in text)



def default_signals():
    """A parent in the background may have had SIGINT ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def flowers(rows=90, seed=1, header=True):
    """Three classes of flowers that can be told apart, as CSV."""
    rng = random.Random(seed)
    lines = ["length,width,height,species"] if header else []
    for i in range(rows):
        kind = i % 3
        numbers = [rng.gauss(kind * 2 + j, 0.3) for j in range(3)]
        lines.append(",".join(f"{x:.3f}" for x in numbers) + "," + ["rose", "lily", "iris"][kind])
    return "\n".join(lines) + "\n"


def prices(rows=120, seed=2):
    """Two numbers to predict from two others, in units far from 1."""
    rng = random.Random(seed)
    lines = ["area,rooms,price,rent"]
    for _ in range(rows):
        area, rooms = rng.uniform(30, 200), rng.uniform(1, 6)
        lines.append(f"{area:.2f},{rooms:.2f},{1000 * area + 5000 * rooms:.1f},{4 * area:.2f}")
    return "\n".join(lines) + "\n"


def table(text):
    return list(csv.DictReader(io.StringIO(text)))


class CommandCase(unittest.TestCase):
    """Runs in a folder of its own."""

    maxDiff = None

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="linnet-cli-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def write(self, name, text):
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def environment(self):
        return {**os.environ, "TERM": "xterm", "OPENBLAS_NUM_THREADS": "1"}

    def start(self, *arguments, **options):
        return subprocess.Popen(
            [LINNET, *map(str, arguments)], cwd=self.folder, env=self.environment(),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=default_signals, **options)

    def start_training(self, *arguments):
        """A run of which an epoch has been shown."""
        process = self.start("train", *arguments, "--progress", "always", bufsize=0)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        seen = b""
        while b"epoch " not in seen:
            chunk = process.stderr.read(4096)
            self.assertTrue(chunk, seen)
            seen += chunk
        return process

    def run_command(self, *arguments, stdin=""):
        return subprocess.run(
            [LINNET, *map(str, arguments)], cwd=self.folder, env=self.environment(), input=stdin,
            capture_output=True, text=True, timeout=TIME_LIMIT)

    def succeed(self, *arguments, stdin=""):
        done = self.run_command(*arguments, stdin=stdin)
        self.assertEqual(0, done.returncode, done.stderr)
        return done

    def succeed_json(self, *arguments, stdin=""):
        return json.loads(self.succeed(*arguments, stdin=stdin).stdout)

    def refuse(self, status, line, *arguments, stdin=""):
        """One exact line on standard error, an exit status, and nothing on standard output."""
        done = self.run_command(*arguments, stdin=stdin)
        self.assertEqual(line + "\n", done.stderr)
        self.assertEqual("", done.stdout)
        self.assertEqual(status, done.returncode)

    def train_flowers(self, *options):
        self.write("flowers.csv", flowers())
        self.succeed("train", "flowers.csv", "-t", "species", "--quiet", "--epochs", 20, *options)
        return self.folder / "flowers.safetensors"
