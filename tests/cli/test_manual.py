# SPDX-License-Identifier: MIT
"""The manual pages tell of the options that there are, and of no others."""
import re
import sys

from command import LINNET, SOURCE, CommandCase

PAGES = SOURCE / "src" / "cli" / "man"
sys.path.insert(0, str(PAGES))
import make_options  # noqa: E402 (from the folder of the pages)

COMMANDS = ["train", "cv", "lr", "predict", "evaluate", "info", "export", "import"]


def page(name):
    """The text of a page without its escapes."""
    text = (PAGES / name).read_text(encoding="utf-8")
    return re.sub(r"\\f[A-Z]", "", text.replace("\\-", "-"))


class Manual(CommandCase):
    def options_in_help(self, command):
        text = self.succeed(command, "--help").stdout
        return {match.group(2): match.group(3) for match in
                re.finditer(r"^ +(-\w, )?(--[\w-]+)(?:=(\S+))?  ", text, re.MULTILINE)}

    def test_same_options(self):
        for command in COMMANDS:
            described = re.findall(r"^\.TP\n\.BR? .*?(--[\w-]+)(?: =(\w+))?$", page(f"linnet-{command}.1"),
                                   re.MULTILINE)
            described = {name: value or None for name, value in described}
            shown = self.options_in_help(command)
            self.assertIn("--help", shown)
            described.pop("--target", None) if command not in ("train", "cv", "lr", "evaluate") else None
            self.assertEqual(shown, described, command)

    def test_made_options_are_those_of_the_help(self):
        for command in make_options.COMMANDS:
            self.assertEqual((PAGES / f"linnet-{command}.1").read_text(encoding="utf-8"),
                             make_options.page_with(LINNET, command),
                             "run src/cli/man/make_options.py")

    def test_every_command_has_a_page(self):
        main_page = page("linnet.1")
        for command in COMMANDS:
            self.assertIn(f".BR linnet-{command} (1)", main_page)
            self.assertTrue((PAGES / f"linnet-{command}.1").exists())
