# SPDX-License-Identifier: MIT
"""Data in the formats of scientific programs, in and out; every part of the rows in a file of its
own."""
import csv
import gzip
import io
import json
import os
import signal
import struct
import time
import unittest
import zipfile

from command import HAS_ZIP, CommandCase, build_has, flowers, needs_zip, prices, table

KINDS = ["rose", "lily", "iris"]


def npy(rows, code="d", descr="<f8", fortran=False):
    """An .npy file of a list of numbers, or of rows."""
    matrix = isinstance(rows[0], (list, tuple))
    shape = f"({len(rows)}, {len(rows[0])})" if matrix else f"({len(rows)},)"
    ordered = zip(*rows) if matrix and fortran else rows
    flat = [x for row in ordered for x in row] if matrix else rows
    text = f"{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}"
    text += " " * (-(11 + len(text)) % 64) + "\n"
    return (b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode() +
            struct.pack(f"<{len(flat)}{code}", *flat))


def npz(compression=zipfile.ZIP_DEFLATED, **arrays):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, data in arrays.items():
            archive.writestr(name + ".npy", data)
    return file.getvalue()


def idx(code, shape, numbers):
    return struct.pack(f">BBBB{len(shape)}I", 0, 0, code, len(shape), *shape) + bytes(numbers)


def read_npy(data):
    """Description of the dtype, shape, and numbers."""
    (length,) = struct.unpack("<H", data[8:10])
    header = eval(data[10:10 + length])  # noqa: S307 (of our own making)
    code = {"<f4": "f", "<f8": "d", "<i8": "q"}[header["descr"]]
    return header["descr"], header["shape"], [x for (x,) in struct.iter_unpack(
        "<" + code, data[10 + length:])]


