# SPDX-License-Identifier: MIT
"""Options of `linnet train`: each of them does something, and all of them are looked at here."""
import json
import re

from command import CommandCase, flowers, prices, table

# What each option is given with, besides itself: another model must come of it.
CHANGES = {
    "hidden": ["8,8"], "activation": ["tanh"], "alpha": ["0.3", "--activation", "leaky_relu"],
    "norm": ["batch"], "dropout": ["0.3"], "residual": [None, "--hidden", "8,8"],
    "init": ["orthogonal"], "init-scale": ["0.5", "--init", "he_normal"], "dtype": ["f64"],
    "features": ["1,width"], "exclude": ["length"], "no-standardize": [None],
    "scale-inputs": ["min_max"],
    "loss": ["huber", "--task", "regress", "-t", "length"],
    "delta": ["0.1", "--loss", "huber", "-t", "length"],
    "quantile": ["0.9", "--loss", "quantile", "-t", "length"],
    "variance-floor": ["0.5", "--loss", "gaussian", "-t", "length"],
    "scale-targets": ["robust", "-t", "length", "--task", "regress"],
    "label-smoothing": ["0.2"], "class-weights": ["rose=3,iris=0.5"],
    "weights": ["length"], "sampling": ["balanced"],
    "sampling-weights": ["length", "--sampling", "weighted"],
    "optimizer": ["rprop"], "lr": ["0.2"], "momentum": ["0.3", "--optimizer", "sgd"],
    "dampening": ["0.5", "--optimizer", "sgd"], "nesterov": [None, "--optimizer", "sgd"],
    "rho": ["0.5", "--optimizer", "rmsprop"], "centered": [None, "--optimizer", "rmsprop"],
    "beta1": ["0.5"], "beta2": ["0.5"], "epsilon": ["0.1"],
    "momentum-decay": ["1", "--optimizer", "nadam"],
    "lr-decay": ["1", "--optimizer", "adagrad"],
    "eta-minus": ["0.9", "--optimizer", "rprop"], "eta-plus": ["2", "--optimizer", "rprop"],
    "step-min": ["0.005", "--optimizer", "rprop"],
    "step-max": ["0.008", "--optimizer", "rprop"],
    "ns-steps": ["2", "--optimizer", "muon"], "adam-lr": ["0.1", "--optimizer", "muon"],
    "precondition-frequency": ["1", "--optimizer", "soap"],
    "history-size": ["1", "--optimizer", "lbfgs", "--epochs", "8"],
    "c1": ["0.5", "--c2", "0.6", "--optimizer", "lbfgs"],
    "c2": ["0.01", "--optimizer", "lbfgs", "--epochs", "8"],
    "max-line-search": ["1", "--optimizer", "lbfgs", "--epochs", "8"],
    "lm-system": ["normal", "--optimizer", "lm"], "mu": ["10", "--optimizer", "lm"],
    "mu-inc": ["3", "--optimizer", "lm", "--mu", "1e-12", "--epochs", "20"],
    "mu-dec": ["0.5", "--optimizer", "lm"],
    "bayesian": [None, "--optimizer", "lm", "-t", "length"],
    "damping": ["10", "--optimizer", "kfac"], "factor-ema-decay": ["0.5", "--optimizer", "kfac"],
    "inverse-frequency": ["1", "--optimizer", "kfac", "--batch", "8"],
    "kl-clip": ["1e-6", "--optimizer", "kfac", "--batch", "8"],
    "target-loss": ["1000"], "gradient-tolerance": ["1000", "--batch", "1000"],
    "weight-decay": ["0.5"], "l1": ["0.1"], "l2": ["0.1"], "decay-all": [None],
    "clip-value": ["1e-3", "--optimizer", "sgd"], "clip-norm": ["1e-3", "--optimizer", "sgd"],
    "accumulate": ["2"], "ema-decay": ["0.5"],
    "schedule": ["exponential"], "schedule-per-step": [None, "--schedule", "exponential"],
    "gamma": ["0.5", "--schedule", "step", "--step-size", "1"],
    "step-size": ["1", "--schedule", "step"], "schedule-period": ["1"],
    "milestones": ["1,2", "--schedule", "multi_step"],
    "schedule-total": ["2", "--schedule", "polynomial"],
    "schedule-power": ["3", "--schedule", "polynomial"], "min-lr": ["0.004"],
    "t-mult": ["2", "--schedule-period", "1"],
    "pct-start": ["0.7", "--schedule", "one_cycle"],
    "div-factor": ["3", "--schedule", "one_cycle"],
    "final-div-factor": ["2", "--schedule", "one_cycle"],
    "no-cycle-momentum": [None, "--schedule", "one_cycle"],
    "max-momentum": ["0.99", "--schedule", "one_cycle"],
    "base-momentum": ["0.5", "--schedule", "one_cycle"],
    "warmup": ["2"], "warmup-start": ["0.9", "--warmup", "2"],
    "epochs": ["4"], "batch": ["8"], "no-shuffle": [None], "seed": ["1"],
    "validation": ["0.5"], "max-steps": ["2"],
}
# What these options are needed for, or that they show: a test of their own below, or elsewhere.
ELSEWHERE = {
    "mu-max",  # test_lm
    "target", "task", "from", "validation-file", "patience", "min-delta", "monitor",
    "restore-best", "top-k", "max-time", "checkpoint", "every", "keep", "resume",
    "resume-allow-changes", "memory", "output", "history", "report", "config", "json",
    "max-optimizer-memory", "quiet", "progress", "dry-run", "delimiter", "header", "missing", "threads", "help",
    "plateau-patience", "plateau-cooldown", "plateau-threshold", "plateau-absolute",
    "plateau-eps", "plateau-factor", "cycle-momentum",
    "inputs", "targets", "weights-file", "format", "laplace", "ensemble",
}


