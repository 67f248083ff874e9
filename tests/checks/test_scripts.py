# SPDX-License-Identifier: MIT
"""The scripts' own ways: how they count, what they refuse, how they install what is missing."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(os.environ["LINNET_SOURCE_ROOT"])


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="linnet-scripts-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)


class Tally(Folder):
    def tally(self, *suites, lines=("log\trun\t{}",)):
        """(status, all that is printed, the last line) for suites of (result, stdout)."""
        log = self.folder / "log.json"
        log.write_text("".join(json.dumps({"name": "suite", "result": result, "stdout": stdout})
                               + "\n" for result, stdout in suites), encoding="utf-8")
        runs = self.folder / "runs"
        runs.write_text("".join(line.format(log) + "\n" for line in lines), encoding="utf-8")
        done = subprocess.run([sys.executable, SOURCE / "scripts/tally.py", runs], check=False,
                              capture_output=True, text=True)
        self.assertEqual("", done.stderr)
        return done.returncode, done.stdout, done.stdout.splitlines()[-1]

    def test_passes(self):
        status, _, last = self.tally(("OK", "1..2\nok 1 - a\nok 2 - b (0.1s)\n"),
                                     ("OK", "ok - c::d  (0.00s)\n# a note: not ok\n"))
        self.assertEqual((0, "3 passed, 0 failed"), (status, last))

    def test_failures_are_shown(self):
        status, text, last = self.tally(("FAIL", "1..2\nok 1 - a\nnot ok 2 - b\n# because\n"))
        self.assertEqual((1, "1 passed, 1 failed"), (status, last))
        self.assertIn("not ok 2 - b", text)
        self.assertIn("# because", text)

    def test_skips_are_neither(self):
        status, text, last = self.tally(("OK", "1..2\nok 1 - a\nok 2 - b # SKIP no b here\n"))
        self.assertEqual((0, "1 passed, 0 failed"), (status, last))
        self.assertIn("no b here", text)

    def test_a_suite_without_tests_fails(self):
        for stdout in ("", "1..0\n", "nothing of the kind\n"):
            status, _, last = self.tally(("OK", stdout), ("OK", "ok 1 - a\n"))
            self.assertEqual((1, "1 passed, 1 failed"), (status, last))

    def test_a_suite_that_dies_fails(self):
        for result in ("ERROR", "TIMEOUT", "INTERRUPT"):
            status, text, last = self.tally((result, "ok 1 - a\n"))
            self.assertEqual((1, "1 passed, 1 failed"), (status, last))
            self.assertIn(result, text)

    def test_a_plan_is_kept(self):
        status, _, last = self.tally(("OK", "1..3\nok 1 - a\nok 2 - b\n"))
        self.assertEqual((1, "2 passed, 1 failed"), (status, last))

    def test_other_failures_count(self):
        status, text, last = self.tally(("OK", "ok 1 - a\n"),
                                        lines=["log\trun\t{}", "fail\tclang\tno build"])
        self.assertEqual((1, "1 passed, 1 failed"), (status, last))
        self.assertIn("no build", text)

    def test_nothing_is_a_failure(self):
        self.assertEqual((1, "0 passed, 0 failed"), self.tally(lines=[])[::2])
        self.assertEqual((1, "0 passed, 1 failed"), self.tally()[::2])
        self.assertEqual((1, "0 passed, 1 failed"), self.tally(lines=["log\trun\t{}.absent"])[::2])


class Usage(unittest.TestCase):
    def run_script(self, name, *arguments):
        return subprocess.run([SOURCE / "scripts" / name, *arguments], capture_output=True,
                              text=True, check=False)

    def test_help(self):
        for name in ("coverage", "demo", "fuzz", "mutate", "test"):
            for option in ("-h", "--help"):
                done = self.run_script(name, option)
                self.assertEqual((0, ""), (done.returncode, done.stderr))
                self.assertTrue(done.stdout.startswith(f"Usage: scripts/{name}"))

    def test_what_is_not_known_is_refused(self):
        for name in ("coverage", "demo", "fuzz", "mutate", "test"):
            for argument in ("--fast", "extra"):
                done = self.run_script(name, argument)
                self.assertEqual(2, done.returncode)
                self.assertRegex(done.stderr, f"^scripts/{name}: there is no .*'{argument}'.*; "
                                              f"see scripts/{name} --help\n$")

    def test_fuzz_refuses_what_it_cannot_do(self):
        for arguments, part in ((["--seconds"], "--seconds needs a number"),
                                (["--seconds", "0"], "found '0'"),
                                (["-s", "1e3"], "found '1e3'"),
                                (["--seconds=-5"], "found '-5'"),
                                (["csv", "--fast"], "no option or argument '--fast'"),
                                (["csv", "parquet"], "no target 'parquet', but: checkpoint config csv")):
            done = self.run_script("fuzz", *arguments)
            self.assertEqual((2, ""), (done.returncode, done.stdout))
            self.assertIn(part, done.stderr)
            self.assertTrue(done.stderr.endswith("; see scripts/fuzz --help\n"), done.stderr)


    def test_coverage_refuses_what_it_cannot_do(self):
        for arguments, part in ((["--bound"], "--bound needs a number"),
                                (["--bound", "101"], "found '101'"),
                                (["-b", "-5"], "found '-5'"),
                                (["--bound=1e3"], "found '1e3'"),
                                (["../gemm"], "there is no option or argument '../gemm'"),
                                (["gemm", "parquet"], "there is no option or argument 'parquet'")):
            done = self.run_script("coverage", *arguments)
            self.assertEqual((2, ""), (done.returncode, done.stdout))
            self.assertIn(part, done.stderr)
            self.assertTrue(done.stderr.endswith("; see scripts/coverage --help\n"), done.stderr)


class Coverage(Folder):
    """The summary of what gcov counted, of a program that is compiled here."""
    PROGRAM = """\
