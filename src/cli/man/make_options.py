#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Puts what `linnet COMMAND --help` says of the options into the manual pages of commands that have many:

    src/cli/man/make_options.py build/src/cli/linnet
"""
import re
import subprocess
import sys
from pathlib import Path

PAGES = Path(__file__).resolve().parent
COMMANDS = ["train", "cv", "lr", "export", "import"]
BEGIN, END = '.\\" Options: made by make_options.py.\n', '.\\" End of what is made.\n'


def escape(text):
    return text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")


def entry(letter, name, value, text):
    short = f'\\-{letter} ", " ' if letter else ""
    label = f"\\-\\-{escape(name)}"
    if value:
        return f".TP\n.BR {short}{label} =\\fI{value}\\fR\n{escape(text)}.\n"
    return f".TP\n.{'BR' if letter else 'B'} {short}{label}\n{escape(text)}.\n"


def options(linnet, command):
    """The help's groups and options, its broken lines joined, as groff."""
    lines = subprocess.run([linnet, command, "--help"], check=True, capture_output=True, text=True,
                           env={"COLUMNS": "80"}).stdout.splitlines()
    result, pending = "", None
    for line in lines + ["End:"]:
        option = re.match(r"^  (?:-(\w), |    )--([\w-]+)(?:=(\S+))?(?:\s+(\S.*))?$", line)
        heading = re.match(r"^(\w[\w ]*):$", line)
        if (option or heading or not line.strip()) and pending:
            result += entry(*pending)
            pending = None
        if option:
            pending = [option[1], option[2], option[3], option[4] or ""]
        elif heading and heading[1] not in ("Example", "End"):
            result += f".SS {heading[1]}\n"
        elif pending and line.strip():
            pending[3] = f"{pending[3]} {line.strip()}".strip()
    return result


def page_with(linnet, command):
    text = (PAGES / f"linnet-{command}.1").read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    return before + BEGIN + options(linnet, command) + END + after


if __name__ == "__main__":
    for name in COMMANDS:
        text = page_with(sys.argv[1], name)
        (PAGES / f"linnet-{name}.1").write_text(text, encoding="utf-8")
