# SPDX-License-Identifier: MIT
"""Using a model: predict, evaluate, info."""
import json
import re
import struct

from command import HAS_ZIP, CommandCase, build_has, flowers, prices, table

TENSOR = r"(?m)^tensor +(\S+) \[(\d+), (\d+)\], XXH3 ([0-9a-f]{16})$"


class Predict(CommandCase):
    def setUp(self):
        super().setUp()
        self.train_flowers()

    def test_classes(self):
        rows = table(self.succeed("predict", "flowers.safetensors", "flowers.csv").stdout)
        truth = table(flowers())
        self.assertEqual([row["species"] for row in truth], [row["species"] for row in rows])
        self.assertEqual(["species"], list(rows[0]))

    def test_probabilities(self):
        rows = table(self.succeed("predict", "flowers.safetensors", "flowers.csv", "-p").stdout)
        self.assertEqual(["species", "p_iris", "p_lily", "p_rose"], list(rows[0]))
        for row in rows:
            shares = {name[2:]: float(row[name]) for name in list(row)[1:]}
            self.assertAlmostEqual(1, sum(shares.values()), 5)
            self.assertEqual(row["species"], max(shares, key=shares.get))

    def test_json_lines(self):
        text = self.succeed("predict", "flowers.safetensors", "flowers.csv", "--json", "-p").stdout
        rows = [json.loads(line) for line in text.splitlines()]
        self.assertEqual(90, len(rows))
        self.assertEqual({"species", "probabilities"}, set(rows[0]))
        self.assertEqual({"iris", "lily", "rose"}, set(rows[0]["probabilities"]))

    def test_output_file(self):
        text = self.succeed("predict", "flowers.safetensors", "flowers.csv").stdout
        self.assertEqual("", self.succeed("predict", "flowers.safetensors", "flowers.csv", "-o",
                                          "out.csv").stdout)
        self.assertEqual(text, (self.folder / "out.csv").read_text())

    def test_standard_input(self):
        expected = self.succeed("predict", "flowers.safetensors", "flowers.csv").stdout
        self.assertEqual(expected, self.succeed("predict", "flowers.safetensors", "-",
                                                stdin=flowers()).stdout)

    def test_columns_by_name(self):
        """Any order, any others beside them, whatever these hold."""
        expected = self.succeed("predict", "flowers.safetensors", "flowers.csv").stdout
        rows = table(flowers())
        lines = ["height,id,species,width,length"]
        lines += [f"{r['height']},no {i},,{r['width']},{r['length']}" for i, r in enumerate(rows)]
        self.write("other.csv", "\n".join(lines))
        self.assertEqual(expected,
                         self.succeed("predict", "flowers.safetensors", "other.csv").stdout)

    def test_columns_by_place(self):
        expected = self.succeed("predict", "flowers.safetensors", "flowers.csv").stdout
        lines = [line.rsplit(",", 1)[0] for line in flowers(header=False).splitlines()]
        self.write("plain.csv", "\n".join(lines))
        self.assertEqual(expected,
                         self.succeed("predict", "flowers.safetensors", "plain.csv").stdout)

    def test_without_header_everywhere(self):
        """The inputs of such a model are called column2, …: they must not be taken for those."""
        rows = [line.split(",") for line in flowers(header=False).splitlines()]
        self.write("with.csv", "\n".join(",".join([r[3], *r[:3]]) for r in rows))
        self.write("without.csv", "\n".join(",".join(r[:3]) for r in rows))
        self.succeed("train", "with.csv", "-t", "1", "--epochs", 20, "--header", "no")
        text = self.succeed("predict", "with.safetensors", "without.csv").stdout
        self.assertEqual([r[3] for r in rows], text.split()[1:])

    def test_numbers_read_back_the_same(self):
        self.write("prices.csv", prices())
        for dtype, digits in (("f32", 9), ("f64", 17)):
            self.succeed("train", "prices.csv", "-t", "price", "-t", "rent", "--dtype", dtype,
                         "--epochs", 3)
            rows = table(self.succeed("predict", "prices.safetensors", "prices.csv").stdout)
            text = self.succeed("predict", "prices.safetensors", "prices.csv", "--json").stdout
            for row, line in zip(rows, text.splitlines()):
                exact = json.loads(line)
                for name in ("price", "rent"):
                    if dtype == "f64":
                        self.assertEqual(exact[name], float(row[name]))
                    else:
                        self.assertAlmostEqual(1, float(row[name]) / exact[name], 6)
                    self.assertLessEqual(len(row[name].strip("-").replace(".", "")), digits + 1)

    def test_quoted_names(self):
        self.write("t.csv", 'a,"the ""kind"", so"\n' +
                   "".join(f'{i % 2},"{"x,y" if i % 2 else "z"}"\n' for i in range(40)))
        self.succeed("train", "t.csv", "-t", "2", "--epochs", 20)
        rows = table(self.succeed("predict", "t.safetensors", "t.csv", "-p").stdout)
        self.assertEqual(['the "kind", so', "p_x,y", "p_z"], list(rows[0]))
        self.assertEqual(["z", "x,y"] * 20, [row['the "kind", so'] for row in rows])

    def test_names_with_a_blank_at_an_end_are_quoted(self):
        """Without quotes many readers would drop the blank."""
        self.write("t.csv", 'a,"kind "\n' +
                   "".join(f'{i % 2},"{" x" if i % 2 else "z "}"\n' for i in range(40)))
        self.succeed("train", "t.csv", "-t", "2", "--epochs", 20)
        lines = self.succeed("predict", "t.safetensors", "t.csv", "-p").stdout.splitlines()
        self.assertEqual('"kind ","p_ x","p_z "', lines[0])
        self.assertEqual({'"z "', '" x"'}, {line.split(",")[0] for line in lines[1:]})

    def test_control_characters_do_not_reach_the_terminal(self):
        """Neither those below a blank nor DEL, from the names of columns and classes."""
        names = ["one\x7fway", "an\x1bother"]
        self.write("t.csv", "a,ki\x7fnd\n" +
                   "".join(f"{i % 2},{names[i % 2]}\n" for i in range(40)))
        shown = [self.succeed("train", "t.csv", "-t", "2", "--epochs", 2),
                 self.succeed("info", "t.safetensors"),
                 self.succeed("evaluate", "t.safetensors", "t.csv"),
                 self.run_command("train", "t.csv", "-t", "no\x7fcolumn"),
                 self.run_command("predict", "no\x7fmodel", "t.csv")]
        for done in shown:
            for text in (done.stdout, done.stderr):
                self.assertNotRegex(text, "[\x00-\x08\x0b-\x1f\x7f]")
        self.assertRegex(shown[2].stdout, r"\none.*way")
        self.assertRegex(shown[3].stderr, "no.*column")
        self.assertRegex(shown[4].stderr, "no.*model")