#include <stdlib.h>
#define LNT_TRY(call) do { if ((call) != 0) { return 1; } } while (0)
static int half(int x)
{
    if (x > 2) {
        return 1;
    }
    return 0;
}
int main(void)
{
    void *memory = malloc(8);
    if (memory == NULL) {
        return 3 /* LNT_ERR_MEMORY */;
    }
    free(memory);
    LNT_TRY(half(1));
    return half(2);
}
"""

    def setUp(self):
        super().setUp()
        (self.folder / "scripts").mkdir()
        (self.folder / "src/part").mkdir(parents=True)
        (self.folder / "build/src").mkdir(parents=True)
        shutil.copy(SOURCE / "scripts/coverage_summary.py", self.folder / "scripts")
        (self.folder / "src/part/half.c").write_text(self.PROGRAM, encoding="utf-8")
        if not shutil.which("gcov") or not shutil.which("gcc"):
            self.skipTest("no gcc or no gcov")
        for command in (["gcc", "-O0", "--coverage", "-c", "../src/part/half.c", "-o",
                         "src/half.o"], ["gcc", "--coverage", "src/half.o", "-o", "half"]):
            subprocess.run(command, cwd=self.folder / "build", check=True)

    def summary(self, *arguments):
        done = subprocess.run([sys.executable, self.folder / "scripts/coverage_summary.py",
                               *arguments, self.folder / "build"], check=False,
                              capture_output=True, text=True)
        self.assertEqual("", done.stderr)
        return done.returncode, done.stdout

    def test_counts(self):
        subprocess.run([self.folder / "build/half"], check=True)
        status, text = self.summary("--missing", self.folder / "missing")
        rows = {line.split()[0]: line.split()[1:] for line in text.splitlines() if "/" in line}
        # 11 lines, and the conditions at line 5, 13 and 17.
        self.assertEqual(["9/11", "81.8", "9/10", "90.0", "3/6", "50.0", "1/2", "50.0"],
                         rows["src/part"])
        self.assertEqual(rows["src/part"], rows["total"])
        self.assertIn("81.8  src/part/half.c: 6, 14", text)
        self.assertEqual(0, status)
        missing = (self.folder / "missing").read_text(encoding="utf-8").splitlines()
        self.assertEqual(["5: branch 1/2", "6: line", "13: call 1/2", "14: call line",
                          "17: call 1/2"],
                         [":".join(line.split(":")[1:3]) for line in missing])

    def test_the_bound_chooses_files(self):
        subprocess.run([self.folder / "build/half"], check=True)
        self.assertNotIn("half.c", self.summary("--bound", "81")[1])
        self.assertIn("half.c", self.summary("--bound", "82")[1])

    def test_no_run_is_a_failure(self):
        status, text = self.summary()
        self.assertEqual((1, "no line was executed: run the tests first\n"), (status, text))


class Fuzz(unittest.TestCase):
    def test_each_target_is_built_and_has_seeds_and_words(self):
        folder = SOURCE / "tests/fuzz"
        meson = (folder / "meson.build").read_text(encoding="utf-8")
        targets = sorted(path.stem[len("fuzz_"):] for path in folder.glob("fuzz_*.c"))
        self.assertGreater(len(targets), 4)
        for name in targets:
            self.assertRegex(meson, rf"\b(fuzz_)?{name}\b")
            self.assertGreater((folder / f"{name}.dict").stat().st_size, 0)
            self.assertTrue(any((folder / "corpus" / name).iterdir()), name)


class Provide(Folder):
    """`provide` with a made-up apt-get, id and sudo."""

    def setUp(self):
        super().setUp()
        self.bin = self.folder / "bin"
        self.bin.mkdir()

    def command(self, name, text):
        path = self.bin / name
        path.write_text("#!/bin/sh\n" + text + "\n", encoding="utf-8")
        path.chmod(0o755)

    def provide(self, needs):
        script = f"program=scripts/x; . {SOURCE}/scripts/lib.sh; provide '{needs}'; echo done"
        return subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=False,
                              env={**os.environ, "PATH": f"{self.bin}:{os.environ['PATH']}"})

    def make_installer(self):
        """An apt-get that only knows packages after an update, and keeps a record."""
        self.command("apt-get", f"""echo "$@" >> {self.folder}/record
