# SPDX-License-Identifier: MIT
"""A library without the formats that need other libraries: what it says of them, what it asks for,
and how it is linked."""
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(os.environ["LINNET_SOURCE_ROOT"])
COMPILER = os.environ["LINNET_CC"]
OPTIONS = ["-Dzip=disabled", "-Donnx=disabled", "-Dcli=disabled", "-Dtests=disabled",
           "-Dbench=disabled", "-Dexamples=disabled", "-Ddefault_library=both", "-Doptimization=0",
           "-Ddebug=false", "-Dwerror=true", "-Dlibdir=lib", "-Dprefix=/usr"]
LEFT_OUT = re.compile("libzip|libcrypto|libssl|libprotobuf")
PROGRAM = r"""
#include <linnet/linnet.h>
#include <stdio.h>

static void tell(const char *what, lnt_status status, const lnt_error *error)
{
    printf("%s: %s: %s\n", what, lnt_status_name(status), error->message);
}

int main(void)
{
    lnt_error error;
    lnt_model model, made = lnt_model_init();
    const lnt_layer layers[] = {lnt_dense(1, LNT_IDENTITY)};
    lnt_net_config config = lnt_net_defaults();
    config.inputs = 1;
    config.layers = layers;
    config.n_layers = 1;
    if (lnt_net_create(&made.net, &config) != LNT_OK) {
        return 1;
    }
    const lnt_read_options options = lnt_read_defaults();
    lnt_frame *frame;
    printf("%s\n", lnt_build_info().disabled_formats);
    tell("npz out", lnt_npz_export(&made, "m.npz", &error), &error);
    tell("npz in", lnt_npz_import(&model, "m.npz", NULL, &error), &error);
    tell("any in", lnt_model_import(&model, "m.npz", NULL, &error), &error);
    tell("data", lnt_data_read(&frame, "m.npz", LNT_DATA_AUTO, &options, &error), &error);
    tell("onnx out", lnt_onnx_export(&made, "m.onnx", &error), &error);
    tell("onnx in", lnt_onnx_import(&model, "m.onnx", NULL, &error), &error);
    lnt_model_finish(&made);
    return 0;
}
"""


def run(*command, **options):
    """Runs a command that must succeed; returns what it printed."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True,
                          check=False, **options)
    if done.returncode:
        raise AssertionError(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


class LeftOut(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="linnet-left-out-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        environment = {**os.environ, "CC": COMPILER}
        cls.setup = run(os.environ["LINNET_MESON"], "setup", *OPTIONS, SOURCE, cls.folder / "build",
                        env=environment)
        run(os.environ["LINNET_MESON"], "install", "-C", cls.folder / "build", "--destdir",
            cls.folder / "stage")
        cls.root = cls.folder / "stage" / "usr"
        pc = cls.root / "lib" / "pkgconfig" / "linnet.pc"
        text = pc.read_text(encoding="utf-8")
        pc.write_text(text.replace("prefix=/usr\n", f"prefix={cls.root}\n", 1), encoding="utf-8")
        cls.environment = {**os.environ, "LD_LIBRARY_PATH": str(cls.root / "lib"),
                           "PKG_CONFIG_PATH": str(cls.root / "lib" / "pkgconfig")}
        (cls.folder / "program.c").write_text(PROGRAM, encoding="utf-8")
        (cls.folder / "m.npz").write_bytes(b"PK\3\4" + bytes(60))

    def words(self, *arguments):
        return run("pkg-config", *arguments, "linnet", env=self.environment).split()

    def link(self, name, *flags):
        """The program as a user would link it; what it prints, and what it asks the loader for."""
        program = self.folder / name
        run(COMPILER, "-std=c11", *self.words("--cflags"), self.folder / "program.c", *flags, "-o",
            program)
        needed = re.findall(r"NEEDED.*\[(.*)\]", run("readelf", "--dynamic", program))
        return run(program, cwd=self.folder, env=self.environment), needed

    def test_the_build_says_what_it_leaves_out(self):
        for sentence in ("Without libzip, .npz files are neither read nor written",
                         "Without libprotobuf-c and protoc-c, ONNX models are neither read nor "
                         "written"):
            self.assertIn(sentence, self.setup)

    def test_sentences(self):
        printed, needed = self.link("shared", *self.words("--libs"))
        self.assertIn("liblinnet.so.0", needed)
        self.assertEqual([
            ".npz, ONNX",
            "npz out: LNT_ERR_INVALID: m.npz: this build of linnet writes no .npz files (meson "
            "option zip)",
            "npz in: LNT_ERR_INVALID: m.npz: this build of linnet reads no .npz files (meson option "
            "zip)",
            "any in: LNT_ERR_INVALID: m.npz: this build of linnet reads no .npz files (meson option "
            "zip)",
            "data: LNT_ERR_INVALID: m.npz: this build of linnet reads no .npz files (meson option "
            "zip)",
            "onnx out: LNT_ERR_INVALID: m.onnx: this build of linnet writes no ONNX files (meson "
            "option onnx)",
            "onnx in: LNT_ERR_INVALID: m.onnx: this build of linnet reads no ONNX files (meson "
            "option onnx)"], printed.splitlines())

    def test_the_library_asks_for_no_more_than_it_needs(self):
        loaded = run("ldd", self.root / "lib" / "liblinnet.so.0")
        self.assertNotRegex(loaded, LEFT_OUT)

    def test_static_linnet_and_shared_others(self):
        """What README says: the archive by its name, and not the library again."""
        words = [word for word in self.words("--static", "--libs") if word != "-llinnet"]
        printed, needed = self.link("archive", f"-L{self.root}/lib", "-l:liblinnet.a", *words)
        self.assertNotIn("liblinnet.so.0", needed)
        self.assertIn("npz in", printed)

    def test_all_static(self):
        others = run("pkg-config", "--static", "--libs", *self.requirements()).split()
        others += ["-lquadmath", "-lm"]  # of the Fortran runtime, which OpenBLAS needs
        if subprocess.run([COMPILER, "-x", "c", "-", "-static", "-o", os.devnull, *others],
                          input=b"int main(void) { return 0; }\n", capture_output=True,
                          check=False).returncode:
            self.skipTest("this system lacks a static library of " + ", ".join(self.requirements()))
        printed, needed = self.link("static", "-static", *self.words("--static", "--libs"),
                                    "-lquadmath", "-lm")
        self.assertEqual([], needed)
        self.assertIn("onnx in", printed)

    def requirements(self):
        text = (self.root / "lib" / "pkgconfig" / "linnet.pc").read_text(encoding="utf-8")
        private = re.search(r"^Requires\.private: (.*)$", text, re.MULTILINE)
        return re.split(r",\s*", private[1])


if __name__ == "__main__":
    unittest.main()