class Evaluate(CommandCase):
    def test_text(self):
        self.train_flowers()
        text = self.succeed("evaluate", "flowers.safetensors", "flowers.csv").stdout
        self.assertRegex(text, r"^rows +90\n")
        self.assertRegex(text, r"\naccuracy +1\.0000 \(90 of 90\)\n")
        self.assertRegex(text, r"\ntop_3 +1\n")
        self.assertRegex(text, r"\nlily +0 +30 +0\n")
        self.assertRegex(self.succeed("evaluate", "flowers.safetensors", "flowers.csv",
                                      "--top-k", 2).stdout, r"\ntop_2 +1\n")
        self.assertRegex(text, r"\nlily +30 +30 +1\.0000 +1\.0000\n")

    def test_counts(self):
        self.train_flowers()
        self.write("t.csv", flowers().replace("iris", "lily"))
        result = self.succeed_json("evaluate", "flowers.safetensors", "t.csv", "--json")
        self.assertEqual((90, 60), (result["rows"], result["correct"]))
        self.assertAlmostEqual(2 / 3, result["accuracy"])
        self.assertEqual([[0, 0, 0], [30, 30, 0], [0, 0, 30]], result["confusion"])
        self.assertAlmostEqual((1 / 2 + 1) / 2, result["balanced_accuracy"])
        self.assertAlmostEqual((0 + 2 / 3 + 1) / 3, result["f1"])
        self.assertIsNone(result.get("roc_auc"))
        by_class = {one["class"]: one for one in result["classes"]}
        self.assertEqual((0, 30, None, 0), tuple(by_class["iris"][k] for k in
                                                 ("rows", "predicted", "recall", "precision")))
        self.assertEqual((60, 30, 0.5, 1), tuple(by_class["lily"][k] for k in
                                                 ("rows", "predicted", "recall", "precision")))

    def test_many_classes(self):
        """Of more than fifty the worst are shown, and how many are left out is said."""
        lines = ["a,kind"] + [f"{i % 97},k{i % 300}" for i in range(1200)]
        self.write("many.csv", "\n".join(lines) + "\n")
        self.succeed("train", "many.csv", "-t", "kind", "--quiet", "--epochs", 1, "--hidden", 2,
                     "-o", "many.safetensors", "--report", "many.html")
        result = self.succeed_json("evaluate", "many.safetensors", "many.csv", "--json")
        self.assertNotIn("confusion", result)
        self.assertEqual(300, len(result["classes"]))
        self.assertEqual(50, len(result["mistakes"]))
        rows = [one["rows"] for one in result["mistakes"]]
        self.assertEqual(sorted(rows, reverse=True), rows)
        wrong = result["rows"] - result["correct"]
        self.assertLessEqual(sum(rows) + result["mistakes_left_out"], wrong)
        text = self.succeed("evaluate", "many.safetensors", "many.csv").stdout
        self.assertIn("The 50 classes with the lowest recall; 250 are omitted.", text)
        self.assertIn(f"The most frequent mistakes; {result['mistakes_left_out']} other pairs are "
                      "omitted.", text)
        self.assertLess(len(text.splitlines()), 130)
        with open(self.folder / "many.html", encoding="utf-8") as file:
            page = file.read()
        self.assertIn("The 50 of 300 classes with the lowest recall", page)

    def test_confusion_of_odd_names(self):
        """Heads of columns are cut between characters, and hold no control characters."""
        rows = flowers().replace("iris", "größte").replace("lily", "\x1b[31mred")
        self.write("flowers.csv", rows)
        self.succeed("train", "flowers.csv", "-t", "species", "--quiet", "--epochs", 20,
                     "-o", "odd.safetensors")
        text = self.succeed("evaluate", "odd.safetensors", "flowers.csv").stdout
        self.assertIn("  größ", text)
        self.assertIn("  \\x1b", text)
        self.assertIn("\\x1b[31mred  ", text)
        self.assertNotIn("\x1b", text)

    def test_errors_of_a_regression(self):
        self.write("prices.csv", prices())
        self.succeed("train", "prices.csv", "-t", "price", "--exclude", "rent")
        predicted = table(self.succeed("predict", "prices.safetensors", "prices.csv").stdout)
        truth = [float(row["price"]) for row in table(prices())]
        errors = [float(p["price"]) - t for p, t in zip(predicted, truth)]
        mean = sum(truth) / len(truth)
        result = self.succeed_json("evaluate", "prices.safetensors", "prices.csv", "--json")
        target = result["targets"][0]
        square = sum(e * e for e in errors) / len(errors)
        self.assertAlmostEqual(1, target["rmse"] / square ** 0.5, 4)
        self.assertAlmostEqual(1, target["mae"] / (sum(map(abs, errors)) / len(errors)), 4)
        self.assertAlmostEqual(
            1 - square / (sum((t - mean) ** 2 for t in truth) / len(truth)), target["r2"], 4)
        self.assertAlmostEqual(target["r2"], result["r2"], 4)
        self.assertAlmostEqual(1, target["rmse"] / result["rmse"], 4)
        self.assertIn("RMSE", self.succeed("evaluate", "prices.safetensors", "prices.csv").stdout)

    def test_target_called_otherwise(self):
        self.train_flowers()
        self.write("t.csv", flowers().replace("species", "kind"))
        self.succeed("evaluate", "flowers.safetensors", "t.csv", "-t", "kind")


