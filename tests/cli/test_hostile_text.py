# SPDX-License-Identifier: MIT
"""Whatever text comes from outside, a terminal gets nothing from it that it would obey or hide."""
import json
import os
import re
import subprocess
import zipfile

from command import LINNET, TIME_LIMIT, CommandCase, flowers, table

COMMANDS = ["train", "cv", "lr", "predict", "evaluate", "info", "export", "import"]

# What a terminal obeys, or does not show: controls, bidirectional marks, separators, no width.
HOSTILE = "a\x1b[31m\x07\x7f\x85\x9b1m\u202e\u2066\u200f\u061c\u2028\u200b\ufeffz"
ESCAPED = (r"a\x1b[31m\x07\x7f\u0085\u009b1m\u202e\u2066\u200f\u061c\u2028\u200b\ufeffz")
NOT_UTF8 = HOSTILE.encode() + b"\xff\xc3"
FORBIDDEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u180e\u200b\u200e\u200f\u2028-\u202e"
                       "\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]")


class HostileText(CommandCase):
    def setUp(self):
        super().setUp()
        self.write("t.csv", flowers())

    def run_bytes(self, *arguments, stdin=b""):
        words = [os.fsencode(word) if isinstance(word, (str, os.PathLike)) else
                 word if isinstance(word, bytes) else str(word).encode() for word in arguments]
        return subprocess.run([os.fsencode(LINNET), *words], cwd=self.folder, input=stdin,
                              env=self.environment(), capture_output=True, timeout=TIME_LIMIT,
                              check=False)

    def assert_safe(self, data, arguments):
        text = data.decode()  # and it is UTF-8
        found = FORBIDDEN.search(text)
        self.assertIsNone(found, f"{arguments}: {text!r}")
        return text

    def run_safely(self, *arguments, status=None, stdin=b""):
        """What it says on standard error and standard output."""
        done = self.run_bytes(*arguments, stdin=stdin)
        said = self.assert_safe(done.stderr + done.stdout, arguments)
        if status is not None:
            self.assertEqual(status, done.returncode, said)
        return said

    def train_hostile(self):
        """A model whose column names and labels are hostile."""
        text = flowers().replace("length", HOSTILE).replace("iris", HOSTILE + "1")
        self.write("h.csv", text)
        return self.run_safely("train", "h.csv", "-t", "species", "--epochs", 3, "-o",
                               "h.safetensors", "--report", "h.html", status=0)

    def test_words_of_the_command_line(self):
        for word in (HOSTILE, NOT_UTF8):
            for arguments in ([word], ["help", word], [b"--" + (word.encode() if word is HOSTILE
                                                                else word)]):
                self.run_safely(*arguments, status=2)
            for command in COMMANDS:
                bad = b"--" + (word if isinstance(word, bytes) else word.encode())
                self.run_safely(command, bad, status=2)
                self.run_safely(command, word)
                self.run_safely(command, "t.csv", word, word)

    def test_values_of_each_option(self):
        checked = 0
        for command in COMMANDS:
            text = self.run_bytes(command, "--help").stdout.decode()
            for name in re.findall(r"^ +(?:-\w, )?(--[\w-]+)=\S+  ", text, re.MULTILINE):
                said = self.run_safely(command, "t.csv", name, NOT_UTF8)
                checked += r"\x1b[31m" in said
        self.assertGreater(checked, 180)

    def test_columns_and_labels(self):
        self.assertIn("3 inputs", self.train_hostile())
        for arguments in (["evaluate", "h.safetensors", "h.csv"], ["info", "h.safetensors"]):
            self.assertIn(ESCAPED, self.run_safely(*arguments, status=0))
        for arguments in (["train", "h.csv", "-t", HOSTILE + "x"],
                          ["train", "h.csv", "-t", "species", "--features", HOSTILE + "x"],
                          ["train", "h.csv", "-t", "species", "--exclude", HOSTILE + "x"],
                          ["train", "h.csv", "-t", "species", "--weights", HOSTILE + "x"],
                          ["train", "h.csv", "-t", HOSTILE, "--features", HOSTILE],
                          ["train", "h.csv", "-t", "species", "--class-weights", HOSTILE + "=1"],
                          ["cv", "h.csv", "-t", HOSTILE + "x"]):
            self.assertIn(r"\x1b[31m", self.run_safely(*arguments))
        self.write("text.csv", f"{HOSTILE},y\n1,2\n{HOSTILE},3\n")
        self.assertEqual(2, self.run_safely("train", "text.csv", "-t", "y", status=1)
                         .count(ESCAPED[:40]))
        self.write("fewer.csv", flowers().replace("length,", "other,"))
        self.assertIn(ESCAPED, self.run_safely("predict", "h.safetensors", "fewer.csv", status=1))
        self.write("label.csv", flowers().replace("length", HOSTILE).replace("iris", HOSTILE + "2"))
        self.assertIn(ESCAPED[:40], self.run_safely("evaluate", "h.safetensors", "label.csv"))

    def test_machine_formats_keep_the_text(self):
        self.train_hostile()
        self.write("far.csv", flowers().replace("length", "\U000e0001\xe9"))
        self.succeed("train", "far.csv", "-t", "species", "-q", "-o", "far")
        for model, name in (("h.safetensors", HOSTILE), ("far", "\U000e0001\xe9")):
            said = self.run_safely("info", "--json", model, status=0)  # escaped, as JSON can
            self.assertEqual(name, json.loads(said)["input_names"][0])
        self.assertIn("\\udb40\\udc01\xe9", said)
        for arguments in (["info", "--json", "h.safetensors"],
                          ["evaluate", "--json", "h.safetensors", "h.csv"]):
            info = json.loads(self.run_safely(*arguments, status=0))
            self.assertIn(HOSTILE + "1", info["classes"] if arguments[0] == "info" else
                          [one["class"] for one in info["classes"]])
        lines = self.run_safely("predict", "--json", "h.safetensors", "h.csv", status=0)
        self.assertIn(HOSTILE + "1", [json.loads(line)["species"] for line in lines.splitlines()])
        done = self.run_bytes("predict", "h.safetensors", "h.csv")
        self.assertIn(HOSTILE + "1", [row["species"] for row in table(done.stdout.decode())])

    def test_report(self):
        self.train_hostile()
        page = self.assert_safe((self.folder / "h.html").read_bytes(), "report")
        self.assertIn(ESCAPED + "1", page)

    def test_paths(self):
        odd = self.write(os.fsdecode(NOT_UTF8 + b".csv"), flowers())
        self.assertIn(ESCAPED + r"\xff\xc3.safetensors",
                      self.run_safely("train", odd, "-t", "species", "--epochs", 2, status=0))
        model = os.fsdecode(NOT_UTF8 + b".safetensors")
        self.run_safely("evaluate", model, odd, status=0)
        self.run_safely("info", model, status=0)
        for option in ("-o", "--history", "--report", "--checkpoint", "--validation-file",
                       "--from", "--config"):
            self.assertIn(ESCAPED, self.run_safely("train", "t.csv", "-t", "species", option,
                                                   b"no/" + NOT_UTF8))
        for arguments in (["predict", model, odd, "-o", b"no/" + NOT_UTF8],
                          ["export", model, "--onnx", b"no/" + NOT_UTF8],
                          ["import", model, "-o", b"no/" + NOT_UTF8],
                          ["lr", odd, "-t", "species", "--output", b"no/" + NOT_UTF8],
                          ["train", odd, "-t", "species", "-o", odd]):
            self.assertIn(ESCAPED, self.run_safely(*arguments))

    def test_contents_of_files(self):
        header = json.dumps({HOSTILE: {"dtype": "F32", "shape": [1], "data_offsets": [0, 9]}})
        contents = {
            "garbage": NOT_UTF8 * 20,
            "a.csv": b"a,b\n1,2\n" + NOT_UTF8 + b"," + NOT_UTF8 + b"\n",
            "ragged.csv": b"a,b\n1,2\n1," + NOT_UTF8 + b",3\n",
            "a.npy": b"\x93NUMPY\x01\x00" + len(NOT_UTF8).to_bytes(2, "little") + NOT_UTF8,
            "a.libsvm": b"1 1:2\n" + NOT_UTF8 + b" 1:" + NOT_UTF8 + b"\n1 " + NOT_UTF8 + b"\n",
            "a.safetensors": len(header).to_bytes(8, "little") + header.encode(),
            "b.safetensors": (9).to_bytes(8, "little") + b'{"\x1b":1}}' + NOT_UTF8,
            "a.onnx": b"\x0a" + bytes([len(NOT_UTF8)]) + NOT_UTF8,
            "a.c": b"/*\n * Made by linnet 0\n * " + NOT_UTF8 + b"\n */\n",
        }
        for name, content in contents.items():
            self.write(name, content)
        with zipfile.ZipFile(self.folder / "a.npz", "w") as archive:
            archive.writestr(HOSTILE + ".npy", NOT_UTF8)
        for name in [*contents, "a.npz"]:
            self.run_safely("train", name, "-t", "-1")
            self.run_safely("info", name)
            self.run_safely("predict", name, "t.csv")
            self.run_safely("import", name, "-o", "m.safetensors")
        self.assertIn(r"\x1b[31m", self.run_safely("info", "a.c"))

    def test_configuration_files(self):
        lines = [b"%s = 1", b"epochs = %s", b"hidden = \"%s\"", b"%s", b"activation = %s",
                 b"features = %s", b"output = no/%s", b"batch = \"%s"]
        for line in lines:
            self.write("c.conf", line % NOT_UTF8)
            self.assertIn(r"c", self.run_safely("train", "t.csv", "-t", "species", "--config",
                                                "c.conf", "--epochs", 2))
        self.train_hostile()
        told = self.run_safely("train", "h.csv", "-t", "species", "--features",
                               HOSTILE + ",width", "--dry-run", status=0)
        self.assertIn(f'features = "{ESCAPED},width"', told)
        done = self.run_bytes("train", "h.csv", "-t", "species", "--features", HOSTILE + ",width",
                              "--dry-run")
        self.write("again.conf", done.stdout)
        again = self.run_bytes("train", "h.csv", "--config", "again.conf", "--dry-run")
        self.assertEqual(re.findall(b"^features.*", done.stdout, re.MULTILINE),
                         re.findall(b"^features.*", again.stdout, re.MULTILINE))

    def test_escapes_of_configuration_files(self):
        for value, wrong in ((r'"\x00"', 1), (r'"\u000"', 1), (r'"\ud800"', 1),
                             (r'"\U00110000"', 1), (r'"\xg1"', 1), (r'"\x41\u00e4\U0001f600"', 0)):
            self.write("c.conf", f"features = {value}\n")
            said = self.run_safely("train", "t.csv", "-t", "species", "--config", "c.conf")
            self.assertIn("c.conf:1: expected \\xHH, \\uHHHH or \\UHHHHHHHH" if wrong else
                          "no column 'Aä😀'", said)
        for value, expected in ((r'"a\tb"', r"no column 'a\tb'"), (r'"a\nb" # why', r"no column 'a\nb'"),
                                ('"a\\q\\\\" \t', r"no column 'aq\'"),
                                ('"a" b', "c.conf:1: expected a closing quote and nothing after it"),
                                ('"a', "c.conf:1: expected a closing quote and nothing after it"),
                                ('"a\\', "c.conf:1: expected a closing quote and nothing after it")):
            self.write("c.conf", f"features = {value}\n")
            said = self.run_safely("train", "t.csv", "-t", "species", "--config", "c.conf")
            self.assertIn(expected, said)

    def test_checkpoints(self):
        folder = os.fsdecode(NOT_UTF8)
        self.train_hostile()
        self.run_safely("train", "h.csv", "-t", "species", "--features", HOSTILE + ",width",
                        "--epochs", 2, "--checkpoint", folder, "-o", "m.safetensors", status=0)
        self.assertIn(ESCAPED, self.run_safely("train", "h.csv", "-t", "species", "--epochs", 2,
                                               "--checkpoint", folder, "-o", "m.safetensors"))
        found = sorted((self.folder / folder).glob("*.safetensors"))
        self.assertTrue(found)
        self.assertIn(ESCAPED, self.run_safely("info", found[-1], status=0))
