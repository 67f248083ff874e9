# SPDX-License-Identifier: MIT
"""By hand: evaluations that Linnet's L-BFGS takes to a loss, and SciPy's L-BFGS-B from the same
parameters, for three nets.

    OPENBLAS_NUM_THREADS=1 python check_lbfgs.py BUILD [SEEDS]

Runs BUILD/tests/check_lbfgs; fails if the medians differ by more than 5% on any."""
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

ROOT = Path(__file__).resolve().parents[2]


def digits():
    table = np.loadtxt(ROOT / "data" / "digits.csv", delimiter=",", skiprows=1)
    return table[:, :64] / 16, table[:, 64:65]


def smooth(seed):
    random = np.random.default_rng(seed)
    x = random.uniform(-1, 1, size=(500, 4))
    y = np.sin(2 * x[:, :1]) + x[:, 1:2] * x[:, 2:3] + np.exp(-x[:, 3:] ** 2)
    return x, (y - y.mean()) / y.std()


class Problem:
    def __init__(self, x, y, sizes, loss, goal):
        self.x, self.y, self.sizes, self.loss, self.goal = x, y, sizes, loss, goal

    def start(self, seed):
        random = np.random.default_rng(seed)
        parts = []
        for a, b in zip(self.sizes, self.sizes[1:]):
            parts += [random.normal(size=a * b) * np.sqrt(1 / a), np.zeros(b)]
        return np.concatenate(parts)

    def split(self, w):
        at, layers = 0, []
        for a, b in zip(self.sizes, self.sizes[1:]):
            layers.append((w[at:at + a * b].reshape(a, b), w[at + a * b:at + a * b + b]))
            at += a * b + b
        return layers

    def __call__(self, w):
        layers, outputs = self.split(w), [self.x]
        for i, (weight, bias) in enumerate(layers):
            z = outputs[-1] @ weight + bias
            outputs.append(np.tanh(z) if i + 1 < len(layers) else z)
        z = outputs[-1]
        if self.loss == "mse":
            value, back = np.mean((z - self.y) ** 2), 2 * (z - self.y) / z.size
        else:
            z = z - z.max(1, keepdims=True)
            rows, classes = np.arange(len(z)), self.y[:, 0].astype(int)
            logs = z - np.log(np.exp(z).sum(1, keepdims=True))
            value, back = -logs[rows, classes].mean(), np.exp(logs)
            back[rows, classes] -= 1
            back /= len(z)
        gradient = []
        for i in reversed(range(len(layers))):
            gradient = [(outputs[i].T @ back).ravel(), back.sum(0)] + gradient
            back = (back @ layers[i][0].T) * (1 - outputs[i] ** 2)
        return value, np.concatenate(gradient)

    def scipy(self, w):
        """Evaluations up to the first iterate with the loss, as Linnet counts."""
        count = 0

        def f(w):
            nonlocal count
            count += 1
            return self(w)

        def look(intermediate_result):
            if intermediate_result.fun <= self.goal:
                raise StopIteration
        done = minimize(f, w, jac=True, method="L-BFGS-B", callback=look,
                        options=dict(maxcor=20, maxiter=5000, maxfun=10 ** 6, ftol=0, gtol=0))
        return done.nit, count, done.fun

    def linnet(self, build, w):
        with tempfile.TemporaryDirectory() as folder:
            for name, numbers in [("x", self.x), ("y", self.y), ("w", w)]:
                np.ascontiguousarray(numbers, dtype=float).tofile(Path(folder) / name)
            words = [build / "tests" / "check_lbfgs", folder, len(self.x), self.loss,
                     repr(self.goal), *self.sizes]
            out = subprocess.run([str(word) for word in words], check=True, capture_output=True)
        steps, evaluations, loss = out.stdout.split()
        return int(steps), int(evaluations), float(loss)


def main():
    build, seeds = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 5
    x, classes = digits()
    problems = {"regression 4-30-1": Problem(*smooth(1), [4, 30, 1], "mse", 1e-4),
                "digits 64-32-10": Problem(x, classes, [64, 32, 10], "softmax_cross_entropy", 1e-3),
                "autoencoder 64-16-64": Problem(x, x, [64, 16, 64], "mse", 0.0145)}
    worst = 0
    for name, problem in problems.items():
        ours, theirs = [], []
        for seed in range(seeds):
            w = problem.start(seed)
            a, b = problem.linnet(build, w), problem.scipy(w)
            ours.append(a[1])
            theirs.append(b[1])
            assert max(a[2], b[2]) <= problem.goal, (name, seed, a, b)
        ratio = np.median(ours) / np.median(theirs)
        worst = max(worst, ratio)
        print(f"{name}: Linnet {np.median(ours):g} {ours}, SciPy {np.median(theirs):g} {theirs}, "
              f"ratio {ratio:.3f}", flush=True)
    sys.exit(worst > 1.05)


if __name__ == "__main__":
    main()
