#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Reads mutated .npy files by numpy.load(allow_pickle=False) and by lnt_data_read, and compares.

Usage: check_readers.py LIBRARY [COUNT [SEED]]

LIBRARY is liblinnet.so. Needs numpy; run by hand, as no test depends on it. COUNT files (default
20000) are made from arrays of every dtype, byte order, order of elements and rank up to 4, by
flipped bits, changed and repeated bytes, cuts and edits of the header's text. What linnet accepts
NumPy must accept, and its numbers must be NumPy's, to the bit. Linnet may refuse more, for it takes
no complex numbers, texts and records, no scalars, nothing empty, not finite or with bytes behind
it; files that NumPy reads as something it should take and that it refuses otherwise are counted and
shown.
"""
import ctypes
import io
import os
import random
import re
import sys
import tempfile
import warnings

import numpy as np

DTYPES = "? i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8".split()
EDITS = [(b"False", b"True"), (b"True", b"False"), (b"'descr'", b'"descr"'), (b", }", b"}"),
         (b", ", b" , "), (b": ", b":"), (b"(", b"( "), (b",)", b")"), (b"<", b">"), (b">", b"<"),
         (b"<", b"="), (b"<", b"|"), (b"8", b"4"), (b"4", b"2"), (b"f", b"i"), (b"i", b"u"),
         (b"3", b"3L"), (b"2", b"02"), (b"(", b"[("), (b"'shape'", b"'shap'"), (b"}", b"} "),
         (b"}", b"}\t"), (b" ", b"\n"), (b"1", b"-1"), (b"2", b"2.0"), (b"{", b" {"), (b"8'", b"8"),
         (b"f8", b"f16"), (b"f4", b"c8"), (b"f4", b"float32"), (b"'<", b"u'<"), (b"3", b"0x3"),
         (b"3", b"3_0"), (b"3", b"True"), (b"\n", b"#\n"), (b"\n", b"\r"), (b"4", b"0")]


class Options(ctypes.Structure):
    _fields_ = [("dtype", ctypes.c_int), ("delimiter", ctypes.c_char), ("header", ctypes.c_int),
                ("missing", ctypes.c_int), ("label_columns", ctypes.c_void_p),
                ("n_label_columns", ctypes.c_size_t), ("use_columns", ctypes.c_void_p),
                ("n_use_columns", ctypes.c_size_t), ("memory_limit", ctypes.c_size_t),
                ("allocator", ctypes.c_void_p)]


class Error(ctypes.Structure):
    _fields_ = [("status", ctypes.c_int), ("message", ctypes.c_char * 512)]


class Tensor(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("rows", ctypes.c_size_t), ("cols", ctypes.c_size_t),
                ("row_stride", ctypes.c_ssize_t), ("col_stride", ctypes.c_ssize_t),
                ("dtype", ctypes.c_int)]


def load_library(path):
    library = ctypes.CDLL(os.path.abspath(path))
    library.lnt_read_defaults.restype = Options
    library.lnt_frame_values.restype = Tensor
    library.lnt_frame_values.argtypes = library.lnt_frame_destroy.argtypes = [ctypes.c_void_p]
    return library


def read_linnet(library, path, dtype):
    """The matrix, or the sentence."""
    options, frame, error = library.lnt_read_defaults(), ctypes.c_void_p(), Error()
    options.dtype = 1 if dtype == "f4" else 2
    options.memory_limit = 1 << 26
    status = library.lnt_data_read(ctypes.byref(frame), os.fsencode(path), 2, ctypes.byref(options),
                                   ctypes.byref(error))
    if status != 0:
        return None, error.message.decode()
    t = library.lnt_frame_values(frame)
    size = np.dtype(dtype).itemsize
    count = (t.rows - 1) * t.row_stride + (t.cols - 1) * t.col_stride + 1
    flat = np.frombuffer((ctypes.c_char * (count * size)).from_address(t.data), dtype)
    matrix = np.lib.stride_tricks.as_strided(
        flat, (t.rows, t.cols), (t.row_stride * size, t.col_stride * size)).copy()
    library.lnt_frame_destroy(frame)
    return matrix, None


def read_numpy(data):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            file = io.BytesIO(data)
            array = np.load(file, allow_pickle=False)
            return array, len(data) - file.tell()
    except Exception:  # whatever NumPy raises is a refusal
        return None, 0


def original(rng):
    dtype = rng.choice(DTYPES)
    shape = tuple(rng.randint(1, 4) for _ in range(rng.randint(1, 4)))
    count = int(np.prod(shape))
    if dtype[0] == "f":
        array = np.array([rng.gauss(0, 50) for _ in range(count)])
    elif dtype == "?":
        array = np.array([rng.randint(0, 1) for _ in range(count)])
    else:
        info = np.iinfo(dtype)
        array = np.array([rng.randint(int(info.min), int(info.max)) for _ in range(count)], dtype)
    array = array.astype(np.dtype(dtype).newbyteorder(rng.choice("<>"))).reshape(shape)
    file = io.BytesIO()
    np.lib.format.write_array(file, np.asarray(array, order=rng.choice("CF")),
                              version=rng.choice([(1, 0), (2, 0), (3, 0)]))
    return file.getvalue()


def mutate(data, rng):
    data = bytearray(data)
    header = data.find(b"\n") + 1
    for _ in range(rng.choice([0, 1, 1, 1, 2, 3])):
        kind, at = rng.randint(0, 6), rng.randrange(max(1, len(data)))
        if rng.random() < 0.7:
            at = rng.randrange(min(len(data), header) or 1)
        if kind == 0 and data:
            data[at] ^= 1 << rng.randint(0, 7)
        elif kind == 1:
            del data[at:]
        elif kind == 2 and data:
            data[at] = rng.randrange(256)
        elif kind == 3:
            data[at:at] = data[at:at + rng.randint(1, 8)]
        elif kind == 4:
            del data[at:at + rng.randint(1, 4)]
        else:  # an edit that keeps the header's length, if there are blanks to spare
            old, new = rng.choice(EDITS)
            data = data.replace(old, new, 1) if old in data else data
            longer = len(new) - len(old)
            blanks = data.rfind(b" " * max(longer, 1), 0, header)
            if longer > 0 and blanks > 0:
                del data[blanks:blanks + longer]
            elif longer < 0 and blanks > 0:
                data[blanks:blanks] = b" " * -longer
    return bytes(data)


def is_ours(array, behind):
    """Whether linnet ought to take what NumPy read."""
    return (array.dtype.kind in "biuf" and array.dtype.itemsize <= 8 and array.ndim > 0 and
            array.size > 0 and behind == 0)


def main():
    library = load_library(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 20000
    rng = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 0)
    both = neither = stricter = faults = 0
    shown = {}
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "a.npy")
        for _ in range(count):
            data = mutate(original(rng), rng)
            with open(path, "wb") as file:
                file.write(data)
            array, behind = read_numpy(data)
            dtype = rng.choice(["f4", "f8"])
            matrix, sentence = read_linnet(library, path, dtype)
            if array is None:
                neither += matrix is None
                if matrix is not None:
                    faults += 1
                    print("accepted what NumPy refuses:", data[:200])
                continue
            with np.errstate(all="ignore"):
                expected = array.reshape(len(array), -1).astype(dtype) if is_ours(array, behind) \
                    else None
            if matrix is not None:
                both += 1
                if expected is None or matrix.tobytes() != expected.tobytes():
                    faults += 1
                    print("other numbers than NumPy's:", data[:200])
            elif expected is not None and np.isfinite(expected).all():
                stricter += 1
                shown.setdefault(re.sub(r"\d+", "N", sentence.split(": ", 1)[1])[:52], data[:128])
    print(f"numpy {np.__version__}: {count} files: {both} read by both, {neither} refused by both, "
          f"{stricter} refused by linnet alone, {faults} faults")
    for sentence, data in shown.items():
        print(f"  linnet alone: {sentence}\n    {data}")
    sys.exit(faults > 0)


if __name__ == "__main__":
    main()
