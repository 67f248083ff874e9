#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs what lnt_onnx_export writes with ONNX Runtime, and compares with lnt_predict.

Usage: check_onnx.py BUILD

Needs numpy, onnx and onnxruntime from PyPI; run by hand, as no test depends on them. check_onnx.c,
which is compiled against the library in the build folder, makes models with every activation,
layer, scaling and loss in f32 and f64. Of each file: onnx's checker accepts it; ONNX Runtime's
output differs from Linnet's by at most 1e-6 (f32) or 1e-13 (f64) of the largest output of that
model; and so does what Linnet makes of the file when it reads it back. The net with four norms one
behind the other may differ by 2e-6 in f32: there NumPy's f32 is 5e-7 from its f64.
"""
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy
import onnx
import onnxruntime

HERE = Path(__file__).resolve().parent
TOLERANCE = {"f32": 1e-6, "f64": 1e-13}
SENSITIVE = {"norms-f32": 2e-6}
NUMPY = {"f32": numpy.float32, "f64": numpy.float64}


def compiled(build, folder):
    program = Path(folder) / "check_onnx"
    library = Path(build).resolve() / "src"
    subprocess.run(["cc", "-std=c11", "-O1", f"-I{HERE.parent.parent / 'include'}",
                    HERE / "check_onnx.c", f"-L{library}", f"-Wl,-rpath,{library}", "-llinnet",
                    "-lm", "-o", program], check=True)
    return program


def difference(found, expected):
    """The largest, in units of the largest number expected."""
    assert found.shape == expected.shape, (found.shape, expected.shape)
    assert numpy.isfinite(expected).all() and numpy.isfinite(found).all(), "not finite"
    scale = numpy.abs(expected).max() or 1
    return numpy.abs(found.astype(numpy.float64) - expected).max() / scale


def outputs_of(path, x):
    onnx.checker.check_model(onnx.load(path), full_check=True)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    assert [len(session.get_inputs()), len(session.get_outputs())] == [1, 1]
    one, = session.run(None, {"input": x[:1]})  # another size of batch
    y, = session.run(None, {"input": x})
    assert one.shape[1:] == y.shape[1:] == tuple(session.get_outputs()[0].shape[1:])
    assert y.dtype == x.dtype
    return y


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    failures, worst = 0, {}
    with tempfile.TemporaryDirectory() as folder:
        lines = subprocess.run([compiled(sys.argv[1], folder), folder], check=True, text=True,
                               stdout=subprocess.PIPE,
                               env={**os.environ, "OPENBLAS_NUM_THREADS": "1"}).stdout.splitlines()
        for line in lines:
            name, dtype, inputs, outputs = line.split()
            x, y, back = (numpy.fromfile(f"{folder}/{name}.{suffix}").reshape(-1, int(cols))
                          for suffix, cols in (("x", inputs), ("y", outputs), ("back", outputs)))
            found = (difference(outputs_of(f"{folder}/{name}.onnx", x.astype(NUMPY[dtype])), y),
                     difference(back, y))
            tolerance = SENSITIVE.get(name, TOLERANCE[dtype])
            failures += max(found) > tolerance
            worst[dtype] = max(worst.get(dtype, 0), *found)
            print(f"{name}: {found[0]:.1e} by ONNX Runtime, {found[1]:.1e} read back",
                  "" if max(found) <= tolerance else "FAILED")
    print(f"{len(lines)} models, {failures} failed; at most",
          ", ".join(f"{value:.1e} in {dtype}" for dtype, value in worst.items()))
    return 1 if failures or not lines else 0


if __name__ == "__main__":
    sys.exit(main())
