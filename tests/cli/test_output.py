# SPDX-License-Identifier: MIT
"""Files that the command writes: none is lost, and `-` is standard output."""
import json
import os
import pty
import resource
import shutil
import signal
import subprocess
import unittest

from command import HAS_ONNX, LINNET, TIME_LIMIT, CommandCase, build_has, flowers, table

TRAIN = ["train", "flowers.csv", "-t", "species", "--epochs", 2, "--seed", 3, "-q"]
NOBODY = 65534
# A program that counts its lines writes files of its own at the end.
COUNTS_LINES = "GCOV_ERROR_FILE" in os.environ


class Outputs(CommandCase):
    def setUp(self):
        super().setUp()
        self.write("flowers.csv", flowers())

    def names(self):
        return sorted(os.listdir(self.folder))

    def run_bytes(self, *arguments, stdin=b"", **variables):
        return subprocess.run([LINNET, *map(str, arguments)], cwd=self.folder, input=stdin,
                              env={**self.environment(), **variables}, capture_output=True,
                              timeout=TIME_LIMIT, check=False)


class TwoNames(Outputs):
    """Of one file."""

    def refuse_two(self, path, options, *arguments):
        before = self.names()
        self.refuse(1, f"linnet {arguments[0]}: {path}: is the output of two options, {options}",
                    *arguments)
        self.assertEqual(before, self.names())

    def test_spellings(self):
        for other in ("./m", "../" + self.folder.name + "/m", str(self.folder / "m"), "sub/../m"):
            (self.folder / "sub").mkdir(exist_ok=True)
            self.refuse_two(other, "--output and --report", *TRAIN, "-o", "m", "--report", other)
            self.refuse_two(other, "--output and --history", *TRAIN, "-o", "m", "--history", other)

    def test_links(self):
        os.symlink("m", self.folder / "dangling")
        os.symlink(".", self.folder / "here")
        for other in ("dangling", "here/m"):
            self.refuse_two(other, "--output and --report", *TRAIN, "-o", "m", "--report", other)
        self.write("one", "")
        os.link(self.folder / "one", self.folder / "two")
        self.refuse_two("two", "--output and --report", *TRAIN, "-o", "one", "--report", "two")

    def test_names_that_are_made(self):
        os.symlink("m.2", self.folder / "m.1")
        self.refuse(1, "linnet train: m.2: is the name of two files of --output", *TRAIN, "--ensemble",
                    2, "-o", "m")
        shutil.copy(self.folder / "flowers.csv", self.folder / "n.2")
        self.refuse(1, "linnet train: n.2: is an input too, and would be overwritten", "train", "n.2",
                    "-t", "species", "--ensemble", 2, "-o", "n")
        self.refuse_two("./flowers.safetensors", "--output and --history", *TRAIN, "--history",
                        "./flowers.safetensors")
        self.refuse_two("./run", "--checkpoint and --output", *TRAIN, "--checkpoint", "run", "-o",
                        "./run")
        self.succeed(*TRAIN, "--checkpoint", "run", "-o", "m")
        for name in ("checkpoint-000000000001.safetensors", ".lock", "stop"):
            self.refuse(1, f"linnet train: ./run/{name}: is a file of the checkpoints in run: "
                        "expected another name", *TRAIN, "--checkpoint", "run", "--resume", "-o",
                        f"./run/{name}")
        self.succeed(*TRAIN, "--checkpoint", "run", "--resume", "-o", "run/model")

    def test_an_input(self):
        self.succeed(*TRAIN, "-o", "m")
        os.symlink("m", self.folder / "link")
        os.link(self.folder / "flowers.csv", self.folder / "hard.csv")
        self.write("s.conf", "seed = 1\n")
        for path, arguments in (
                ("hard.csv", [*TRAIN, "-o", "hard.csv"]),
                ("./m", [*TRAIN, "--from", "m", "--report", "./m", "-o", "n"]),
                ("link", [*TRAIN, "--from", "m", "--history", "link", "-o", "n"]),
                ("./s.conf", [*TRAIN, "--config", "s.conf", "--report", "./s.conf"]),
                ("link", ["predict", "m", "flowers.csv", "-o", "link"]),
                ("link", ["export", "m", "--npz", "link"]),
                ("hard.csv", ["export", "m", "--c", "m.c", "--cases", "flowers.csv", "--onnx",
                              "hard.csv"]),
                ("link", ["import", "m", "-o", "link"]),
                ("s.conf", ["lr", "flowers.csv", "-t", "species", "--config", "s.conf", "-o",
                            "s.conf"]),
                ("link", ["lr", "flowers.csv", "-t", "species", "--from", "m", "-o", "link"])):
            before = {name: (self.folder / name).read_bytes() for name in self.names()}
            self.refuse(1, f"linnet {arguments[0]}: {path}: is an input too, and would be overwritten",
                        *arguments)
            self.assertEqual(before, {n: (self.folder / n).read_bytes() for n in self.names()})

    def test_a_model_may_be_trained_in_its_place(self):
        self.succeed(*TRAIN, "-o", "m")
        before = (self.folder / "m").read_bytes()
        self.succeed(*TRAIN, "--from", "m", "-o", "m")
        self.assertNotEqual(before, (self.folder / "m").read_bytes())


