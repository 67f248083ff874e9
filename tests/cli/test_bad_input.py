# SPDX-License-Identifier: MIT
"""Whatever is wrong with a file gets one line that says so, and exit status 1."""
from command import CommandCase, flowers, prices


class BadData(CommandCase):
    def setUp(self):
        super().setUp()
        self.write("flowers.csv", flowers())

    def refuse_table(self, message, text, *options):
        self.write("t.csv", text)
        self.refuse(1, f"linnet train: {message}", "train", "t.csv", "-q", *options)
        self.assertFalse((self.folder / "t.safetensors").exists())

    def test_lists_and_names(self):
        self.write("t.csv", flowers())
        self.refuse(2, "linnet train: option --features: expected COLUMNS, found 'width,,height'",
                    "train", "t.csv", "-t", "species", "--features", "width,,height")
        self.write("p.csv", prices())
        self.succeed("train", "p.csv", "-t", "price", "--epochs", 1, "-q", "-o", "m")
        self.refuse(1, "linnet evaluate: option --target: column 'area' is an input of the model",
                    "evaluate", "m", "p.csv", "--target", "area")
        self.write("latin.csv", flowers().replace("rose", "r\xf6se").encode("latin-1"))
        done = self.run_command("train", "latin.csv", "-t", "species")
        self.assertEqual(1, done.returncode)
        self.assertEqual("linnet train: latin.csv:2: column 'species': expected UTF-8 text, found "
                         r"'r\xf6se'" "\n", done.stderr)

    def test_no_such_file(self):
        self.refuse(1, "linnet train: nope.csv: cannot open: No such file or directory",
                    "train", "nope.csv", "-t", "x")

    def test_wrong_column(self):
        train = ["train", "flowers.csv", "-t"]
        self.refuse(1, "linnet train: flowers.csv: no column 'specie'; the nearest is 'species'",
                    *train, "specie")
        self.refuse(1, "linnet train: flowers.csv: no column 9: there are 4 columns, numbered from 1 (-1 is the last)", *train, "9")
        self.refuse(1, "linnet train: option --features: no column 'lenght'; the nearest is "
                    "'length'", *train, "species", "--features", "lenght,width")
        self.refuse(1, "linnet train: flowers.csv: no column 'heigth'; the nearest is 'height'",
                    *train, "species", "--exclude", "heigth")

    def test_columns_that_contradict(self):
        train = ["train", "flowers.csv", "-t", "species"]
        self.refuse(1, "linnet train: option --features: column 'species' is a target too",
                    *train, "--features", "species,length")
        self.refuse(1, "linnet train: option --exclude: column 'species' is the target",
                    *train, "--exclude", "4")
        self.refuse(1, "linnet train: option --features: column 'length' is given twice",
                    *train, "--features", "length,1")
        self.refuse(1, "linnet train: expected at least one input column besides the targets, "
                    "found none", *train, "--exclude", "1,2,3")
        self.refuse(1, "linnet train: flowers.csv: column 'species': expected numbers in each of "
                    "several targets, found text", *train, "-t", "length")

    def test_text_where_a_number_should_be(self):
        self.refuse_table("t.csv:3: column 'b': expected a number, found 'abc'",
                          "a,b,c\n1,2,3\n1,abc,3\n", "-t", "c")
        self.refuse_table("t.csv:2: column 'c': expected a number, found 'red'",
                          "a,b,c\n1,2,red\n1,2,blue\n", "-t", "c", "--task", "regress")

    def test_missing_values(self):
        for text, found in (("", "an empty field"), ("NaN", "'NaN'"), ("?", "'?'")):
            self.refuse_table(f"t.csv:3: column 'a': a value is missing (found {found})",
                              f"a,b\n1,2\n{text},3\n", "-t", "b")
        self.refuse_table("t.csv: no row is left: a value is missing in each of 2",
                          "a,b\n1,\n,3\n", "-t", "b", "--missing", "drop")

    def test_infinite_values(self):
        self.refuse_table("t.csv:2: column 'a': expected a finite f32 number, found 'inf'",
                          "a,b\ninf,2\n1,3\n", "-t", "b")
        self.refuse_table("t.csv:2: column 'a': expected a finite f32 number, found '1e99'",
                          "a,b\n1e99,2\n1,3\n", "-t", "b")

    def test_empty(self):
        self.refuse_table("t.csv: expected a table, found an empty file", "", "-t", "b")
        self.refuse_table("t.csv: expected a table, found only blank lines", "\n\n", "-t", "b")
        self.refuse_table("t.csv: expected rows, found only a header", "a,b\n", "-t", "b")
        self.refuse(1, "linnet train: standard input: expected a table, found an empty file",
                    "train", "-", "-t", "b")

    def test_ragged(self):
        self.refuse_table("t.csv:3: expected 2 fields, found 3", "a,b\n1,2\n1,2,3\n", "-t", "b")

    def test_one_class(self):
        for found in ("7", "cat"):
            self.refuse_table(f"t.csv: column 'b': expected at least two classes, found '{found}' "
                              "in every row", f"a,b\n1,{found}\n2,{found}\n", "-t", "b")

    def test_too_few_rows(self):
        self.refuse_table("t.csv: expected at least 2 rows, some to train on and some to hold out, "
                          "found 1 (--validation 0 holds none out)", "a,b\n1,0.5\n", "-t", "b")
        self.refuse_table("t.csv: too few rows of each class to hold out 0.2 of them (--validation "
                          "0 holds none out)", "a,b\n1,x\n2,y\n", "-t", "b")

    def test_loss_not_finite(self):
        self.write("prices.csv", prices())
        done = self.run_command("train", "prices.csv", "-t", "price", "--lr", 1000,
                                "--no-standardize", "--optimizer", "sgd", "-q")
        self.assertEqual(1, done.returncode)
        self.assertRegex(done.stderr, r"^linnet train: epoch 1, batch \d of 3: the loss is "
                         r"(inf|-?nan); the first output that is not finite is that of layers\.0 "
                         r"\(dense\); nothing is saved; try an --lr below 1000\n$")
        self.assertFalse((self.folder / "prices.safetensors").exists())

    def test_not_enough_memory(self):
        done = self.run_command("train", "flowers.csv", "-t", "species", "-q", "--hidden",
                                "1000000,1000000")
        self.assertEqual(1, done.returncode)
        self.assertRegex(done.stderr, r"^linnet train: training needs about 28\d{3}\.\d GB, "
                         r"[\d.]+ GB of memory are free: choose a smaller --hidden or --batch\n$")


