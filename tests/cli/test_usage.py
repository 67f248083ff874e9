# SPDX-License-Identifier: MIT
"""Commands, options, ranges and help, as far as no file is read."""
import re

from command import CommandCase, HAS_ONNX, HAS_ZIP, LINNET, default_signals, flowers
import os
import subprocess

COMMANDS = ["train", "predict", "evaluate", "info"]


class Usage(CommandCase):
    def test_no_arguments(self):
        done = self.run_command()
        self.assertEqual(2, done.returncode)
        self.assertEqual("", done.stdout)
        self.assertTrue(done.stderr.startswith("Usage: linnet COMMAND"))

    def test_help(self):
        for arguments in (["--help"], ["-h"], ["help"]):
            text = self.succeed(*arguments).stdout
            for command in COMMANDS:
                self.assertIn(f"\n  {command} ", text)

    def test_help_of_a_command(self):
        for command in COMMANDS:
            text = self.succeed(command, "--help").stdout
            self.assertTrue(text.startswith(f"Usage: linnet {command} "), text)
            self.assertEqual(text, self.succeed("help", command).stdout)
            self.assertEqual(text, self.succeed(command, "-h").stdout)

    def test_help_shows_defaults(self):
        text = re.sub(r"\s+", " ", self.succeed("train", "--help").stdout)
        for shown in ("default: 128)", "default: relu)", "default: 100)", "default: 32)",
                      "default: adamw)", "default: 0.2)", "default: f32)", "default: auto)"):
            self.assertIn(shown, text)

    def test_version(self):
        text = self.succeed("--version").stdout
        self.assertRegex(text, r"^linnet \d+\.\d+\.\d+\n")
        for word in ("BLAS", "core", "LAPACK", "compiler"):
            self.assertRegex(text, rf"\n{word} +\S")
        lacking = ", ".join(name for name, has in ((".npz", HAS_ZIP), ("ONNX", HAS_ONNX)) if not has)
        self.assertEqual([lacking] if lacking else [], re.findall(r"\ndisabled  (.*)\n", text))

    def test_unknown_command(self):
        self.refuse(2, "linnet: unknown command 'trian'; did you mean 'train'?", "trian", "x.csv")
        self.refuse(2, "linnet: unknown command 'Eval'; did you mean 'evaluate'?", "Eval")
        self.refuse(2, "linnet: unknown command 'xyzzy'; see 'linnet --help'", "xyzzy")
        self.refuse(2, "linnet: unknown command 'inof'; did you mean 'info'?", "help", "inof")
        self.refuse(2, "linnet: unknown option '--verson'; did you mean '--version'?", "--verson")

    def test_unknown_option(self):
        for wrong, right in (("--epoch", "--epochs"), ("--hiden=3", "--hidden"),
                             ("--no-shufle", "--no-shuffle"), ("--ouput", "--output"),
                             ("--hlep", "--help"), ("--stanardize", "--standardize"),
                             ("--lr_", "--lr"), ("--valid", "--validation")):
            self.refuse(2, f"linnet train: unknown option '{wrong.split('=')[0]}'; "
                        f"did you mean '{right}'?", "train", "x.csv", wrong)
        self.refuse(2, "linnet info: unknown option '--xyzzy'; see 'linnet info --help'", "info",
                    "--xyzzy", "x")
        self.refuse(2, "linnet info: unknown option '-x'; see 'linnet info --help'", "info", "-x")

    def test_values_out_of_range(self):
        wrong = {
            ("--epochs", "0"): "a whole number from 1 to 1000000",
            ("--epochs", "1e3"): "a whole number from 1 to 1000000",
            ("--batch", "-5"): "a whole number from 1 to 1000000",
            ("--lr", "0"): "a number above 0",
            ("--lr", "nan"): "a number above 0",
            ("--lr", "fast"): "a number above 0",
            ("--lr", "0,1"): "a number above 0",
            ("--momentum", "1"): "a number from 0 to below 1",
            ("--validation", "1"): "a number from 0 to below 1",
            ("--validation", "-0.1"): "a number from 0 to below 1",
            ("--seed", "18446744073709551616"):
                "a whole number from 0 to 18446744073709551615",
            ("--threads", "0"): "a whole number from 1 to 256",
            ("--hidden", "64,0"): "none or whole numbers from 1 to 1000000",
            ("--hidden", "64,,32"): "none or whole numbers from 1 to 1000000",
            ("--dtype", "f16"): "f32 or f64",
            ("--missing", "x"): "error or drop",
            ("--delimiter", "ab"): "one character such as ',' or ';', or tab",
        }
        for (option, value), expected in wrong.items():
            self.refuse(2, f"linnet train: option {option}: expected {expected}, found '{value}'",
                        "train", "x.csv", option, value)

    def test_unknown_choice_names_the_nearest(self):
        self.refuse(2, "linnet train: option --activation: expected identity, relu, leaky_relu, "
                    "tanh, sigmoid, elu, selu, gelu, gelu_tanh, silu, softplus, softsign, "
                    "hard_sigmoid, hard_swish, sine or prelu, found 'reul'; did you mean 'relu'?",
                    "train", "x.csv", "--activation", "reul")
        self.refuse(2, "linnet train: option --task: expected auto, classify or regress, found "
                    "'regression'; did you mean 'regress'?",
                    "train", "x.csv", "--task", "regression")

    def test_missing_and_needless_values(self):
        self.refuse(2, "linnet train: option --lr: expected a value, found nothing",
                    "train", "x.csv", "--lr")
        self.refuse(2, "linnet train: option --json: expected no value", "train", "--json=3")
        self.refuse(2, "linnet train: option --output: expected MODEL, found nothing",
                    "train", "x.csv", "-o", "")

    def test_wrong_number_of_arguments(self):
        self.refuse(2, "linnet train: expected a data file, or --inputs FILE --targets FILE",
                    "train", "-t", "x")
        self.refuse(2, "linnet predict: expected a data file; usage: linnet predict [OPTION...] "
                    "MODEL... FILE", "predict", "m")
        self.refuse(2, "linnet info: unexpected argument 'b'; usage: linnet info [OPTION...] MODEL",
                    "info", "a", "b")

    def test_target_is_required(self):
        self.refuse(2, "linnet train: expected --target COLUMN, the column to predict",
                    "train", "x.csv")
        self.refuse(2, "linnet train: option --task: classify takes one --target, found 2",
                    "train", "x.csv", "-t", "a", "-t", "b", "--task", "classify")

    def test_full_disk(self):
        if not os.path.exists("/dev/full"):
            self.skipTest("no /dev/full")
        with open("/dev/full", "wb") as full:
            done = subprocess.run([LINNET, "--version"], stdout=full, stderr=subprocess.PIPE,
                                  preexec_fn=default_signals, check=False)
        self.assertEqual(1, done.returncode)
        self.assertEqual(b"linnet: standard output: No space left on device\n", done.stderr)


