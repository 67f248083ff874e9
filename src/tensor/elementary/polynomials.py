#!/ usr / bin / env python3
#SPDX - License - Identifier : MIT
"""Prints elementary_f32.h or elementary_f64.h: constants, and minimax approximations by the exchange
of Remez, worked out in 50 digits and rounded to the precision. Needs mpmath.

    python3 elementary_polynomials.py 32 > elementary_f32.h
    python3 elementary_polynomials.py 64 > elementary_f64.h
"""
import struct
import sys

from mpmath import (atanh, cos, erf, erfc, exp, expm1, log, lu_solve, matrix, mp, mpf, pi, sin, sqrt,
                    tanh)

mp.dps = 50
TINY = mpf(10) ** -30


def expand(coefficients, centre, half):
    """Coefficients in x of a polynomial in (x - centre) / half."""
    result = [mpf(0)]
    for c in reversed(coefficients):
        shifted = [mpf(0)] + [r / half for r in result]
        for i, r in enumerate(result):
            shifted[i] -= r * centre / half
        shifted[0] += c
        result = shifted
    return result[:len(coefficients)]


def extrema(errors):
    """Where the error is largest between its changes of sign."""
    found, best = [], 0
    for k in range(1, len(errors)):
        if (errors[k] > 0) != (errors[best] > 0):
            found.append(best)
            best = k
        elif abs(errors[k]) > abs(errors[best]):
            best = k
    return found + [best]


def minimax(f, weight, low, high, degree):
    """p of the degree with the least maximum of |weight·(f - p)| on [low, high], and that maximum."""
    low, high, unknowns = mpf(low), mpf(high), degree + 2
    centre, half, fine = (low + high) / 2, (high - low) / 2, max(400, 12 * unknowns)
    grid = [centre - half * cos(pi * k / fine) for k in range(fine + 1)]
    values, weights = [f(x) for x in grid], [weight(x) for x in grid]
    nodes = [centre - half * cos(pi * k / (unknowns - 1)) for k in range(unknowns)]
    for _ in range(12):
        a, b = matrix(unknowns, unknowns), matrix(unknowns, 1)
        for i, x in enumerate(nodes):
            for j in range(degree + 1):
                a[i, j] = ((x - centre) / half) ** j
            a[i, degree + 1] = (-1) ** i / weight(x)
            b[i] = f(x)
        solution = list(lu_solve(a, b))
        coefficients, level = solution[:-1], abs(solution[-1])
        errors = [w * (v - mp.polyval(coefficients[::-1], (x - centre) / half))
                  for x, v, w in zip(grid, values, weights)]
        worst, turns = max(map(abs, errors)), extrema(errors)
        while len(turns) > unknowns:
            turns.pop(0 if abs(errors[turns[0]]) < abs(errors[turns[-1]]) else -1)
        if worst < level * mpf("1.01") or len(turns) < unknowns:
            break
        nodes = [grid[k] for k in turns]
    return expand(coefficients, centre, half), worst


def root(f, at_zero):
    """f(√s) as a function of s."""
    return lambda s: at_zero if s == 0 else f(sqrt(s))


R = log(mpf(2)) / 2 * mpf("1.001")
#name, what it is, function, weight, interval, degrees in f32 and f64
POLYNOMIALS = [
    ("EXP", "(e^r - 1 - r)/r^2, |r| <= log(2)/2",
     lambda r: (expm1(r) - r) / r ** 2 if r != 0 else mpf("0.5"),
     lambda r: r ** 2 / exp(r) + TINY, -R, R, 5, 10),
    ("TANH", "(tanh(x)/x - 1)/x^2 in x^2 <= 0.625^2",
     root(lambda x: (tanh(x) / x - 1) / x ** 2, -mpf(1) / 3), lambda s: s + TINY,
     0, mpf("0.625") ** 2, 4, 11),
    ("ERF", "erf(x)/x - 1 in x^2 <= 1",
     root(lambda x: erf(x) / x - 1, 2 / sqrt(pi) - 1), lambda s: 1, 0, 1, 6, 12),
    ("LOG_ERFC", "-log(erfc(x)), 1 <= x <= 4 or 6",
     lambda x: -log(erfc(x)), lambda x: erfc(x) / erf(x), mpf("0.99"), (4, 6), 7, 20),
    ("ATANH", "(atanh(x)/x - 1)/x^2 in x^2 <= 1/9",
     root(lambda x: (atanh(x) / x - 1) / x ** 2, mpf(1) / 3), lambda s: s + TINY,
     0, mpf(1) / 9, 4, 10),
    ("SIN", "(sin(x)/x - 1)/x^2 in x^2 <= (pi/4)^2",
     root(lambda x: (sin(x) / x - 1) / x ** 2, -mpf(1) / 6), lambda s: s + TINY,
     0, mpf("0.617"), None, 6),
    ("COS", "(cos(x) - 1 + x^2/2)/x^4 in x^2 <= (pi/4)^2",
     root(lambda x: (cos(x) - 1 + x ** 2 / 2) / x ** 4, mpf(1) / 24), lambda s: s ** 2 + TINY,
     0, mpf("0.617"), None, 6),
]


def written(value, bits):
    if bits == 32:
        return struct.unpack("f", struct.pack("f", float(value)))[0].hex() + "f"
    return float(value).hex()


def shorter(text):
    """0x1.8000000000000p+0 as 0x1.8p+0."""
    mantissa, exponent = text.split("p")
    return (mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa) + "p" + exponent


def constants(bits):
    """Log 2 and pi/2 are sums of parts, all but the last so short that a whole number times it is
    exact."""
    ln2, half_pi = log(mpf(2)), pi / 2
    high = mp.floor(ln2 * 2 ** (16 if bits == 32 else 42)) / 2 ** (16 if bits == 32 else 42)
    yield "LOG2_E", 1 / ln2
    yield "LN2_HIGH", high
    yield "LN2_LOW", ln2 - high
    if bits == 64:
        first = mp.floor(half_pi * 2 ** 32) / 2 ** 32
        second = mp.floor((half_pi - first) * 2 ** 65) / 2 ** 65
        yield "TWO_OVER_PI", 2 / pi
        yield "HALF_PI_1", first
        yield "HALF_PI_2", second
        yield "HALF_PI_3", half_pi - first - second


def main(bits):
    print("/* SPDX-License-Identifier: MIT */")
    print("/* Made by elementary_polynomials.py; constant term first, bits of the largest error. */\n")
    for name, value in constants(bits):
        print(f"#define {name}_F{bits} {shorter(written(value, bits))}")
    for name, what, f, weight, low, high, *degrees in POLYNOMIALS:
        degree = degrees[bits == 64]
        if degree is None:
            continue
        high = high[bits == 64] if isinstance(high, tuple) else high
        coefficients, worst = minimax(f, weight, low, high, degree)
        print(f"\n/* {what}: {mp.nstr(-log(worst, 2), 3)} bits */")
        numbers = ", ".join(shorter(written(c, bits)) for c in coefficients)
        print(f"#define {name}_POLYNOMIAL_F{bits}(x) HORNER_{degree + 1}(x, {numbers})")


if __name__ == "__main__":
    main(int(sys.argv[1]))