class BadOutput(CommandCase):
    """Found out before the training."""

    def refuse_output(self, path, why):
        self.write("flowers.csv", flowers())
        self.refuse(1, f"linnet train: {path}: {why}", "train", "flowers.csv", "-t", "species",
                    "-o", path)

    def test_output(self):
        self.refuse_output("no/x", "cannot be written: there is no folder 'no/'")
        self.refuse_output(str(self.folder), "cannot be replaced: it is a folder")
        self.refuse_output("/dev/null", "cannot be replaced: it is not a regular file")
        self.refuse_output("./flowers.csv", "is an input too, and would be overwritten")
        self.assertEqual(flowers(), (self.folder / "flowers.csv").read_text())
        self.refuse_output("flowers.csv/x", "cannot open its folder: Not a directory")
        done = self.run_command("train", "flowers.csv", "-t", "species", "-o", "x" * 300)
        self.assertEqual(1, done.returncode)
        self.assertIn("xxx: cannot write it: File name too long\n", done.stderr)

    def test_output_of_predict(self):
        self.train_flowers()
        predict = ["predict", "flowers.safetensors", "flowers.csv", "-o"]
        self.refuse(1, "linnet predict: no/x: cannot be written: there is no folder 'no/'",
                    *predict, "no/x")
        self.refuse(1, "linnet predict: flowers.safetensors: is an input too, and would be overwritten",
                    *predict, "flowers.safetensors")
        self.refuse(1, "linnet predict: /dev/full: cannot be written: No space left on device",
                    *predict, "/dev/full")