def long_flowers():
    """Flowers whose length is above 0, so that it can be a weight."""
    head, *rows = flowers().splitlines()
    cells = [row.split(",") for row in rows]
    return "\n".join([head] + [",".join([f"{float(c[0]) + 5:.3f}"] + c[1:]) for c in cells]) + "\n"


class TrainOptions(CommandCase):
    def setUp(self):
        super().setUp()
        self.write("flowers.csv", long_flowers())

    def bits(self, *options):
        target = [] if "-t" in options else ["-t", "species"]
        extra = ["--exclude", "species"] if "length" in options and "-t" in options else []
        self.succeed("train", "flowers.csv", *target, "--epochs", 3, "-o", "m", *extra, *options)
        return (self.folder / "m").read_bytes()

    def test_every_option_is_looked_at(self):
        text = self.succeed("train", "--help").stdout
        names = set(re.findall(r"^ +(?:-\w, )?--([\w-]+)", text, re.MULTILINE))
        self.assertEqual(set(), names - set(CHANGES) - ELSEWHERE)
        self.assertEqual(set(), set(CHANGES) - names - {"no-cycle-momentum"})

    def test_every_option_counts(self):
        for name, (value, *others) in CHANGES.items():
            given = [f"--{name}"] + ([] if value is None else [value])
            needed = name in ("sampling-weights", "milestones")  # nothing without them
            base = [] if needed else others
            self.assertNotEqual(self.bits(*base), self.bits(*others, *given), name)

    def dry(self, *options):
        run = self.succeed("train", "flowers.csv", "--dry-run", *options)
        lines = [line.split(" = ") for line in run.stdout.splitlines() if " = " in line]
        return {line[0]: line[1] for line in lines}, run.stderr

    def test_methods_that_look_again_take_all_rows_and_end_by_themselves(self):
        expected = {"epochs": "1000", "batch": "1000000", "schedule": "constant",
                    "patience": "20", "restore-best": "yes"}
        for method in ("lbfgs", "scg", "lm", "kfac"):
            chosen, _ = self.dry("-t", "species", "--optimizer", method)
            self.assertEqual(expected, {name: chosen[name] for name in expected}, method)
        chosen, _ = self.dry("-t", "species", "--optimizer", "lbfgs", "--validation", "0")
        self.assertEqual(("0", "no"), (chosen["patience"], chosen["restore-best"]))
        given = ["--epochs", "7", "--batch", "16", "--schedule", "cosine", "--patience", "3",
                 "--no-restore-best"]
        chosen, _ = self.dry("-t", "species", "--optimizer", "lbfgs", *given)
        self.assertEqual(("7", "16", "cosine", "3", "no"),
                         tuple(chosen[name] for name in ("epochs", "batch", "schedule",
                                                         "patience", "restore-best")))

    def test_auto_picks_and_says_why(self):
        regress = ["-t", "length", "--exclude", "species", "--optimizer", "auto"]
        two = ["-t", "length", "-t", "width", "--exclude", "species", "--optimizer", "auto"]
        for options, method, batch in ((["--hidden", "8"], "lm", "256"),
                                       (["--hidden", "8", "--batch", "9"], "lm", "9"),
                                       (["--loss", "huber"], "adamw", "32"),
                                       (["--hidden", "8", "--lr", "0.01"], "adamw", "32"),
                                       (["--hidden", "8", "--clip-norm", "1"], "adamw", "32"),
                                       (["--hidden", "8", "--dropout", "0.1"], "lbfgs", "1000000")):
            chosen, said = self.dry(*regress, *options)
            self.assertEqual((method, batch), (chosen["optimizer"], chosen["batch"]), options)
            self.assertRegex(said, f"optimizer {method}, in batches of \\d+ rows: .* \\(\\d+ "
                                   r"parameters, \d+ residuals\)")
        self.assertEqual("128", self.dry(*two)[0]["batch"])
        self.assertEqual("adamw", self.dry("-t", "species", "--optimizer", "auto")[0]["optimizer"])
        self.write("own.conf", "optimizer = auto\n")
        chosen, _ = self.dry(*regress[:-2], "--hidden", "8", "--config", "own.conf")
        self.assertEqual("lm", chosen["optimizer"])

    def test_auto_prefers_kfac_for_many_outputs(self):
        self.write("wide.csv", "a,b,c,d\n" + "".join(f"{i},{i % 7},{i % 5},{i % 3}\n"
                                                     for i in range(60)))
        run = self.succeed("train", "wide.csv", "-t", "b", "-t", "c", "-t", "d", "--optimizer", "auto",
                           "--task", "regress", "--dry-run")
        self.assertIn("optimizer = kfac\n", run.stdout)

    def test_damping_and_evaluations_are_told(self):
        command = ["train", "prices.csv", "-t", "price", "--exclude", "rent", "--hidden", "4"]
        self.write("prices.csv", prices())
        for method, told in (("lm", True), ("kfac", True), ("scg", True), ("lbfgs", False),
                             ("adamw", False)):
            run = self.succeed(*command, "--optimizer", method, "--epochs", "3", "-o", "m.safetensors")
            self.assertEqual(told, re.search(r"  damping \d\.\de[-+]\d+  ", run.stderr) is not None,
                             run.stderr)
            dry = self.succeed(*command, "--optimizer", method, "--dry-run").stdout
            self.assertEqual(method == "adamw", "# work per step " in dry)
            self.assertEqual(method != "adamw", "# one evaluation " in dry)

    def test_options_without_meaning_are_refused(self):
        for options, why in ((["--momentum", "0.5"], "optimizer adamw"),
                             (["--rho", "0.5", "--optimizer", "adam"], "optimizer adam"),
                             (["--lr", "0.5", "--optimizer", "lm"], "optimizer lm"),
                             (["--lr", "0.5", "--optimizer", "scg"], "optimizer scg"),
                             (["--pct-start", "0.5"], "schedule cosine"),
                             (["--sampling-weights", "length"], "sampling all")):
            done = self.run_command("train", "flowers.csv", "-t", "species", *options)
            self.assertIn(done.returncode, (1, 2))
            self.assertIn(f"option {options[0]}: cannot be combined with {why}, only with", done.stderr)

    def test_refusals(self):
        for options, why in (
                (["--sampling", "weighted"], "needs --sampling-weights COLUMN"),
                (["--restore-best", "--validation", "0"], "needs held-out rows"),
                (["--residual"], "needs two consecutive hidden layers of the same size"),
                (["--optimizer", "sgd", "--nesterov", "--momentum", "0"], "needs a --momentum"),
                (["--optimizer", "sgd", "--nesterov", "--dampening", "0.1"],
                 "cannot be combined with --dampening"),
                (["--optimizer", "rprop", "--step-min", "60"], "at most --step-max, 50"),
                (["--schedule", "multi_step"], "needs --milestones"),
                (["--optimizer", "kfac", "--lr", "0.5"], "to optimizer kfac only with --batch"),
                (["--optimizer", "lm", "--schedule", "cosine"], "cannot be combined with optimizer lm, which"),
                (["--optimizer", "kfac", "--schedule", "cosine"], "with optimizer kfac on full batches, which"),
                (["--loss", "mse", "--task", "classify"], "mse cannot classify"),
                (["--optimizer", "adamx"], "did you mean 'adam")):
            done = self.run_command("train", "flowers.csv", "-t", "species", *options)
            self.assertEqual(2, done.returncode, options)
            self.assertIn(why, done.stderr)
        for options, why in ((["--monitor", "rmse"], "rmse is not defined for the loss softmax"),
                             (["--class-weights", "rosa=2"], "did you mean 'rose'?"),
                             (["--class-weights", "rose=0,iris=0,lily=0"], "a weight above 0"),
                             (["--loss", "binary_cross_entropy"], "expected two classes")):
            done = self.run_command("train", "flowers.csv", "-t", "species", *options)
            self.assertEqual(1, done.returncode, options)
            self.assertIn(why, done.stderr)

    def test_bayesian_takes_all_rows(self):
        options = ["train", "flowers.csv", "-t", "length", "--exclude", "species", "--optimizer", "lm",
                   "--bayesian", "-o", "m.safetensors"]
        done = self.run_command(*options, "--batch", "8")
        self.assertEqual(1, done.returncode)
        self.assertIn("optim.lm.bayesian needs all rows in a step", done.stderr)
        self.succeed(*options, "--epochs", "3")

    def test_patience_and_best_epoch(self):
        result = self.succeed_json("train", "flowers.csv", "-t", "species", "--lr", 0.5,
                                   "--patience", 3, "--restore-best", "--json")
        self.assertEqual("patience", result["end"])
        self.assertEqual(result["best_epoch"] + 3, result["epochs"])
        short = self.succeed_json("train", "flowers.csv", "-t", "species", "--lr", 0.5,
                                  "--patience", 3, "--min-delta", 100, "--json")
        self.assertEqual(4, short["epochs"])
        by_accuracy = self.succeed_json("train", "flowers.csv", "-t", "species", "--patience", 2,
                                        "--monitor", "accuracy", "--json")
        self.assertEqual("patience", by_accuracy["end"])

    def test_time_is_limited(self):
        result = self.succeed_json("train", "flowers.csv", "-t", "species", "--epochs", 1000000,
                                   "--max-time", 0.2, "--json")
        self.assertEqual("max-time", result["end"])
        self.assertLess(result["seconds"], 10)

    def test_a_model_says_what_its_data_are(self):
        """Target, task, and the loss with its numbers."""
        self.write("few.csv", "x,y\n" + "".join(f"{i / 7},{i % 5}\n" for i in range(60)))
        self.succeed("train", "few.csv", "-t", "y", "--task", "regress", "--loss", "huber",
                     "--delta", 0.25, "--dtype", "f64", "--epochs", 2, "-o", "first")
        shown = self.succeed("train", "few.csv", "--from", "first", "--dry-run").stdout
        self.assertIn("target = y\n", shown)
        self.assertIn("loss = huber\ndelta = 0.25\n", shown)
        self.succeed("train", "few.csv", "--from", "first", "--epochs", 2, "-o", "second")
        info = self.succeed_json("info", "second", "--json")
        self.assertEqual(("regress", "f64"), (info["task"], info["dtype"]))
        self.assertIn(b"0.25", (self.folder / "second").read_bytes())

    def test_a_model_keeps_its_class_weights(self):
        self.write("flowers.csv", flowers())
        self.succeed("train", "flowers.csv", "-t", "species", "--class-weights", "rose=3.125",
                     "--epochs", 2, "-o", "first")
        self.succeed("train", "flowers.csv", "--from", "first", "--epochs", 2, "-o", "second")
        self.succeed("train", "flowers.csv", "--from", "first", "--epochs", 2, "-o", "third",
                     "--class-weights", "lily=7.125")
        for name, weight in (("first", b"3.125"), ("second", b"3.125"), ("third", b"7.125")):
            self.assertIn(weight, (self.folder / name).read_bytes())

    def test_training_goes_on_from_a_model(self):
        self.succeed("train", "flowers.csv", "-t", "species", "--epochs", 2, "-o", "first")
        plain = self.succeed_json("train", "flowers.csv", "-t", "species", "--epochs", 1, "--json")
        result = self.succeed_json("train", "flowers.csv", "--from", "first", "-t", "species",
                                   "--epochs", 1, "-o", "second", "--json")
        self.assertLess(result["training_loss"], plain["training_loss"])
        about = self.succeed_json("info", "second", "--json")
        self.assertEqual(3, about["training"]["epochs"])
        done = self.run_command("train", "flowers.csv", "--from", "first", "--hidden", "7",
                                "-t", "species")
        self.assertNotEqual(0, done.returncode)
        self.assertIn("--hidden: cannot be combined with --from", done.stderr)

    def test_rows_held_out_of_another_file(self):
        lines = flowers().splitlines(True)
        self.write("a.csv", "".join(lines[:61]))
        self.write("b.csv", "".join(lines[:1] + lines[61:]))
        result = self.succeed_json("train", "a.csv", "-t", "species", "--validation-file", "b.csv",
                                   "--json")
        self.assertEqual((60, 30), (result["training_rows"], result["held_out"]["rows"]))
        again = self.succeed_json("evaluate", "a.safetensors", "b.csv", "--json")
        self.assertAlmostEqual(again["loss"], result["held_out"]["loss"], 5)

    def test_history(self):
        self.succeed("train", "flowers.csv", "-t", "species", "--epochs", 3, "--history", "h.csv")
        head, *rows = (self.folder / "h.csv").read_text().splitlines()
        self.assertTrue(head.startswith("epoch,steps,seconds,learning_rate,train_loss"))
        self.assertEqual(["1", "2", "3"], [row.split(",")[0] for row in rows])
        self.succeed("train", "flowers.csv", "-t", "species", "--epochs", 3, "--history", "h.jsonl")
        lines = [json.loads(line) for line in (self.folder / "h.jsonl").read_text().splitlines()]
        self.assertEqual([1, 2, 3], [line["epoch"] for line in lines])

    def test_plateau(self):
        """Each of its settings changes the course of the rate."""
        def rates(*options):
            self.succeed("train", "flowers.csv", "-t", "species", "--epochs", 30, "--lr", 0.5,
                         "--schedule", "plateau", "--plateau-patience", 1, "--history", "h.jsonl",
                         *options)
            return [json.loads(line)["learning_rate"]
                    for line in (self.folder / "h.jsonl").read_text().splitlines()]
        plain = rates()
        self.assertLess(plain[-1], plain[0])
        for options in (["--plateau-cooldown", 5], ["--plateau-threshold", 0.9],
                        ["--plateau-threshold", 0.2, "--plateau-absolute"],
                        ["--plateau-eps", 0.4]):
            self.assertNotEqual(plain, rates(*options), options)
        self.assertNotEqual(plain, rates("--plateau-patience", 4))

    def test_other_losses_end_in_models(self):
        self.write("prices.csv", prices())
        for loss in ("mae", "log_cosh", "huber", "quantile", "gaussian", "poisson"):
            self.succeed("train", "prices.csv", "-t", "price", "--loss", loss, "--epochs", 2)
            result = self.succeed_json("evaluate", "prices.safetensors", "prices.csv", "--json")
            self.assertGreater(result["rmse"], 0, loss)
        self.write("two.csv", flowers().replace("iris", "rose"))
        self.succeed("train", "two.csv", "-t", "species", "--loss", "binary_cross_entropy")
        self.assertGreater(self.succeed_json("evaluate", "two.safetensors", "two.csv",
                                             "--json")["accuracy"], 0.9)

    def test_predictions_of_other_losses(self):
        """One probability stands for two classes; a Gaussian has a deviation beside its mean."""
        self.write("two.csv", flowers().replace("iris", "rose"))
        self.succeed("train", "two.csv", "-t", "species", "--loss", "binary_cross_entropy")
        rows = table(self.succeed("predict", "two.safetensors", "two.csv", "-p").stdout)
        self.assertEqual(["species", "p_lily", "p_rose"], list(rows[0]))
        truth = [row["species"] for row in table((self.folder / "two.csv").read_text())]
        found = sum(row["species"] == name for row, name in zip(rows, truth))
        self.assertGreater(found, 80)
        for row in rows:
            self.assertAlmostEqual(1, float(row["p_rose"]) + float(row["p_lily"]), 5)
            self.assertEqual(row["species"] == "lily", float(row["p_lily"]) > 0.5)
        self.write("prices.csv", prices())
        self.succeed("train", "prices.csv", "-t", "price", "--loss", "gaussian")
        rows = table(self.succeed("predict", "prices.safetensors", "prices.csv").stdout)
        self.assertEqual(["price", "price_sd"], list(rows[0]))
        self.assertTrue(all(float(row["price_sd"]) > 0 for row in rows))


