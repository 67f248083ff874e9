# SPDX-License-Identifier: MIT
"""Training on files that take more than --memory."""
import gzip
import os
import random
import re
import struct
import time
import unittest

from command import CommandCase, flowers, prices

NOTE = "is larger than --memory: rows are read in blocks of"


def plants(rows=20000, seed=3):
    """Like flowers, with a text and a weight in each row; 16 bytes of numbers an input row."""
    rng = random.Random(seed)
    lines = ["name,length,width,height,depth,weight,species"]
    for i in range(rows):
        kind = rng.randrange(3)
        numbers = ",".join(f"{rng.gauss(kind, 0.8):.3f}" for _ in range(4))
        lines.append(f"plant {i},{numbers},{rng.random():.2f},{['rose', 'lily', 'iris'][kind]}")
    return "\n".join(lines) + "\n"


FEATURES = ["--features", "length,width,height,depth"]
TRAIN = ["train", "plants.csv", "-t", "species", "--epochs", 4, *FEATURES]
SMALL = ["--memory", "500K"]


class Memory(CommandCase):
    def setUp(self):
        super().setUp()
        self.write("plants.csv", plants())

    def test_what_fits_is_trained_as_ever(self):
        self.succeed(*TRAIN, "-o", "a")
        done = self.succeed(*TRAIN, "-o", "b", "--memory", "1M")
        self.assertNotIn(NOTE, done.stderr)
        self.assertEqual((self.folder / "a").read_bytes(), (self.folder / "b").read_bytes())

    def test_blocks_learn_as_well(self):
        whole = self.succeed_json(*TRAIN, "--json")["held_out"]
        done = self.succeed(*TRAIN, *SMALL)
        blocks = re.search(NOTE + r" (\d+)$", done.stderr, re.MULTILINE)
        self.assertGreater(8000, int(blocks[1]))
        self.assertEqual(0, int(blocks[1]) % 32)
        result = self.succeed_json(*TRAIN, *SMALL, "--json")
        self.assertEqual(16000, result["training_rows"])
        self.assertEqual(4000, result["held_out"]["rows"])
        self.assertEqual([c["rows"] for c in whole["classes"]],
                         [c["rows"] for c in result["held_out"]["classes"]])
        self.assertAlmostEqual(whole["accuracy"], result["held_out"]["accuracy"], delta=0.02)

    def test_same_seed_same_bytes(self):
        for name, options in (("a", []), ("b", []), ("c", ["--seed", 4]), ("d", ["--no-shuffle"]),
                              ("e", ["--weights", "weight"])):
            self.succeed(*TRAIN, *SMALL, "-o", name, *options)
        a, b, *others = ((self.folder / name).read_bytes() for name in "abcde")
        self.assertEqual(a, b)
        self.assertEqual(4, len({a, *others}))

    def test_a_run_goes_on(self):
        run = [*TRAIN, *SMALL, "--schedule", "constant"]
        keep = ["--checkpoint", "run", "--resume"]
        self.succeed(*run, "-o", "whole")
        for steps in (3, 700, 1501):
            self.succeed(*run, *keep, "--max-steps", steps, "-o", "part")
        done = self.succeed(*run, *keep, "-o", "rest")
        self.assertIn("resuming from the checkpoint at epoch 4, after 1501 steps", done.stderr)
        whole, rest = ((self.folder / name).read_bytes() for name in ("whole", "rest"))
        self.assertEqual(whole, rest)
        self.write("plants.csv", plants(seed=5))
        done = self.run_command(*run, *keep, "-o", "part")
        self.assertEqual(1, done.returncode)
        self.assertRegex(done.stderr, "was made with '(data|input scaling) = ")

    def test_the_model_scales_as_if_all_rows_were_there(self):
        """Trained further with no rate to speak of, on all rows: its scores are the same."""
        self.succeed(*TRAIN, *SMALL, "-o", "m")
        all_rows = self.succeed_json("evaluate", "m", "plants.csv", "--json")
        self.assertGreater(all_rows["accuracy"], 0.8)
        further = ["--from", "m", "-t", "species", "--epochs", 1, "--lr", 1e-12, "--json"]
        memory = self.succeed_json("train", "plants.csv", *further, "-o", "n")
        blocks = self.succeed_json("train", "plants.csv", *further, *SMALL, "-o", "n")
        self.assertAlmostEqual(memory["held_out"]["loss"], blocks["held_out"]["loss"], places=6)
        self.assertAlmostEqual(memory["training_loss"], blocks["training_loss"], places=6)

    def test_rows_of_a_file_of_their_own_are_held_out(self):
        self.write("others.csv", plants(2000, 5))
        done = self.succeed(*TRAIN, *SMALL, "--validation-file", "others.csv", "--json")
        self.assertIn(NOTE, done.stderr)
        self.assertIn('"training_rows":20000', done.stdout)
        self.assertIn('"held_out":{"rows":2000', done.stdout)

    def test_numbers_and_missing_values(self):
        lines = [line.split(",") for line in prices(3000).splitlines()]
        text = [",".join(line + 10 * line[:2]) for line in lines]
        hole = "1,,2,3" + 20 * ",4"
        self.write("p.csv", "\n".join(text[:1500] + [hole] + text[1500:]) + "\n")
        options = ["train", "p.csv", "-t", "price", "-t", "rent", "--missing", "drop", "--epochs",
                   60, "--json", "-q", "--hidden", 16]
        done = self.succeed(*options, "--memory", "250K")
        self.assertEqual("linnet train: warning: p.csv: dropped 1 row with missing values\n",
                         done.stderr)
        self.assertRegex(done.stdout, r'"r2":0\.99\d*')

    def test_configuration(self):
        shown = self.succeed(*TRAIN, *SMALL, "--dry-run").stdout
        self.assertIn("\nmemory = 512000\n", shown)
        self.assertIn("16000 rows to train on, 4000 held out", shown)
        self.assertNotIn("memory =", self.succeed(*TRAIN, "--dry-run").stdout)
        self.write("c", shown)
        self.assertIn(NOTE, self.succeed("train", "plants.csv", "--config", "c").stderr)

    def test_history_and_report(self):
        self.succeed(*TRAIN, *SMALL, "--history", "h.csv", "--report", "r.html")
        self.assertEqual(5, len((self.folder / "h.csv").read_text().splitlines()))
        self.assertIn("</html>", (self.folder / "r.html").read_text())


