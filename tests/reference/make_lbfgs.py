# SPDX-License-Identifier: MIT
"""Writes data/lbfgs.txt: runs of L-BFGS and of scaled conjugate gradients in NumPy, f64, on a net of
4-5-2 with tanh. The inverse Hessian of L-BFGS is built as a matrix from its pairs, not by the two
loops; its line search is SciPy's dcsrch. SCG is Moller's list of steps, as it stands in the paper.

`NAME.trace` has the loss before each step and `NAME.final` the parameters after the last."""
import numpy as np
from scipy.optimize._dcsrch import DCSRCH

from cases import DATA, write

INPUTS, HIDDEN, OUTPUTS, ROWS = 4, 5, 2, 12
SIZES = [(INPUTS, HIDDEN), (1, HIDDEN), (HIDDEN, OUTPUTS), (1, OUTPUTS)]
random = np.random.default_rng(11)
X, Y = random.normal(size=(ROWS, INPUTS)), random.normal(size=(ROWS, OUTPUTS))
START = [random.normal(size=size) * 0.5 for size in SIZES]


def split(w):
    ends = np.cumsum([a * b for a, b in SIZES])[:-1]
    return [part.reshape(size) for part, size in zip(np.split(w, ends), SIZES)]


def function(l2):
    """Loss + l2/2 * squares of weights, its gradient, and the loss alone."""
    def f(w):
        w1, b1, w2, b2 = split(w)
        h = np.tanh(X @ w1 + b1)
        error = h @ w2 + b2 - Y
        loss = np.mean(error ** 2)
        back = 2 * error / error.size
        before = (back @ w2.T) * (1 - h * h)
        gradient = [X.T @ before + l2 * w1, before.sum(0), h.T @ back + l2 * w2, back.sum(0)]
        value = loss + l2 / 2 * ((w1 ** 2).sum() + (w2 ** 2).sum())
        return value, np.concatenate([g.ravel() for g in gradient]), loss
    return f


def search(f, w, d, value, slope, first, c1, c2):
    line = DCSRCH(None, None, c1, c2, 0.0, 0.0, 1e10)
    step, value, slope, task = line._iterate(first, value, slope, b"START")
    while task[:2] == b"FG":
        value, gradient, _ = f(w + step * d)
        step, value, slope, task = line._iterate(step, value, gradient @ d, task)
    assert task[:4] == b"CONV", task
    return step


def lbfgs(w, steps, memory=20, rate=1.0, l2=0.0, c1=1e-4, c2=0.9):
    f, pairs, trace = function(l2), [], []
    for _ in range(steps):
        value, g, loss = f(w)
        trace.append(loss)
        h = np.eye(w.size)
        if pairs:
            s, y = pairs[-1]
            h *= (s @ y) / (y @ y)
        for s, y in pairs:
            v = np.eye(w.size) - np.outer(y, s) / (s @ y)
            h = v.T @ h @ v + np.outer(s, s) / (s @ y)
        d = -h @ g
        first = rate if pairs else rate * min(1, 1 / np.linalg.norm(g))
        s = search(f, w, d, value, g @ d, first, c1, c2) * d
        y = f(w + s)[1] - g
        pairs = (pairs + [(s, y)])[-memory:]
        w = w + s
    return trace, w


def scg(w, steps, l2=0.0, sigma0=1e-4, lam=5e-7):
    f, trace, lambdas, bar, success, k = function(l2), [], [], 0.0, True, 1
    r = p = -f(w)[1]
    for _ in range(steps):
        value, g, loss = f(w)
        trace.append(loss)
        lambdas.append(lam)
        size = p @ p
        if success:
            sigma = sigma0 / np.sqrt(size)
            delta = p @ ((f(w + sigma * p)[1] - g) / sigma)
        delta += (lam - bar) * size
        if delta <= 0:
            bar = 2 * (lam - delta / size)
            delta = -delta + lam * size
            lam = bar
        mu = p @ r
        alpha = mu / delta
        comparison = 2 * delta * (value - f(w + alpha * p)[0]) / mu ** 2
        if comparison >= 0:
            w = w + alpha * p
            after, bar, success = -f(w)[1], 0.0, True
            if k % w.size == 0:
                p = after
            else:
                p = after + (after @ after - after @ r) / mu * p
            r, k = after, k + 1
            if comparison >= 0.75:
                lam /= 4
        else:
            bar, success = lam, False
        if comparison < 0.25:
            lam += delta * (1 - comparison) / size
    return trace, w, lambdas


if __name__ == "__main__":
    start = np.concatenate([w.ravel() for w in START])
    result = {"x": X, "y": Y}
    result |= {f"initial.{i}": w for i, w in enumerate(START)}
    for name, steps, options in [("lbfgs", 25, {}), ("lbfgs_short", 25, {"memory": 3}),
                                 ("lbfgs_l2", 25, {"l2": 0.02, "memory": 5}),
                                 ("lbfgs_settings", 20, {"rate": 0.3, "c1": 0.01, "c2": 0.3})]:
        trace, final = lbfgs(start, steps, **options)
        result[f"{name}.trace"], result[f"{name}.final"] = trace, final
        print(name, trace[0], trace[-1])
    # From far away some steps fail.
    for name, factor, options in [("scg", 1, {}), ("scg_l2", 1, {"l2": 0.02}), ("scg_far", 6, {})]:
        trace, final, lambdas = scg(factor * start, 50, **options)
        result[f"{name}.trace"], result[f"{name}.final"] = trace, final
        result[f"{name}.lambda"] = lambdas
        print(name, trace[0], trace[-1], "unsuccessful", sum(a == b for a, b in zip(trace, trace[1:])))
    write(DATA / "lbfgs.txt", result, 17)