class NotWritable(Outputs):
    """Found out before the training."""

    def refuse_output(self, path, why):
        for option in ("-o", "--history", "--report"):
            self.refuse(1, f"linnet train: {path}: {why}", *TRAIN, "--epochs", 10**6, option, path)

    def test_links_that_lead_nowhere(self):
        os.symlink("no/m", self.folder / "dangling")
        os.symlink("b", self.folder / "a")
        os.symlink("a", self.folder / "b")
        self.refuse_output("dangling", "cannot open the folder of the file that it links to: No "
                           "such file or directory")
        self.refuse_output("a", "cannot write it: Too many levels of symbolic links")
        self.succeed(*TRAIN, "-o", "m")
        for path, why in (("dangling", "open the folder of the file that it links to"),
                          ("a", "write it")):
            done = self.run_command("predict", "m", "flowers.csv", "-o", path)
            self.assertEqual(1, done.returncode)
            self.assertIn(f"{path}: cannot {why}: ", done.stderr)

    def test_a_link_to_a_new_file_makes_it(self):
        os.symlink("new", self.folder / "link")
        self.succeed(*TRAIN, "-o", "link")
        self.succeed("predict", "link", "flowers.csv", "-o", "link.csv")
        os.symlink("new.csv", self.folder / "p")
        self.succeed("predict", "link", "flowers.csv", "-o", "p")
        self.assertTrue((self.folder / "p").is_symlink() and (self.folder / "link").is_symlink())
        self.assertEqual((self.folder / "link.csv").read_bytes(),
                         (self.folder / "new.csv").read_bytes())

    @unittest.skipIf(os.geteuid() != 0 or COUNTS_LINES, "needs another user")
    def test_permissions(self):
        self.folder.chmod(0o777)
        self.write("old", "old").chmod(0o444)
        for name, mode in (("wx", 0o300), ("rx", 0o500)):
            (self.folder / name).mkdir()
            os.chown(self.folder / name, NOBODY, NOBODY)
            (self.folder / name).chmod(mode)
        for path, why in (("old", "cannot replace it: Permission denied"),
                          ("wx/m", "cannot open its folder: Permission denied"),
                          ("rx/m", "cannot create a temporary file beside it: Permission denied")):
            done = subprocess.run([LINNET, *map(str, TRAIN), "--epochs", "1000000", "-o", path],
                                  cwd=self.folder, user=NOBODY, group=NOBODY, extra_groups=[],
                                  env=self.environment(), capture_output=True, text=True,
                                  timeout=TIME_LIMIT, check=False)
            self.assertEqual((1, f"linnet train: {path}: {why}\n"), (done.returncode, done.stderr))
        self.assertEqual("old", (self.folder / "old").read_text())

    def test_the_longest_names(self):
        for length in (247, 248, 255):
            name = "m" * (length - len(".safetensors")) + ".safetensors"
            self.succeed(*TRAIN, "-o", name)
            csv = "p" * (length - 4) + ".csv"
            self.succeed("predict", name, "flowers.csv", "-o", csv)
            self.assertEqual(90, len(table((self.folder / csv).read_text())))
            source = "n" * (length - 2) + ".c"
            self.succeed("export", name, "--c", source)
            if HAS_ONNX:
                onnx = "n" * (length - 5) + ".onnx"
                self.succeed("export", name, "--onnx", onnx)
                self.succeed("import", onnx, "-o", "i" * length)
            self.succeed("lr", "flowers.csv", "-t", "species", "-q", "-o", "l" * length)