class Formats(CommandCase):
    def setUp(self):
        super().setUp()
        rows = [line.split(",") for line in flowers().splitlines()[1:]]
        self.inputs = [[float(x) for x in row[:3]] for row in rows]
        self.classes = [KINDS.index(row[3]) for row in rows]
        self.write("x.npy", npy(self.inputs))
        self.write("y.npy", npy(self.classes, "B", "|u1"))

    def train(self, *arguments, stdin=None):
        """The trained model's bytes."""
        text = {} if stdin is None else {"stdin": stdin}
        self.succeed("train", *arguments, "-q", "--epochs", 3, "-o", "m.safetensors", **text)
        return (self.folder / "m.safetensors").read_bytes()

    def start_with(self, data, *arguments):
        """Runs with bytes on standard input; exit status, standard output, standard error."""
        process = self.start(*arguments, stdin=-1)
        out, err = process.communicate(data, timeout=60)
        return process.returncode, out, err.decode()

    # --- what goes in ---

    def test_one_table_in_every_format(self):
        rows = [x + [c] for x, c in zip(self.inputs, self.classes)]
        lines = "".join(f"{c} " + " ".join(f"{i + 1}:{v!r}" for i, v in enumerate(x)) + "\n"
                        for x, c in zip(self.inputs, self.classes))
        text = "\n".join(",".join(map(repr, row)) for row in rows) + "\n"
        self.write("t.csv", text)
        self.write("c.npy", npy(rows))
        self.write("f.npy", npy(rows, fortran=True))
        self.write("d.npz", npz(x=npy(self.inputs), y=npy(self.classes, "B", "|u1")))
        self.write("s.npz", npz(zipfile.ZIP_STORED, all=npy(rows)))
        self.write("t.libsvm", lines)
        scores = []
        for arguments in (["t.csv", "-t", "-1"], ["c.npy", "-t", "column4"], ["f.npy", "-t", 4],
                          ["d.npz", "-t", "y"], ["s.npz:all", "-t", "all.4"],
                          ["t.libsvm", "-t", "target"], ["--inputs", "x.npy", "--targets", "y.npy"],
                          ["--inputs", "d.npz:x", "--targets", "d.npz:y"]):
            if not build_has(arguments):
                name = arguments[-3].split(":")[0]
                self.refuse(1, f"linnet train: {name}: this build of linnet reads no .npz files "
                            "(meson option zip)", "train", *arguments, "-q")
                continue
            result = self.succeed_json("train", *arguments, "-q", "--json", "--epochs", 3)
            scores.append((result["training_loss"], result["held_out"]["loss"]))
        for score in scores:
            self.assertAlmostEqual(scores[0][0], score[0], places=6)
            self.assertAlmostEqual(scores[0][1], score[1], places=6)

    def test_mnist_goes_as_it_is(self):
        images = [min(255, 80 * c + 3 * i) for c in self.classes for i in range(16)]
        self.write("train-images-idx3-ubyte.gz", gzip.compress(idx(8, (90, 4, 4), images)))
        self.write("train-labels-idx1-ubyte.gz", gzip.compress(idx(8, (90,), self.classes)))
        self.succeed("train", "--inputs", "train-images-idx3-ubyte.gz", "--targets",
                     "train-labels-idx1-ubyte.gz", "-q")
        model = "train-images-idx3-ubyte.safetensors"
        scores = self.succeed_json("evaluate", model, "--inputs", "train-images-idx3-ubyte.gz",
                                   "--targets", "train-labels-idx1-ubyte.gz", "--json")
        self.assertEqual(1, scores["accuracy"])
        done = self.succeed("predict", model, "train-images-idx3-ubyte.gz")
        self.assertEqual([str(c) for c in self.classes], done.stdout.split()[1:])

    def test_format_overrides_what_the_bytes_tell(self):
        self.write("odd.csv", "1 1:0\n2 1:3\n3 1:1\n4 1:2\n")
        self.train("odd.csv", "-t", "target", "--format", "libsvm", "--task", "regress")
        done = self.run_command("train", "odd.csv", "-t", "1", "--format", "csv")
        self.assertEqual(1, done.returncode)
        self.refuse(1, "linnet train: x.npy: expected an IDX file (two zeros, a type, 1 to 32 "
                    "dimensions)", "train", "x.npy", "-t", "1", "--format", "idx")
        self.refuse(2, "linnet train: option --format: expected auto, csv, npy, npz, idx or "
                    "libsvm, found 'hdf5'", "train", "x.npy", "-t", "1", "--format", "hdf5")
        self.refuse(2, "linnet train: option --header: cannot be combined with format npy, only with "
                    "auto or csv", "train", "x.npy", "-t", "1", "--format", "npy", "--header", "yes")

    def test_classes_by_name_in_a_file_of_their_own(self):
        names = [KINDS[c] for c in self.classes]
        self.write("named.csv", "kind\n" + "\n".join(names) + "\n")
        self.write("bare.csv", "\n".join(names) + "\n")
        with_header = self.train("--inputs", "x.npy", "--targets", "named.csv")
        bare = self.train("--inputs", "x.npy", "--targets", "bare.csv", "--header", "no")
        done = self.succeed("predict", "m.safetensors", "x.npy")
        self.assertEqual(set(KINDS), set(done.stdout.split()[1:]))
        self.assertNotEqual(with_header, bare)  # the name of the target
        scores = self.succeed_json("evaluate", "m.safetensors", "--inputs", "x.npy", "--targets",
                                   "bare.csv", "--header", "no", "--json")
        self.assertEqual(90, scores["rows"])
        done = self.run_command("train", "--inputs", "x.npy", "--targets", "bare.csv")
        self.assertEqual("linnet train: bare.csv: expected 90 rows, as many as in x.npy, found "
                         "89\n", done.stderr)

    def test_several_targets(self):
        rows = [list(map(float, line.split(","))) for line in prices().splitlines()[1:]]
        self.write("a.npy", npy([row[:2] for row in rows]))
        self.write("b.csv", "price,rent\n" + "\n".join(f"{r[2]},{r[3]}" for r in rows) + "\n")
        self.train("--inputs", "a.npy", "--targets", "b.csv")
        header = self.succeed("predict", "m.safetensors", "a.npy").stdout.splitlines()[0]
        self.assertEqual("price,rent", header)
        self.refuse(1, "linnet train: b.csv: expected one column of classes, found 2", "train",
                    "--inputs", "a.npy", "--targets", "b.csv", "--task", "classify", "-q")
        self.refuse(1, "linnet evaluate: y.npy: expected 120 rows, as many as in a.npy, found 90",
                    "evaluate", "m.safetensors", "--inputs", "a.npy", "--targets", "y.npy")
        self.write("one.csv", "price\n" + "\n".join(str(r[2]) for r in rows) + "\n")
        self.refuse(1, "linnet evaluate: one.csv: expected 2 columns for the model, found 1",
                    "evaluate", "m.safetensors", "--inputs", "a.npy", "--targets", "one.csv")

    def test_weights_of_a_file(self):
        even = self.train("--inputs", "x.npy", "--targets", "y.npy")
        self.write("w.npy", npy([1.0] * 90))
        self.assertEqual(even, self.train("--inputs", "x.npy", "--targets", "y.npy",
                                          "--weights-file", "w.npy"))
        weights = [1.0 + i % 5 for i in range(90)]
        self.write("w.npy", npy(weights))
        uneven = self.train("--inputs", "x.npy", "--targets", "y.npy", "--weights-file", "w.npy")
        self.assertNotEqual(even, uneven)
        rows = [x + [w, c] for x, w, c in zip(self.inputs, weights, self.classes)]
        self.write("all.npy", npy(rows))
        self.train("all.npy", "-t", 5, "--weights", 4)
        one = self.succeed_json("info", "m.safetensors", "--json")
        self.train("all.npy", "-t", 5, "--exclude", 4, "--weights-file", "w.npy")
        other = self.succeed_json("info", "m.safetensors", "--json")
        self.assertEqual(one, other)
        self.write("w.npy", npy([-1.0] * 90))
        self.refuse(1, "linnet train: w.npy: column 'column1': expected weights from 0, found -1 "
                    "in row 1", "train", "--inputs", "x.npy", "--targets", "y.npy", "--weights-file",
                    "w.npy")
        self.write("w.npy", npy([[1.0, 2.0]] * 90))
        self.refuse(1, "linnet train: w.npy: expected one column of weights, found 2", "train",
                    "--inputs", "x.npy", "--targets", "y.npy", "--weights-file", "w.npy")
        self.write("w.npy", npy([1.0] * 7))
        self.refuse(1, "linnet train: w.npy: expected 90 rows, as many as in x.npy, found 7",
                    "train", "--inputs", "x.npy", "--targets", "y.npy", "--weights-file", "w.npy")

    def test_cv_lr_and_a_model_trained_further(self):
        apart = ["--inputs", "x.npy", "--targets", "y.npy"]
        folds = self.succeed_json("cv", *apart, "-k", 3, "--epochs", 2, "-q", "--json")
        self.assertEqual(90, folds["rows"])
        self.assertIn("suggested", self.succeed("lr", *apart, "-q").stdout)
        before = self.train(*apart)
        self.succeed("train", *apart, "--from", "m.safetensors", "--epochs", 2, "-q", "-o",
                     "n.safetensors")
        self.assertNotEqual(before, (self.folder / "n.safetensors").read_bytes())
        self.write("run.conf", "inputs = x.npy\ntargets = y.npy\n")
        self.assertEqual(before, self.train("--config", "run.conf"))

    def test_features_of_the_inputs(self):
        apart = ["--inputs", "x.npy", "--targets", "y.npy"]
        self.train(*apart, "--features", "column1,3")
        info = self.succeed_json("info", "m.safetensors", "--json")
        self.assertEqual(["column1", "column3"], info["input_names"])
        self.train(*apart, "--exclude", "2")
        self.assertEqual(info["input_names"],
                         self.succeed_json("info", "m.safetensors", "--json")["input_names"])

    def test_wrong_combinations(self):
        apart = ["--inputs", "x.npy", "--targets", "y.npy"]
        for arguments, why in (
                (["--inputs", "x.npy"], "option --inputs: needs --targets FILE"),
                (["--targets", "y.npy"], "option --targets: needs --inputs FILE"),
                (["t.csv", *apart], "option --inputs: cannot be combined with the data file "
                 "'t.csv'"),
                ([*apart, "-t", "x"], "option --target: cannot be combined with --targets: every "
                 "column of that file is a target"),
                ([*apart, "--missing", "drop"], "option --missing: drop cannot be combined with "
                 "--inputs: the rows of the files would no longer match"),
                (["t.csv", "-t", "x", "--weights-file", "w", "--missing", "drop"],
                 "option --missing: drop cannot be combined with --weights-file: the rows of the "
                 "files would no longer match"),
                ([*apart, "--validation-file", "v.csv"], "option --validation-file: cannot be "
                 "combined with --inputs; --validation holds out a fraction of the rows"),
                ([*apart, "--weights", "1", "--weights-file", "w"],
                 "option --weights-file: cannot be combined with --weights, which determines it"),
                (["--inputs", "-", "--targets", "-"],
                 "standard input ('-') can be only one of the files"),
                ([], "expected a data file, or --inputs FILE --targets FILE")):
            self.refuse(2, f"linnet train: {why}", "train", *arguments)
        self.refuse(2, "linnet evaluate: option --inputs: needs --targets FILE", "evaluate", "m",
                    "--inputs", "x.npy")
        self.refuse(2, "linnet evaluate: expected a data file, or --inputs FILE --targets FILE",
                    "evaluate", "m")
        self.refuse(1, "linnet train: y.npy: is an input too, and would be overwritten", "train",
                    *apart, "-o", "y.npy")

    @needs_zip
    def test_an_archive_is_not_overwritten(self):
        self.write("d.npz", npz(x=npy(self.inputs), y=npy(self.classes, "B", "|u1")))
        self.refuse(1, "linnet train: d.npz: is an input too, and would be overwritten", "train",
                    "--inputs", "d.npz:x", "--targets", "y.npy", "-o", "d.npz")

    def test_rows_must_agree(self):
        self.write("y.npy", npy(self.classes[:80], "B", "|u1"))
        self.refuse(1, "linnet train: y.npy: expected 90 rows, as many as in x.npy, found 80",
                    "train", "--inputs", "x.npy", "--targets", "y.npy")

    # --- standard input ---

    def test_pipes(self):
        self.train("--inputs", "x.npy", "--targets", "y.npy")
        expected = self.succeed("predict", "m.safetensors", "x.npy").stdout
        for data in (npy(self.inputs), npy(self.inputs, fortran=True),
                     "\n".join(",".join(map(repr, x)) for x in self.inputs).encode()):
            status, out, err = self.start_with(data, "predict", "m.safetensors", "-")
            self.assertEqual((0, expected), (status, out.decode()), err)
        status, _, err = self.start_with(npz(x=npy(self.inputs)), "predict", "m.safetensors", "-")
        self.assertEqual(1, status)
        self.assertIn("standard input: an .npz archive is read from a file only" if HAS_ZIP else
                      "standard input: this build of linnet reads no .npz files", err)
        status, _, err = self.start_with(npy(self.inputs)[:-1], "predict", "m.safetensors", "-")
        self.assertEqual(1, status)
        self.assertIn("standard input: expected 2160 bytes of elements by the header", err)

    def test_libsvm_through_a_pipe(self):
        lines = "".join(f"{c} 1:{x[0]!r} 2:{x[1]!r} 3:{x[2]!r}\n"
                        for x, c in zip(self.inputs, self.classes)).encode()
        self.write("t.libsvm", lines)
        self.train("t.libsvm", "-t", "target")
        expected = self.succeed("predict", "m.safetensors", "t.libsvm").stdout
        status, out, err = self.start_with(lines, "predict", "m.safetensors", "-")
        self.assertEqual((0, expected), (status, out.decode()), err)

    def test_libsvm_that_leaves_the_last_columns_out(self):
        self.write("t.libsvm", "".join(f"{c} 1:{x[0]!r} 2:{x[1]!r} 3:{x[2]!r}\n"
                                       for x, c in zip(self.inputs, self.classes)))
        self.train("t.libsvm", "-t", "target")
        self.write("full.libsvm", "0 1:1 3:0\n1 1:2 2:1 3:0\n")
        self.write("short.libsvm", "0 1:1\n1 1:2 2:1\n")
        for command in ("predict", "evaluate"):
            self.assertEqual(self.succeed(command, "m.safetensors", "full.libsvm").stdout,
                             self.succeed(command, "m.safetensors", "short.libsvm").stdout)

    def test_columns_that_only_look_like_libsvm(self):
        """A column called target beside others with names; and libsvm for a model with names."""
        self.write("named.csv", "target,width\n" + "".join(f"{i},{2 * i}\n" for i in range(20)))
        self.succeed("train", "named.csv", "-t", "target", "--task", "regress", "--epochs", 1,
                     "-q", "-o", "named")
        self.assertEqual(20, len(table(self.succeed("predict", "named", "named.csv").stdout)))
        self.write("t.libsvm", "0 1:1\n1 1:2 2:1\n")
        self.refuse(1, "linnet predict: t.libsvm: column 'width', which the model needs, is "
                    "missing", "predict", "named", "t.libsvm")

    # --- what comes out ---

    def test_predictions_as_npy(self):
        self.train("--inputs", "x.npy", "--targets", "y.npy")
        expected = [int(line) for line in
                    self.succeed("predict", "m.safetensors", "x.npy").stdout.split()[1:]]
        self.succeed("predict", "m.safetensors", "x.npy", "-o", "p.npy")
        self.assertEqual(("<i8", (90,), expected), read_npy((self.folder / "p.npy").read_bytes()))
        self.succeed("predict", "m.safetensors", "x.npy", "-o", "q.npy", "-p")
        descr, shape, values = read_npy((self.folder / "q.npy").read_bytes())
        self.assertEqual(("<f4", (90, 3)), (descr, shape))
        rows = [values[i:i + 3] for i in range(0, 270, 3)]
        self.assertEqual(expected, [row.index(max(row)) for row in rows])
        for row in rows:
            self.assertAlmostEqual(1, sum(row), places=5)
        process = self.start("predict", "m.safetensors", "x.npy", "--output-format", "npy")
        self.assertEqual((self.folder / "p.npy").read_bytes(), process.communicate(timeout=60)[0])

    def test_numbers_as_npy(self):
        self.train("--inputs", "x.npy", "--targets", "x.npy", "--dtype", "f64")
        lines = self.succeed("predict", "m.safetensors", "x.npy").stdout.splitlines()[1:]
        self.succeed("predict", "m.safetensors", "x.npy", "-o", "p.npy")
        descr, shape, values = read_npy((self.folder / "p.npy").read_bytes())
        self.assertEqual(("<f8", (90, 3)), (descr, shape))
        self.assertEqual([float(x) for line in lines for x in line.split(",")], values)

    def test_output_formats(self):
        self.train("--inputs", "x.npy", "--targets", "y.npy")
        as_csv = self.succeed("predict", "m.safetensors", "x.npy").stdout
        as_json = self.succeed("predict", "m.safetensors", "x.npy", "--json").stdout
        self.assertEqual([row["column1"] for row in table(as_csv)],
                         [json.loads(line)["column1"] for line in as_json.splitlines()])
        for arguments, expected in ((["-o", "a.csv"], as_csv), (["-o", "a.jsonl"], as_json),
                                    (["-o", "a.npy", "--output-format", "csv"], as_csv),
                                    (["-o", "a", "--output-format", "jsonl"], as_json),
                                    (["-o", "a.npy", "--json"], as_json)):
            self.succeed("predict", "m.safetensors", "x.npy", *arguments)
            self.assertEqual(expected, (self.folder / arguments[1]).read_text())
        self.refuse(2, "linnet predict: option --output-format: cannot be combined with --json, which "
                    "determines it", "predict", "m.safetensors", "x.npy", "--json", "--output-format",
                    "csv")
        self.refuse(2, "linnet predict: option --output-format: expected auto, csv, npy or jsonl, "
                    "found 'xml'", "predict", "m", "x.npy", "--output-format", "xml")

    def test_a_failure_leaves_the_output_as_it_was(self):
        self.train("--inputs", "x.npy", "--targets", "y.npy")
        self.write("p.npy", b"before")
        self.write("short.npy", npy(self.inputs)[:-8])
        done = self.run_command("predict", "m.safetensors", "short.npy", "-o", "p.npy")
        self.assertEqual(1, done.returncode)
        self.assertEqual(b"before", (self.folder / "p.npy").read_bytes())
        before = sorted(os.listdir(self.folder))
        self.succeed("predict", "m.safetensors", "x.npy", "-o", "p.npy")
        self.assertEqual(before, sorted(os.listdir(self.folder)))

    def is_written(self):
        """Whether p.csv is written beside; the check of outputs makes an empty file."""
        try:
            return any(file.stat().st_size > 0 for file in self.folder.glob(".p.csv.tmp.*"))
        except FileNotFoundError:
            return False

    def test_an_interruption_leaves_the_output_as_it_was(self):
        self.train("--inputs", "x.npy", "--targets", "y.npy")
        self.write("large.npy", npy(self.inputs * 20000))
        self.write("p.csv", b"before")
        names = set(os.listdir(self.folder))
        process = self.start("predict", "m.safetensors", "large.npy", "-o", "p.csv")
        begun = time.monotonic()
        while not self.is_written() and time.monotonic() < begun + 30:
            time.sleep(0.001)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        self.assertEqual((1, b"linnet predict: stopped by Ctrl-C: p.csv was not written\n"),
                         (process.returncode, err))
        self.assertEqual(b"before", (self.folder / "p.csv").read_bytes())
        self.assertEqual(names, set(os.listdir(self.folder)))

    def test_a_pipe_that_nobody_reads_can_be_given_up(self):
        self.train("--inputs", "x.npy", "--targets", "y.npy")
        os.mkfifo(self.folder / "pipe")
        process = self.start("predict", "m.safetensors", "x.npy", "-o", "pipe")
        time.sleep(0.5)
        self.assertIsNone(process.poll())
        process.send_signal(signal.SIGTERM)
        try:
            process.communicate(timeout=10)
        finally:
            process.kill()
        self.assertEqual(-signal.SIGTERM, process.returncode)

    def test_predictions_keep_quotes(self):
        lines = [f'"{KINDS[c]}, red"' for c in self.classes]
        self.write("named.csv", "\n".join(["kind", *lines]) + "\n")
        self.train("--inputs", "x.npy", "--targets", "named.csv")
        done = self.succeed("predict", "m.safetensors", "x.npy")
        rows = list(csv.reader(io.StringIO(done.stdout)))
        self.assertEqual({f"{kind}, red" for kind in KINDS}, {row[0] for row in rows[1:]})


if __name__ == "__main__":
    unittest.main()
