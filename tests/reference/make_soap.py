# SPDX-License-Identifier: MIT
"""Writes data/soap.txt: 40 steps of SOAP in f64 by its authors' formulas, stated here in NumPy, on a
small net whose initial parameters and data are in the file too. The weights are 5 by 6 and 6 by 5:
with a first gradient of full rank, none of L and R has more than one eigenvector to 0, so that all
are determined but for their signs, of which the steps are shown to be independent."""
import numpy as np

from cases import DATA, write

STEPS, INPUTS, HIDDEN, OUTPUTS, ROWS = 40, 5, 6, 5, 16

# name: learning rate, period, decoupled decay of weights, l2 of weights, whether the learning rate
# and beta1 change with every step.
CASES = {
    "soap": (0.02, 10, 0, 0, False),
    "soap_often": (0.02, 1, 0, 0.01, False),
    "soap_decay": (0.01, 7, 0.1, 0, False),
    "soap_moving": (0.02, 4, 0, 0, True),
}


def problem():
    random = np.random.default_rng(11)
    shapes = [(INPUTS, HIDDEN), (1, HIDDEN), (HIDDEN, OUTPUTS), (1, OUTPUTS)]
    return {"x": random.normal(size=(ROWS, INPUTS)), "y": random.normal(size=(ROWS, OUTPUTS)),
            **{f"initial.{i}": random.normal(size=shape) * 0.5 for i, shape in enumerate(shapes)}}


def evaluate(x, y, w):
    hidden = np.tanh(x @ w[0] + w[1])
    residual = hidden @ w[2] + w[3] - y
    delta = 2 * residual / residual.size
    back = delta @ w[2].T * (1 - hidden ** 2)
    return np.mean(residual ** 2), [x.T @ back, back.sum(0, keepdims=True), hidden.T @ delta,
                                    delta.sum(0, keepdims=True)]


class Matrix:
    """A weight's L, R, their eigenvectors as columns, and Adam's averages in that basis."""
    def __init__(self, shape, signs):
        self.m, self.s, self.signs = np.zeros(shape), np.zeros(shape), signs
        self.factors, self.bases = [np.zeros((n, n)) for n in shape], None

    def any_signs(self, q):
        return q * self.signs.choice([-1, 1], q.shape[1]) if self.signs is not None else q

    def project(self, a):
        return self.bases[0].T @ a @ self.bases[1]

    def back(self, a):
        return self.bases[0] @ a @ self.bases[1].T

    def step(self, w, g, t, rate, beta1, beta2, period, decay):
        if t > 0:
            projected = self.project(g)
            self.m += (1 - beta1) * (projected - self.m)
            self.s += (1 - beta2) * (projected ** 2 - self.s)
            size = rate * np.sqrt(1 - beta2 ** t) / (1 - beta1 ** t)
            w *= 1 - rate * decay
            w -= size * self.back(self.m / (np.sqrt(self.s) + 1e-8))
        for factor, outer in zip(self.factors, (g @ g.T, g.T @ g)):
            factor += (1 - beta2) * (outer - factor)
        if self.bases is None:
            self.bases = [self.any_signs(np.linalg.eigh(f)[1]) for f in self.factors]
        elif t % period == 0:
            mean = self.back(self.m)
            for axis, f in enumerate(self.factors):
                q = self.bases[axis]
                order = np.argsort(-np.diag(q.T @ f @ q), kind="stable")
                self.s = self.s.take(order, axis)
                self.bases[axis] = self.any_signs(np.linalg.qr(f @ q[:, order])[0])
            self.m = self.project(mean)


class Adam:
    def __init__(self, shape):
        self.m, self.s = np.zeros(shape), np.zeros(shape)

    def step(self, w, g, t, rate, beta1, beta2, *_):
        self.m += (1 - beta1) * (g - self.m)
        self.s += (1 - beta2) * (g ** 2 - self.s)
        root = np.sqrt(self.s / (1 - beta2 ** (t + 1)))
        w -= rate * self.m / (1 - beta1 ** (t + 1)) / (root + 1e-8)


def train(numbers, rate, period, decay, l2, moving, signs=None):
    w = [numbers[f"initial.{i}"].copy() for i in range(4)]
    methods = [Matrix(p.shape, signs) if len(p) > 1 else Adam(p.shape) for p in w]
    trace = []
    for t in range(STEPS):
        loss, gradients = evaluate(numbers["x"], numbers["y"], w)
        trace.append(loss)
        factor, beta1 = ((1 + t % 5) / 3, 0.5 + 0.08 * (t % 5)) if moving else (1, 0.95)
        for p, g, method in zip(w, gradients, methods):
            g = g + l2 * p if len(p) > 1 else g
            method.step(p, g, t, rate * factor, beta1, 0.95, period, decay)
    return np.array(trace), np.concatenate([p.ravel() for p in w])[None]


if __name__ == "__main__":
    result = problem()
    numbers = dict(result)
    for name, case in CASES.items():
        trace, final = train(numbers, *case)
        for seed in range(5):
            other = train(numbers, *case, np.random.default_rng(seed))[1]
            worst = np.abs(other - final).max()
            assert worst < 1e-11, f"{name}: other signs differ by {worst}"
        result[f"{name}.trace"], result[f"{name}.final"] = trace[None], final
        print(f"{name}: loss {trace[0]:.4f} to {trace[-1]:.4f}; other signs within {worst:.2g}")
    write(DATA / "soap.txt", result, 17)
