#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Prints the quotient of polynomials that is tanh in single precision, for elementary_tanh.h:

    src/tensor/elementary_rational.py

tanh(x)/x = P(x^2)/Q(x^2) for |x| <= 9 with P(0) = Q(0) = 1, by least squares whose weights are
raised where the relative error is large (Lawson's method), linear in the coefficients by way of the
last Q (Sanathanan and Koerner). Needs NumPy.
"""
import numpy as np

REAL = np.longdouble


def fit(degree_p, degree_q, high, points=4000, rounds=60):
    x = (high * (1 - np.cos(np.pi * (np.arange(points) + 0.5) / points)) / 2).astype(REAL)
    u, f = x * x / (high * high), np.tanh(x) / x
    columns = [u ** i for i in range(1, degree_p + 1)]
    columns += [-f * u ** j for j in range(1, degree_q + 1)]
    a, b = np.stack(columns, 1), f - 1
    by_q, lawson, best = np.ones(points, REAL), np.ones(points, REAL), None
    for _ in range(rounds):
        weight = np.sqrt(lawson) * by_q / f
        weighted, solution = (a * weight[:, None]).astype(np.float64), np.zeros(a.shape[1], REAL)
        for _ in range(4):
            rest = ((b - a @ solution) * weight).astype(np.float64)
            solution = solution + np.linalg.lstsq(weighted, rest, rcond=None)[0]
        p = np.concatenate([[1], solution[:degree_p]])
        q = np.concatenate([[1], solution[degree_p:]])
        value_q = sum(c * u ** j for j, c in enumerate(q))
        error = abs(sum(c * u ** i for i, c in enumerate(p)) / value_q / f - 1)
        if best is None or error.max() < best[0]:
            best = error.max(), p, q
        by_q = 1 / value_q
        lawson *= (error / error.max() + 1e-3) ** 0.5
        lawson /= lawson.mean()
    scale = REAL(high * high)
    return best[0], *([c / scale ** i for i, c in enumerate(half)] for half in best[1:])


worst, P, Q = fit(4, 4, 9.0)
print(f"/* largest relative error {float(worst):.2g} */")
for name, half in (("P", P), ("Q", Q)):
    print(name, ", ".join(float(np.float32(c)).hex() + "f" for c in half))