class ClosedDescriptors(CommandCase):
    """A file that the command opens must not become its standard output."""

    def run_closed(self, closed, *arguments):
        keep = {0: subprocess.DEVNULL, 1: subprocess.PIPE, 2: subprocess.PIPE}
        stdin, stdout, stderr = (keep[i] for i in range(3))
        return subprocess.run(
            ["/bin/sh", "-c", '"$@" ' + " ".join(f"{n}{'<' if n == 0 else '>'}&-" for n in closed),
             "sh", LINNET, *map(str, arguments)], cwd=self.folder, env=self.environment(),
            stdin=stdin, stdout=stdout, stderr=stderr, check=False, timeout=60)

    def test_no_file_gets_their_numbers(self):
        self.write("flowers.csv", flowers())
        train = ["train", "flowers.csv", "-t", "species", "--epochs", 3]
        self.succeed(*train, "-q", "-o", "m")
        for n, closed in enumerate(((0,), (2,), (1,), (1, 2), (0, 1, 2))):
            done = self.run_closed(closed, *train, "-o", "n", "--history", "h", "--checkpoint",
                                   f"run{n}", "--every", "1steps")
            self.assertEqual(1 if 1 in closed else 0, done.returncode, (closed, done.stderr))
            self.assertEqual((self.folder / "m").read_bytes(), (self.folder / "n").read_bytes())
            self.assertEqual(b"", (self.folder / f"run{n}" / ".lock").read_bytes())
            self.assertTrue((self.folder / "h").read_text().startswith("epoch,"))
            if closed == (1,):
                self.assertIn(b"standard output: Bad file descriptor\n", done.stderr)

    def test_standard_input(self):
        done = self.run_closed((0,), "train", "-", "-t", 1)
        self.assertEqual(1, done.returncode)
        self.assertIn(b"standard input: cannot read: Bad file descriptor", done.stderr)
