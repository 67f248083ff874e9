#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the files of unittest cases that are named, and prints TAP."""
import sys
import unittest
from pathlib import Path


class TapResult(unittest.TestResult):
    """Prints a line for each test as it ends."""

    def __init__(self):
        super().__init__()
        self.number = 0

    def line(self, word, test, note="", details=""):
        self.number += 1
        print(f"{word} {self.number} - {test.id()}{note}", flush=True)
        for text in details.splitlines():
            print(f"# {text}", flush=True)

    def addSuccess(self, test):
        super().addSuccess(test)
        self.line("ok", test)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.line("not ok", test, details=self.failures[-1][1])

    def addError(self, test, err):
        super().addError(test, err)
        self.line("not ok", test, details=self.errors[-1][1])

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.line("ok", test, f" # SKIP {reason}")


def main():
    sys.dont_write_bytecode = True
    paths = [Path(argument) for argument in sys.argv[1:]]
    sys.path[:0] = [str(path.parent) for path in paths]
    suite = unittest.defaultTestLoader.loadTestsFromNames([path.stem for path in paths])
    count = suite.countTestCases()
    print(f"1..{count}", flush=True)
    result = TapResult()
    suite.run(result)
    return 0 if result.wasSuccessful() and result.number == count > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
