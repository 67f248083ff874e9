# SPDX-License-Identifier: MIT
"""Choices of training, each with what it must lead to in the model or on the terminal."""
import json
import math
import statistics
import struct
from command import CommandCase, flowers, prices

# Four rows of class x and two of y.
FEW = "a,b,c\n1,2,x\n2,3,y\n3,1,x\n4,4,y\n5,0,x\n1.5,2,x\n"


def read_model(path):
    """(metadata, {name: numbers}) of a model file."""
    data = path.read_bytes()
    size = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + size])
    metadata = header.pop("__metadata__")
    tensors = {}
    for name, entry in header.items():
        begin, end = (8 + size + offset for offset in entry["data_offsets"])
        kind, width = ("f", 4) if entry["dtype"] == "F32" else ("d", 8)
        tensors[name] = struct.unpack(f"<{(end - begin) // width}{kind}", data[begin:end])
    return metadata, tensors


class Train(CommandCase):
    def train(self, data, *options):
        self.succeed("train", data, "--quiet", "-o", "model.safetensors", *options)
        return read_model(self.folder / "model.safetensors")


class ClassWeights(Train):
    def weights(self, *options):
        self.write("few.csv", FEW)
        metadata, _ = self.train("few.csv", "-t", "c", "--validation", 0, "--epochs", 1, *options)
        return [float(w) for w in json.loads(metadata["linnet.loss"]).get("class_weights", [])]

    def test_balanced(self):
        # rows / (classes · rows of the class)
        self.assertEqual([6 / (2 * 4), 6 / (2 * 2)], self.weights("--class-weights", "balanced"))

    def test_named(self):
        self.assertEqual([1, 2.5], self.weights("--class-weights", "y=2.5"))
        self.assertEqual([0, 3], self.weights("--class-weights", "y=3,x=0"))
        self.assertEqual([], self.weights())

    def test_refused(self):
        self.write("few.csv", FEW)
        option = "linnet train: option --class-weights: "
        for text, why in (("heavy", "expected balanced, or CLASS=WEIGHT, found 'heavy'"),
                          ("z=2", "there is no class 'z'"),
                          ("x=", "expected a number from 0 for class 'x', found ''"),
                          ("x=1kg", "expected a number from 0 for class 'x', found '1kg'"),
                          ("x=-1", "expected a number from 0 for class 'x', found '-1'"),
                          ("x=inf", "expected a number from 0 for class 'x', found 'inf'"),
                          ("x=0x2", "expected a number from 0 for class 'x', found '0x2'"),
                          ("x= 2", "expected a number from 0 for class 'x', found ' 2'"),
                          ("x=0,y=0", "expected a weight above 0 for some class")):
            done = self.run_command("train", "few.csv", "-t", "c", "--class-weights", text)
            self.assertEqual(1, done.returncode, text)
            self.assertTrue(done.stderr.splitlines()[-1].startswith(option + why), done.stderr)
        self.write("prices.csv", prices())
        done = self.run_command("train", "prices.csv", "-t", "rent", "--class-weights", "a=1")
        self.assertIn("--class-weights", done.stderr)
        self.assertNotEqual(0, done.returncode)


class Initializers(Train):
    def weights(self, *options):
        """Of a layer of 3 · 1000 weights that were hardly trained."""
        self.write("flowers.csv", flowers())
        _, tensors = self.train("flowers.csv", "-t", "species", "--epochs", 1, "--optimizer", "sgd",
                                "--lr", "1e-12", "--hidden", 1000, *options)
        weights = tensors["layers.0.weight"]
        self.assertEqual(3000, len(weights))
        return weights

    def test_uniform(self):
        for bound, options in ((0.05, ()), (2, ("--init-scale", 2))):
            weights = self.weights("--init", "uniform", *options)
            self.assertLessEqual(max(map(abs, weights)), bound * (1 + 1e-6))
            self.assertGreater(max(weights), 0.99 * bound)
            self.assertLess(min(weights), -0.99 * bound)
            self.assertAlmostEqual(bound / math.sqrt(3), statistics.pstdev(weights),
                                   delta=0.05 * bound)

    def test_normal(self):
        for deviation, options in ((0.05, ()), (2, ("--init-scale", 2))):
            weights = self.weights("--init", "normal", *options)
            self.assertAlmostEqual(deviation, statistics.pstdev(weights), delta=0.06 * deviation)
            self.assertGreater(max(map(abs, weights)), 2.5 * deviation)

    def test_truncated_normal(self):
        for deviation, options in ((0.05, ()), (2, ("--init-scale", 2))):
            weights = self.weights("--init", "truncated_normal", *options)
            self.assertLessEqual(max(map(abs, weights)), 2 * deviation * (1 + 1e-6))
            self.assertGreater(max(map(abs, weights)), 1.8 * deviation)

    def test_scaled_kinds_take_a_gain(self):
        for kind in ("glorot_uniform", "he_normal", "orthogonal"):
            one, two = (self.weights("--init", kind, "--init-scale", scale) for scale in (1, 2))
            self.assertAlmostEqual(2, two[7] / one[7], places=5)


