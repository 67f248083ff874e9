# SPDX-License-Identifier: MIT
"""Standard deviations of predictions: --laplace, --ensemble, predict --uncertainty."""
import json
import math
import signal

from command import TIME_LIMIT, CommandCase, flowers, prices, table

PRICES = ["--target", "price", "--exclude", "rent", "--epochs", "30", "--hidden", "8", "-q"]


class Uncertainty(CommandCase):
    def setUp(self):
        super().setUp()
        (self.folder / "flowers.csv").write_text(flowers(), encoding="utf-8")
        (self.folder / "prices.csv").write_text(prices(), encoding="utf-8")

    def test_laplace_of_numbers(self):
        for structure in ("last", "kronecker", "full"):
            self.succeed("train", "prices.csv", *PRICES, "--laplace", structure, "-o", "m.safetensors")
            rows = table(self.succeed("predict", "-u", "m.safetensors", "prices.csv").stdout)
            plain = table(self.succeed("predict", "m.safetensors", "prices.csv").stdout)
            self.assertEqual(["price", "price_sd"], list(rows[0]))
            self.assertEqual([row["price"] for row in plain], [row["price"] for row in rows])
            self.assertTrue(all(0 < float(row["price_sd"]) < 1e6 for row in rows))
            self.assertIn(f"laplace       {structure}, ", self.succeed("info", "m.safetensors").stdout)
            told = json.loads(self.succeed("info", "--json", "m.safetensors").stdout)["laplace"]
            self.assertEqual(structure, told["structure"])
            self.assertGreater(told["prior_precision"], 0)

    def test_laplace_of_classes(self):
        self.succeed("train", "flowers.csv", "--target", "species", "-q", "--laplace", "kronecker",
                     "-o", "m.safetensors")
        rows = table(self.succeed("predict", "-u", "m.safetensors", "flowers.csv").stdout)
        names = list(rows[0])
        self.assertEqual(["species"] + [n for n in names[1:4]] + [n + "_sd" for n in names[1:4]], names)
        for row in rows:
            self.assertAlmostEqual(1, sum(float(row[n]) for n in names[1:4]), places=5)
            self.assertTrue(all(0 <= float(row[n]) < 1 for n in names[4:]))
            self.assertEqual("p_" + row["species"], max(names[1:4], key=lambda n: float(row[n])))
        line = json.loads(self.succeed("predict", "-u", "--json", "m.safetensors", "flowers.csv")
                          .stdout.splitlines()[0])
        self.assertEqual({"species", "probabilities", "deviations"}, set(line))
        self.assertEqual(3, len(line["deviations"]))

    def test_two_classes_of_one_output(self):
        text = "\n".join(line for line in flowers().splitlines() if "iris" not in line) + "\n"
        (self.folder / "two.csv").write_text(text, encoding="utf-8")
        self.succeed("train", "two.csv", "--target", "species", "-q", "--loss", "binary_cross_entropy",
                     "--laplace", "full", "-o", "m.safetensors")
        rows = table(self.succeed("predict", "-u", "m.safetensors", "two.csv").stdout)
        names = list(rows[0])
        self.assertEqual(5, len(names))
        for row in rows:
            self.assertAlmostEqual(1, float(row[names[1]]) + float(row[names[2]]), places=6)
            self.assertEqual(row[names[3]], row[names[4]])

    def test_ensemble(self):
        told = json.loads(self.succeed("train", "prices.csv", *PRICES, "--ensemble", "3", "--seed", "5",
                                       "--json", "-o", "e.safetensors").stdout)
        models = [f"e.{i}.safetensors" for i in (1, 2, 3)]
        self.assertEqual(models, told["models"])
        self.assertNotIn("model", told)
        rows = table(self.succeed("predict", "--uncertainty", *models, "prices.csv").stdout)
        each = [table(self.succeed("predict", m, "prices.csv").stdout) for m in models]
        for i, row in enumerate(rows):
            values = [float(one[i]["price"]) for one in each]
            mean = sum(values) / 3
            sd = math.sqrt(sum((v - mean) ** 2 for v in values) / 3)
            self.assertAlmostEqual(1, float(row["price"]) / mean, places=5)
            self.assertAlmostEqual(1, float(row["price_sd"]) / sd, places=2)
        info = json.loads(self.succeed("info", "--json", models[2]).stdout)
        self.assertEqual("7", info["training"]["seed"])
        self.assertIsNone(info["laplace"])

    def test_ensemble_without_deviations(self):
        """Predictions of several models are the means of theirs."""
        self.succeed("train", "prices.csv", *PRICES, "--ensemble", "3", "-o", "e.safetensors")
        models = [f"e.{i}.safetensors" for i in (1, 2, 3)]
        done = self.succeed("predict", *models, "prices.csv")
        self.assertIn("predictions are the means of 3 models", done.stderr)
        each = [table(self.succeed("predict", m, "prices.csv").stdout) for m in models]
        for i, row in enumerate(table(done.stdout)):
            self.assertEqual(["price"], list(row))
            mean = sum(float(one[i]["price"]) for one in each) / 3
            self.assertAlmostEqual(1, float(row["price"]) / mean, places=5)

    def test_ensemble_of_classes_without_deviations(self):
        two = "\n".join(line for line in flowers().splitlines() if "iris" not in line) + "\n"
        (self.folder / "two.csv").write_text(two, encoding="utf-8")
        for data, loss in (("flowers.csv", "softmax_cross_entropy"),
                           ("two.csv", "binary_cross_entropy")):
            self.succeed("train", data, "-t", "species", "--loss", loss, "-q", "--epochs", 2,
                         "--ensemble", "2", "-o", "e.safetensors")
            models = ["e.1.safetensors", "e.2.safetensors"]
            rows = table(self.succeed("predict", "-p", *models, data).stdout)
            each = [table(self.succeed("predict", "-p", m, data).stdout) for m in models]
            for i, row in enumerate(rows):
                names = [name for name in row if name.startswith("p_")]
                for name in names:
                    self.assertAlmostEqual(float(row[name]),
                                           sum(float(one[i][name]) for one in each) / 2, places=5)
                self.assertEqual("p_" + row["species"], max(names, key=lambda n: float(row[n])))

    def test_ensemble_of_gaussians_is_a_mixture(self):
        """The mean of standard deviations would be none."""
        self.succeed("train", "prices.csv", *PRICES, "--loss", "gaussian", "--ensemble", "2", "-o",
                     "g.safetensors")
        models = ["g.1.safetensors", "g.2.safetensors"]
        self.assertEqual(self.succeed("predict", "-u", *models, "prices.csv").stdout,
                         self.succeed("predict", *models, "prices.csv").stdout)

    def test_laplace_that_is_not_used(self):
        self.succeed("train", "flowers.csv", "-t", "species", "-q", "--laplace", "last", "-o",
                     "m.safetensors")
        done = self.succeed("predict", "-p", "m.safetensors", "flowers.csv")
        self.assertEqual("linnet predict: the Laplace approximation of m.safetensors is not used; "
                         "--uncertainty uses it\n", done.stderr)
        done = self.succeed("predict", "-u", "m.safetensors", "flowers.csv")
        self.assertEqual("", done.stderr)

    def test_first_member_is_the_single_model(self):
        self.succeed("train", "prices.csv", *PRICES, "-o", "one.safetensors")
        self.succeed("train", "prices.csv", *PRICES, "--ensemble", "2", "-o", "e.safetensors")
        self.assertEqual((self.folder / "one.safetensors").read_bytes(),
                         (self.folder / "e.1.safetensors").read_bytes())

    def test_gaussian_loss_and_mixtures(self):
        self.succeed("train", "prices.csv", *PRICES, "--loss", "gaussian", "-o", "g.safetensors")
        self.assertEqual(self.succeed("predict", "g.safetensors", "prices.csv").stdout.splitlines()[0],
                         self.succeed("predict", "-u", "g.safetensors", "prices.csv")
                         .stdout.splitlines()[0])

    def test_npy(self):
        self.succeed("train", "prices.csv", *PRICES, "--laplace", "last", "-o", "m.safetensors")
        self.succeed("predict", "-u", "m.safetensors", "prices.csv", "-o", "out.npy")
        self.assertIn(b"(120, 2)", (self.folder / "out.npy").read_bytes()[:128])

    def test_columns_without_a_name(self):
        for target, names in ((["price"], "prediction,prediction_sd"),
                              (["price", "rent"],
                               "prediction1,prediction2,prediction1_sd,prediction2_sd")):
            exclude = [] if len(target) == 2 else ["--exclude", "rent"]
            self.succeed("train", "prices.csv", "--epochs", "5", "--hidden", "8", "-q", "-o",
                         "m.safetensors", *[w for t in target for w in ("--target", t)], *exclude)
            self.succeed("export", "--torch", "t.safetensors", "--fold-scaling",
                         "m.safetensors")
            self.succeed("import", "t.safetensors", "--activation", "relu", "-o", "i.safetensors")
            (self.folder / "x.csv").write_text("0.1,0.2\n", encoding="utf-8")
            told = self.succeed("predict", "-u", "i.safetensors", "i.safetensors", "x.csv").stdout
            self.assertEqual(names, told.splitlines()[0])
            line = self.succeed("predict", "-u", "--json", "i.safetensors", "i.safetensors",
                                "x.csv").stdout
            self.assertEqual(names.split(","), list(json.loads(line.splitlines()[0])))

    def test_refused_before_the_training(self):
        """What cannot be done is told at once, and by --dry-run."""
        self.succeed("train", "prices.csv", *PRICES, "--norm", "layer", "-o", "n.safetensors")
        for more in ([], ["--dry-run"]):
            run = self.run_command("train", "prices.csv", "--from", "n.safetensors", "--laplace", "last",
                                   "--epochs", "1000000", "-o", "m.safetensors", *more)
            self.assertEqual(1, run.returncode)
            self.assertIn("layer_norm, has no rule", run.stderr)
            self.assertEqual("", run.stdout)
            run = self.run_command("train", "prices.csv", *PRICES[:4], "--laplace", "full", "-q",
                                   "--hidden", "3000,3000", "-o", "m.safetensors", *more)
            self.assertEqual(1, run.returncode)
            self.assertIn("more than the limit", run.stderr)

    def test_the_net_is_saved_though_its_laplace_fails(self):
        """A line that is met exactly leaves nothing to tell the noise from."""
        (self.folder / "line.csv").write_text("a,y\n" + "".join(f"{i},{2 * i + 1}\n" for i in range(40)),
                                              encoding="utf-8")
        run = self.run_command("train", "line.csv", "--target", "y", "--hidden", "none", "--optimizer",
                               "lm", "--dtype", "f64", "--laplace", "full", "-o", "l.safetensors")
        self.assertEqual(1, run.returncode)
        self.assertIn("leaves no residual", run.stderr)
        self.assertTrue(run.stderr.endswith("; the model is saved in l.safetensors\n"), run.stderr)
        told = self.succeed("predict", "l.safetensors", "line.csv").stdout.splitlines()
        self.assertEqual([2 * i + 1 for i in range(40)], [round(float(v), 6) for v in told[1:]])

    def test_stopped_ensemble_names_its_files(self):
        process = self.start_training("prices.csv", *PRICES[:4], "--hidden", "8", "--ensemble", "3",
                                      "--epochs", "1000000", "-o", "e.safetensors")
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=TIME_LIMIT)
        self.assertEqual(1, process.returncode)
        self.assertRegex(errors.decode(), r"in epoch \d+ of 1000000 of net 1 of 3; the model as trained so "
                                          r"far is saved in e\.1\.safetensors\n$")
        self.assertEqual(["e.1.safetensors"], [p.name for p in self.folder.glob("*.safetensors")])

    def test_further_training_forgets_it(self):
        self.succeed("train", "prices.csv", *PRICES, "--laplace", "last", "-o", "m.safetensors")
        self.succeed("train", "prices.csv", "--from", "m.safetensors", "--epochs", "1", "-q",
                     "-o", "n.safetensors")
        self.assertNotIn("laplace", self.succeed("info", "n.safetensors").stdout)

    def test_wrong_use(self):
        self.succeed("train", "prices.csv", *PRICES, "-o", "m.safetensors")
        run = self.run_command("predict", "-u", "m.safetensors", "prices.csv")
        self.assertEqual(1, run.returncode)
        self.assertIn("train it with --laplace last, or --loss gaussian, or give the models of "
                      "--ensemble N", run.stderr)
        for options, words in ((["--laplace", "last", "--dropout", "0.1"], "--dropout"),
                               (["--laplace", "last", "--loss", "mae"], "found mae"),
                               (["--ensemble", "2", "--history", "h.csv"], "--history"),
                               (["--ensemble", "2", "--report", "h.html"], "--report"),
                               (["--ensemble", "0"], "from 1 to 1000")):
            run = self.run_command("train", "prices.csv", *PRICES, *options)
            self.assertEqual(2, run.returncode, options)
            self.assertIn(words, run.stderr)
        self.succeed("train", "flowers.csv", "--target", "species", "-q", "-o", "f.safetensors")
        run = self.run_command("predict", "-u", "m.safetensors", "f.safetensors", "prices.csv")
        self.assertEqual(1, run.returncode)
        self.assertIn("model 2 has another loss", run.stderr)
        run = self.run_command("predict", "m.safetensors", "f.safetensors", "prices.csv")
        self.assertEqual(1, run.returncode)
        self.assertIn("model 2 has another loss", run.stderr)
