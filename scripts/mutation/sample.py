# SPDX-License-Identifier: MIT
"""Which mutants are tried: the same for the same sources and seed, spread over the folders."""
import hashlib
from collections import namedtuple
from pathlib import Path

from mutations import mutations_of
from source import statements_of

LEAST = 12  # mutants of each folder, if it has so many

# `before` and `after` are the whole lines, blanks made one: they name the mutant without its place.
# `suites` is {suite: which part of the lines that it executes is of this file}.
Mutant = namedtuple("Mutant", "file digest start end text line before after suites")


def folder_of(file):
    return file.split("/")[1]


def digest_of(text):
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def squeeze(text):
    return " ".join(text.split())


def describe(text, start, end, new):
    """(line from 1, the lines that change, the lines that they become)."""
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", end)
    return (text.count("\n", 0, start) + 1, squeeze(text[first:last]),
            squeeze(text[first:start] + new + text[end:last]))


def mutants_of(path, file, lines, totals):
    """The mutants of a file that suites execute; `lines` is {suite: lines of this file}."""
    text = path.read_text(encoding="utf-8")
    digest = digest_of(text)
    for statement in statements_of(text):
        place = set(statement.lines)
        suites = {suite: len(executed) / totals[suite] for suite, executed in lines.items()
                  if not statement.in_function or not place.isdisjoint(executed)}
        if suites:
            for start, end, new in mutations_of(text, statement):
                yield Mutant(file, digest, start, end, new, *describe(text, start, end, new), suites)


def key_of(mutant):
    return f"{mutant.file} {mutant.digest} {mutant.start} {mutant.end} {mutant.text}"


def candidates(source, coverage, seed):
    """{folder: mutants in the order in which they are tried}, one of each line."""
    files, totals = {}, {}
    for suite, lines in coverage.items():
        totals[suite] = sum(map(len, lines.values()))
        for file, executed in lines.items():
            files.setdefault(file, {})[suite] = set(executed)
    found = {}
    for file, lines in sorted(files.items()):
        if not Path(source, file).exists() or file.endswith(".h"):
            continue
        of_lines = {}
        for mutant in mutants_of(Path(source, file), file, lines, totals):
            rank = hashlib.sha256(f"{seed} {key_of(mutant)}".encode()).digest()
            of_lines[mutant.line] = min(of_lines.get(mutant.line, (rank, mutant)), (rank, mutant))
        found.setdefault(folder_of(file), []).extend(of_lines.values())
    return {folder: [mutant for _, mutant in sorted(ranked)] for folder, ranked in found.items()}


def quotas(found, count):
    """{folder: how many of its mutants}: LEAST each, and the rest in proportion to their lines."""
    least = {folder: min(LEAST, len(mutants)) for folder, mutants in found.items()}
    left = max(0, count - sum(least.values()))
    total = sum(len(mutants) for mutants in found.values()) or 1
    return {folder: min(len(mutants), least[folder] + round(left * len(mutants) / total))
            for folder, mutants in found.items()}
