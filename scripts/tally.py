#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Counts single test cases in the logs of `meson test`.

Usage: tally.py FILE, where each line of FILE is one of
    log<TAB>NAME<TAB>PATH      a testlog.json, whose tests all print TAP
    fail<TAB>NAME<TAB>REASON   something else that failed

The last line printed is "N passed, N failed"; the exit status is 0 if none failed and some passed.
"""
import json
import re
import sys

CASE = re.compile(r"(not )?ok\b(?:\s+\d+)?([^#]*)(#\s*(?:SKIP|TODO)\b.*)?", re.IGNORECASE)
PLAN = re.compile(r"1\.\.(\d+)")
DETAILS = 15


def details_of(lines):
    """The lines of each failed case and those that follow it, and of each that was skipped."""
    shown, room = [], 0
    for line in lines:
        case = CASE.match(line)
        if case:
            room = DETAILS if case[1] and not case[3] else 1 if case[3] else 0
        if room > 0:
            shown.append(line)
            room -= 1
    return shown


def count_suite(suite):
    """(passed, failed, skipped, lines to print) of one executable or script."""
    lines = suite.get("stdout", "").splitlines()
    cases = [match for match in map(CASE.match, lines) if match]
    plans = [int(match[1]) for match in map(PLAN.match, lines) if match]
    skipped = sum(1 for case in cases if case[3])
    failed = sum(1 for case in cases if case[1] and not case[3])
    passed = len(cases) - failed - skipped
    details = details_of(lines)
    complaint = ""
    if suite["result"] not in ("OK", "SKIP") and failed == 0:
        complaint = f"ended with {suite['result']}"
        details += suite.get("stderr", "").splitlines()[-DETAILS:]
    elif not cases:
        complaint = "reported no tests"
    elif plans and plans[0] != len(cases):
        complaint = f"planned {plans[0]} tests and reported {len(cases)}"
    return passed, failed + bool(complaint), skipped, [complaint] * bool(complaint) + details


def count_log(name, path):
    """(passed, failed) of one run; prints its line, and what failed or was skipped."""
    totals = [0, 0, 0]
    complaints = []
    try:
        with open(path, encoding="utf-8") as log:
            suites = [json.loads(line) for line in log]
    except (OSError, ValueError) as error:
        suites = []
        complaints.append(f"no readable log: {error}")
    for suite in suites:
        *counts, details = count_suite(suite)
        totals = [a + b for a, b in zip(totals, counts)]
        complaints += [f"{suite['name']}: {line}" for line in details]
    if not suites:
        totals[1] = 1
        complaints = complaints or ["no tests ran"]
    print("{}: {} passed, {} failed, {} skipped".format(name, *totals))
    for complaint in complaints:
        print(f"    {complaint}")
    return totals[0], totals[1]


def main(path):
    passed = failed = 0
    with open(path, encoding="utf-8") as runs:
        for line in runs:
            kind, name, rest = line.rstrip("\n").split("\t", 2)
            if kind == "log":
                more_passed, more_failed = count_log(name, rest)
                passed, failed = passed + more_passed, failed + more_failed
            else:
                print(f"{name}: failed\n    {rest}")
                failed += 1
    print(f"{passed} passed, {failed} failed")
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