case $1 in
update) touch {self.folder}/updated ;;
install) [ -e {self.folder}/updated ] || exit 100
    printf '#!/bin/sh\\n' > {self.bin}/novel && chmod +x {self.bin}/novel ;;
esac""")

    def test_nothing_to_do(self):
        self.command("apt-get", "exit 1")
        self.command("cc", "cat > /dev/null")
        self.command("pkg-config", '[ "$2" = known ]')
        done = self.provide("file:/dev/null a\ncommand:env b\nheader:x.h c\nmodule:known d")
        self.assertEqual("done\n", done.stdout)

    def test_root_installs(self):
        self.command("id", "echo 0")
        self.make_installer()
        done = self.provide("command:novel novel-package")
        self.assertEqual((0, "Installing novel-package\ndone\n"), (done.returncode, done.stdout))
        install = "install -y --no-install-recommends novel-package"
        self.assertEqual([install, "update", install],
                         (self.folder / "record").read_text(encoding="utf-8").splitlines())

    def test_sudo_without_password_installs(self):
        self.command("id", "echo 1000")
        self.command("sudo", '[ "$1" = -n ] && shift && exec "$@"')
        self.make_installer()
        self.assertEqual(0, self.provide("command:novel novel-package").returncode)

    def test_others_are_told(self):
        self.command("id", "echo 1000")
        self.command("sudo", "exit 1")
        self.make_installer()
        done = self.provide("command:novel novel-package\nmodule:no-such-module libnovel-dev\n"
                            "file:/dev/novel novel-package")
        self.assertEqual((1, ""), (done.returncode, done.stdout))
        self.assertIn("\n    sudo apt-get install -y --no-install-recommends "
                      "novel-package libnovel-dev\n", done.stderr)
        self.assertFalse((self.folder / "record").exists())

    def test_a_failed_installation_is_told(self):
        self.command("id", "echo 0")
        self.command("apt-get", "echo no such package; exit 100")
        done = self.provide("command:novel novel-package")
        self.assertEqual((1, "Installing novel-package\n"), (done.returncode, done.stdout))
        self.assertIn("no such package", done.stderr)
        self.assertIn("this failed: apt-get install", done.stderr)

    def test_an_installation_without_effect_is_told(self):
        self.command("id", "echo 0")
        self.command("apt-get", "exit 0")
        done = self.provide("command:novel novel-package")
        self.assertEqual(1, done.returncode)
        self.assertIn("still not found: novel-package", done.stderr)