class Arrays(CommandCase):
    """Inputs and classes in files of their own."""

    ROWS, COLS = 6000, 30

    def setUp(self):
        super().setUp()
        rng = random.Random(4)
        self.inputs = bytes(rng.randrange(256) for _ in range(self.ROWS * self.COLS))
        classes = bytes((self.inputs[i * self.COLS] + self.inputs[i * self.COLS + 1] > 255) * 3 + 4
                        for i in range(self.ROWS))
        idx = struct.pack(">HBBII", 0, 8, 2, self.ROWS, self.COLS) + self.inputs
        self.write("x.idx", idx)
        self.write("x.idx.gz", gzip.compress(idx, 1))
        self.write("y.idx", struct.pack(">HBBI", 0, 8, 1, self.ROWS) + classes)

    def write_npy(self, name, descr, content, fortran=False):
        head = (f"{{'descr': '{descr}', 'fortran_order': {fortran}, "
                f"'shape': ({self.ROWS}, {self.COLS}), }}").ljust(117) + "\n"
        self.write(name, b"\x93NUMPY\1\0" + struct.pack("<H", len(head)) + head.encode() + content)

    def train(self, inputs, *options):
        return self.run_command("train", "--inputs", inputs, "--targets", "y.idx", "--epochs", 3,
                                "-o", "m", *options)

    def test_all_formats_give_the_same_model(self):
        self.write_npy("x.npy", "|u1", self.inputs)
        models = set()
        for name in ("x.idx", "x.npy"):
            done = self.train(name, "--memory", "400K")
            self.assertEqual(0, done.returncode, done.stderr)
            self.assertIn(NOTE, done.stderr)
            self.assertRegex(done.stdout, r"held-out accuracy  0\.9\d+")
            models.add((self.folder / "m").read_bytes())
        self.assertEqual(1, len(models))
        done = self.train("x.idx", "--memory", "100K")
        self.assertRegex(done.stderr, r"\d+K for targets and the rows held out")

    def test_a_packed_file_keeps_the_order_of_its_blocks(self):
        done = self.train("x.idx.gz", "--memory", "400K")
        self.assertRegex(done.stderr, NOTE + r" \d+; the file is compressed, so the blocks keep "
                         "their order\n")
        self.assertRegex(done.stdout, r"held-out accuracy  0\.9\d+")
        done = self.train("x.idx.gz", "--memory", "400K", "--no-shuffle")
        self.assertRegex(done.stderr, NOTE + r" \d+\n")
        packed = (self.folder / "m").read_bytes()
        self.train("x.idx", "--memory", "400K", "--no-shuffle")
        self.assertEqual(packed, (self.folder / "m").read_bytes())

    def test_what_has_no_blocks(self):
        content = struct.pack(f"<{self.ROWS * self.COLS}f", *self.inputs)
        self.write_npy("x.npy", "<f4", content, fortran=True)
        done = self.train("x.npy", "--memory", "400K")
        self.assertEqual((1, "linnet train: x.npy: expected C order, in which rows are contiguous, "
                          "to read blocks of rows, found Fortran order; convert it: "
                          "numpy.save(file, numpy.ascontiguousarray(array))\n"),
                         (done.returncode, done.stderr))


