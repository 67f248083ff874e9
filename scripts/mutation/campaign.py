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
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from coverage import digest_of_library, measure, stamp_of
from report import (KILLED, REFUSED, SAME, SURVIVED, TIMED_OUT, of_today, read_equivalents,
                    report)
from sample import candidates, folder_of, key_of, quotas
from suites import LONGEST, suites_of

ROOT = Path(__file__).resolve().parents[2]
FOLDER = (ROOT / "build-mutate").resolve()
SOURCE, COVERAGE, BUILD = FOLDER / "source", FOLDER / "coverage", FOLDER / "build"
RECORDS = FOLDER / "mutants.jsonl"
EQUIVALENTS = ROOT / "scripts/mutate.equivalent"
LIBRARY, COMMAND = ("src/liblinnet.a",), ("src/cli/linnet",)
OPTIONS = ["-Dbuildtype=plain", "-Db_ndebug=true", "-Ddefault_library=static", "-Dcli=enabled",
           "-Dtests=enabled", "-Dbench=disabled", "-Dexamples=disabled"]
# An argument of another type is no mutant: the compiler finds it.
ARGUMENTS = "-O1 -Werror=incompatible-pointer-types -Werror=int-conversion -Werror=format"
SLOWER = 5  # times its usual seconds, and a suite has timed out
PATIENCE = 30  # seconds that each suite has at least
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
    build.with_suffix(".log").write_text(done.stdout + done.stderr, encoding="utf-8")
    return done.returncode == 0


def must_build(build, *targets):
    if targets and not ninja(build, *targets):
        sys.exit(f"scripts/mutate: the build failed; see {build.with_suffix('.log')}")


def configure(build, *options):
    """Suites are built when they are needed."""
    if not (build / "build.ninja").exists():
        tell(f"Configuring {build.name}")
        subprocess.run(["meson", "setup", build, SOURCE, *OPTIONS, *options], check=True,
                       stdout=subprocess.DEVNULL, env={**os.environ, "CC": "gcc"})
    must_build(build, "build.ninja")


def usual_runs(suites):
    """{suite: (cases, seconds)} of the suites without a mutation, measured where they changed."""
    path = FOLDER / "usual.json"
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    library = digest_of_library(SOURCE)
    for suite in suites:
        stamp = stamp_of(library, suite)
        if known.get(suite.name, {}).get("stamp") != stamp:
            must_build(BUILD, *suite.targets)
            cases, failure, seconds = suite.run(FOLDER / "tmp", LONGEST)
            tell(f"{suite.name}: {failure or f'{cases} cases'}, {seconds:.1f} s")
            known[suite.name] = {"stamp": stamp, "cases": cases, "seconds": seconds,
                                 "failure": failure}
            path.write_text(json.dumps(known), encoding="utf-8")
    return {suite.name: (known[suite.name]["cases"], known[suite.name]["seconds"])
            for suite in suites if not known[suite.name]["failure"] and known[suite.name]["cases"]}


class Bench:
    """A copy of the sources and of the build in which one mutant at a time is tried."""

    def __init__(self, number, suites, usual):
        folder = FOLDER if number == 0 else FOLDER / f"copy-{number}"
        self.source, self.build, self.temporary = folder / "source", folder / "build", folder / "tmp"
        if number > 0:
            # Paths in the build are relative, and times are kept: nothing is built anew.
            for old, new in ((SOURCE, self.source), (BUILD, self.build)):
                shutil.rmtree(new, ignore_errors=True)
                new.parent.mkdir(exist_ok=True)
                subprocess.run(["cp", "-a", old, new], check=True)
        self.suites = [suite.moved(f"{FOLDER}/", f"{folder}/") for suite in suites]
        self.usual = usual
        must_build(self.build, *LIBRARY, *COMMAND)
        self.original = {products: self.digests(products) for products in (LIBRARY, COMMAND)}

    def digests(self, products):
        return [hashlib.sha256((self.build / name).read_bytes()).digest() for name in products]

    def attempt(self, mutant):
        """(result, the suite and case that noticed) of a mutant."""
        path = self.source / mutant.file
        text = path.read_text(encoding="utf-8")
        path.write_text(text[:mutant.start] + mutant.text + text[mutant.end:], encoding="utf-8")
        products = COMMAND if folder_of(mutant.file) == "cli" else LIBRARY
        try:
            if not ninja(self.build, *products):
                return REFUSED, ""
            if self.digests(products) == self.original[products]:
                return SAME, ""
            return self.run_suites(mutant)
        finally:
            path.write_text(text, encoding="utf-8")
            shutil.rmtree(self.temporary, ignore_errors=True)

    def run_suites(self, mutant):
        for suite in in_order(mutant, self.suites, self.usual):
            if not ninja(self.build, *suite.targets):
                return REFUSED, suite.name
            cases, seconds = self.usual[suite.name]
            passed, failure, _ = suite.run(self.temporary, max(PATIENCE, SLOWER * seconds))
            if failure == "timeout":
                return TIMED_OUT, suite.name
            if failure or passed != cases:
                return KILLED, f"{suite.name}: {failure or f'{passed} of {cases} cases'}"
        return SURVIVED, ""


