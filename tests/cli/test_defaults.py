# SPDX-License-Identifier: MIT
"""Defaults and ranges that help, pages and headers state are those that the command has."""
import re

from command import SOURCE, CommandCase

# Defaults that are no number, or depend on the machine.
WORDS = {"max-optimizer-memory", "nesterov"}


class Defaults(CommandCase):
    def setUp(self):
        super().setUp()
        self.write("t.csv", "x,y\n" + "".join(f"{i},{i / 3}\n" for i in range(30)))

    def options_in_help(self):
        """The help of each option, its lines joined."""
        text = self.succeed("train", "--help").stdout
        found = re.findall(r"^ +(?:-\w, )?--([\w-]+)(?:=\S+)?\s((?:.*\n)(?:^ {30,}\S.*\n)*)", text,
                           re.MULTILINE)
        return {name: " ".join(words.split()) for name, words in found}

    def effective(self, *options):
        text = self.succeed("train", "t.csv", "-t", "y", "--task", "regress", "--dry-run",
                            *options).stdout
        return dict(re.findall(r"^([\w-]+) = (.*)$", text, re.MULTILINE))

    def stated(self, words, optimizer):
        """What the help says is the default of that optimizer; None if it says nothing."""
        match = re.search(r"by default ([\w.-]+)([^(;:]*)", words)
        if match is None:
            return None
        pairs = re.findall(r"([\d.e-]+) for ([a-z, ]+?)(?=, \d|$| \()", match[1] + match[2].rstrip())
        for value, names in pairs:
            if optimizer in re.split(r", | and ", names):
                return value
        rest = [value for value, names in pairs if names == "the others"]
        return rest[0] if rest else None if pairs else match[1]

    def test_optimizers(self):
        """Each number of each optimizer."""
        help_of = self.options_in_help()
        names = re.search(r"\((sgd, .*?) or auto", help_of["optimizer"])[1].split(", ")
        self.assertEqual(14, len(names))
        checked = set()
        for optimizer in names:
            values = self.effective("--optimizer", optimizer)
            at = list(values).index("optimizer")
            for option in list(values)[at + 1:list(values).index("schedule")]:
                stated = self.stated(help_of.get(option, ""), optimizer)
                if option in WORDS or f"no-{option}" in help_of or values[option] in ("yes", "no"):
                    continue
                if stated is None and "default: " in help_of[option]:
                    stated = re.search(r"default: ([^)]*)", help_of[option])[1]
                self.assertIsNotNone(stated, f"{optimizer}: --{option} states no default")
                same = stated == values[option] or (
                    values[option] != "auto" and float(stated) == float(values[option]))
                self.assertTrue(same, f"{optimizer}: --{option} is {values[option]}, help says "
                                f"{stated}")
                checked.add((optimizer, option))
        self.assertGreater(len(checked), 50)
        self.assertIn(("kfac", "damping"), checked)

    def test_ranges(self):
        """Just outside what the help states is refused, and so is what is no decimal number."""
        checked = 0
        for name, words in self.options_in_help().items():
            match = re.search(r"(from|above) ([\d.e+-]+)(?: (?:and )?(to below|up to|to) "
                              r"([\d.e+-]+))?\W", words)
            if match is None:
                continue
            if match[4] is None:  # no upper bound
                bad = [f"{float(match[2]) - 1:.17g}", "nan", "", f" {match[2]}", "1e999"]
                bad += [match[2]] if match[1] == "above" else []
                for value in bad:
                    done = self.run_command("train", "t.csv", "-t", "y", f"--{name}={value}")
                    self.assertEqual(2, done.returncode, f"--{name}={value}: {done.stderr}")
                    self.assertIn(f"option --{name}: expected ", done.stderr)
                checked += 1
                continue
            low, high = float(match[2]), float(match[4])
            bad = [f"{low - 1:.17g}", f"{high * 2 + 1:.17g}" if high < 1e99 else "inf", "nan"]
            bad += [f"0x{int(high) if high < 1e9 else 2:x}", f" {match[4]}", f"{match[4]} ", ""]
            bad += [match[2]] if match[1] == "above" else []
            bad += [match[4]] if match[3] == "to below" else []
            for value in bad:
                done = self.run_command("train", "t.csv", "-t", "y", f"--{name}={value}")
                self.assertEqual(2, done.returncode, f"--{name}={value}: {done.stderr}")
                self.assertIn(f"option --{name}: expected ", done.stderr)
            checked += 1
        self.assertGreater(checked, 50)
