# SPDX-License-Identifier: MIT
"""Models for and of other programs: export, import, and info of them."""
import os
import shutil
import subprocess

from command import (HAS_ONNX, HAS_ZIP, SOURCE, CommandCase, build_has, needs_onnx, needs_zip,
                     prices, table)

DATA = SOURCE / "tests" / "reference" / "data" / "exchange"
ONNX_MODEL = SOURCE / "tests" / "golden" / "model-v1-scaled-standard.onnx"


class Exchange(CommandCase):
    def test_pytorch_there_and_back(self):
        """Scaling folded into the weights predicts what the scaled model does."""
        self.write("prices.csv", prices())
        self.succeed("train", "prices.csv", "-t", "price", "--exclude", "rent", "--dtype", "f64",
                     "--epochs", 5)
        self.succeed("export", "prices.safetensors", "--torch", "t.safetensors", "--fold-scaling")
        self.succeed("import", "t.safetensors", "-o", "back.safetensors")
        lines = ["area,rooms"] + [",".join(line.split(",")[:2])
                                  for line in prices().splitlines()[1:]]
        self.write("inputs.csv", "\n".join(lines))
        expected = table(self.succeed("predict", "prices.safetensors", "inputs.csv").stdout)
        for model in ("t.safetensors", "back.safetensors"):
            rows = table(self.succeed("predict", model, "inputs.csv").stdout)
            for row, right in zip(rows, expected):
                self.assertAlmostEqual(1, float(*row.values()) / float(right["price"]), 10)

    def test_scaling_must_be_decided(self):
        self.train_flowers()
        self.refuse(1, "linnet export: t: the model scales its inputs, and nn.Sequential has no "
                    "module for that: ask for the scaling to be folded into the weights, or "
                    "ignored", "export", "flowers.safetensors", "--torch", "t")
        self.assertFalse((self.folder / "t").exists())
        self.succeed("export", "flowers.safetensors", "--torch", "t", "--ignore-scaling")

    def test_layers_by_option(self):
        layers = ("dense,batch_norm,elu,dropout=0.3,dense,layer_norm,prelu,dense,rms_norm=1e-6,"
                  "prelu,dense,softplus")
        self.succeed("import", DATA / "modules.safetensors", "--layers", layers,
                     "-o", "m.safetensors")
        info = self.succeed_json("info", "m.safetensors", "--json")
        self.assertEqual(4, info["inputs"])
        self.assertEqual(2, info["outputs"])
        self.assertEqual(1e-6, info["layers"][8]["epsilon"])
        for layer, fault in (("densely", "unknown layer 'densely'; expected dense, an "
                              "activation, prelu, dropout, batch_norm, layer_norm or rms_norm"),
                             ("dense=3", "'dense=3': this layer takes no number"),
                             ("dropout=x", "'dropout=x': expected a number after '='"),
                             ("dropout=", "'dropout=': expected a number after '='"),
                             ("dropout=0.5x", "'dropout=0.5x': expected a number after '='"),
                             ("dropout=0x0", "'dropout=0x0': expected a number after '='"),
                             ("dropout= 0", "'dropout= 0': expected a number after '='"),
                             ("dropout=nan", "'dropout=nan': expected a number after '='")):
            self.refuse(1, f"linnet import: option --layers: {fault}", "import",
                        DATA / "mlp.safetensors", "--layers", layer, "-o", "m2.safetensors")

    def test_activations_loss_and_dtype_by_option(self):
        self.succeed("import", DATA / "sharded.safetensors.index.json", "--activation", "relu",
                     "--loss", "softmax_cross_entropy", "--dtype", "f64", "-o", "m.safetensors")
        info = self.succeed_json("info", "m.safetensors", "--json")
        self.assertEqual(("classify", "f64", ["relu", "identity"]),
                         (info["task"], info["dtype"], [l["activation"] for l in info["layers"]]))

    @needs_onnx
    def test_onnx_there_and_back(self):
        self.train_flowers()
        self.succeed("export", "flowers.safetensors", "--onnx", "f.onnx")
        expected = table(self.succeed("predict", "flowers.safetensors", "flowers.csv").stdout)
        rows = table(self.succeed("predict", "f.onnx", "flowers.csv").stdout)
        self.assertEqual([list(r.values()) for r in expected], [list(r.values()) for r in rows])

    @needs_zip
    def test_npz_there_and_back(self):
        self.train_flowers()
        self.succeed("export", "flowers.safetensors", "--npz", "f.npz")
        self.succeed("import", "f.npz", "-o", "back.safetensors")
        whole, back = ((self.folder / name).read_bytes()
                       for name in ("flowers.safetensors", "back.safetensors"))
        self.assertEqual(whole, back)
        self.assertRegex(self.succeed("info", "f.npz").stdout, r"^format +npz\n")

    def test_formats_that_are_left_out(self):
        self.train_flowers()
        self.write("m.npz", b"PK\3\4....")
        for has, option, name, file in ((HAS_ZIP, "zip", ".npz", "m.npz"),
                                        (HAS_ONNX, "onnx", "ONNX", ONNX_MODEL)):
            if has:
                continue
            why = f"{name} files (meson option {option})"
            kind = "--npz" if option == "zip" else "--onnx"
            self.refuse(1, f"linnet export: f: this build of linnet writes no {why}", "export",
                        "flowers.safetensors", kind, "f")
            self.refuse(1, f"linnet info: {file}: this build of linnet reads no {why}", "info",
                        file)
            self.assertFalse((self.folder / "f").exists())

    def test_c_source_with_cases(self):
        self.train_flowers()
        self.succeed("export", "flowers.safetensors", "--c", "net.c", "--name", "flowers",
                     "--dtype", "f64", "--cases", "flowers.csv")
        compiler = shutil.which("cc")
        subprocess.run([compiler, "-std=c99", "-DFLOWERS_TEST", "net.c", "-lm", "-o", "net"],
                       cwd=self.folder, check=True)
        done = subprocess.run(["./net"], cwd=self.folder, check=True, capture_output=True,
                              text=True)
        self.assertEqual("90 cases: all agree\n", done.stdout)
        self.refuse(1, "linnet export: 9.c: expected a name that a function can have in C and C++, "
                    "at most 63 bytes, found '9'", "export", "flowers.safetensors", "--c", "9.c",
                    "--name", "9")

    def test_info_tells_the_format(self):
        self.train_flowers()
        if HAS_ONNX:
            self.succeed("export", "flowers.safetensors", "--onnx", "f.onnx")
        for path, name in (("flowers.safetensors", "linnet"), ("f.onnx", "onnx"),
                           (DATA / "mlp.safetensors", "torch"),
                           (DATA / "sharded.safetensors.index.json", "torch")):
            if not build_has([name]):
                continue
            self.assertRegex(self.succeed("info", path).stdout, rf"^format +{name}\n")
            self.assertEqual(name, self.succeed_json("info", path, "--json")["format"])

    def test_what_pytorch_does_not_say_must_be_told(self):
        line = "does not name the activation between them: specify it, or all layers"
        for kind in (["predict", DATA / "mlp.safetensors", "-"],
                     ["export", DATA / "mlp.safetensors", "--npz", "f.npz"],
                     ["import", DATA / "mlp.safetensors", "-o", "m"]):
            done = self.run_command(*kind)
            self.assertEqual(1, done.returncode, kind)
            self.assertIn(line, done.stderr)
        self.succeed("import", DATA / "mlp.safetensors", "-o", "m", "--activation", "identity")
        self.assertIn("see linnet import", self.succeed("info", DATA / "mlp.safetensors").stderr)

    def test_options_for_pytorch_are_refused_elsewhere(self):
        self.train_flowers()
        for option in (["--layers", "dense"], ["--activation", "relu"], ["--loss", "mae"],
                       ["--output-activation", "tanh"], ["--dtype", "f64"]):
            self.refuse(1, "linnet import: flowers.safetensors: is not a PyTorch state_dict "
                        "and describes itself; it cannot be combined with --layers, --activation, "
                        "--output-activation, --loss or --dtype", "import", "flowers.safetensors", "-o", "m",
                        *option)

    def test_no_file_is_lost(self):
        self.train_flowers()
        for options, path, names in (
                (["--onnx", "f", "--npz", "./f"], "./f", "--onnx and --npz"),
                (["--c", "f.c", "--npz", "f.h"], "f.h", "--npz and --c")):
            self.refuse(1, f"linnet export: {path}: is the output of two options, {names}",
                        "export", "flowers.safetensors", *options)
        for path in DATA.glob("sharded*"):
            shutil.copy(path, self.folder)
        index, shard = "sharded.safetensors.index.json", "sharded-00001-of-00002.safetensors"
        before = (self.folder / shard).read_bytes()
        for options in (["import", index, "--activation", "relu", "-o", shard],
                        ["export", index, "--torch", shard]):
            done = self.run_command(*options)
            self.assertEqual(1, done.returncode)
            self.assertIn("is in the folder of the shards", done.stderr)
        self.assertEqual(before, (self.folder / shard).read_bytes())

    def test_info_of_what_is_no_model(self):
        os.mkfifo(self.folder / "pipe")
        self.assertEqual(1, self.run_command("info", "pipe").returncode)
        self.write("a.c", "/*\n * Made by linnet 0\n * \x1b]0;x\x07\nint x;\n")
        text = self.succeed("info", "a.c").stdout
        self.assertEqual("format        c\nMade by linnet 0\n\\x1b]0;x\\x07\n", text)
        self.write("a.c", "/*\n * Made by someone\n */\n")
        self.assertEqual(1, self.run_command("info", "a.c", "--json").returncode)

    def test_info_of_c_source(self):
        name = "x" * 3000
        self.write("t.csv", f"{name},y\n" + "".join(f"{i},{i % 3}\n" for i in range(30)))
        self.succeed("train", "t.csv", "-t", "y", "--epochs", 1, "-o", "t.safetensors")
        self.succeed("export", "t.safetensors", "--c", "t.c")
        for path in ("t.c", "t.h"):
            head, *lines = self.succeed("info", path).stdout.splitlines()
            self.assertEqual(["format", "c"], head.split())
            self.assertIn(f"input 0: {name}", lines)
            self.assertEqual({"format": "c", "comment": lines},
                             self.succeed_json("info", path, "--json"))

    def test_misuse(self):
        self.train_flowers()
        for line, options in (
                ("expected --onnx, --c, --torch or --npz", []),
                ("options --name, --dtype and --cases need --c", ["--onnx", "f", "--name", "g"]),
                ("options --fold-scaling and --ignore-scaling need --torch",
                 ["--onnx", "f", "--fold-scaling"])):
            self.refuse(2, f"linnet export: {line}", "export", "flowers.safetensors", *options)
        self.refuse(2, "linnet import: expected --output MODEL", "import", "flowers.safetensors")