class NotFinite(CommandCase):
    """A model with a weight that is NaN: every command names it, and takes it when told to."""

    def setUp(self):
        super().setUp()
        self.write("d.csv", "a,b,y\n" + "".join(f"{i % 7},{i % 5},{i % 7 - i % 5}\n"
                                                for i in range(40)))
        self.write("x.csv", "a,b\n1,2\n")
        self.succeed("train", "d.csv", "-t", "y", "--task", "regress", "-q", "--epochs", 1, "-o", "m.safetensors")
        self.succeed("export", "m.safetensors", "--torch", "t.safetensors", "--ignore-scaling")
        path = self.folder / "t.safetensors"
        data = bytearray(path.read_bytes())
        header = 8 + int.from_bytes(data[:8], "little")
        tensors = json.loads(data[8:header])
        first = header + tensors["0.weight"]["data_offsets"][0]
        data[first + 4:first + 8] = struct.pack("<f", float("nan"))
        path.write_bytes(data)

    def test_refused_and_allowed(self):
        for arguments in (["predict", "t.safetensors", "x.csv"],
                          ["evaluate", "t.safetensors", "d.csv", "-t", "y"],
                          ["info", "t.safetensors"],
                          ["export", "t.safetensors", "--npz", "t.npz"],
                          ["import", "t.safetensors", "-o", "i.safetensors"]):
            if not build_has(arguments):
                continue
            done = self.run_command(*arguments)
            self.assertEqual(1, done.returncode, arguments)
            self.assertIn("t.safetensors: tensor '0.weight': expected finite numbers, found nan as "
                          "element [0, 1]", done.stderr)
            self.succeed(*arguments, "--allow-nonfinite")
        self.assertIn("'layers.0.weight': expected finite numbers, found nan as element [1, 0]",
                      self.run_command("info", "i.safetensors").stderr)
        if HAS_ZIP:
            self.assertIn("'layers.0.weight'", self.run_command("info", "t.npz").stderr)