class Configuration(CommandCase):
    def setUp(self):
        super().setUp()
        self.write("flowers.csv", flowers())

    def refuse_config(self, text, message, *options):
        self.write("run.conf", text)
        self.refuse(2, f"linnet train: run.conf:{message}", "train", "flowers.csv", "-t", "species",
                    "--config", "run.conf", *options)

    def test_dry_run_is_a_configuration(self):
        options = ["-t", "species", "--dropout", 0.25, "--norm", "layer", "--optimizer", "muon",
                   "--epochs", 4, "--label-smoothing", 0.1, "--exclude", "width"]
        self.succeed("train", "flowers.csv", *options, "-o", "a")
        shown = self.succeed("train", "flowers.csv", *options, "--dry-run").stdout
        self.assertFalse((self.folder / "flowers.safetensors").exists())
        for words in (r"dropout 0\.25", r"total +3 +\d+", r"work per step +[\d.]+ [kM]?FLOP",
                      r"optimizer's state", r"steps +3 per epoch, 12 in total"):
            self.assertRegex(shown, words)
        self.write("run.conf", shown)
        self.succeed("train", "flowers.csv", "--config", "run.conf", "-o", "b")
        self.assertEqual((self.folder / "a").read_bytes(), (self.folder / "b").read_bytes())

    def test_the_command_line_goes_above_the_file(self):
        self.write("run.conf", "\ufeff# a comment\n\n  epochs = 7   # here too\ntarget = \"species\"\n"
                   "shuffle = no\n")
        shown = self.succeed("train", "flowers.csv", "--config", "run.conf", "--dry-run").stdout
        self.assertIn("\nepochs = 7\n", shown)
        self.assertIn("\nshuffle = no\n", shown)
        shown = self.succeed("train", "flowers.csv", "--config", "run.conf", "--epochs", 9,
                             "--shuffle", "--dry-run").stdout
        self.assertIn("\nepochs = 9\n", shown)
        self.assertIn("\nshuffle = yes\n", shown)

    def test_mistakes_are_refused_with_their_line(self):
        self.refuse_config("epochs = 3\nepoch = 4\n", "2: unknown key 'epoch'; did you mean 'epochs'?")
        self.refuse_config("epochs = 3\n\nepochs = 4\n",
                           "3: key 'epochs' is given twice, first in line 1")
        self.refuse_config("epochs\n", "1: expected KEY = VALUE, found 'epochs'")
        self.refuse_config("lr = \"0.1\n", "1: expected a closing quote and nothing after it")
        self.refuse_config("config = other.conf\n", "1: 'config' is for the command line only")
        self.write("run.conf", "a = b\n")
        for text, words in (("lr = -1\n", "1: lr: expected a number"),
                            ("batch = many\n", "1: batch: expected a whole number"),
                            ("activation = reul\n", "did you mean 'relu'?"),
                            ("shuffle = maybe\n", "1: shuffle: expected")):
            self.write("run.conf", text)
            done = self.run_command("train", "flowers.csv", "-t", "species", "--config", "run.conf")
            self.assertEqual(2, done.returncode)
            self.assertIn(words, done.stderr)

    def test_dry_run_of_every_kind_comes_back(self):
        self.succeed("train", "flowers.csv", "-t", "species", "--epochs", 1, "-o", "start")
        for options in (["--validation", 0], ["--validation-file", "flowers.csv"],
                        ["--from", "start"], ["--activation", "prelu", "--alpha", 0.1],
                        ["--schedule", "plateau", "--restore-best"],
                        ["--schedule", "one_cycle", "--optimizer", "adagrad"],
                        ["--no-standardize", "--hidden", "none"],
                        ["--class-weights", "rose=2", "--ema-decay", 0.9, "--max-steps", 5]):
            options = ["-t", "species", "--epochs", 2, *options]
            self.succeed("train", "flowers.csv", *options, "-o", "a")
            self.write("run.conf", self.succeed("train", "flowers.csv", *options,
                                                "--dry-run").stdout)
            self.succeed("train", "flowers.csv", "--config", "run.conf", "-o", "b")
            self.assertEqual((self.folder / "a").read_bytes(), (self.folder / "b").read_bytes(),
                             options)

    def test_files_are_not_mixed_up(self):
        self.refuse(1, "linnet train: h.csv: is the output of two options, --history and "
                    "--report", "train", "flowers.csv", "-t", "species", "--history", "h.csv", "--report", "h.csv")
        self.write("run.conf", "target = species\n")
        self.refuse(1, "linnet train: run.conf: is an input too, and would be overwritten", "train",
                    "flowers.csv", "--config", "run.conf", "-o", "run.conf")
        self.assertEqual("target = species\n", (self.folder / "run.conf").read_text())

    def test_one_cycle_without_momentum(self):
        for options in (["--optimizer", "rprop"], ["--optimizer", "adagrad"],
                        ["--optimizer", "sgd", "--momentum", 0]):
            self.succeed("train", "flowers.csv", "-t", "species", "--epochs", 2, "--schedule",
                         "one_cycle", *options)

    def test_long_lines(self):
        limit = 2**20
        option = "hidden = 3"
        for start, end in (("#", "x"), (option, " ")):
            text = start + (limit - len(start)) * end
            self.write("run.conf", f"{text}\nepochs = 7\nseed = 5")
            done = self.succeed("train", "flowers.csv", "-t", "species", "--config", "run.conf",
                                "--dry-run")
            self.assertIn("\nepochs = 7\n", done.stdout)
            self.assertIn("seed = 5\n", done.stdout)
            self.write("run.conf", f"seed = 5\n{text}{end}\nepochs = 7\n")
            self.refuse(2, "linnet train: run.conf:2: expected a line of at most 1048576 bytes, "
                        "found a longer one", "train", "flowers.csv", "-t", "species", "--config",
                        "run.conf")

    def test_a_file_that_cannot_be_read_is_no_end(self):
        for path, why in ((".", "Is a directory"), ("/proc/self/mem", "Input/output error")):
            self.refuse(1, f"linnet train: {path}: cannot be read: {why}", "train", "flowers.csv",
                        "-t", "species", "--config", path)

    def test_no_such_file(self):
        done = self.run_command("train", "flowers.csv", "-t", "species", "--config", "none.conf")
        self.assertNotEqual(0, done.returncode)
        self.assertIn("none.conf: cannot open: No such file or directory", done.stderr)
