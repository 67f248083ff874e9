# SPDX-License-Identifier: MIT
"""Trials of SciPy's line search (MINPACK-2's dcsrch) on the six functions of More and Thuente's paper.

Writes data/wolfe.txt: `f.j`, a row each of first step, c1, c2, and `f.j.trials`, the steps tried.
"""
import numpy as np
from scipy.optimize._dcsrch import DCSRCH

from cases import DATA, write


def first(a, b=2.0):
    return -a / (a * a + b), (a * a - b) / (a * a + b) ** 2


def second(a, b=0.004):
    return (a + b) ** 5 - 2 * (a + b) ** 4, 5 * (a + b) ** 4 - 8 * (a + b) ** 3


def third(a, b=0.01, l=39.0):
    bumps = 2 * (1 - b) / (l * np.pi) * np.sin(l * np.pi / 2 * a)
    slope = (1 - b) * np.cos(l * np.pi / 2 * a)
    if a <= 1 - b:
        return 1 - a + bumps, -1 + slope
    if a >= 1 + b:
        return a - 1 + bumps, 1 + slope
    return (a - 1) ** 2 / (2 * b) + b / 2 + bumps, (a - 1) / b + slope


def valley(b1, b2):
    def f(a):
        g1, g2 = np.sqrt(1 + b1 * b1) - b1, np.sqrt(1 + b2 * b2) - b2
        r1, r2 = np.sqrt((1 - a) ** 2 + b2 * b2), np.sqrt(a * a + b1 * b1)
        return g1 * r1 + g2 * r2, g1 * (a - 1) / r1 + g2 * a / r2
    return f


FUNCTIONS = [(first, 0.001, 0.1), (second, 0.1, 0.1), (third, 0.1, 0.1),
             (valley(0.001, 0.001), 0.001, 0.001), (valley(0.01, 0.001), 0.001, 0.001),
             (valley(0.001, 0.01), 0.001, 0.001)]

if __name__ == "__main__":
    result = {}
    for i, (f, c1, c2) in enumerate(FUNCTIONS):
        for j, start in enumerate([1e-3, 1e-1, 1e1, 1e3]):
            # The paper has c2 near c1 to make it hard; the last two rows are as in training.
            for k, (c1_, c2_) in enumerate([(c1, c2), (1e-4, 0.9)]):
                search = DCSRCH(None, None, c1_, c2_, 0.0, 0.0, 1e10)
                value, slope = f(0.0)
                trials, task, step = [], b"START", start
                step, value, slope, task = search._iterate(step, value, slope, task)
                while task[:2] == b"FG":
                    trials.append(step)
                    value, slope = f(step)
                    step, value, slope, task = search._iterate(step, value, slope, task)
                assert task[:4] == b"CONV", (i, start, task)
                name = f"{i}.{2 * j + k}"
                result[name] = np.array([[start, c1_, c2_]])
                result[f"{name}.trials"] = np.array([trials])
                print(name, start, c1_, c2_, len(trials), trials[-1])
    write(DATA / "wolfe.txt", result, 17)
