# SPDX-License-Identifier: MIT
"""linnet cv and linnet lr: what is known of a net before it is trained for good."""
import signal
import statistics

from command import CommandCase, flowers, prices, table


class CrossValidation(CommandCase):
    def test_every_row_is_held_out_once(self):
        self.write("flowers.csv", flowers())
        for folds in (2, 4, 7, 90):
            result = self.succeed_json("cv", "flowers.csv", "-t", "species", "--folds", folds,
                                       "--epochs", 2, "--json")
            rows = [fold["rows"] for fold in result["folds"]]
            self.assertEqual((90, folds), (sum(rows), len(rows)))
            self.assertLessEqual(max(rows) - min(rows), 1)

    def test_means_and_deviations(self):
        self.write("flowers.csv", flowers())
        result = self.succeed_json("cv", "flowers.csv", "-t", "species", "--json")
        for name, mean in result["mean"].items():
            scores = [fold[name] for fold in result["folds"]]
            self.assertAlmostEqual(statistics.mean(scores), mean, 12, name)
            self.assertAlmostEqual(statistics.stdev(scores), result["deviation"][name], 9, name)
        self.assertGreater(result["mean"]["accuracy"], 0.95)
        text = self.succeed("cv", "flowers.csv", "-t", "species").stdout
        self.assertRegex(text, rf"accuracy +{result['mean']['accuracy']:.6g} ")

    def test_it_repeats_itself(self):
        self.write("flowers.csv", flowers())
        command = ["cv", "flowers.csv", "-t", "species", "--epochs", 5, "--json"]
        first = self.succeed(*command).stdout
        self.assertEqual(first, self.succeed(*command).stdout)
        self.assertNotEqual(first, self.succeed(*command, "--seed", 1).stdout)
        self.assertNotEqual(first, self.succeed(*command, "--hidden", 4).stdout)
        self.assertEqual([], [path for path in self.folder.iterdir() if path.suffix != ".csv"])

    def test_scaling_is_that_of_the_rows_trained_on(self):
        """A fold that holds the one huge value must not shrink the others by it."""
        lines = ["x,y"] + [f"{i % 10},{i % 10}" for i in range(40)] + ["1e6,5"]
        self.write("t.csv", "\n".join(lines) + "\n")
        result = self.succeed_json("cv", "t.csv", "-t", "y", "--task", "regress", "--folds", 41,
                                   "--epochs", 30, "--json")
        ordinary = sorted(fold["mae"] for fold in result["folds"])
        self.assertEqual(41, len(ordinary))
        self.assertGreater(ordinary[-1], 100)  # the one that has never seen such a number

    def test_numbers_with_weights(self):
        self.write("prices.csv", prices())
        result = self.succeed_json("cv", "prices.csv", "-t", "price", "--weights", "area", "-k", 3,
                                   "--json")
        self.assertEqual({"loss", "mae", "rmse", "r2"}, set(result["mean"]))
        self.assertGreater(result["mean"]["r2"], 0.9)

    def test_a_constant_column_and_rare_classes(self):
        rows = [line + ",7" for line in flowers(30).splitlines()[1:]]
        rare = "9,9,9,tulip,7"
        self.write("t.csv", "\n".join(["a,b,c,species,same"] + rows + [rare]) + "\n")
        result = self.succeed_json("cv", "t.csv", "-t", "species", "--epochs", 2, "--json")
        self.assertEqual(31, sum(fold["rows"] for fold in result["folds"]))

    def test_a_fold_does_not_choose_the_net_that_it_scores(self):
        self.write("flowers.csv", flowers())
        command = ["cv", "flowers.csv", "-t", "species", "--epochs", 30, "--lr", 0.3, "--json"]
        plain = self.succeed_json(*command)
        watched = self.succeed_json(*command, "--validation", 0.25, "--restore-best")
        unwatched = self.succeed_json(*command, "--validation", 0.25)
        self.assertNotEqual(plain, unwatched)  # fewer rows to train on
        self.assertNotEqual(unwatched, watched)
        self.assertEqual(90, sum(fold["rows"] for fold in watched["folds"]))
        self.refuse(2, "linnet cv: option --restore-best: needs held-out rows (--validation)",
                    *command, "--restore-best")
        self.refuse(2, "linnet cv: option --monitor: needs held-out rows (--validation)",
                    *command, "--monitor", "accuracy")

    def test_without_what_has_no_effect(self):
        for command, option in (("cv", "--progress"), ("cv", "--dry-run"), ("lr", "--progress"),
                             ("lr", "--epochs"), ("lr", "--schedule"), ("lr", "--patience")):
            done = self.run_command(command, "x.csv", "-t", "y", option, "1")
            self.assertEqual(2, done.returncode)
            self.assertIn(f"unknown option '{option}'", done.stderr)

    def test_configuration_file(self):
        self.write("flowers.csv", flowers())
        self.write("run.conf", "target = species\nepochs = 2\nfolds = 3\n")
        result = self.succeed_json("cv", "flowers.csv", "--config", "run.conf", "--json")
        self.assertEqual(3, len(result["folds"]))

    def test_refusals(self):
        self.write("flowers.csv", flowers(6))
        self.refuse(1, "linnet cv: flowers.csv: expected at least 9 rows for --folds 9, found 6",
                    "cv", "flowers.csv", "-t", "species", "--folds", 9, "-q")
        self.refuse(2, "linnet cv: unknown option '--fold'; did you mean '--folds'?",
                    "cv", "flowers.csv", "-t", "species", "--fold", 3)
        done = self.run_command("cv", "flowers.csv", "-t", "species", "--from", "m.safetensors")
        self.assertEqual(2, done.returncode)
        self.assertIn("cannot be validated on them", done.stderr)
        done = self.run_command("cv", "flowers.csv", "-t", "species", "--folds", "1")
        self.assertEqual(2, done.returncode)

    def test_ctrl_c_keeps_the_folds_that_are_done(self):
        self.write("flowers.csv", flowers(2000))
        process = self.start("cv", "flowers.csv", "-t", "species", "--folds", 500, "--epochs", 20,
                             text=True)
        for line in process.stderr:
            if "fold 1 of 500" in line:
                break
        process.send_signal(signal.SIGINT)
        out, error = process.communicate(timeout=60)
        self.assertEqual(1, process.returncode)
        self.assertRegex(error, r"linnet cv: stopped by Ctrl-C after \d+ of 500 folds\n$")
        self.assertRegex(out, r"\naccuracy +[\d.]+ ")