class BadModel(CommandCase):
    def setUp(self):
        super().setUp()
        self.train_flowers()

    def test_broken_model(self):
        whole = (self.folder / "flowers.safetensors").read_bytes()
        flipped = bytearray(whole)
        flipped[-5] ^= 1
        for content in (b"", whole[:5], whole[:200], whole[:-1], whole + b"x", bytes(flipped),
                        b"a,b\n1,2\n" * 9):
            self.write("broken", content)
            for arguments in (["info", "broken"], ["predict", "broken", "flowers.csv"],
                              ["evaluate", "broken", "flowers.csv"]):
                done = self.run_command(*arguments)
                self.assertEqual((1, ""), (done.returncode, done.stdout))
                self.assertRegex(done.stderr, rf"^linnet {arguments[0]}: broken: [^\n]+\n$")

    def test_no_model(self):
        self.refuse(1, "linnet info: nope: cannot open: No such file or directory", "info", "nope")

    def test_columns_that_do_not_fit(self):
        rows = [line.split(",") for line in flowers(header=False).splitlines()]
        self.write("fewer.csv", "length,species\n" + "\n".join(f"{r[0]},{r[3]}" for r in rows))
        self.write("four.csv", "\n".join(",".join([*r[:3], "9"]) for r in rows))
        self.write("two.csv", "\n".join(",".join(r[:2]) for r in rows))
        for command in ("predict", "evaluate"):
            self.refuse(1, f"linnet {command}: fewer.csv: column 'width', which the model needs, is "
                        "missing, as is 1 other",
                        command, "flowers.safetensors", "fewer.csv")
        self.refuse(1, "linnet predict: four.csv: expected 3 columns for the model, found 4",
                    "predict", "flowers.safetensors", "four.csv")
        self.refuse(1, "linnet predict: two.csv: expected 3 columns for the model, found 2",
                    "predict", "flowers.safetensors", "two.csv")

    def test_bad_value(self):
        self.write("t.csv", "length,width,height\n1,2,3\n1,x,3\n")
        self.refuse(1, "linnet predict: t.csv:3: column 'width': expected a number, found 'x'",
                    "predict", "flowers.safetensors", "t.csv")
        self.write("t.csv", "length,width,height\n1,2,3\n1,,3\n")
        self.refuse(1, "linnet predict: t.csv:3: column 'width': a value is missing (found an "
                    "empty field)", "predict", "flowers.safetensors", "t.csv")

    def test_targets_that_do_not_fit(self):
        evaluate = ["evaluate", "flowers.safetensors"]
        self.write("tulip.csv", flowers().replace("iris", "tulip"))
        self.refuse(1, "linnet evaluate: tulip.csv: column 'species': 'tulip' is not among the 3 "
                    "classes", *evaluate, "tulip.csv")
        self.write("none.csv", "length,width,height\n1,2,3\n")
        self.refuse(1, "linnet evaluate: none.csv: no column 'species' among 3 columns", *evaluate,
                    "none.csv")
        self.refuse(1, "linnet evaluate: option --target: expected 1 for this model, found 2",
                    *evaluate, "flowers.csv", "-t", "species", "-t", "length")

    def test_probabilities_of_numbers(self):
        self.write("prices.csv", prices())
        self.succeed("train", "prices.csv", "-t", "price", "--epochs", 1)
        self.refuse(1, "linnet predict: option --probabilities: prices.safetensors predicts "
                    "numbers, not classes", "predict", "prices.safetensors", "prices.csv", "-p")
