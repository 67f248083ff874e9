#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Damages safetensors files at random and asks the safetensors package and Linnet about each.

Usage: check_fuzzed.py [--files N] [--seed N] BUILD FILE...

BUILD is a build folder with tests/open_safetensors. Needs safetensors from PyPI; run by hand, as no
test depends on it. Fails if Linnet accepts a file that the package refuses, or if the two read
something else out of one. That Linnet refuses more is as it should be: the reasons are counted.
"""
import argparse
import collections
import json
import os
import random
import re
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import safetensors

DTYPES = ("BOOL F4 F6_E2M3 F6_E3M2 U8 I8 F8_E5M2 F8_E4M3 F8_E8M0 F8_E4M3FNUZ F8_E5M2FNUZ I16 U16 "
          "F16 BF16 I32 U32 F32 C64 F64 I64 U64 F128 f32").split()
NUMBERS = [0, 1, 2, 3, 4, 7, 8, 16, 255, 2**31, 2**32, 2**32 + 1, 2**53, 2**63, 2**64 - 1, 2**64,
           -1, 1.0, 1e3, True, None, "1"]
TEXTS = [b"{", b"}", b"[", b"]", b",", b":", b'"', b"\\", b"\\u0000", b"\\ud800", b"\0", b" ",
         b"null", b"1e0", b"-0", b"01", b'"__metadata__":{"a":"b"},', b'"dtype"', b"\xff", b"\n"]


def parts(data):
    (length,) = struct.unpack("<Q", data[:8])
    return data[8:8 + length], data[8 + length:]


def joined(header, data):
    return struct.pack("<Q", len(header)) + header + data


def flip(rng, data):
    data = bytearray(data)
    for _ in range(rng.randint(1, 3)):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return bytes(data)


def cut_or_grow(rng, data):
    if rng.random() < 0.5:
        return data[:rng.randrange(len(data))]
    return data + bytes(rng.randint(1, 9))


def change_length(rng, data):
    (length,) = struct.unpack("<Q", data[:8])
    length = rng.choice([length + rng.randint(-3, 3), 0, 2**63, 100_000_000, 100_000_001])
    return struct.pack("<Q", max(0, length)) + data[8:]


def change_text(rng, data):
    """Bytes of the header put in, taken out or written over, and its length made to fit."""
    header, rest = parts(data)
    at = rng.randrange(len(header))
    gone = rng.choice([0, 0, 1, 1, 2, rng.randint(0, 20)])
    put = rng.choice(TEXTS) if rng.random() < 0.7 else b""
    return joined(header[:at] + put + header[at + gone:], rest)


def change_digits(rng, data):
    header, rest = parts(data)
    found = list(re.finditer(rb"\d+", header))
    match = rng.choice(found)
    number = json.dumps(rng.choice(NUMBERS)).encode()
    return joined(header[:match.start()] + number + header[match.end():], rest)


def change_entry(rng, data):
    """Another dtype, shape or range of a tensor, or another field."""
    header, rest = parts(data)
    entries = json.loads(header)
    entry = entries[rng.choice([name for name in entries if name != "__metadata__"])]
    field = rng.choice(("dtype", "shape", "data_offsets", "extra"))
    if field == "dtype":
        entry[field] = rng.choice(DTYPES)
    elif field == "shape":
        shape = entry["shape"]
        entry[field] = rng.choice([shape + [1], shape[::-1], [1] + shape, [], [0], shape + [0],
                                   shape[:-1] + [2**64 - 1], [2**32, 2**32], shape * 2])
    elif field == "data_offsets":
        begin, end = entry[field]
        entry[field] = rng.choice([[end, begin], [begin, end + 1], [begin + 1, end], [begin], [],
                                   [begin + 1, end + 1], [begin, begin], [begin, end, end]])
    else:
        entry[rng.choice(("extra", "Dtype"))] = 1
    return joined(json.dumps(entries, separators=(",", ":")).encode(), rest)


def change_names(rng, data):
    """Entries in another order, twice, without one, or metadata of another kind."""
    header, rest = parts(data)
    items = list(json.loads(header).items())
    choice = rng.randrange(4)
    if choice == 0:
        rng.shuffle(items)
    elif choice == 1:
        items.append(rng.choice(items))
    elif choice == 2:
        items.pop(rng.randrange(len(items)))
    else:
        items = [item for item in items if item[0] != "__metadata__"]
        items.append(("__metadata__", rng.choice([{}, {"a": 1}, [], None, "x", {"a": None},
                                                  {"\u0000": "\ud83d\ude00"}])))
    body = ",".join(f"{json.dumps(key)}:{json.dumps(value)}" for key, value in items)
    pad = " " * rng.choice((0, 0, 1, 8))
    return joined(("{" + body + "}" + pad).encode(), rest)


MUTATIONS = (flip, cut_or_grow, change_length, change_text, change_digits, change_entry,
             change_names)


def mutated(rng, data):
    """One change, or two; not every change can be made to every file."""
    for _ in range(rng.choice((1, 1, 2))):
        try:
            data = rng.choice(MUTATIONS)(rng, data)
        except (ValueError, KeyError, IndexError, TypeError, AttributeError, struct.error):
            pass
    return data


def by_reference(data):
    """{name: (dtype, shape, bytes)}, or None if the package refuses."""
    try:
        found = safetensors.deserialize(data)
    except safetensors.SafetensorError:
        return None
    return {name: (entry["dtype"], list(entry["shape"]), bytes(entry["data"]))
            for name, entry in found}


class Linnet:
    def __init__(self, build):
        self.process = subprocess.Popen([Path(build) / "tests/open_safetensors"], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def read(self, path):
        """({name: (dtype, shape, bytes)} or None, the sentence)"""
        print(path, file=self.process.stdin, flush=True)
        lines = []
        while (line := self.process.stdout.readline()) != "\n":
            if not line:
                sys.exit(f"open_safetensors has died over {path}")
            lines.append(line.rstrip("\n"))
        if lines[-1].startswith("refused "):
            return None, lines[-1][len("refused "):]
        tensors = {}
        for line in lines[1:]:
            name, dtype, shape, data = line.split(" ")
            tensors[bytes.fromhex(name[1:]).decode()] = (dtype, json.loads(shape),
                                                         bytes.fromhex(data[1:]))
        return tensors, ""


def reason_of(sentence, path):
    """A sentence without what differs from file to file."""
    text = sentence.replace(f"{path}: ", "")
    return re.sub(r"'[^']*'", "'…'", re.sub(r"\d+", "N", text))[:90]


def main():
    parser = argparse.ArgumentParser(description="damages safetensors files and compares readers")
    parser.add_argument("--files", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("build")
    parser.add_argument("file", nargs="+")
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    seeds = [Path(name).read_bytes() for name in arguments.file]
    linnet = Linnet(arguments.build)
    counts, reasons = collections.Counter(), collections.Counter()
    handle, path = tempfile.mkstemp(prefix="linnet-fuzzed-", dir="/dev/shm")
    os.close(handle)
    for _ in range(arguments.files):
        data = mutated(rng, rng.choice(seeds))
        Path(path).write_bytes(data)
        theirs = by_reference(data)
        ours, sentence = linnet.read(path)
        if ours is not None and (theirs is None or ours != theirs):
            sys.exit(f"accepted against the package, kept as {path}: {data[:300]!r}")
        counts[(ours is not None, theirs is not None)] += 1
        if ours is None and theirs is not None:
            reasons[reason_of(sentence, path)] += 1
    os.unlink(path)
    print(f"{arguments.files} files by safetensors {safetensors.__version__}: "
          f"{counts[True, True]} read by both, and the same; {counts[False, False]} by none; "
          f"{counts[False, True]} by the package alone; {counts[True, False]} by Linnet alone")
    for reason, count in reasons.most_common():
        print(f"{count:8}  {reason}")


if __name__ == "__main__":
    main()