class LearningRate(CommandCase):
    def test_suggestion(self):
        self.write("flowers.csv", flowers())
        result = self.succeed_json("lr", "flowers.csv", "-t", "species", "--json")
        rates = [step["rate"] for step in result["steps"]]
        self.assertAlmostEqual(1e-6, rates[0], 12)
        self.assertEqual(rates, sorted(rates))
        self.assertTrue(1e-4 < result["suggested"] < 1)
        text = self.succeed("lr", "flowers.csv", "-t", "species").stdout
        self.assertRegex(text, r"\nsuggested: --lr [\d.e-]+, where")
        self.assertLess(len(text.splitlines()), 20)
        self.assertEqual(["flowers.csv"], [path.name for path in self.folder.iterdir()])

    def test_bounds_and_file(self):
        self.write("prices.csv", prices())
        self.succeed("lr", "prices.csv", "-t", "price", "--low", 1e-4, "--high", 1e-2, "--steps", 20,
                     "-o", "rates.csv")
        rows = table((self.folder / "rates.csv").read_text())
        self.assertEqual(20, len(rows))
        self.assertAlmostEqual(1e-4, float(rows[0]["rate"]), 9)
        self.assertAlmostEqual(1e-2, float(rows[-1]["rate"]), 7)
        self.assertTrue(all(float(row["loss"]) > 0 for row in rows))

    def test_refusals(self):
        self.write("prices.csv", prices())
        self.refuse(2, "linnet lr: option --low: expected less than --high, 0.1, found 1",
                    "lr", "prices.csv", "-t", "price", "--low", 1, "--high", 0.1)
        self.refuse(2, "linnet lr: unknown option '--step'; did you mean '--steps'?",
                    "lr", "prices.csv", "-t", "price", "--step", 3)