class Delimiters(Train):
    def test_names(self):
        for name, character in (("comma", ","), ("semicolon", ";"), ("tab", "\t"), ("\\t", "\t"),
                                ("space", " "), ("|", "|")):
            self.write("few.csv", FEW.replace(",", character))
            metadata, _ = self.train("few.csv", "-t", "c", "--delimiter", name, "--epochs", 1,
                                     "--validation", 0)
            self.assertEqual(["a", "b"], json.loads(metadata["linnet.input_names"]))

    def test_they_are_printed_by_name(self):
        self.write("few.csv", FEW)
        for name, printed in (("comma", '","'), ("semicolon", ";"), ("tab", "tab"), ("#", '"#"')):
            text = FEW.replace(",", {"comma": ",", "semicolon": ";", "tab": "\t", "#": "#"}[name])
            self.write("few.csv", text)
            done = self.succeed("train", "few.csv", "-t", "c", "--delimiter", name, "--dry-run")
            line = next(line for line in done.stdout.splitlines() if line.startswith("delimiter"))
            self.assertIn(line.split(" = ")[1], (printed, printed.strip('"'), name))
            # and the printed file is read again
            self.write("again.conf", done.stdout)
            again = self.succeed("train", "few.csv", "--config", "again.conf", "--dry-run")
            self.assertIn(line, again.stdout.splitlines())

    def test_refused(self):
        for text in ("", "ab", "x", "5", '"'):
            done = self.run_command("train", "few.csv", "-t", "c", "--delimiter", text)
            self.assertEqual(2, done.returncode)
            self.assertIn("expected one character such as ',' or ';', or tab, found", done.stderr)


class Times(Train):
    def test_clocks(self):
        self.write("few.csv", FEW)
        for text in ("1:00", "0:01:00", "1-00:00:00", "0-1:00", "3600", "1.5", "+60", "1e2", "5.",
                     ".5m", "0010"):
            self.train("few.csv", "-t", "c", "--epochs", 1, "--validation", 0, "--max-time", text)

    def test_refused(self):
        for text in ("1:60", "1:2:3:4", "x-1:00", "-1:00", "1-5", "1:", ":1", "1-"):
            done = self.run_command("train", "few.csv", "-t", "c", f"--max-time={text}")
            self.assertEqual((2, ""), (done.returncode, done.stdout), text)
            self.assertIn(f"found '{text}'", done.stderr)