class Info(CommandCase):
    def test_json(self):
        self.train_flowers("--hidden", "5,4", "--activation", "tanh", "--seed", "9")
        info = self.succeed_json("info", "flowers.safetensors", "--json")
        self.assertEqual("classify", info["task"])
        self.assertEqual(["iris", "lily", "rose"], info["classes"])
        self.assertEqual(["length", "width", "height"], info["input_names"])
        self.assertEqual(["species"], info["target_names"])
        self.assertEqual([(3, 5, "tanh"), (5, 4, "tanh"), (4, 3, "identity")],
                         [(l["inputs"], l["outputs"], l["activation"]) for l in info["layers"]])
        self.assertEqual(3 * 5 + 5 + 5 * 4 + 4 + 4 * 3 + 3, info["parameters"])
        self.assertEqual(3, len(info["input_scaling"]["scale"]))
        self.assertIsNone(info["target_scaling"])
        self.assertEqual((20, 72, 18, "9"), tuple(info["training"][k] for k in
                         ("epochs", "training_rows", "held_out_rows", "seed")))

    def test_tensors(self):
        """Text and JSON tell the same of each, and sums differ where numbers do."""
        sums = []
        for seed in (1, 2, 1):
            self.train_flowers("--hidden", "5", "--norm", "batch", "--seed", seed)
            text = self.succeed("info", "flowers.safetensors").stdout
            told = {name: {"shape": [int(rows), int(cols)], "xxh3": total}
                    for name, rows, cols, total in re.findall(TENSOR, text)}
            info = self.succeed_json("info", "flowers.safetensors", "--json")
            self.assertEqual(told, info["tensors"])
            self.assertEqual([3, 5], sorted(told["layers.0.weight"]["shape"]))
            self.assertIn("layers.1.running_mean", told)
            sums.append(told["layers.0.weight"]["xxh3"])
        self.assertEqual(sums[0], sums[2])
        self.assertNotEqual(sums[0], sums[1])

    def test_text(self):
        self.train_flowers()
        text = self.succeed("info", "flowers.safetensors").stdout
        self.assertRegex(text, r"tensor +layers\.1\.weight \[128, 3\], XXH3 [0-9a-f]{16}\n")
        for line in ("task          classification", "layer 0       dense 3 -> 128, relu",
                     "classes       3: iris, lily, rose", "inputs        scaled",
                     "trained       20 epochs on 72 rows, 18 held out, seed 0"):
            self.assertIn(line + "\n", text)
