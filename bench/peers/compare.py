#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Races Linnet and its peers over the same nets, data and steps, all in turns in one run. Run it with
the Python of the environment that `setup` has made; README.md says how it works."""
import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

import numpy as np

import contenders as racers
import problems

# Relative: of the loss, and of how far the parameters moved. f32 has some 1e-7 of a number, but less
# of its move; FANN has its learning rate in f32 whatever the net.
TOLERANCES = {"f32": (1e-5, 1e-2), "f64": (1e-7, 1e-6)}
INFERENCE_TOLERANCE = {"f32": 1e-5, "f64": 1e-13}
LEAST_ROUNDS = 7


def duration(seconds):
    for unit, name in ((1, "s"), (1e-3, "ms"), (1e-6, "us"), (1e-9, "ns")):
        if seconds >= unit or name == "ns":
            return f"{seconds / unit:.3g} {name}"


def times(value):
    return f"{value:.3g}" if value >= 100 else f"{value:.2f}"


class Entry:
    """A contender in one race."""

    def __init__(self, contender, child):
        self.contender, self.child = contender, child
        self.name = contender.name
        self.version = self.out = self.differs = None  # `out` says why it is not raced
        self.steps, self.seconds, self.cpu = 1, [], []
        self.loss = self.difference = None

    def attempt(self, action):
        """Does what may show that it cannot go on."""
        if self.out is None:
            try:
                action()
            except racers.Gone as reason:
                self.out = f"failed: {reason}"

    def open(self):
        word, _, rest = self.child.hear().partition(" ")
        if word == "cannot":
            self.out = rest
        elif word == "differs":
            self.differs = rest
        else:
            self.version = rest

    def try_out(self, patience):
        seconds, _ = self.child.run(1)
        seconds, _ = self.child.run(1) if seconds > patience else (seconds, 0)  # compiled by now
        if seconds > patience:
            self.out = f"{duration(seconds)} a step are beyond --patience"

    def measure(self, cpu_time):
        seconds, cpu = self.child.run(self.steps)
        self.seconds.append((cpu if cpu_time else seconds) / self.steps)
        self.cpu.append(cpu / max(seconds, 1e-9))

    def calibrate(self, slice_seconds):
        """Warms up, and finds how many steps fill a slice."""
        self.child.run(1)
        end = time.monotonic() + 4 * slice_seconds
        while True:
            seconds, _ = self.child.run(self.steps)
            if seconds < slice_seconds:
                self.steps = max(self.steps + 1, min(
                    10 * self.steps, int(1.1 * self.steps * slice_seconds / max(seconds, 1e-9))))
            elif time.monotonic() > end:
                break


class Race:
    """One net in one precision."""

    def __init__(self, task, dtype, options, children, folder):
        self.task, self.dtype, self.options = task, dtype, options
        self.inference = options.inference
        self.entries = [Entry(child.contender, child) for child in children]
        self.folder, self.path = folder, folder / "problem"
        self.start, self.target = problems.write(
            task, {"f32": np.float32, "f64": np.float64}[dtype], self.path)

    def settings(self, contender):
        task = self.task
        widths = ",".join(map(str, task.widths))
        return (f"widths={widths} rows={task.rows} dtype={self.dtype} hidden={task.hidden} "
                f"output={task.output} optimizer={task.optimizer} rate={task.rate!r} "
                f"mode={'inference' if self.inference else 'training'} "
                f"threads={self.options.threads} variant={contender.variant} data={self.path}")

    def open(self):
        for entry in self.entries:  # all load and compile at once
            entry.attempt(lambda: entry.child.tell("open " + self.settings(entry.contender)))
        for entry in self.entries:
            entry.attempt(entry.open)
        for entry in self.entries:
            entry.attempt(lambda: entry.try_out(self.options.patience))

    # --- equal work ---

    def result(self, entry):
        """What it has after the first steps from the start: parameters, and outputs."""
        path = self.folder / "result"
        steps = 0 if self.inference else self.options.check_steps
        entry.child.ask(f"check {steps} {path}")
        numbers = np.fromfile(path, self.start.dtype).astype(np.float64)
        path.unlink()
        parameters, outputs = np.split(numbers, [len(self.start)])
        return parameters, outputs.reshape(-1, self.task.widths[-1])

    def check(self):
        """Compares everyone's result with Linnet's; who did other work is out."""
        expected = None
        for entry in self.entries:
            def compare():
                nonlocal expected
                result = self.result(entry)
                expected = expected or result
                self.judge(entry, result, expected)
            entry.attempt(compare)

    def judge(self, entry, result, expected):
        (parameters, outputs), (their_parameters, their_outputs) = result, expected
        norm = np.linalg.norm
        if self.inference:
            entry.difference = norm(outputs - their_outputs) / norm(their_outputs)
            equal = entry.difference <= INFERENCE_TOLERANCE[self.dtype]
        else:
            entry.loss = float(np.mean((outputs - self.target) ** 2))
            loss = float(np.mean((their_outputs - self.target) ** 2))
            entry.difference = (norm(parameters - their_parameters) /
                                norm(their_parameters - self.start))
            of_loss, of_parameters = TOLERANCES[self.dtype]
            equal = (abs(entry.loss - loss) <= of_loss * loss and
                     entry.difference <= of_parameters)
        if not equal and not entry.differs:
            entry.out = (f"refused: other work, loss {entry.loss}, difference "
                         f"{entry.difference:.1e}")

    # --- times ---

    def measure(self):
        options, entries = self.options, self.entries
        for entry in entries:
            entry.attempt(lambda: entry.calibrate(options.slice))
        end, rounds = time.monotonic() + options.seconds, 0
        while rounds < options.rounds or time.monotonic() < end:
            # There and back, so that nobody always follows the same one.
            for entry in entries if rounds % 2 == 0 else entries[::-1]:
                time.sleep(options.pause)
                entry.attempt(lambda: entry.measure(options.cpu_time))
            rounds += 1

    def ratios(self, entry):
        """Their time over Linnet's, within each round: median and quartiles."""
        ratios = [theirs / ours for theirs, ours in zip(entry.seconds, self.entries[0].seconds)]
        return statistics.median(ratios), np.quantile(ratios, 0.25), np.quantile(ratios, 0.75)

    def require_linnet(self):
        """The first entry, to which all others are compared."""
        if self.entries[0].out:
            sys.exit(f"{racers.LINNET}: {self.entries[0].out}")

    def run(self):
        self.open()
        self.require_linnet()
        self.check()
        self.measure()
        self.require_linnet()
        raced = [entry for entry in self.entries if not entry.out]
        return sorted(raced, key=lambda entry: self.ratios(entry)[0])