class Refused(CommandCase):
    def setUp(self):
        super().setUp()
        self.write("plants.csv", plants())

    def refused(self, line, *options):
        self.refuse(1, "linnet train: " + line, *TRAIN, *SMALL, "-q", *options)

    def test_what_needs_all_rows(self):
        self.refused("option --validation: expected held-out rows to evaluate the net, since "
                     "plants.csv is larger than --memory, found none", "--validation", 0)
        self.refused("option --sampling: needs all rows in memory, and plants.csv is larger than "
                     "--memory", "--sampling", "balanced")
        self.refused("option --scale-inputs: robust needs all rows in memory, and plants.csv is "
                     "larger than --memory: try standard", "--scale-inputs", "robust")

    def test_too_little(self):
        self.refused("option --memory: plants.csv: expected at least 79K for the targets alone, "
                     "found 10K", "--memory", "10K")
        self.refused("option --memory: plants.csv: expected at least 381K for targets and the rows "
                     "held out (--validation), found 300K", "--memory", "300K")
        self.refused("option --memory: plants.csv: expected at least 514K for targets, rows held "
                     "out and two blocks of a batch, found 400K", "--memory", "400K", "--batch",
                     2000)

    def test_standard_input(self):
        self.refuse(1, "linnet train: option --memory: standard input is larger, and cannot "
                    "be read twice: save it to a file", "train", "-", *TRAIN[2:], *SMALL, "-q",
                    stdin=plants())

    def test_sizes(self):
        for text in ("", "K", "10T", "-1", "1.5G", "1000", "99999999999G"):
            self.refuse(2, "linnet train: option --memory: expected bytes, such as 500M or "
                        f"2G, at least 1K, found '{text}'", *TRAIN, "--memory", text)

    def test_bad_rows_are_found_before_training(self):
        self.write("plants.csv", plants() + "plant,1,2,3,x,1,rose\n")
        self.refused("plants.csv:20002: column 'depth': expected a number, found 'x'")

    def test_a_file_that_is_cut_while_it_is_read(self):
        run = self.start(*TRAIN, *SMALL, "--epochs", 1000000, "--progress", "never", "-o", "m")
        for line in iter(run.stderr.readline, b""):
            if b"parameters" in line:
                break
        time.sleep(0.2)
        os.truncate(self.folder / "plants.csv", 50000)
        output, said = run.communicate(timeout=30)
        self.assertEqual(1, run.returncode)
        self.assertRegex(said.decode(), r"^linnet train: epoch \d+, batch \d+ of 500: "
                         r"plants\.csv: changed since it was opened\n$")
        self.assertEqual(b"", output)
        self.assertFalse((self.folder / "m").exists())


class Peak(CommandCase):
    def peak(self, *arguments):
        """Most bytes in memory at once, or as many as this process has, if that is more."""
        run = self.start(*arguments, "-q")
        _, status, usage = os.wait4(run.pid, 0)
        run.returncode = os.waitstatus_to_exitcode(status)
        said = run.stderr.read().decode()
        run.stdout.close()
        run.stderr.close()
        self.assertEqual(0, run.returncode, said)
        return usage.ru_maxrss * 1024

    @unittest.skipIf("LSAN_OPTIONS" in os.environ or "ASAN_OPTIONS" in os.environ,
                     "a sanitizer keeps what was freed")
    def test_memory_is_kept_to(self):
        row = ",".join(["1.5"] * 50) + ","
        self.write("wide.csv", "".join(f"{row}{i % 7}\n" for i in range(200000)))  # 41 MB
        self.write("small.csv", flowers())
        options = ["--epochs", 1, "--hidden", 4, "--batch", 1000, "--validation", 0.05, "-t", "-1"]
        small = self.peak("train", "small.csv", *options)
        whole = self.peak("train", "wide.csv", *options)
        blocks = self.peak("train", "wide.csv", *options, "--memory", "6M")
        self.assertGreater(whole - blocks, 25e6)
        self.assertLess(blocks - small, 8e6)


if __name__ == "__main__":
    unittest.main()