class Rescue(Outputs):
    """What was trained is not lost if it cannot be written in the end."""

    def train_and_break(self, breaks, *options, **variables):
        """Ends a long training after `breaks` was called; the lines on standard error."""
        os.environ.update(variables)
        process = self.start_training("flowers.csv", "-t", "species", "--epochs", 10**6, *options)
        for name in variables:
            del os.environ[name]
        breaks()
        process.terminate()
        _, errors = process.communicate(timeout=TIME_LIMIT)
        self.assertEqual(1, process.returncode)
        return errors.decode().replace("\r", "\n").replace("\x1b[K", "").splitlines()

    def check_model(self, path):
        self.assertEqual(90, len(table(self.succeed("predict", path, "flowers.csv").stdout)))

    def test_beside(self):
        place = self.folder / "m.safetensors"
        for n in ("", "-2"):
            errors = self.train_and_break(place.mkdir, "-o", "m.safetensors")
            place.rmdir()
            self.assertIn("linnet train: m.safetensors: cannot be replaced: it is a folder; the "
                          f"model is saved in m.rescued{n}.safetensors", errors)
            self.check_model(f"m.rescued{n}.safetensors")

    def test_history_and_report(self):
        def block():
            for name in ("h.csv", "r.html"):
                (self.folder / name).mkdir()

        errors = self.train_and_break(block, "-o", "m", "--history", "h.csv", "--report", "r.html")
        for what, name in (("history", "h.rescued.csv"), ("report", "r.rescued.html")):
            self.assertTrue(any(line.endswith(f"; the {what} is saved in {name}")
                                for line in errors), errors)
            self.assertGreater((self.folder / name).stat().st_size, 0)
        self.check_model("m")

    def test_in_the_temporary_folder(self):
        out, temporary = self.folder / "out", self.folder / "tmp"
        out.mkdir()
        temporary.mkdir()
        errors = self.train_and_break(lambda: shutil.rmtree(out), "-o", "out/m.safetensors",
                                      TMPDIR=str(temporary))
        [path] = temporary.glob("linnet-*/m.safetensors")
        self.assertIn("linnet train: out/m.safetensors: cannot open its folder: No such file or "
                      f"directory; the model is saved in {path}", errors)
        self.assertEqual(0o700, path.parent.stat().st_mode & 0o777)
        self.check_model(path)

    @unittest.skipIf(COUNTS_LINES, "the counts would be cut off")
    def test_above_the_limit_of_a_file(self):
        """As `ulimit -f` sets it, and batch systems: a write that fails, and not the end."""
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (512, 512))

        done = subprocess.run([LINNET, *map(str, TRAIN), "-o", "m"], cwd=self.folder,
                              env=self.environment(), capture_output=True, text=True, check=False,
                              timeout=TIME_LIMIT, preexec_fn=limit)
        self.assertEqual(1, done.returncode, done.stderr)
        self.assertIn("linnet train: m: cannot write: File too large", done.stderr)
        self.assertEqual(["flowers.csv"], os.listdir(self.folder))

    def test_standard_output_that_nobody_reads(self):
        temporary = self.folder / "tmp"
        temporary.mkdir()
        with open("/dev/full", "wb") as full:
            done = subprocess.run([LINNET, *map(str, TRAIN), "-o", "-"], cwd=self.folder,
                                  env={**self.environment(), "TMPDIR": str(temporary)},
                                  stdout=full, stderr=subprocess.PIPE, text=True, check=False,
                                  timeout=TIME_LIMIT)
        [path] = temporary.glob("linnet-*/output")
        self.assertEqual(1, done.returncode)
        self.assertIn(f"standard output: No space left on device; the model is saved in {path}\n",
                      done.stderr)
        self.check_model(path)


