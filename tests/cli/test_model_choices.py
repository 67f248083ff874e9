# SPDX-License-Identifier: MIT
"""Models of other kinds of layers, models that go on, and models without names."""
import json
import os
import struct
from command import CommandCase, flowers, prices, table


def few_tensors(tensors):
    """The bytes of a safetensors file of F32 tensors, {name: rows of numbers}."""
    header, data = {}, b""
    for name, rows in tensors.items():
        matrix = isinstance(rows[0], list)
        numbers = sum(rows, []) if matrix else rows
        packed = struct.pack(f"<{len(numbers)}f", *numbers)
        header[name] = {"dtype": "F32", "data_offsets": [len(data), len(data) + len(packed)],
                        "shape": [len(rows), len(rows[0])] if matrix else [len(rows)]}
        data += packed
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


class Layers(CommandCase):
    def setUp(self):
        super().setUp()
        self.write("flowers.csv", flowers())

    def test_info_of_each_kind(self):
        self.succeed("train", "flowers.csv", "-t", "species", "--hidden", "8,8", "--residual",
                     "--norm", "rms", "--dropout", 0.25, "--activation", "leaky_relu", "--epochs", 1,
                     "--quiet", "-o", "m.safetensors")
        layers = self.succeed_json("info", "m.safetensors", "--json")["layers"]
        kinds = [layer["kind"] for layer in layers]
        self.assertEqual(["dense", "rms_norm", "activation", "dropout"] * 2 + ["residual", "dense"],
                         kinds)
        self.assertEqual(4, next(l for l in layers if l["kind"] == "residual")["span"])
        text = self.succeed("info", "m.safetensors").stdout
        self.assertIn("leaky_relu, alpha 0.01\n", text)
        self.assertIn("dropout 8 -> 8, rate 0.25\n", text)
        self.assertIn("residual 8 -> 8, adds the input of layer 4\n", text)

    def test_a_dry_run_of_each_kind(self):
        done = self.succeed("train", "flowers.csv", "-t", "species", "--hidden", "8,8", "--residual",
                            "--dropout", 0.25, "--activation", "sine", "--dry-run")
        lines = [line.split() for line in done.stdout.splitlines() if line.startswith("#")]
        self.assertIn(["#", "0", "dense", "sine", "8", "32"], lines)
        self.assertIn(["#", "1", "dropout", "0.25", "8", "0"], lines)
        self.assertIn(["#", "4", "residual,", "skips", "2", "layers", "8", "0"], lines)

    def test_many_names_are_cut(self):
        names = [f"measurement_{i}" for i in range(30)]
        rows = [",".join(str((i * j) % 7) for j in range(30)) + f",{i % 2}" for i in range(40)]
        self.write("wide.csv", ",".join(names) + ",kind\n" + "\n".join(rows) + "\n")
        self.succeed("train", "wide.csv", "-t", "kind", "--epochs", 1, "--quiet", "--report", "r.html",
                     "-o", "m.safetensors")
        text = self.succeed("info", "m.safetensors").stdout
        line = next(line for line in text.splitlines() if line.startswith("input names"))
        self.assertTrue(line.endswith(", ..."), line)
        self.assertIn("30: measurement_0, measurement_1", line)
        self.assertNotIn("measurement_29", line)


class GoingOn(CommandCase):
    def test_models_that_do_not_fit(self):
        model = self.train_flowers()
        self.write("prices.csv", prices())
        done = self.run_command("train", "prices.csv", "-t", "price", "--from", model, "--quiet")
        self.assertEqual(1, done.returncode)
        self.assertIn("no column 'length' among 4 columns", done.stderr)
        text = flowers().replace("species", "species,more")
        self.write("more.csv", "\n".join(line + (",1" if i else "")
                                         for i, line in enumerate(text.splitlines())) + "\n")
        done = self.run_command("train", "more.csv", "-t", "species", "--from", model, "--quiet")
        self.assertEqual(0, done.returncode, done.stderr)

    def test_laplace_of_rows_that_do_not_fit_in_memory(self):
        names = "abcdefghij"
        rows = "".join(",".join(str((i * j) % 97) for j in range(10)) + f",{i % 83}\n"
                       for i in range(10000))
        self.write("long.csv", ",".join(names) + ",y\n" + rows)
        done = self.run_command("train", "long.csv", "-t", "y", "--memory", "300K", "--laplace", "last",
                                "--epochs", 1, "--quiet", "--task", "regress")
        self.assertIn("option --laplace: needs all rows in memory", done.stderr)


