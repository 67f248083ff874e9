# SPDX-License-Identifier: MIT
"""A campaign of mutations: scripts/mutate --help says what it does."""
import argparse
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from coverage import digest_of_library, measure, stamp_of
from report import (KILLED, REFUSED, SAME, SURVIVED, TIMED_OUT, of_today, read_equivalents,
                    report)
from sample import candidates, folder_of, key_of, quotas
from suites import LONGEST, suites_of

ROOT = Path(__file__).resolve().parents[2]
FOLDER = (ROOT / "build-mutate").resolve()
SOURCE, COVERAGE, BUILD = FOLDER / "source", FOLDER / "coverage", FOLDER / "build"
RECORDS, TEMPORARY = FOLDER / "mutants.jsonl", FOLDER / "tmp"
EQUIVALENTS = ROOT / "scripts/mutate.equivalent"
PRODUCTS = ("src/liblinnet.a", "src/cli/linnet")
OPTIONS = ["-Dbuildtype=plain", "-Db_ndebug=true", "-Ddefault_library=static", "-Dcli=enabled",
           "-Dtests=enabled", "-Dbench=disabled", "-Dexamples=disabled"]
# An argument of another type is no mutant: the compiler finds it.
ARGUMENTS = "-O1 -w -Werror=incompatible-pointer-types -Werror=int-conversion"
SLOWER = 5  # times its usual seconds, and a suite has timed out
PATIENCE = 10  # seconds that each suite has at least
LINKING = 0.5  # seconds before a suite can run


def tell(text):
    print(text, flush=True)


def copy_sources():
    """Brings the copy up to date; only what differs is written, so that ninja builds only that."""
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                            cwd=ROOT, check=True, capture_output=True).stdout
    names = {name for name in listed.decode().split("\0") if name and (ROOT / name).is_file()}
    for name in sorted(names):
        old, new = SOURCE / name, (ROOT / name).read_bytes()
        if not old.exists() or old.read_bytes() != new:
            old.parent.mkdir(parents=True, exist_ok=True)
            old.write_bytes(new)
            shutil.copymode(ROOT / name, old)
    for path in [path for path in SOURCE.rglob("*") if path.is_file()]:
        if str(path.relative_to(SOURCE)) not in names:
            path.unlink()


def ninja(build, *targets):
    """Whether the build of these targets succeeds."""
    done = subprocess.run(["ninja", "-C", build, *targets], check=False, capture_output=True,
                          text=True)
    (FOLDER / f"{build.name}.log").write_text(done.stdout + done.stderr, encoding="utf-8")
    return done.returncode == 0


def make_build(build, *options):
    if not (build / "build.ninja").exists():
        tell(f"Configuring {build.name}")
        subprocess.run(["meson", "setup", build, SOURCE, *OPTIONS, *options], check=True,
                       stdout=subprocess.DEVNULL, env={**os.environ, "CC": "gcc"})
    tell(f"Building {build.name}")
    if not ninja(build):
        sys.exit(f"scripts/mutate: the build failed; see {FOLDER}/{build.name}.log")


def usual_runs(suites):
    """{suite: (cases, seconds)} of the suites without a mutation, measured where they changed."""
    path = FOLDER / "usual.json"
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    library = digest_of_library(SOURCE)
    for suite in suites:
        stamp = stamp_of(library, suite)
        if known.get(suite.name, {}).get("stamp") != stamp:
            cases, failure, seconds = suite.run(TEMPORARY, LONGEST)
            tell(f"{suite.name}: {failure or f'{cases} cases'}, {seconds:.1f} s")
            known[suite.name] = {"stamp": stamp, "cases": cases, "seconds": seconds,
                                 "failure": failure}
            path.write_text(json.dumps(known), encoding="utf-8")
    return {suite.name: (known[suite.name]["cases"], known[suite.name]["seconds"])
            for suite in suites if not known[suite.name]["failure"] and known[suite.name]["cases"]}


def digests():
    return [hashlib.sha256((BUILD / name).read_bytes()).digest() for name in PRODUCTS]


