#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Prints which lines and branches of src/ were executed, from the counts of gcov.

Usage: coverage_summary.py [--bound PERCENT] [--missing FILE] BUILD

A branch is an edge of a condition in the code without optimization: an `if` has two, an operand of
`&&` two more. Templates (*.inc) are inlined many times: their copies' edges are added up. The second column of lines and of branches leaves out those of failing system calls
and allocations:

  - lines that return LNT_ERR_MEMORY or LNT_ERR_IO, or read errno;
  - branches of conditions whose next lines do so, and branches on the line of an allocation, of a
    JSON value that is made, or of a call of pthread_*, fdopen or fclose;
  - branches of LNT_TRY and of comparisons with LNT_OK. They forward the failure of a call. The
    condition that found the failure is in the function called, and is counted there.

They are left out whole, what was executed and what was not.
"""
import argparse
import json
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent
FORWARDS = re.compile(r"\bLNT_TRY\(|[!=]= LNT_OK\b")
FAILS = re.compile(r"\bLNT_ERR_(MEMORY|IO)\b|\berrno\b|\b\w*fail_(memory|errno|pool|zip)\(|\bno_memory\(")
ALLOCATES = re.compile(r"\b(\w*alloc\w*|strn?dup|lnt_pool_take|json_(object|array|string)|json_\w+_new|"
                       r"lnt_json_put|open_memstream|fdopen|fclose|pthread_\w+)\(")
CONDITION = re.compile(r"&&|\|\||\?|\b(if|for|while) \(")
NEXT_LINES = 2  # where the consequence of a condition begins
GROUP = 100     # files that one gcov reads


class File:
    """The counts of one source file, of all objects that it is compiled into."""

    def __init__(self):
        self.lines = defaultdict(int)
        self.branches = {}

    def add(self, line):
        number = line["line_number"]
        edges = [edge["count"] for edge in line["branches"] if not edge["throw"]]
        if len(edges) < len(line["branches"]):  # of a call, which an exception could leave
            edges = edges if len(edges) > 1 else []
        self.lines[number] += line["count"]
        known = self.branches.get(number, [])
        if len(known) == len(edges):
            edges = [a + b for a, b in zip(known, edges)]
        if len(edges) >= len(known):
            self.branches[number] = edges

    def missing_lines(self):
        return sorted(number for number, count in self.lines.items() if count == 0)


def read_counts(build):
    """{path below src: File} of all objects in the build."""
    notes = sorted(path.relative_to(build) for path in build.rglob("*.gcno")
                   if path.parts[len(build.parts)] == "src")
    files = defaultdict(File)
    for begin in range(0, len(notes), GROUP):
        done = subprocess.run(["gcov", "--json-format", "--stdout", "--branch-probabilities",
                               *notes[begin:begin + GROUP]], cwd=build, check=True,
                              capture_output=True, text=True)
        for text in done.stdout.splitlines():
            add_object(files, json.loads(text), build)
    return files


def add_object(files, counts, build):
    for source in counts["files"]:
        path = (build / source["file"]).resolve()
        if (SOURCE / "src") in path.parents:
            for line in source["lines"]:
                files[path.relative_to(SOURCE / "src")].add(line)


def fold_copies(file, text):
    """Adds up the edges of a line that gcov lists once for each copy of an inlined function."""
    for number, edges in file.branches.items():
        single = 2 * max(1, len(CONDITION.findall(text[number - 1])))
        if len(edges) > single and len(edges) % single == 0:
            file.branches[number] = [sum(edges[i::single]) for i in range(single)]


def is_failing_line(text, number):
    """Whether line `number`, counted from 1, is only for failing system calls and allocations."""
    return FAILS.search(text[number - 1]) is not None


def is_failing_branch(text, number):
    """Whether the condition on line `number`, counted from 1, is on a failing call."""
    line = text[number - 1]
    if FORWARDS.search(line) or ALLOCATES.search(line) or FAILS.search(line):
        return True
    for following in text[number:number + NEXT_LINES]:
        if FAILS.search(following):
            return True
        if following.strip() == "}" or ";" in following:
            return False
    return False


LINES, LINES_OUTSIDE, BRANCHES, BRANCHES_OUTSIDE = range(4)


class Total:
    """Executed and all: of lines and of branches, of all and of those outside failing calls."""

    def __init__(self):
        self.counts = [[0, 0] for _ in range(4)]

    def add(self, kind, edges):
        self.counts[kind][0] += sum(1 for count in edges if count > 0)
        self.counts[kind][1] += len(edges)

    def add_file(self, file, text):
        for number, count in file.lines.items():
            self.add(LINES, [count])
            if not is_failing_line(text, number):
                self.add(LINES_OUTSIDE, [count])
        for number, edges in file.branches.items():
            self.add(BRANCHES, edges)
            if not is_failing_branch(text, number):
                self.add(BRANCHES_OUTSIDE, edges)

    def percent(self, kind):
        executed, every = self.counts[kind]
        return 100 * executed / every if every else 100

    def row(self, name):
        cells = (f"{f'{executed}/{every}':>12}{self.percent(kind):6.1f}"
                 for kind, (executed, every) in enumerate(self.counts))
        return f"{name:16}" + " ".join(cells)


def ranges_of(numbers):
    """"3-5, 9" for 3, 4, 5, 9."""
    found = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in found)


def write_missing(path, files, texts):
    with open(path, "w", encoding="utf-8") as out:
        for name, file in sorted(files.items()):
            for number in sorted(file.lines):
                edges = file.branches.get(number, [])
                taken = sum(1 for count in edges if count > 0)
                if file.lines[number] == 0:
                    kind = "call line" if is_failing_line(texts[name], number) else "line"
                elif taken < len(edges):
                    kind = "call" if is_failing_branch(texts[name], number) else "branch"
                    kind += f" {taken}/{len(edges)}"
                else:
                    continue
                out.write(f"src/{name}:{number}: {kind}: {texts[name][number - 1].strip()}\n")


def print_summary(files, texts, bound):
    folders, every = defaultdict(Total), Total()
    heads = ("lines", "outside *", "branches", "outside *")
    print(" " * 16 + " ".join(f"{head:>12}{'%':>6}" for head in heads))
    for name, file in sorted(files.items()):
        folders[name.parts[0]].add_file(file, texts[name])
        every.add_file(file, texts[name])
    for folder, total in folders.items():
        print(total.row(f"src/{folder}"))
    print(every.row("total"))
    print("* failing system calls and allocations")
    print(f"\nFiles with less than {bound} % of their lines, and the lines never executed:")
    for name, file in sorted(files.items()):
        total = Total()
        total.add_file(file, texts[name])
        if total.percent(LINES) < bound:
            print(f"{total.percent(LINES):6.1f}  src/{name}: {ranges_of(file.missing_lines())}")


def main():
    parser = argparse.ArgumentParser(description="Prints the counts of gcov for src/.")
    parser.add_argument("--bound", type=int, default=99)
    parser.add_argument("--missing", help="file for the lines never executed")
    parser.add_argument("build", type=Path)
    options = parser.parse_args()
    files = read_counts(options.build.resolve())
    if not any(count for file in files.values() for count in file.lines.values()):
        print("no line was executed: run the tests first")
        return 1
    texts = {name: (SOURCE / "src" / name).read_text(encoding="utf-8").splitlines()
             for name in files}
    for name, file in files.items():
        if name.suffix == ".inc":
            fold_copies(file, texts[name])
    if options.missing:
        write_missing(options.missing, files, texts)
    print_summary(files, texts, options.bound)
    return 0


if __name__ == "__main__":
    sys.exit(main())