class StandardOutput(Outputs):
    def setUp(self):
        super().setUp()
        self.succeed(*TRAIN, "-o", "m")

    def same(self, name, *arguments):
        """What goes to standard output is what the file `name` has."""
        done = self.run_bytes(*arguments)
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual((self.folder / name).read_bytes(), done.stdout)
        return done.stderr.decode()

    def test_models(self):
        self.assertIn("held-out accuracy", self.same("m", *TRAIN, "-o", "-"))
        errors = self.same("m", *TRAIN, "-o", "-", "--json")
        self.assertEqual("-", json.loads(errors.splitlines()[-1])["model"])
        for option in ("onnx", "npz", "torch"):
            if not build_has([option]):
                continue
            options = ["--fold-scaling"] if option == "torch" else []
            self.succeed("export", "m", f"--{option}", f"f.{option}", *options)
            self.assertEqual("", self.same(f"f.{option}", "export", "m", f"--{option}", "-",
                                           *options))
        self.succeed("import", "f.torch", "-o", "i")
        self.assertEqual("", self.same("i", "import", "f.torch", "-o", "-"))
        self.assertFalse((self.folder / "-").exists())

    def test_texts(self):
        for form in (["-p"], ["--json"], ["--output-format", "npy"]):
            self.succeed("predict", "m", "flowers.csv", *form, "-o", "p")
            self.assertEqual("", self.same("p", "predict", "m", "flowers.csv", *form, "-o", "-"))
            self.same("p", "predict", "m", "flowers.csv", *form)
        rates = ["lr", "flowers.csv", "-t", "species", "-q", "--steps", 20]
        self.succeed(*rates, "-o", "l")
        self.assertIn("suggested: --lr", self.same("l", *rates, "-o", "-"))
        self.assertIn("suggested", json.loads(self.same("l", *rates, "-o", "-", "--json")))
        done = self.run_bytes(*TRAIN, "-o", "m", "--history", "-")
        self.assertEqual(["1", "2"], [row["epoch"] for row in table(done.stdout.decode())])
        self.assertIn(b"held-out accuracy", done.stderr)
        done = self.run_bytes(*TRAIN, "-o", "m", "--report", "-")
        self.assertTrue(done.stdout.startswith(b"<!DOCTYPE html>"))
        self.assertTrue(done.stdout.endswith(b"</html>\n"))

    def test_nothing_is_left_where_a_pipe_is_closed(self):
        temporary = self.folder / "tmp"
        temporary.mkdir()
        self.succeed(*TRAIN, "--hidden", "300,300", "-o", "large")
        for option in filter(lambda option: build_has([option]), ("--npz", "--onnx")):
            with subprocess.Popen([LINNET, "export", "large", option, "-"], cwd=self.folder,
                                  env={**self.environment(), "TMPDIR": str(temporary)},
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
                process.stdout.read(1)
                process.stdout.close()
                self.assertEqual(-signal.SIGPIPE, process.wait(timeout=TIME_LIMIT))
            self.assertEqual([], os.listdir(temporary))

    def test_nothing_is_left_in_the_temporary_folder(self):
        temporary = self.folder / "tmp"
        temporary.mkdir()
        for arguments in ([*TRAIN, "-o", "-"], ["export", "m", "--torch", "-", "--fold-scaling"]):
            self.assertEqual(0, self.run_bytes(*arguments, TMPDIR=str(temporary)).returncode)
            self.assertEqual([], os.listdir(temporary))

    def test_misuse(self):
        for command, sentence, *options in (
                ("train", "option --report: standard output ('-') is the output of --history",
                 "--history", "-", "--report", "-"),
                ("train", "option --history: standard output ('-') is the output of --output",
                 "-o", "-", "--history", "-"),
                ("train", "option --output: standard output ('-') takes one model, found "
                 "--ensemble 2", "-o", "-", "--ensemble", 2),
                ("train", "option --checkpoint: expected a folder, found '-'", "--checkpoint", "-"),
                ("export", "option --npz: standard output ('-') is the output of --onnx", "--npz",
                 "-", "--onnx", "-"),
                ("export", "option --c: expected the name of a file, found '-': C source has two "
                 "files, FILE.c and FILE.h", "--c", "-")):
            arguments = [*TRAIN[1:]] if command == "train" else ["m"]
            self.refuse(2, f"linnet {command}: {sentence}", command, *arguments, *options)

    def test_a_terminal_is_not_given_binary_data(self):
        for option, arguments in (
                ("output", [*TRAIN, "-o", "-"]), ("onnx", ["export", "m", "--onnx", "-"]),
                ("output", ["import", "m", "-o", "-"]),
                ("output", ["predict", "m", "flowers.csv", "--output-format", "npy"])):
            leader, terminal = pty.openpty()
            done = subprocess.run([LINNET, *map(str, arguments)], cwd=self.folder,
                                  env=self.environment(), stdout=terminal, stderr=subprocess.PIPE,
                                  text=True, check=False, timeout=TIME_LIMIT)
            os.close(terminal)
            os.close(leader)
            self.assertEqual(
                (2, f"linnet {arguments[0]}: option --{option}: standard output is a terminal: "
                 "expected a file or a pipe for binary data\n"), (done.returncode, done.stderr))

    def test_a_file_of_that_name(self):
        self.succeed(*TRAIN, "-o", "./-")
        self.assertEqual((self.folder / "m").read_bytes(), (self.folder / "-").read_bytes())


if __name__ == "__main__":
    unittest.main()