class Nameless(CommandCase):
    """A model from PyTorch does not name what it was trained on."""

    def import_net(self, *options):
        self.write("net.safetensors", few_tensors({"0.weight": [[1.0, 2.0], [3.0, -1.0]],
                                                   "0.bias": [0.5, 0.0]}))
        self.succeed("import", "net.safetensors", "-o", "m.safetensors", *options)
        self.write("x.csv", "1,2\n0,1\n")

    def test_predictions_of_numbers(self):
        self.import_net("--loss", "mse")
        done = self.succeed("predict", "m.safetensors", "x.csv", "--header", "no")
        self.assertEqual("prediction1,prediction2\n5.5,1\n2.5,-1\n", done.stdout)
        self.write("one.safetensors", few_tensors({"0.weight": [[1.0, 2.0]], "0.bias": [0.5]}))
        self.succeed("import", "one.safetensors", "-o", "m.safetensors", "--loss", "mse")
        done = self.succeed("predict", "m.safetensors", "x.csv", "--header", "no")
        self.assertEqual("prediction\n5.5\n2.5\n", done.stdout)

    def test_predictions_of_classes(self):
        self.import_net("--loss", "softmax_cross_entropy")
        done = self.succeed("predict", "m.safetensors", "x.csv", "--header", "no", "-p")
        rows = table(done.stdout)
        self.assertLessEqual({"p_0", "p_1"}, set(rows[0]))
        self.assertAlmostEqual(1, sum(float(rows[0][name]) for name in ("p_0", "p_1")), places=5)

    def test_targets_must_be_given(self):
        self.import_net("--loss", "softmax_cross_entropy")
        self.write("y.csv", "a,b,c\n1,2,0\n0,1,1\n")
        self.refuse(1, "linnet evaluate: expected --target COLUMN: the model does not name its target",
                    "evaluate", "m.safetensors", "y.csv")
        done = self.succeed_json("evaluate", "m.safetensors", "y.csv", "-t", "c", "--json")
        self.assertEqual(0.5, done["accuracy"])
        self.write("text.csv", "a,b,c\n1,2,no\n0,1,yes\n")
        done = self.run_command("evaluate", "m.safetensors", "text.csv", "-t", "c")
        self.assertEqual(1, done.returncode)
        self.assertIn("column 'c': expected class numbers, since the model does not name its classes, "
                      "found text", done.stderr)
        done = self.run_command("train", "y.csv", "--from", "m.safetensors", "--quiet")
        self.assertIn("the model does not name its target", done.stderr)

    def test_names_are_not_needed_to_go_on(self):
        self.import_net("--loss", "mse")
        self.write("y.csv", "a,b,c,d\n" + "".join(f"{i},{i % 5},{i % 3},{i % 7}\n" for i in range(30)))
        self.succeed("train", "y.csv", "-t", "c", "-t", "d", "--from", "m.safetensors", "--epochs", 1,
                     "--quiet", "-o", "on.safetensors")
        self.write("wide.csv", "a,b,x,c,d\n" + "1,2,3,4,5\n" * 20)
        done = self.run_command("train", "wide.csv", "-t", "c", "-t", "d", "--from", "m.safetensors",
                                "--quiet")
        self.assertEqual(1, done.returncode)
        self.assertIn("wide.csv: expected 2 columns for the model, found 3", done.stderr)
        self.write("three.csv", "a,b,c\n" + "".join(f"{i},{i % 5},{i}\n" for i in range(20)))
        done = self.run_command("train", "three.csv", "-t", "c", "--from", "m.safetensors", "--quiet")
        self.assertEqual(1, done.returncode)
        self.assertIn("option --from: expected a model with 1 output for these targets, found 2", done.stderr)


class Threads(CommandCase):
    def test_more_than_processors(self):
        self.write("flowers.csv", flowers())
        done = self.run_command("train", "flowers.csv", "-t", "species", "--threads", 64, "--quiet")
        if len(os.sched_getaffinity(0)) < 64:
            self.assertEqual(1, done.returncode)
            self.assertIn("option --threads: expected at most ", done.stderr)
            self.assertIn("found 64", done.stderr)
