# SPDX-License-Identifier: MIT
"""Writes data/laplace.txt: Laplace approximations of a 3-4-K net with tanh as NumPy makes them from
explicit Jacobians, explicit Kronecker products and inverses, and prior and noise from a search over
explicit determinants."""
import numpy as np
from scipy.optimize import minimize, minimize_scalar

from cases import DATA, write

INPUTS, HIDDEN, ROWS, NEW = 3, 4, 40, 7
CASES = {"mse": 2, "softmax_cross_entropy": 3, "binary_cross_entropy": 2}
random = np.random.default_rng(8)


def forward(p, x):
    h = np.tanh(x @ p[0] + p[1])
    return h, h @ p[2] + p[3]


def layers_of(p, x):
    """Inputs with 1, and [rows, outputs, units] derivatives of the outputs before the activation."""
    h, y = forward(p, x)
    one = np.ones((len(x), 1))
    last = np.broadcast_to(np.eye(y.shape[1]), (len(x), y.shape[1], y.shape[1]))
    first = np.einsum("jk,nj->nkj", p[2], 1 - h ** 2)
    return [np.hstack([x, one]), np.hstack([h, one])], [first, last]


def jacobian(p, x):
    inputs, deltas = layers_of(p, x)
    return [np.einsum("ni,nkj->nkij", a, d).reshape(len(x), d.shape[1], -1)
            for a, d in zip(inputs, deltas)]


def link(loss, y):
    if loss == "softmax_cross_entropy":
        e = np.exp(y - y.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)
    return 1 / (1 + np.exp(-y)) if loss == "binary_cross_entropy" else y


def curvature(loss, p):
    if loss == "mse":
        return np.broadcast_to(np.eye(p.shape[1]), (*p.shape, p.shape[1]))
    if loss == "binary_cross_entropy":
        return np.einsum("nk,kj->nkj", p * (1 - p), np.eye(p.shape[1]))
    return np.einsum("nk,kj->nkj", p, np.eye(p.shape[1])) - np.einsum("nk,nj->nkj", p, p)


def sum_of_loss(loss, y, t):
    if loss == "mse":
        return ((y - t) ** 2).sum()
    if loss == "softmax_cross_entropy":
        return -np.log(link(loss, y)[np.arange(len(t)), t[:, 0].astype(int)]).sum()
    p = link(loss, y)
    return -(t * np.log(p) + (1 - t) * np.log(1 - p)).sum()


def block_diagonal(blocks):
    n = sum(len(b) for b in blocks)
    h, at = np.zeros((n, n)), 0
    for b in blocks:
        h[at:at + len(b), at:at + len(b)] = b
        at += len(b)
    return h


def hessian(structure, loss, p, x, w):
    y = forward(p, x)[1]
    lam = curvature(loss, link(loss, y)) * w[:, :, None]
    if structure == "kronecker":
        inputs, deltas = layers_of(p, x)
        return block_diagonal([np.kron(np.einsum("n,ni,nj->ij", w[:, 0], a, a) / w.sum(),
                                       np.einsum("nki,nkl,nlj->ij", d, lam, d))
                               for a, d in zip(inputs, deltas)])
    j = jacobian(p, x)
    j = j[1] if structure == "last" else np.concatenate(j, axis=2)
    return np.einsum("nkp,nkl,nlq->pq", j, lam, j)


def log_marginal(h, squares, loss, total, targets, alpha, noise):
    p = len(h)
    likelihood = -targets / 2 * np.log(2 * np.pi * noise) - total / (2 * noise) if loss == "mse" else -total
    return likelihood + (p * np.log(alpha) - alpha * squares -
                         np.linalg.slogdet(h / noise + alpha * np.eye(p))[1]) / 2


def best(h, squares, loss, total, targets):
    if loss != "mse":
        grid = np.linspace(-12, 12, 481)
        values = [log_marginal(h, squares, loss, total, targets, np.exp(a), 1) for a in grid]
        at = grid[np.argmax(values)]
        found = minimize_scalar(lambda a: -log_marginal(h, squares, loss, total, targets, np.exp(a), 1),
                                bounds=(at - 0.1, at + 0.1), method="bounded", options={"xatol": 1e-10})
        return np.exp(found.x), 1.0
    # MacKay's noise, squares / (targets - gamma), is where the derivative by the noise is 0, too.
    found = minimize(lambda v: -log_marginal(h, squares, loss, total, targets, *np.exp(v)),
                     [0, np.log(total / targets)], method="Nelder-Mead",
                     options={"xatol": 1e-10, "fatol": 1e-13, "maxiter": 4000, "maxfev": 8000})
    return np.exp(found.x)


def predict(structure, loss, p, x, h, alpha, noise):
    covariance = np.linalg.inv(h / noise + alpha * np.eye(len(h)))
    j = jacobian(p, x)
    j = j[1] if structure == "last" else np.concatenate(j, axis=2)
    v = np.einsum("nkp,pq,nlq->nkl", j, covariance, j)
    y = forward(p, x)[1]
    variance = np.einsum("nkk->nk", v)
    if loss == "mse":
        return y, np.sqrt(noise + variance), np.sqrt(variance)
    slope = curvature(loss, link(loss, y))
    sd = np.sqrt(np.einsum("nik,nkl,nil->ni", slope, v, slope))
    return link(loss, y / np.sqrt(1 + np.pi / 8 * variance)), sd, sd


def main():
    result = {}
    for loss, outputs in CASES.items():
        p = [random.normal(0, 0.7, s) for s in ((INPUTS, HIDDEN), (1, HIDDEN), (HIDDEN, outputs), (1, outputs))]
        x, new = random.normal(size=(ROWS, INPUTS)), random.normal(size=(NEW, INPUTS)) * 2
        w = random.integers(1, 4, size=(ROWS, 1)).astype(float)
        y = forward(p, x)[1]
        t = y + random.normal(0, 0.3, y.shape)
        if loss == "softmax_cross_entropy":
            t = np.array([[random.choice(outputs, p=q)] for q in link(loss, y)], dtype=float)
        elif loss == "binary_cross_entropy":
            t = (random.uniform(size=y.shape) < link(loss, y)).astype(float)
        result |= {f"{loss}.parameter.{i}": q for i, q in enumerate(p)}
        result |= {f"{loss}.x": x, f"{loss}.y": t, f"{loss}.w": w, f"{loss}.new": new}
        losses = np.array([sum_of_loss(loss, y[i:i + 1], t[i:i + 1]) for i in range(ROWS)])
        total, targets = (losses * w[:, 0]).sum(), w.sum() * outputs
        for structure in ("last", "kronecker", "full"):
            h = hessian(structure, loss, p, x, w)
            squares = sum((q ** 2).sum() for q in (p[2:] if structure == "last" else p))
            for how in ("given", "found"):
                alpha, noise = (0.8, 0.2 if loss == "mse" else 1.0)
                if how == "found":
                    alpha, noise = best(h, squares, loss, total, targets)
                evidence = log_marginal(h, squares, loss, total, targets, alpha, noise)
                name = f"{loss}.{structure}.{how}"
                result[name + ".info"] = np.array([[alpha, noise, evidence]])
                mean, sd, epistemic = predict(structure, loss, p, new, h, alpha, noise)
                result |= {name + ".mean": mean, name + ".sd": sd, name + ".epistemic": epistemic}
    write(DATA / "laplace.txt", result, 17)


main()