# --- tables ---


def heading(race):
    task, options = race.task, race.options
    what = "inference, 1 row" if race.inference else f"{task.rows} rows {task.article} {task.unit}"
    return (f"{task.name}: {'-'.join(map(str, task.widths))}, {task.hidden}, {race.dtype}, {what}, "
            f"{options.threads} thread{'s' if options.threads > 1 else ''}")


def columns(race, entry, best):
    task, steps = race.task, race.options.check_steps
    seconds = statistics.median(entry.seconds)
    ratio, low, high = race.ratios(entry)
    name = f"**{entry.name}**" if entry is best else entry.name
    cells = {"contender": name + (" †" if entry.differs else ""),
             "forward" if race.inference else task.unit: duration(seconds),
             "times Linnet's": f"**{times(ratio)}**" if entry is best else times(ratio),
             "quartiles": f"{times(low)}–{times(high)}"}
    if race.options.workload == "mnist" and not race.inference:
        cells["samples/s"] = f"{task.rows / seconds:.4g}"
    cells["GF/s"] = f"{task.flops(race.inference) / seconds * 1e-9:.3g}"
    cells["cores"] = f"{statistics.median(entry.cpu):.2f}"
    if not race.inference:
        cells[f"loss after {steps} steps"] = f"{entry.loss:.7g}"
    cells["difference"] = f"{entry.difference:.0e}"
    return cells


def best_of(raced):
    return next((entry for entry in raced if entry.name != racers.LINNET and not entry.differs), None)


def print_table(race, raced):
    best = best_of(raced)
    table = [columns(race, entry, best) for entry in raced]
    print(f"\n### {heading(race)}\n\n| " + " | ".join(table[0]) + " |")
    print("|" + "---|" * len(table[0]))
    for row in table:
        print("| " + " | ".join(row.values()) + " |")
    notes = [f"† {entry.name}: {entry.differs}" for entry in raced if entry.differs]
    notes += [f"not raced: {entry.name}: {entry.out}" for entry in race.entries if entry.out]
    if notes:
        print("\n" + "  \n".join(notes))
    sys.stdout.flush()


def report(race, raced):
    best = best_of(raced)
    rows = []
    for entry in raced:
        ratio, low, high = race.ratios(entry)
        rows.append({"contender": entry.name, "version": entry.version, "differs": entry.differs,
                     "best_peer": entry is best, "seconds": statistics.median(entry.seconds),
                     "ratio": {"median": ratio, "low": low, "high": high},
                     "cores": statistics.median(entry.cpu), "steps_a_slice": entry.steps,
                     "all_seconds": entry.seconds, "loss": entry.loss,
                     "difference": entry.difference})
    return {"net": race.task.name, "widths": race.task.widths, "rows": race.task.rows,
            "dtype": race.dtype, "threads": race.options.threads, "inference": race.inference,
            "rounds": len(race.entries[0].seconds), "contenders": rows,
            "not_raced": {entry.name: entry.out for entry in race.entries if entry.out}}


