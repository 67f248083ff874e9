# SPDX-License-Identifier: MIT
"""The nets of the reference data, and the text format of the data files.

A file is a list of matrices, each a line `name rows cols` followed by `rows` lines of `cols`
numbers with enough digits to be read back to the same bits (17 for f64, 9 for f32). `initial.0`,
`gradient.0`, `final.0` belong to the first parameter in the order of the layers, weight [in, out]
before bias.
"""
from collections import namedtuple
from pathlib import Path

import numpy as np

DATA = Path(__file__).resolve().parent / "data"
STEPS = 20

# layers: ("dense", units, bias) or an activation's name, leaky ReLU with its alpha.
# init: the scale of uniform[0, 1) weights and no biases, or None for He normal and normal biases.
# value, gradient: the reduction of the loss reported, and of the one whose gradient is sent back.
Case = namedtuple("Case", "name seed inputs rows layers init loss target value gradient rate momentum")


def dense(units, bias=True):
    return ("dense", units, bias)


def mlp(hidden, outputs, layers_num):
    """The tutorial's MLP: ReLU between the layers, none after the last."""
    layers = []
    for _ in range(layers_num - 1):
        layers += [dense(hidden), ("relu",)]
    return layers + [dense(outputs)]


CASES = [
    Case("tutorial", 1, 8, 2, mlp(16, 3, 5), 0.001, "mse", "numbers", "mean", "sum", 0.01, 0.0),
    Case("ordinary", 2, 8, 5, mlp(16, 3, 5), None, "mse", "numbers", "mean", "sum", 0.002, 0.0),
    Case("labels", 17, 12, 32, [dense(20), ("relu",), dense(16), ("relu",), dense(5)], None,
         "softmax_cross_entropy", "labels", "mean", "mean", 0.1, 0.0),
    Case("probabilities", 4, 6, 17, [dense(9), ("tanh",), dense(4)], None,
         "softmax_cross_entropy", "probabilities", "sum", "sum", 0.01, 0.0),
    Case("odd", 5, 7, 13,
         [dense(5), ("tanh",), dense(11, False), ("leaky_relu", 0.125), dense(3), ("sigmoid",)],
         None, "mse", "numbers", "mean", "mean", 0.5, 0.9),
    Case("one_row", 6, 7, 1,
         [dense(5), ("sigmoid",), dense(11), ("leaky_relu", 0.01), dense(3)], None,
         "mse", "numbers", "sum", "sum", 0.005, 0.0),
    Case("apart", 7, 4, 6, [("tanh",), dense(6, False), ("relu",), dense(2, False), ("sigmoid",)],
         None, "mse", "numbers", "sum", "mean", 0.5, 0.5),
]


def write(path, matrices, digits):
    with open(path, "w", encoding="ascii", newline="\n") as file:
        for name, matrix in matrices.items():
            matrix = np.atleast_2d(matrix)
            file.write(f"{name} {matrix.shape[0]} {matrix.shape[1]}\n")
            for row in matrix:
                file.write(" ".join(f"{number:.{digits}g}" for number in row) + "\n")


def read(path):
    matrices = {}
    with open(path, encoding="ascii") as file:
        for line in file:
            name, rows, cols = line.split()
            rows = [[float(number) for number in next(file).split()] for _ in range(int(rows))]
            matrices[name] = np.array(rows).reshape(len(rows), int(cols))
    return matrices


def difference(ours, theirs):
    """The largest difference of two matrices, relative to the largest element of the second."""
    scale = np.max(np.abs(theirs))
    return np.max(np.abs(ours - theirs)) / scale if scale > 0 else np.max(np.abs(ours))