class Combinations(CommandCase):
    def test_losses_of_other_targets(self):
        self.write("prices.csv", prices())
        two = ("-t", "price", "-t", "rent")
        self.refuse(2, "linnet train: option --loss: softmax_cross_entropy takes one --target, found 2",
                    "train", "prices.csv", *two, "--loss", "softmax_cross_entropy")
        done = self.run_command("train", "prices.csv", *two, "--loss", "poisson",
                                "--scale-targets", "standard")
        self.assertEqual(2, done.returncode)
        self.assertIn("option --scale-targets: the loss poisson ", done.stderr)
        done = self.run_command("train", "prices.csv", "-t", "price", "--loss", "mse", "--task",
                                "classify")
        self.assertEqual(2, done.returncode)
        self.assertIn("option --loss: mse cannot classify", done.stderr)

    def test_settings_of_optimizers(self):
        self.write("prices.csv", prices())
        for options, part in (
                (("--optimizer", "lbfgs", "--c1", 0.9, "--c2", 0.5),
                 "--c1: expected below --c2, 0.5, found 0.9"),
                (("--optimizer", "lm", "--mu", 10, "--mu-max", 1),
                 "--mu: expected at most --mu-max, 1, found 10"),
                (("--optimizer", "sgd", "--momentum", 0, "--nesterov"), "--nesterov: needs a --momentum above 0"),
                (("--optimizer", "rprop", "--step-min", 2, "--step-max", 1),
                 "--step-min: expected at most --step-max, 1, found 2")):
            done = self.run_command("train", "prices.csv", "-t", "price", *options)
            self.assertEqual((2, ""), (done.returncode, done.stdout))
            self.assertIn(part, done.stderr)

    def test_intervals_of_checkpoints(self):
        self.write("few.csv", FEW)
        for text in ("0", "1000000000001", "5years", "x", "-1", "0s"):
            done = self.run_command("train", "few.csv", "-t", "c", "--checkpoint", "run",
                                    f"--every={text}")
            self.assertEqual((2, ""), (done.returncode, done.stdout), text)
            self.assertIn(f"found '{text}'", done.stderr)
        for i, text in enumerate(("1", "1epoch", "2epochs", "1step", "3steps", "30s", "1:00")):
            self.succeed("train", "few.csv", "-t", "c", "--checkpoint", f"run{i}",
                         f"--every={text}", "--epochs", 3, "--validation", 0, "--quiet")


class Ends(CommandCase):
    def end_of(self, *options):
        self.write("line.csv", "x,y\n" + "".join(f"{i},{2 * i + 1}\n" for i in range(12)))
        return self.succeed_json("train", "line.csv", "-t", "y", "--json", "--validation", 0,
                                 "--dtype", "f64", "--hidden", "none", *options)["end"]

    def test_each(self):
        self.assertEqual("epochs", self.end_of("--epochs", 2))
        self.assertEqual("max-steps", self.end_of("--max-steps", 1, "--epochs", 9))
        self.assertEqual("target-loss", self.end_of("--optimizer", "lbfgs", "--target-loss", 1e-3,
                                             "--epochs", 500))
        self.assertIn(self.end_of("--optimizer", "lbfgs", "--epochs", 5000),
                      ("stalled", "gradient-tolerance"))


class Gaussian(CommandCase):
    def test_report(self):
        """The shares are those of the predictions with their deviations, on all rows."""
        self.write("prices.csv", prices())
        self.succeed("train", "prices.csv", "-t", "rent", "--loss", "gaussian", "--epochs", 60,
                     "--validation", 0, "--quiet", "-o", "m.safetensors", "--report", "run.html")
        page = (self.folder / "run.html").read_text(encoding="utf-8")
        self.succeed("predict", "m.safetensors", "prices.csv", "-u", "-o", "p.csv")
        rows = [line.split(",") for line in (self.folder / "p.csv").read_text().splitlines()]
        truths = [float(line.split(",")[3]) for line in prices().splitlines()[1:]]
        within = [sum(abs(float(mean) - truth) <= k * float(deviation)
                      for (mean, deviation, *_), truth in zip(rows[1:], truths))
                  for k in (1, 2, 3)]
        share = [f"{100 * n / len(truths):.1f}" if n < len(truths) else "100" for n in within]
        cells = "".join(f"<td>{text}\u202f%</td>" for text in share)
        self.assertIn(f"<th scope=\"row\">rent</th>{cells}", page)


class Rates(CommandCase):
    def test_from_a_model(self):
        model = self.train_flowers()
        done = self.succeed_json("lr", "flowers.csv", "-t", "species", "--from", model, "--json",
                                 "--steps", 20)
        self.assertGreater(len(done), 1)

    def test_a_loss_that_never_falls(self):
        self.write("flat.csv", "x,y\n" + "0,0\n" * 40)
        done = self.succeed("lr", "flat.csv", "-t", "y", "--steps", 12, "--hidden", "none",
                            "--task", "regress")
        self.assertIn("no learning rate is suggested", done.stdout)