# --- the command line ---


def names(known):
    def read(text):
        for name in text.split(","):
            if name not in known:
                raise argparse.ArgumentTypeError(f"expected names out of {','.join(known)}, found "
                                                 f"'{name}'")
        return text.split(",")
    return read


def read_options():
    parser = argparse.ArgumentParser(description=__doc__.partition(". ")[0] + ".")
    add = parser.add_argument
    add("--nets", type=names(problems.NETS), default=["T", "S", "M", "L"], metavar="LIST",
        help="out of T,S,M,L,XL; default T,S,M,L")
    add("--workload", choices=problems.WORKLOADS, help="in place of nets")
    add("--inference", action="store_true", help="forward of one row in place of training steps")
    add("--dtypes", type=names(["f32", "f64"]), default=["f32"], metavar="LIST",
        help="out of f32,f64; default f32")
    add("--threads", type=int, choices=(1, 2), default=1)
    add("--contenders", type=names(racers.CONTENDERS), default=list(racers.CONTENDERS),
        metavar="LIST", help="out of " + ",".join(racers.CONTENDERS) + "; default all")
    add("--linnet", metavar="PROGRAM", help="linnet_peer, if not the one that setup compiled")
    add("--seconds", type=float, default=10, help="at least for each table; default 10")
    add("--rounds", type=int, default=LEAST_ROUNDS, help=f"at least; default {LEAST_ROUNDS}")
    add("--slice", type=float, default=0.05, metavar="SECONDS",
        help="at least, of a contender in a round; default 0.05")
    add("--pause", type=float, metavar="SECONDS",
        help="before a slice, so that threads of the one before go to sleep; default 0.1 with more "
             "than one thread, else 0")
    add("--cpu-time", action="store_true",
        help="the processes' own time, for one thread on a busy machine")
    add("--patience", type=float, default=2, metavar="SECONDS",
        help="contenders that take longer for a step are left out; default 2")
    add("--check-steps", type=int, default=20, metavar="N",
        help="steps after which results are compared; default 20")
    add("--json", metavar="FILE")
    options = parser.parse_args()
    if options.cpu_time and options.threads > 1:
        parser.error("--cpu-time: expected --threads 1, found 2")
    if options.pause is None:
        options.pause = 0.1 if options.threads > 1 else 0
    if racers.LINNET not in options.contenders:
        options.contenders.insert(0, racers.LINNET)
    return options


def chosen(options, dtype):
    mode = "inference" if options.inference else "training"
    for contender in racers.CONTENDERS.values():  # Linnet first
        if contender.name not in options.contenders:
            continue
        if contender.name == racers.LINNET and options.linnet:
            contender = racers.Contender(racers.LINNET, os.path.abspath(options.linnet))
        if mode in contender.modes and dtype in contender.dtypes:
            if Path(contender.command(dtype)[-1]).exists():
                yield contender
            elif contender.name == racers.LINNET:
                sys.exit(f"{contender.command(dtype)[-1]}: not there; setup compiles it")
            else:
                print(f"not here: {contender.name}")


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        for line in file:
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor()


def main():
    options = read_options()
    header = {"date": datetime.now().isoformat(timespec="seconds"), "processor": processor(),
              "cores": os.cpu_count(), "load": os.getloadavg()[0], "argv": sys.argv[1:]}
    print(f"{header['date']}, {header['processor']}, {header['cores']} cores, load "
          f"{header['load']:.1f}; {options.threads} thread(s)")
    tasks = (problems.WORKLOADS[options.workload] if options.workload else
             [problems.NETS[name] for name in options.nets])
    reports, versions = [], {}
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        for dtype in options.dtypes:
            children = [racers.Child(contender, dtype, options.threads, folder / contender.name)
                        for contender in chosen(options, dtype)]
            for task in tasks:
                race = Race(task, dtype, options, children, folder)
                raced = race.run()
                print_table(race, raced)
                reports.append(report(race, raced))
                versions.update({entry.name: entry.version for entry in raced if entry.version})
                children = [child for child in children if child.process.poll() is None]
            for child in children:
                child.end()
    print("\n" + ", ".join(sorted(set(versions.values()))) +
          f"; load at the end {os.getloadavg()[0]:.1f}")
    if options.json:
        header["load_after"] = os.getloadavg()[0]
        Path(options.json).write_text(json.dumps({**header, "races": reports}, indent=1) + "\n",
                                      encoding="ascii")


if __name__ == "__main__":
    main()
