# SPDX-License-Identifier: MIT
"""scripts/mutate: which mutants it makes, how it judges a suite, and what it reports."""
import os
import sys
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(os.environ["LINNET_SOURCE_ROOT"])
sys.path.insert(0, str(SOURCE / "scripts/mutation"))

import mutations  # noqa: E402
import report  # noqa: E402
import sample  # noqa: E402
import source  # noqa: E402
import suites  # noqa: E402

TEXT = """/* a < b */
#define LESS(a, b) ((a) < (b))
static const double rate = 0.75;
static int first(int n, const int *x)
{
    char room[64];
    for (int i = 0; i < n; i++) {
        if (x[i] > 1 && n != 2) {
            note(x, "1 < 2");
            return x[i] - 1;
        }
    }
    LNT_TRY(check(n, room));
    return LNT_ERR_NULL;
}
"""


def mutants(text):
    """{"original -> mutant"} of a text."""
    return {f"{text[start:end]} -> {new}" for statement in source.statements_of(text)
            for start, end, new in mutations.mutations_of(text, statement)}


class Mutations(unittest.TestCase):
    def test_what_is_changed(self):
        found = mutants(TEXT)
        for expected in ("0.75 -> 1.5", "0.75 -> 0.375", "0 -> 1", "< -> <=", "< -> >=",
                         "++ -> --", "> -> >=", "> -> <=", "1 -> 0", "1 -> 2", "&& -> ||",
                         "!= -> ==", "- -> +", "x[i] > 1 && n != 2 -> !(x[i] > 1 && n != 2)",
                         'note(x, "1 < 2"); -> ;', "LNT_TRY -> (void)", "n, room -> room, n",
                         "LNT_TRY(check(n, room)); -> ;", "LNT_ERR_NULL -> LNT_OK",
                         "LNT_ERR_NULL -> LNT_ERR_INVALID"):
            self.assertIn(expected, found)

    def test_what_is_left_alone(self):
        """Comments, texts, macros, sizes of arrays, pointers and lists of parameters."""
        one = "static int f(char *a, int b)\n{\n    char c[8];\n    // a < b\n}\n"
        self.assertEqual(set(), mutants(one))
        self.assertEqual(set(), mutants("#define N(a) ((a) < 1 && \\\n    2 > 1)\n"))
        self.assertEqual(set(), mutants('static const char *text = "1 < 2 + 3";\n'))
        self.assertFalse({found for found in mutants(TEXT) if found.startswith(("64", "2 "))} -
                         {"2 -> 3", "2 -> 1"})

    def test_a_statement_may_take_several_lines(self):
        """The one of the line that is executed counts for all of it."""
        text = "int f(int a)\n{\n    return a == 1 ||\n           a == 2;\n}\n"
        lines = [list(statement.lines) for statement in source.statements_of(text)]
        self.assertIn([3, 4], lines)

    def test_a_mutant_is_described_by_its_line(self):
        place = TEXT.index("<", TEXT.index("for"))
        self.assertEqual((7, "for (int i = 0; i < n; i++) {", "for (int i = 0; i >= n; i++) {"),
                         sample.describe(TEXT, place, place + 1, ">="))


class Sample(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="linnet-mutate-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        for name in ("src/a/one.c", "src/b/two.c"):
            (self.folder / name).parent.mkdir(parents=True)
            (self.folder / name).write_text(TEXT, encoding="utf-8")

    def test_only_lines_that_a_suite_executes(self):
        found = sample.candidates(self.folder, {"x": {"src/a/one.c": [7]}, "y": {}}, 1)
        self.assertEqual({"a"}, set(found))
        in_functions = [mutant for mutant in found["a"] if mutant.line > 3]
        self.assertEqual({7}, {mutant.line for mutant in in_functions})
        self.assertEqual({("x",)}, {tuple(mutant.suites) for mutant in found["a"]})

    def test_the_seed_decides(self):
        coverage = {"x": {"src/a/one.c": list(range(20)), "src/b/two.c": list(range(20))}}
        first, again, other = (sample.candidates(self.folder, coverage, seed) for seed in (1, 1, 2))
        self.assertEqual(first, again)
        self.assertNotEqual(first, other)
        for mutants_of_folder in first.values():
            lines = [mutant.line for mutant in mutants_of_folder]
            self.assertEqual(len(lines), len(set(lines)))

    def test_each_folder_has_its_part(self):
        found = {"large": [None] * 900, "small": [None] * 100, "tiny": [None] * 3}
        wanted = sample.quotas(found, 300)
        self.assertEqual(3, wanted["tiny"])
        self.assertGreaterEqual(wanted["small"], sample.LEAST)
        self.assertGreater(wanted["large"], 5 * wanted["small"])
        self.assertLess(abs(sum(wanted.values()) - 300), 5)


class Suites(unittest.TestCase):
    def test_judge(self):
        for lines, status, expected in (
                (["ok - a", "ok 2 - b (0.1s)"], 0, (2, None)),
                (["ok - a", "ok 2 - b # SKIP no b"], 0, (2, None)),
                (["ok - a", "not ok - b::c"], 1, (0, "b::c")),
                (["ok - a"], 1, (1, "status 1")),
                ([], 0, (0, None))):
            self.assertEqual(expected, suites.judge(lines, status))


class Report(unittest.TestCase):
    def record(self, result, after="b"):
        return {"key": "src/a/x.c 0", "file": "src/a/x.c", "line": 3, "before": "a",
                "after": after, "result": result}

    def test_counts(self):
        records = [self.record(result) for result in (
            report.KILLED, report.KILLED, report.TIMED_OUT, report.SURVIVED, report.SAME,
            report.REFUSED)] + [self.record(report.SURVIVED, "c")]
        lines = report.report(records, {"src/a/x.c: a -> c": "a reason"})
        self.assertRegex(lines[1], r"^a +4 +2 +1 +1 +75\.0 % +1, +1; +1$")
        self.assertRegex(lines[2], r"^all +4 +2 +1 +1 +75\.0 % +1, +1; +1$")
        self.assertEqual(["src/a/x.c:3: a", "    -> b"], lines[-2:])

    def test_the_list_of_equivalents(self):
        """Each has a reason, and its file is there."""
        entries = report.read_equivalents(SOURCE / "scripts/mutate.equivalent")
        for name, reason in entries.items():
            file, _, change = name.partition(": ")
            self.assertTrue((SOURCE / file).is_file(), name)
            self.assertIn(" -> ", change)
            self.assertGreater(len(reason), 15, name)


if __name__ == "__main__":
    unittest.main()
