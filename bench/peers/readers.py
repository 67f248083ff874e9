#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Reads one table as CSV and as .npy with Linnet, NumPy and pandas, in turns, in one process.

    bench/peers/readers.py build/src/liblinnet.so [--rows N] [--cols N] [--rounds N] [--cpu-time]
                           [--json FILE]

Linnet is called through its shared library. Numbers are normally distributed; CSV has them with 6
significant digits, as programs print them, with 17, and a hundred times them with 4 decimals; besides
whole numbers from 0 to 16. All read to f64; it is said whose numbers are not, to the bit, those of
the file. Files are in the page cache and one thread reads. Rates are medians over the rounds, ratios
are Linnet's rate over the other's within a round, with quartiles. A megabyte is 10^6 bytes of the
file. With many more rows than the 20,000 by default the C library
takes new memory from the system for each read, which costs both readers of .npy far more than the
reading (MALLOC_MMAP_THRESHOLD_ and MALLOC_TRIM_THRESHOLD_ in the environment keep it).
"""
import argparse
import ctypes
import json
import os
import statistics
import sys
import tempfile
import time

import numpy as np

try:
    import pandas
except ImportError:
    pandas = None

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tests",
                                "reference"))
from check_readers import Error, Tensor, load_library  # noqa: E402 (from the folder of the checks)


class Linnet:
    """The frame's memory as an array, without a copy; it is given back with the next read."""

    def __init__(self, path):
        self.library = load_library(path)
        self.frame = ctypes.c_void_p()

    def read(self, path):
        self.library.lnt_frame_destroy(self.frame)
        options, error = self.library.lnt_read_defaults(), Error()
        options.dtype = 2
        status = self.library.lnt_data_read(ctypes.byref(self.frame), os.fsencode(path), 0,
                                            ctypes.byref(options), ctypes.byref(error))
        if status != 0:
            sys.exit(error.message.decode())
        t: Tensor = self.library.lnt_frame_values(self.frame)
        memory = (ctypes.c_char * (8 * t.rows * t.cols)).from_address(t.data)
        return np.frombuffer(memory).reshape(t.rows, t.cols)


def readers_of(linnet, kind):
    if kind == "npy":
        return {"linnet": linnet.read, "numpy.load": np.load}
    readers = {"linnet": linnet.read,
               "numpy.loadtxt": lambda path: np.loadtxt(path, delimiter=",", ndmin=2)}
    if pandas is not None:
        readers["pandas.read_csv"] = lambda path: pandas.read_csv(path, header=None).to_numpy()
    return readers


def measure(readers, path, expected, rounds, clock):
    """Seconds of each reader by round, and which read other numbers than those that are there."""
    seconds, wrong = {name: [] for name in readers}, []
    for name, read in readers.items():  # a warm-up, and a check
        if not np.array_equal(read(path), expected):
            wrong.append(name)
    for turn in range(rounds):
        names = list(readers)
        for name in names if turn % 2 == 0 else reversed(names):
            begin = clock()
            readers[name](path)
            seconds[name].append(clock() - begin)
    return seconds, wrong


def quartiles(values):
    return statistics.quantiles(values, n=4, method="inclusive")


def report(kind, path, seconds, wrong):
    megabytes = os.path.getsize(path) * 1e-6
    results = []
    for name, times in seconds.items():
        low, median, high = quartiles([megabytes / t for t in times])
        ratio = quartiles([t / own for t, own in zip(times, seconds["linnet"])])
        note = "  (last bits differ)" if name in wrong else ""
        print(f"{kind:10} {name:16} {median:8.0f} MB/s ({low:.0f} to {high:.0f})   linnet is "
              f"{ratio[1]:6.2f} times as fast ({ratio[0]:.2f} to {ratio[2]:.2f}){note}", flush=True)
        results.append({"file": kind, "reader": name, "megabytes": megabytes, "rate": median,
                        "rate_low": low, "rate_high": high, "ratio": ratio[1],
                        "ratio_low": ratio[0], "ratio_high": ratio[2], "exact": name not in wrong})
    return results


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("library")
    parser.add_argument("--rows", type=int, default=20000)
    parser.add_argument("--cols", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--cpu-time", action="store_true")
    parser.add_argument("--json")
    given = parser.parse_args()
    clock = time.process_time if given.cpu_time else time.perf_counter
    linnet = Linnet(given.library)
    numbers = np.random.default_rng(0).standard_normal((given.rows, given.cols))
    print(f"numpy {np.__version__}, pandas {pandas.__version__ if pandas else 'not there'}, "
          f"{given.rows} rows of {given.cols}, {given.rounds} rounds, "
          f"{'CPU' if given.cpu_time else 'wall'} time, load {os.getloadavg()[0]:.1f}")
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for kind, digits, given_numbers in (
                ("npy", None, numbers), ("csv %.6g", "%.6g", numbers),
                ("csv %.17g", "%.17g", numbers), ("csv %.4f", "%.4f", 100 * numbers),
                ("csv %d", "%d", np.floor(17 * np.random.default_rng(1).random(numbers.shape)))):
            path = os.path.join(folder, "a." + kind[:3])
            expected = given_numbers
            if digits is None:
                np.save(path, given_numbers)
            else:
                np.savetxt(path, given_numbers, fmt=digits, delimiter=",")
                expected = np.array([[float(digits % x) for x in row] for row in given_numbers])
            results += report(kind, path, *measure(readers_of(linnet, kind[:3]), path, expected,
                                                   given.rounds, clock))
    if given.json:
        with open(given.json, "w", encoding="utf-8") as file:
            json.dump(results, file, indent=1)


if __name__ == "__main__":
    main()
