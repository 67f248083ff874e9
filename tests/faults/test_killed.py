# SPDX-License-Identifier: MIT
"""A program that is killed at any moment has lost no checkpoint that it was told was there."""
import os
import random
import shutil
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

PROBE = os.environ["LINNET_FAULTS_PROBE"]
TIMES = 200
TIME_LIMIT = 20


class Killed(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="linnet-killed-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def newest(self):
        """Number of the newest checkpoint that is good."""
        done = subprocess.run([PROBE, "newest_checkpoint", self.folder], capture_output=True,
                              text=True, check=True, timeout=TIME_LIMIT)
        return int(done.stdout.splitlines()[0].replace("none", "0"))

    def test_kill_9_at_random(self):
        rng = random.Random(1)
        last = acknowledged = 0
        for _ in range(TIMES):
            process = subprocess.Popen([PROBE, "save_for_ever", self.folder, str(last + 1)],
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            process.stdout.readline()  # it has begun
            time.sleep(rng.uniform(0, 0.02))
            process.kill()
            output, errors = process.communicate(timeout=TIME_LIMIT)
            self.assertEqual("", errors)
            numbers = [last + 1] + [int(line) for line in output.split("\n")[:-1]]
            acknowledged = numbers[-1]
            last = self.newest()
            self.assertGreaterEqual(last, acknowledged)
            self.assertEqual([], [name for name in os.listdir(self.folder) if ".tmp." in name])
            good = [name for name in os.listdir(self.folder) if name.startswith("checkpoint-")]
            self.assertEqual([], [name for name in good if name.endswith(".bad")])
        self.assertGreater(acknowledged, TIMES)


if __name__ == "__main__":
    unittest.main()
