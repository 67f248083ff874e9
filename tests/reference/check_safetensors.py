#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Opens model files with the safetensors package and compares what it finds with the raw bytes.

Usage: check_safetensors.py FILE...

Needs numpy and safetensors from PyPI; run by hand, as no test depends on them. For each file:
the package accepts it, every tensor has the dtype, shape and bits that stand in the file, and the
layers in the metadata account for every parameter. Prints one line a tensor.
"""
import json
import struct
import sys

import numpy
from safetensors import safe_open

NUMPY = {"F32": "<f4", "F64": "<f8"}


def raw_tensors(path):
    """The tensors by nothing but the format's description."""
    with open(path, "rb") as file:
        data = file.read()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + length])
    metadata = header.pop("__metadata__")
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        values = numpy.frombuffer(data[8 + length + begin:8 + length + end], NUMPY[entry["dtype"]])
        tensors[name] = values.reshape(entry["shape"])
    return metadata, tensors


def expected_shapes(net):
    """Name and shape of each parameter and statistic that the layers have."""
    shapes, width = {}, net["inputs"]
    for index, layer in enumerate(net["layers"]):
        if layer["kind"] == "dense":
            shapes[f"layers.{index}.weight"] = (width, layer["units"])
            if layer["bias"]:
                shapes[f"layers.{index}.bias"] = (layer["units"],)
            width = layer["units"]
        elif layer["kind"] == "prelu":
            shapes[f"layers.{index}.weight"] = (width,)
        elif layer["kind"] in ("batch_norm", "layer_norm", "rms_norm"):
            names = {"weight": layer["gain"], "bias": layer.get("bias", False),
                     "running_mean": layer["kind"] == "batch_norm",
                     "running_var": layer["kind"] == "batch_norm"}
            shapes.update({f"layers.{index}.{name}": (width,) for name, is_there in names.items()
                           if is_there})
    return shapes


def check(path):
    metadata, raw = raw_tensors(path)
    with safe_open(path, framework="numpy") as file:
        assert file.metadata() == metadata, "metadata differ"
        assert set(file.keys()) == set(raw), "names differ"
        for name in sorted(raw):
            found = file.get_tensor(name)
            assert found.shape == raw[name].shape, f"{name}: shape"
            assert found.dtype == raw[name].dtype, f"{name}: dtype"
            assert found.tobytes() == raw[name].tobytes(), f"{name}: values"
            print(f"{path}: {name} {found.dtype} {list(found.shape)}", found.ravel()[:3])
    shapes = expected_shapes(json.loads(metadata["linnet.net"]))
    parameters = {name: raw[name].shape for name in raw if name.startswith("layers.")}
    assert parameters == shapes, "the layers do not account for the parameters"
    assert set(json.loads(metadata["linnet.checksums"])) == set(raw), "checksums"


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    for path in sys.argv[1:]:
        check(path)
        print(f"{path}: as expected")


if __name__ == "__main__":
    main()
