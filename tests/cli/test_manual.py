# SPDX-License-Identifier: MIT
"""The manual pages tell of the options that there are, and of no others."""
import re
import sys

from command import LINNET, SOURCE, CommandCase

PAGES = SOURCE / "src" / "cli" / "man"
sys.path.insert(0, str(PAGES))
import make_options  # noqa: E402 (from the folder of the pages)

VERBS = ["train", "cv", "lr", "predict", "evaluate", "info", "export", "import"]


def page(name):
    """The text of a page without its escapes."""
    text = (PAGES / name).read_text(encoding="utf-8")
    return re.sub(r"\\f[A-Z]", "", text.replace("\\-", "-"))


class Manual(CommandCase):
    def options_in_help(self, verb):
        text = self.succeed(verb, "--help").stdout
        return {match.group(2): match.group(3) for match in
                re.finditer(r"^ +(-\w, )?(--[\w-]+)(?:=(\S+))?  ", text, re.MULTILINE)}

    def test_same_options(self):
        for verb in VERBS:
            described = re.findall(r"^\.TP\n\.BR? .*?(--[\w-]+)(?: =(\w+))?$", page(f"linnet-{verb}.1"),
                                   re.MULTILINE)
            described = {name: value or None for name, value in described}
            shown = self.options_in_help(verb)
            self.assertIn("--help", shown)
            described.pop("--target", None) if verb not in ("train", "cv", "lr", "evaluate") else None
            self.assertEqual(shown, described, verb)

    def test_made_options_are_those_of_the_help(self):
        for verb in make_options.VERBS:
            self.assertEqual((PAGES / f"linnet-{verb}.1").read_text(encoding="utf-8"),
                             make_options.page_with(LINNET, verb),
                             "run src/cli/man/make_options.py")

    def test_every_verb_has_a_page(self):
        main_page = page("linnet.1")
        for verb in VERBS:
            self.assertIn(f".BR linnet-{verb} (1)", main_page)
            self.assertTrue((PAGES / f"linnet-{verb}.1").exists())
