#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the files of `data/readers` by NumPy (by struct where NumPy has no writer).

Usage: make_readers.py

Numbers count up from -2, from 0 where there is no sign, and are 0, 1, 0, 1, ... for truths, in the
order of C. `test_readers.c` knows them so.
"""
import gzip
import struct
from pathlib import Path

import numpy as np
from numpy.lib import format as npy

FOLDER = Path(__file__).resolve().parent / "data" / "readers"
DTYPES = "b1 i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8".split()


def count(dtype, *shape):
    numbers = np.arange(np.prod(shape)).reshape(shape)
    if dtype == "b1":
        numbers = numbers % 2
    elif not dtype.startswith("u"):
        numbers = numbers - 2
    return numbers.astype(dtype)


def save_version(name, array, version):
    with open(FOLDER / name, "wb") as file:
        npy.write_array(file, array, version=version)


def idx(type_code, array):
    head = struct.pack(f">BBBB{array.ndim}I", 0, 0, type_code, array.ndim, *array.shape)
    return head + array.astype(array.dtype.newbyteorder(">")).tobytes()


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    for dtype in DTYPES:
        for order, name in (("<", "little"), (">", "big")):
            np.save(FOLDER / f"{dtype}_{name}.npy",
                    count(dtype, 3, 2).astype(np.dtype(dtype).newbyteorder(order)))
    for order in "CF":
        np.save(FOLDER / f"rank1_{order}.npy", np.asarray(count("f4", 5), order=order))
        np.save(FOLDER / f"rank2_{order}.npy", np.asarray(count("f8", 4, 3), order=order))
        np.save(FOLDER / f"rank4_{order}.npy", np.asarray(count("i2", 2, 3, 2, 2), order=order))
    save_version("version2.npy", count("f4", 3, 2), (2, 0))
    save_version("version3.npy", count("f4", 3, 2), (3, 0))
    np.save(FOLDER / "rank0.npy", np.float64(3))
    np.save(FOLDER / "empty.npy", count("f4", 0, 2))
    np.save(FOLDER / "complex.npy", count("f4", 3, 2).astype("c8"))
    np.save(FOLDER / "text.npy", np.array(["one", "two"]))
    np.save(FOLDER / "records.npy", np.zeros(2, [("a", "f4"), ("b", "i4")]))
    np.save(FOLDER / "objects.npy", np.array([1, None], dtype=object), allow_pickle=True)
    np.save(FOLDER / "times.npy", np.array(["2020-01-01"], dtype="M8[D]"))
    arrays = {"x": count("f4", 4, 3), "y": count("u1", 4),
              "z": np.asfortranarray(count("f8", 4, 2, 2))}
    np.savez(FOLDER / "stored.npz", **arrays)
    np.savez_compressed(FOLDER / "deflated.npz", **arrays)
    np.savez(FOLDER / "rows.npz", x=count("f4", 4, 3), y=count("u1", 5))
    np.savez(FOLDER / "scalar.npz", x=count("f4", 4, 3), y=np.float64(3))
    (FOLDER / "u1.idx").write_bytes(idx(0x08, count("u1", 3, 2, 2)))
    for code, dtype in ((0x09, "i1"), (0x0B, "i2"), (0x0C, "i4"), (0x0D, "f4"), (0x0E, "f8")):
        (FOLDER / f"{dtype}.idx").write_bytes(idx(code, count(dtype, 3, 4)))
    (FOLDER / "u1.idx.gz").write_bytes(gzip.compress(idx(0x08, count("u1", 3, 2, 2)), mtime=0))


if __name__ == "__main__":
    main()
