# SPDX-License-Identifier: MIT
"""Training: what is learned, saved and printed."""
import json
import re

from command import DIGITS, CommandCase, flowers, prices


class Train(CommandCase):
    def test_digits(self):
        done = self.succeed("train", DIGITS, "--target", "digit", "--json")
        result = json.loads(done.stdout)
        self.assertEqual("digits.safetensors", result["model"])
        self.assertEqual("classify", result["task"])
        self.assertEqual(1438, result["training_rows"])
        self.assertEqual(359, result["held_out"]["rows"])
        self.assertGreaterEqual(result["held_out"]["accuracy"], 0.96)
        self.assertEqual(10, len(result["held_out"]["classes"]))
        for counted in result["held_out"]["classes"]:
            self.assertIn(counted["rows"], range(34, 38))  # held out evenly

    def test_text_output(self):
        self.write("flowers.csv", flowers())
        done = self.succeed("train", "flowers.csv", "-t", "species", "-q")
        self.assertRegex(done.stdout, r"^held-out accuracy  1\.0000 \(18 of 18\)\n"
                         r"held-out loss      [\d.e-]+\nmodel              flowers.safetensors\n$")
        self.assertEqual("", done.stderr)

    def test_columns_by_number(self):
        """1 is the first: help, pages, notes and errors say so for each option of columns."""
        self.write("flowers.csv", flowers())
        for number, told in (("4", "'species' (column 4): 3 classes"),
                             ("-1", "'species' (column 4): 3 classes"),
                             ("2", "'width' (column 2): a number")):
            done = self.succeed("train", "flowers.csv", "-t", number, "--epochs", 1,
                                *([] if number != "2" else ["--exclude", "-1"]))
            self.assertIn(f"target {told}", done.stderr)
        for options in (["-t", "0"], ["-t", "5"], ["-t", "4", "--features", "9"],
                        ["-t", "4", "--exclude", "-9"], ["-t", "4", "--weights", "0"],
                        ["-t", "4", "--sampling", "weighted", "--sampling-weights", "7"]):
            done = self.run_command("train", "flowers.csv", *options)
            self.assertIn("there are 4 columns, numbered from 1 (-1 is the last)", done.stderr)
        for command in ("train", "cv", "lr", "evaluate"):
            text = " ".join(self.succeed(command, "--help").stdout.split())
            for option in re.findall(r"--[\w-]+=COLUMNS? .*?(?= --|$)", text):
                self.assertIn("1 is the first, -1 the last", option)

    def test_what_was_chosen_is_said(self):
        self.write("flowers.csv", flowers())
        self.write("few.csv", "x,y\n" + "".join(f"{i / 7},{i % 3}\n" for i in range(60)))
        self.write("many.csv", "x,y\n" + "".join(f"{i / 7},{i % 21}\n" for i in range(84)))
        said = {("flowers.csv", "species"): "'species' (column 4): 3 classes",
                ("flowers.csv", "length"): "'length' (column 1): a number",
                ("few.csv", "y"): "'y' (column 2): 3 classes (--task regress to predict a number)",
                ("many.csv", "y"): "'y' (column 2): a number"}
        for (path, target), text in said.items():
            options = ["--exclude", "species"] if target == "length" else []
            done = self.succeed("train", path, "-t", target, "--epochs", 1, *options)
            self.assertEqual(f"linnet train: target {text}", done.stderr.splitlines()[0])
        done = self.succeed("train", "many.csv", "-t", "y", "--epochs", 1, "--task", "classify")
        self.assertEqual("linnet train: target 'y' (column 2): 21 classes",
                         done.stderr.splitlines()[0])
        result = self.succeed_json("train", "few.csv", "-t", "y", "--task", "regress", "--epochs",
                                   1, "--json")
        self.assertEqual("regress", result["task"])

    def test_regression_in_the_unit_of_the_data(self):
        self.write("prices.csv", prices())
        result = self.succeed_json("train", "prices.csv", "-t", "price", "-t", "rent", "--json",
                                   "--epochs", 200)
        price, rent = result["held_out"]["targets"]
        self.assertEqual(("price", "rent"), (price["target"], rent["target"]))
        self.assertGreater(price["r2"], 0.99)
        self.assertGreater(rent["r2"], 0.99)
        self.assertGreater(price["rmse"], 100)
        self.assertLess(rent["rmse"], 100)
        again = self.succeed_json("evaluate", "prices.safetensors", "prices.csv", "--json")
        self.assertEqual(120, again["rows"])
        self.assertGreater(again["targets"][0]["r2"], 0.99)

    def test_same_seed_same_bytes(self):
        self.write("flowers.csv", flowers())
        names = ["a", "b", "c"]
        for name, seed in zip(names, (7, 7, 8)):
            self.succeed("train", "flowers.csv", "-t", "species", "--seed", seed, "--epochs", 5,
                         "-o", name)
        a, b, c = ((self.folder / name).read_bytes() for name in names)
        self.assertEqual(a, b)
        self.assertNotEqual(a, c)

    def test_columns(self):
        self.write("t.csv", "name,kind,a,b,note\n" +
                   "".join(f"n{i},{'xy'[i % 2]},{i % 2},{i},\n" for i in range(40)))
        for options, inputs in ((["--features", "a,b"], ["a", "b"]),
                                (["--features", "b,3"], ["b", "a"]),
                                (["--features", "b,a", "--exclude", "b"], ["a"])):
            self.succeed("train", "t.csv", "-t", "kind", "--epochs", 1, *options)
            self.assertEqual(inputs, self.succeed_json("info", "t.safetensors",
                                                       "--json")["input_names"])
        self.succeed("train", "t.csv", "-t", "-4", "--features", "a", "--epochs", 1)
        self.assertEqual(["kind"], self.succeed_json("info", "t.safetensors",
                                                     "--json")["target_names"])

    def test_excluded_columns_may_hold_text(self):
        self.write("t.csv", "name,a,kind\n" +
                   "".join(f"n{i},{i % 2},{'xy'[i % 2]}\n" for i in range(40)))
        self.succeed("train", "t.csv", "-t", "kind", "--exclude", "name", "--epochs", 1)
        self.assertEqual(["a"], self.succeed_json("info", "t.safetensors", "--json")["input_names"])

    def test_target_between_the_inputs(self):
        lines = [line.split(",") for line in flowers().splitlines()]
        self.write("t.csv", "\n".join(",".join([r[0], r[3], r[1], r[2]]) for r in lines) + "\n")
        result = self.succeed_json("train", "t.csv", "-t", "species", "--json")
        self.assertEqual(1.0, result["held_out"]["accuracy"])
        self.assertEqual(1.0, self.succeed_json("evaluate", "t.safetensors", "t.csv",
                                                "--json")["accuracy"])

    def test_missing_dropped(self):
        self.write("t.csv", flowers() + "1,?,3,rose\n,2,3,lily\n")
        done = self.succeed("train", "t.csv", "-t", "species", "--missing", "drop", "-q")
        self.assertEqual("linnet train: warning: t.csv: dropped 2 rows with missing values\n",
                         done.stderr)

    def test_other_forms_of_a_table(self):
        self.write("t.csv", flowers(header=False).replace(",", ";"))
        done = self.succeed("train", "t.csv", "-t", "4", "--json", "--header", "no", "--delimiter",
                            ";")
        self.assertEqual(1.0, json.loads(done.stdout)["held_out"]["accuracy"])

    def test_standard_input(self):
        self.succeed("train", "-", "-t", "species", stdin=flowers())
        self.assertTrue((self.folder / "model.safetensors").exists())

    def test_nothing_held_out(self):
        self.write("flowers.csv", flowers())
        done = self.succeed("train", "flowers.csv", "-t", "species", "--validation", 0, "--json")
        result = json.loads(done.stdout)
        self.assertEqual(90, result["on_training_rows"]["rows"])
        self.assertIn("90 rows to train on, none held out", done.stderr)

    def test_few_held_out_rows_give_a_warning(self):
        self.write("t.csv", flowers(rows=12))
        done = self.succeed("train", "t.csv", "-t", "species", "-q")
        self.assertEqual("linnet train: warning: only 2 rows are held out: the score on them is "
                         "unreliable\n", done.stderr)

    def test_f64_and_threads(self):
        self.write("flowers.csv", flowers())
        self.succeed("train", "flowers.csv", "-t", "species", "--dtype", "f64", "--threads", 2)
        self.assertEqual("f64", self.succeed_json("info", "flowers.safetensors", "--json")["dtype"])

    def test_linear_model(self):
        self.write("prices.csv", prices())
        self.succeed("train", "prices.csv", "-t", "price", "--hidden", "none", "--exclude", "rent")
        info = self.succeed_json("info", "prices.safetensors", "--json")
        self.assertEqual([{"kind": "dense", "inputs": 2, "outputs": 1, "activation": "identity"}],
                         info["layers"])