def in_order(mutant, suites, usual):
    """First the suites named like the file, then those that are quick and mostly about it."""
    words = set(Path(mutant.file).stem.split("_"))

    def rank(suite):
        seconds = LINKING + usual[suite.name][1]
        return words.isdisjoint(suite.name.split("_")), seconds / mutant.suites[suite.name]

    return sorted((suite for suite in suites if suite.name in mutant.suites and suite.name in usual),
                  key=rank)


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


def record_of(bench, mutant):
    started = time.monotonic()
    result, noticed = bench.attempt(mutant)
    record = {"key": key_of(mutant), "file": mutant.file, "line": mutant.line,
              "before": mutant.before, "after": mutant.after, "result": result, "by": noticed,
              "seconds": round(time.monotonic() - started, 1)}
    tell(f"{record['file']}:{record['line']}: {record['after']}: {result}"
         f"{f' by {noticed}' if noticed else ''}, {record['seconds']} s")
    return record


def survivors(found, records):
    return [mutant for mutants in found.values() for mutant in mutants
            if records.get(key_of(mutant), {}).get("result") == SURVIVED]


def drawn(found, wanted, records, taken):
    """Mutants without end, each of the folder that is furthest behind."""
    while True:
        behind = []
        for folder, mutants in sorted(found.items()):
            keys = [key_of(mutant) for mutant in mutants]
            left = [mutant for mutant, key in zip(mutants, keys) if key not in taken]
            counted = sum(key in taken and records.get(key, {}).get("result") not in (SAME, REFUSED)
                          for key in keys)
            if left and counted < wanted[folder]:
                behind.append((counted / wanted[folder], folder, left[0]))
        if not behind:
            return
        yield min(behind, key=lambda entry: entry[:2])[2]


class Queue:
    """Hands out mutants to the benches, and keeps the records."""

    def __init__(self, records, mutants, taken):
        self.records, self.mutants, self.taken = records, mutants, taken
        self.lock = threading.Lock()

    def work(self, bench):
        while True:
            with self.lock:
                mutant = next(self.mutants, None)
                if mutant is None:
                    return
                self.taken.add(key_of(mutant))
            record = record_of(bench, mutant)
            with self.lock:
                self.records[record["key"]] = record
                with RECORDS.open("a", encoding="utf-8") as stream:
                    stream.write(json.dumps(record) + "\n")


def run(arguments):
    copy_sources()
    configure(COVERAGE, "-Db_coverage=true", "-Dc_args=-O1 -w")
    configure(BUILD, f"-Dc_args={ARGUMENTS}")
    coverage = measure(COVERAGE, SOURCE, FOLDER, FOLDER / "coverage.json", must_build, tell)
    suites = suites_of(BUILD)
    usual = usual_runs(suites)
    benches = [Bench(number, suites, usual) for number in range(arguments.jobs)]
    found = candidates(SOURCE, coverage, arguments.seed)
    records, taken = read_records(), set()
    if arguments.survivors:
        mutants = iter(survivors(found, records))
    else:
        taken.update(records)
        mutants = drawn(found, quotas(found, arguments.count), records, taken)
    queue = Queue(records, mutants, taken)
    with ThreadPoolExecutor(arguments.jobs) as pool:
        try:
            for done in [pool.submit(queue.work, bench) for bench in benches]:
                done.result()
        finally:
            queue.mutants = iter(())  # whatever ended it: those at hand are the last


def main():
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
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
