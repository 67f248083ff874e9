# SPDX-License-Identifier: MIT
"""What a campaign found: a table by folder, and the mutants that survived."""
import re
from collections import Counter

from sample import digest_of, folder_of

KILLED, TIMED_OUT, SURVIVED = "killed", "timed out", "survived"
SAME, REFUSED = "same object code", "does not compile"
LISTED = "listed as equivalent"
COLUMNS = (KILLED, TIMED_OUT, SURVIVED, LISTED, SAME, REFUSED)


def read_equivalents(path):
    """{"file: before -> after": reason} of a list of mutants that were read."""
    entries, name = {}, None
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        if re.match(r"\s+\S", line) and name:
            entries[name] = f"{entries[name]} {line.strip()}".strip()
        elif line.strip() and not line.startswith("#"):
            name = line.strip()
            entries[name] = ""
    return entries


def of_today(records, source):
    """The records of files that are still as they were when the mutant was tried."""
    digests = {}
    for record in records:
        file = record["file"]
        if file not in digests:
            path = source / file
            digests[file] = digest_of(path.read_text(encoding="utf-8")) if path.exists() else ""
        if record["key"].split()[1] == digests[file]:
            yield record


def name_of(record):
    return f"{record['file']}: {record['before']} -> {record['after']}"


def share(killed, all_):
    return f"{100 * killed / all_:.1f} %" if all_ else "-"


def report(records, equivalents):
    """The lines of the report of the records of a campaign."""
    table, survivors = {}, []
    for record in records:
        result = record["result"]
        if result == SURVIVED:
            if equivalents.get(name_of(record)):
                result = LISTED
            else:
                survivors.append(record)
        for folder in (folder_of(record["file"]), "all"):
            table.setdefault(folder, Counter())[result] += 1
    lines = [f"{'folder':12} mutants  killed timed out survived     rate   equivalent listed, "
             "proved; no build"]
    for folder in sorted(table, key=lambda name: (name == "all", name)):
        row = table[folder]
        killed = row[KILLED] + row[TIMED_OUT]
        counted = killed + row[SURVIVED]
        lines.append(f"{folder:12} {counted:7} {row[KILLED]:7} {row[TIMED_OUT]:9} "
                     f"{row[SURVIVED]:8} {share(killed, counted):>8}   "
                     f"{row[LISTED]:17}, {row[SAME]:6}; {row[REFUSED]:8}")
    if survivors:
        lines += ["", "Survivors:"]
    for record in sorted(survivors, key=lambda record: (record["file"], record["line"])):
        lines += [f"{record['file']}:{record['line']}: {record['before']}",
                  f"    -> {record['after']}"]
    return lines
