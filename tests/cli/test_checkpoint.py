# SPDX-License-Identifier: MIT
"""Runs of `linnet train` that are stopped, killed and continued."""
import json
import random
import re
import shutil
import signal
import time

from command import SOURCE, TIME_LIMIT, CommandCase, flowers, prices, table

RUN = ["train", "flowers.csv", "-t", "species", "--epochs", 60, "--dropout", 0.1, "--batch", 8,
       "--schedule", "constant"]
KEEP = ["--checkpoint", "run", "--every", "20steps"]


class Checkpoints(CommandCase):
    def setUp(self):
        super().setUp()
        self.write("flowers.csv", flowers())
        self.succeed(*RUN, "-o", "whole", "--history", "whole.csv")

    def same(self, model):
        whole, other = ((self.folder / name).read_bytes() for name in ("whole", model))
        self.assertEqual(whole, other)

    def kept(self):
        return sorted(path.name for path in (self.folder / "run").glob("checkpoint-*"))

    def test_a_limit_and_then_the_rest(self):
        for steps in (5, 37, 100):
            self.succeed(*RUN, *KEEP, "--resume", "--max-steps", steps, "-o", "part")
        self.succeed(*RUN, *KEEP, "--resume", "-o", "rest", "--history", "rest.csv")
        self.same("rest")
        rows = [table((self.folder / name).read_text()) for name in ("whole.csv", "rest.csv")]
        for row in rows[0] + rows[1]:
            del row["seconds"]
        self.assertEqual(*rows)

    def test_signals(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            folder = self.folder / f"run{number}"
            process = self.start(*RUN, "--epochs", 10**6, "--checkpoint", folder, "--progress",
                                 "never", "-o", "part")
            while not folder.exists():
                time.sleep(0.01)
            time.sleep(0.1)
            process.send_signal(number)
            _, errors = process.communicate(timeout=TIME_LIMIT)
            self.assertEqual(1, process.returncode)
            self.assertRegex(errors.decode(), "stopped by .*; --resume continues the run")
            self.assertEqual(1, len(list(folder.glob("checkpoint-*"))))

    def test_killed_and_continued(self):
        rng = random.Random(2)
        for _ in range(6):
            process = self.start(*RUN, *KEEP, "--resume", "-o", "rest")
            time.sleep(rng.uniform(0.01, 0.15))
            process.kill()
            process.communicate(timeout=TIME_LIMIT)
        self.succeed(*RUN, *KEEP, "--resume", "-o", "rest")
        self.same("rest")

    def test_methods_that_look_again_and_auto(self):
        self.write("prices.csv", prices())
        for n, method in enumerate(("auto", "lm", "kfac", "kfac --batch 32", "lbfgs", "scg", "soap")):
            run = ["train", "prices.csv", "-t", "price", "--hidden", 6, "--activation", "tanh", "--dtype",
                   "f64", "--epochs", 12, "--schedule", "constant", "--optimizer", *method.split()]
            keep = ["--checkpoint", f"run{n}"]
            self.succeed(*run, "-o", "whole")
            for steps in (3, 7):
                self.succeed(*run, *keep, "--resume", "--max-steps", steps, "-o", "part")
            self.succeed(*run, *keep, "--resume", "-o", "rest")
            self.same("rest")

    def test_other_threads(self):
        self.succeed(*RUN, *KEEP, "--max-steps", 50, "-o", "part", "--threads", 2)
        self.succeed(*RUN, *KEEP, "--resume", "-o", "rest", "--threads", 1)
        self.same("rest")

    def test_how_often_and_how_many(self):
        for every, keep in (("2epochs", 3), ("7", 2), ("10steps", 4), ("0.001s", 2)):
            self.succeed(*RUN, "--checkpoint", f"run{every}", "--every", every, "--keep", keep,
                         "-o", "part")
            kept = list((self.folder / f"run{every}").glob("checkpoint-*"))
            self.assertTrue(1 < len(kept) <= keep, (every, kept))

    def test_info_tells_the_sums(self):
        golden = SOURCE / "tests" / "golden" / "run-v1" / "checkpoint-000000000009.safetensors"
        text = self.succeed("info", golden).stdout
        told = {name: {"shape": [int(rows), int(cols)], "xxh3": total} for name, rows, cols, total in
                re.findall(r"^tensor +(\S+) \[(\d+), (\d+)\], XXH3 ([0-9a-f]{16})$", text, re.M)}
        self.assertEqual({"shape": [1, 13], "xxh3": "3fb6addeee958f63"}, told["net"])
        info = self.succeed_json("info", golden, "--json")
        self.assertEqual("checkpoint", info["format"])
        self.assertEqual(told, info["tensors"])

    def test_a_file_named_stop(self):
        process = self.start(*RUN, "--epochs", 10**6, *KEEP, "-o", "part", "--json")
        while not (self.folder / "run").exists():
            time.sleep(0.01)
        stop = self.write("run/stop", "")
        output, _ = process.communicate(timeout=TIME_LIMIT)
        self.assertEqual(0, process.returncode)
        self.assertEqual("stop", json.loads(output)["end"])
        self.assertFalse(stop.exists())

    def test_the_limit_of_time(self):
        for limit in ("0.2", "0.2s", "0:01"):
            began = time.monotonic()
            done = self.succeed(*RUN, "--epochs", 10**6, "--max-time", limit, "-o", "part",
                                "--json")
            self.assertEqual("max-time", json.loads(done.stdout)["end"])
            self.assertLess(time.monotonic() - began, 10)
        for wrong in ("1:99", "x", "-1", "1:2:3:4", "3w", ":", "1-", "2e9", "20000d", "nan", "inf",
                      "infs", "0x10", "0x10s", "0X1p3", "+0x1", " 5", "\t5", "5 ", "1:0x10", "1: 5",
                      "1e999", "+", ".", ".s", "e5", ""):
            done = self.run_command(*RUN, f"--max-time={wrong}")
            self.assertEqual(2, done.returncode, wrong)
            self.assertIn("expected a time such as 90s, 15m, 2h or 1:30:00", done.stderr)

    def test_what_is_refused(self):
        self.succeed(*RUN, *KEEP, "--max-steps", 30, "-o", "part")
        for options, sentence in (
                (KEEP, "run: the folder already has checkpoints; --resume continues"),
                ([*KEEP, "--resume", "--lr", "0.5"],
                 "was made with 'lr = 0.005', now it is 'lr = 0.5'; --resume-allow-changes continues"),
                ([*KEEP, "--resume", "--validation", "0.3"], "now it is 'validation = 0.3'"),
                ([*KEEP, "--resume", "--standardize", "no"], None)):
            done = self.run_command(*RUN, *options, "-o", "part")
            self.assertNotEqual(0, done.returncode, options)
            if sentence:
                self.assertIn(sentence, done.stderr)
        text = (self.folder / "flowers.csv").read_text()
        self.write("flowers.csv", re.sub(r"\d\.", "9.", text, count=1))
        done = self.run_command(*RUN, *KEEP, "--resume", "-o", "part")
        self.assertEqual(1, done.returncode)
        self.assertRegex(done.stderr, r"was made with '[xy](_val)? = \[.*checksum")
        self.succeed(*RUN, *KEEP, "--resume-allow-changes", "--lr", "0.5", "-o", "part")

    def test_a_run_of_this_version_goes_on_for_ever(self):
        golden = SOURCE / "tests" / "golden" / "run-v1"
        shutil.copytree(golden, self.folder / "golden")
        done = self.succeed("train", golden / "table.csv", "-t", "y", "--hidden", 3, "--batch", 5,
                            "--epochs", 6, "--schedule", "constant", "--dtype", "f64", "-o", "m",
                            "--checkpoint", "golden", "--resume-allow-changes")
        self.assertIn("resuming from the checkpoint at epoch 3, after 9 steps", done.stderr)

    def test_misuse(self):
        for options, sentence in (
                (["--resume"], "option --resume: needs --checkpoint FOLDER"),
                (["--every", "3"], "option --every: needs --checkpoint FOLDER"),
                ([*KEEP[:2], "--every", "3x"], "such as 500steps, found '3x'"),
                ([*KEEP[:2], "--every", "0"], "found '0'"),
                ([*KEEP, "--keep", "1"], "option --keep: expected a whole number from 2")):
            done = self.run_command(*RUN, *options)
            self.assertEqual(2, done.returncode, options)
            self.assertIn(sentence, done.stderr)

    def test_a_bad_one_is_named(self):
        for steps in (30, 60):
            self.succeed(*RUN, *KEEP, "--resume", "--max-steps", steps, "-o", "part")
        newest = self.folder / "run" / self.kept()[-1]
        data = bytearray(newest.read_bytes())
        data[-50] ^= 1
        newest.write_bytes(data)
        done = self.succeed(*RUN, *KEEP, "--resume", "-o", "rest")
        self.assertIn(f"{newest.name}: tensor", done.stderr)
        self.assertIn("the previous checkpoint was used", done.stderr)
        self.same("rest")
