#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes digits.csv, beside this script, from the copy that scikit-learn ships.

Usage: make_digits.py [DIGITS.CSV.GZ]
"""
import csv
import gzip
import pathlib
import sys

DEBIAN = "/usr/lib/python3/dist-packages/sklearn/datasets/data/digits.csv.gz"
HEADER = [f"pixel_{row}_{col}" for row in range(8) for col in range(8)] + ["digit"]


def main() -> int:
    source = sys.argv[1] if len(sys.argv) > 1 else DEBIAN
    target = pathlib.Path(__file__).resolve().parent / "digits.csv"
    with gzip.open(source, "rt", encoding="ascii", newline="") as lines:
        rows = [[int(field) for field in record] for record in csv.reader(lines)]
    if len(rows) != 1797 or any(len(row) != len(HEADER) for row in rows):
        sys.exit(f"{source}: expected 1797 rows of 65 columns")
    with open(target, "w", encoding="ascii", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows(rows)
    print(f"{target}: {len(rows)} rows of {len(HEADER)} columns")
    return 0


if __name__ == "__main__":
    sys.exit(main())
