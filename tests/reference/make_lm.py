# SPDX-License-Identifier: MIT
"""Writes data/lm.txt: steps of Levenberg-Marquardt by plain NumPy, with J entry by entry by
complex steps, for squared error and softmax cross-entropy, and of its Bayesian regularisation."""
import numpy as np

from cases import DATA, write

INPUTS, HIDDEN, OUTPUTS, ROWS, MU, L2 = 3, 4, 3, 9, 0.02, 0.03
SHAPES = [(INPUTS, HIDDEN), (1, HIDDEN), (HIDDEN, OUTPUTS), (1, OUTPUTS)]
SIZES = [a * b for a, b in SHAPES]
IS_WEIGHT = np.concatenate([np.full(n, i % 2 == 0) for i, n in enumerate(SIZES)])


def output(w, x):
    a, b, c, d = (part.reshape(shape) for part, shape in
                  zip(np.split(w, np.cumsum(SIZES)[:-1]), SHAPES))
    return np.tanh(x @ a + b) @ c + d


def jacobian(w, x):
    """[rows·outputs, parameters]"""
    h = 1e-30
    columns = []
    for i in range(w.size):
        v = w.astype(complex)
        v[i] += 1j * h
        columns.append(output(v, x).imag.ravel() / h)
    return np.stack(columns, 1)


def squared(w, n, mean=True, weights=None):
    """Gauss-Newton matrix and gradient of the loss."""
    v = np.repeat(np.ones(ROWS) if weights is None else weights, OUTPUTS)
    j, e = jacobian(w, n["x"]), (output(w, n["x"]) - n["y"]).ravel()
    d = v.sum() if mean else 1
    return 2 / d * j.T @ (v[:, None] * j), 2 / d * j.T @ (v * e), (v * e * e).sum() / d


def softmax(w, n, shares, weights, d):
    """shares: a_ij of each row and class."""
    o = output(w, n["x"])
    p = np.exp(o - o.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    j = jacobian(w, n["x"]).reshape(ROWS, OUTPUTS, -1)
    h, g = 0, 0
    for i in range(ROWS):
        total = shares[i].sum()
        f = np.diag(p[i]) - np.outer(p[i], p[i])
        h = h + weights[i] / d * total * j[i].T @ f @ j[i]
        g = g + weights[i] / d * j[i].T @ (total * p[i] - shares[i])
    return h, g


def step(w, h, g, mu=MU, l2=0, everywhere=False):
    penalty = np.where(IS_WEIGHT | everywhere, l2, 0)
    return w - np.linalg.solve(h + np.diag(mu + penalty), g + penalty * w)


def bayes(w, n, steps):
    """Rows of alpha, beta, gamma as each step uses them, and the last parameters."""
    rows, mu, alpha, beta, gamma = [], MU, None, None, float(w.size)
    for _ in range(steps):
        h, g, loss = squared(w, n)
        d = float(ROWS * OUTPUTS)
        if beta is not None:
            gamma = w.size - 2 * alpha * np.trace(
                np.linalg.inv(beta * d * h + 2 * alpha * np.eye(w.size)))
        alpha = gamma / (2 * w @ w)
        beta = (d - gamma) / (2 * loss * d) if d > gamma else 1.0
        rows.append([alpha, beta, gamma])

        def value(v):
            return squared(v, n)[2] * d * beta + alpha * v @ v

        l2 = 2 * alpha / (beta * d)
        while True:
            tried = step(w, h, g, mu, l2, True)
            if value(tried) < value(w):
                break
            mu *= 10
        mu *= 0.1
        w = tried
    return np.array(rows), w


def main():
    random = np.random.default_rng(5)
    n = {"x": random.normal(size=(ROWS, INPUTS)), "y": random.normal(size=(ROWS, OUTPUTS)),
         "weights": random.uniform(0, 2, size=(ROWS, 1)),
         "labels": random.integers(0, OUTPUTS, size=(ROWS, 1)).astype(float),
         "shares": random.dirichlet(np.ones(OUTPUTS), size=ROWS) * 1.5,
         "class_weights": np.array([[0.5, 2, 1]]),
         "initial": random.normal(size=(1, sum(SIZES))) * 0.5}
    n["weights"][2] = 0
    w, v = n["initial"][0], n["weights"][:, 0]
    h, g, _ = squared(w, n)
    n["mse"] = step(w, h, g)
    n["mse_l2"] = step(w, h, g, l2=L2)
    n["mse_l2_all"] = step(w, h, g, l2=L2, everywhere=True)
    n["mse_sum"] = step(w, *squared(w, n, mean=False)[:2], mu=1)
    n["mse_weights"] = step(w, *squared(w, n, weights=v)[:2], l2=L2)
    hot = np.eye(OUTPUTS)[n["labels"][:, 0].astype(int)]
    c = n["class_weights"][0]
    ones = np.ones(ROWS)
    n["labels_plain"] = step(w, *softmax(w, n, hot, ones, ROWS))
    smooth = (0.9 * hot + 0.1 / OUTPUTS) * c
    n["labels_all"] = step(w, *softmax(w, n, smooth, v, (v * (hot @ c)).sum()), l2=L2)
    n["probabilities"] = step(w, *softmax(w, n, n["shares"], v, v.sum()))
    n["bayes"], n["bayes_end"] = bayes(w, n, 5)
    write(DATA / "lm.txt", n, 17)


if __name__ == "__main__":
    main()