def in_order(mutant, suites, usual):
    """First the suites named like the file, then those that are quick and mostly about it."""
    words = set(Path(mutant.file).stem.split("_"))

    def rank(suite):
        seconds = LINKING + usual[suite.name][1]
        return words.isdisjoint(suite.name.split("_")), seconds / mutant.suites[suite.name]

    return sorted((suite for suite in suites if suite.name in mutant.suites and suite.name in usual),
                  key=rank)


def try_mutant(mutant, suites, usual, original):
    """(result, the suite and case that noticed) of a mutant."""
    path = SOURCE / mutant.file
    text = path.read_text(encoding="utf-8")
    path.write_text(text[:mutant.start] + mutant.text + text[mutant.end:], encoding="utf-8")
    try:
        if not ninja(BUILD, *PRODUCTS):
            return REFUSED, ""
        if digests() == original:
            return SAME, ""
        for suite in in_order(mutant, suites, usual):
            if not ninja(BUILD, *suite.targets):
                return REFUSED, suite.name
            cases, seconds = usual[suite.name]
            passed, failure, _ = suite.run(TEMPORARY, max(PATIENCE, SLOWER * seconds))
            if failure == "timeout":
                return TIMED_OUT, suite.name
            if failure or passed != cases:
                return KILLED, f"{suite.name}: {failure or f'{passed} of {cases} cases'}"
        return SURVIVED, ""
    finally:
        path.write_text(text, encoding="utf-8")
        shutil.rmtree(TEMPORARY, ignore_errors=True)


def read_records():
    """{key: record}, the last of each; a line that a kill cut short is left out."""
    records = {}
    for line in RECORDS.read_text(encoding="utf-8").splitlines() if RECORDS.exists() else ():
        try:
            record = json.loads(line)
            records[record["key"]] = record
        except ValueError:
            pass
    return records


def record_of(mutant, suites, usual, original):
    started = time.monotonic()
    result, noticed = try_mutant(mutant, suites, usual, original)
    record = {"key": key_of(mutant), "file": mutant.file, "line": mutant.line,
              "before": mutant.before, "after": mutant.after, "result": result, "by": noticed,
              "seconds": round(time.monotonic() - started, 1)}
    with RECORDS.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(record) + "\n")
    tell(f"{record['file']}:{record['line']}: {record['after']}: {result}"
         f"{f' by {noticed}' if noticed else ''}, {record['seconds']} s")
    return record


def next_mutant(found, wanted, records):
    """The next one of the folder that is furthest behind, or None when all are done."""
    behind = None
    for folder, mutants in sorted(found.items()):
        done = [records[key_of(mutant)]["result"] for mutant in mutants if key_of(mutant) in records]
        counted = sum(result not in (SAME, REFUSED) for result in done)
        left = [mutant for mutant in mutants if key_of(mutant) not in records]
        if left and counted < wanted[folder] and (not behind or counted / wanted[folder] < behind[0]):
            behind = counted / wanted[folder], left[0]
    return behind and behind[1]


def run(arguments):
    copy_sources()
    make_build(COVERAGE, "-Db_coverage=true", "-Dc_args=-O1 -w")
    make_build(BUILD, f"-Dc_args={ARGUMENTS}")
    coverage = measure(COVERAGE, SOURCE, FOLDER, FOLDER / "coverage.json", tell)
    suites = suites_of(BUILD)
    usual = usual_runs(suites)
    original = digests()
    found = candidates(SOURCE, coverage, arguments.seed)
    records = read_records()
    if arguments.survivors:
        for mutants in found.values():
            for mutant in mutants:
                if records.get(key_of(mutant), {}).get("result") == SURVIVED:
                    record_of(mutant, suites, usual, original)
        return
    wanted = quotas(found, arguments.count)
    while mutant := next_mutant(found, wanted, records):
        records[key_of(mutant)] = record_of(mutant, suites, usual, original)


def main():
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--survivors", action="store_true")
    parser.add_argument("--report", action="store_true")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("scripts/mutate: ended by SIGTERM"))
    FOLDER.mkdir(exist_ok=True)
    if not arguments.report:
        run(arguments)
    records = of_today(read_records().values(), SOURCE)
    lines = report(records, read_equivalents(EQUIVALENTS))
    (FOLDER / "report.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
