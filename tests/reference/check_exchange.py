#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Loads what `linnet export` writes with PyTorch and NumPy, and compares with `linnet predict`.

Usage: check_exchange.py BUILD

Needs numpy, torch and safetensors from PyPI; run by hand, as no test depends on them. Nets of every
activation that PyTorch has a module for, with each norm, in f32 and f64, scaled and not, are
trained for an epoch: the module that the file describes loads its state with strict=True, gives the
outputs that the command predicts, and its state, saved by PyTorch, comes back to the same bits. The
.npz has the same arrays, read without pickle.
"""
import csv
import io
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

ACTIVATIONS = ["relu", "leaky_relu", "tanh", "sigmoid", "elu", "selu", "gelu", "gelu_tanh", "silu",
               "softplus", "softsign", "hard_sigmoid", "hard_swish", "prelu"]
NORMS = ["none", "batch", "layer", "rms"]
MOST = {"f32": 2e-6, "f64": 1e-12}


def run(command, *arguments):
    done = subprocess.run([command, *map(str, arguments)], capture_output=True, text=True,
                          check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def predicted(linnet, model, path):
    return np.array([[float(v) for v in row.values()]
                     for row in csv.DictReader(io.StringIO(run(linnet, "predict", model, path)))])


def check(linnet, folder, activation, norm, dtype, scaled):
    """The largest error, in parts of the largest output."""
    model, state = folder / "m.safetensors", folder / "t.safetensors"
    run(linnet, "train", folder / "t.csv", "-t", "y", "-t", "z", "--epochs", 1, "--hidden", "7,6",
        "--activation", activation, "--norm", norm, "--dtype", dtype, "-o", model,
        *([] if scaled else ["--no-standardize"]))
    run(linnet, "export", model, "--torch", state, "--npz", folder / "m.npz",
        *(["--fold-scaling"] if scaled else []))
    with safe_open(state, "pt") as file:
        text = file.metadata()["torch.sequential"]
    net = eval(text, {"torch": torch, "nn": torch.nn, **vars(torch.nn)})  # what we wrote ourselves
    net = net.double() if dtype == "f64" else net
    net.load_state_dict(load_file(state), strict=True)
    net.eval()
    rows = np.loadtxt(folder / "t.csv", delimiter=",", skiprows=1)[:, :3]
    with torch.no_grad():
        found = net(torch.tensor(rows, dtype=torch.float64 if dtype == "f64" else torch.float32))
    expected = predicted(linnet, model, folder / "x.csv")
    error = np.abs(found.numpy() - expected).max() / np.abs(expected).max()
    saved = folder / "again.safetensors"
    save_file(net.state_dict(), saved)
    for name, tensor in load_file(saved).items():
        assert torch.equal(tensor, load_file(state)[name]), name
    with np.load(folder / "m.npz", allow_pickle=False) as arrays:
        with safe_open(model, "np") as file:
            for name in file.keys():
                assert arrays[name].tobytes() == file.get_tensor(name).tobytes(), name
    return error


def main():
    linnet = Path(sys.argv[1]).resolve() / "src" / "cli" / "linnet"
    rng = np.random.default_rng(1)
    worst = {"f32": 0.0, "f64": 0.0}
    count = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        x = rng.normal(3, 2, (40, 3))
        y = np.stack([x[:, 0] * x[:, 1] * 100, x.sum(1)], 1)
        np.savetxt(folder / "t.csv", np.hstack([x, y]), "%.17g", ",", header="a,b,c,y,z",
                   comments="")
        np.savetxt(folder / "x.csv", x, "%.17g", ",", header="a,b,c", comments="")
        for dtype in worst:
            for activation in ACTIVATIONS:
                for norm in NORMS:
                    for scaled in (False, True):
                        error = check(linnet, folder, activation, norm, dtype, scaled)
                        assert error <= MOST[dtype] * (20 if scaled else 1), (
                            activation, norm, dtype, scaled, error)
                        worst[dtype] = max(worst[dtype], error)
                        count += 1
    print(f"{count} nets, PyTorch {torch.__version__}, NumPy {np.__version__}: largest errors "
          f"{worst['f32']:.2g} in f32, {worst['f64']:.2g} in f64")


if __name__ == "__main__":
    main()
