# SPDX-License-Identifier: MIT
"""Writes data/loss.txt: values and gradients of PyTorch's losses in f64, with and without weights of
rows and classes, smoothing, and logits of ±10,000. PyTorch has no weights of rows: they are applied
here to its losses by element, Σ w·l / Σ w, with the divisors that loss.h states."""
import numpy as np
import torch
from torch.nn import functional as f

from cases import DATA, write

ROWS, COLS = 5, 4
HUGE = 1e4
CLASSES = torch.tensor([0.5, 2.0, 0.25, 3.0], dtype=torch.float64)
NO, YES = 0.25, 3.0  # class weights of binary questions


def numbers(seed, shape, scale):
    """Multiples of 1/256, which f32 holds."""
    return np.round(np.random.default_rng(seed).normal(0, scale, shape) * 256) / 256


DATA_IN = {
    "x": numbers(1, (ROWS, COLS), 2),
    "extreme": np.array([[HUGE, -HUGE, 0, 1], [-HUGE, -HUGE, -HUGE, -HUGE], [HUGE, HUGE, HUGE, HUGE],
                         [0, 0, 0, 0], [-HUGE, 2, HUGE, 3]]),
    "rates": np.array([[80, -HUGE, 0, 1], [-HUGE, -HUGE, -HUGE, -HUGE], [10, 20, 30, 40],
                       [0, 0, 0, 0], [-HUGE, 2, -80, 3]]),
    "y": numbers(2, (ROWS, COLS), 2),
    "half": numbers(3, (ROWS, COLS // 2), 2),
    "counts": np.array([[0, 1, 2, 3], [4, 0, 7, 1], [0, 0, 0, 0], [1, 12, 1, 2], [5, 3, 0, 9]]),
    "labels": np.array([[1], [0], [3], [2], [3]]),
    "shares": np.array([[0.5, 0.25, 0, 0.25], [1, 0, 0, 0], [0, 0, 0, 0], [0.125, 0.5, 0.25, 0.5],
                        [0, 0.75, 0.125, 0.125]]),
    "answers": np.array([[0, 1, 1, 0], [1, 0, 0, 1], [1, 1, 0, 0], [0, 0.25, 0.75, 1],
                         [0.5, 1, 0, 1]]),
    "weights": np.array([[0.5], [2], [0], [1.25], [3]]),
}


def log_cosh(x, y):
    return torch.logaddexp(x - y, y - x) - np.log(2)


def quantile(q):
    return lambda x, y: torch.maximum(q * (y - x), (q - 1) * (y - x))


def poisson(x, y):
    return f.poisson_nll_loss(x, y, log_input=True, full=False, reduction="none")


def gaussian(epsilon):
    def loss(x, y):
        mean, s = x[:, :COLS // 2], x[:, COLS // 2:]
        variance = torch.logaddexp(s, torch.zeros_like(s)) + epsilon
        return f.gaussian_nll_loss(mean, y, variance, eps=epsilon / 2, reduction="none")
    return loss


def binary(smoothing=0.0, weighted=False):
    def loss(x, y):
        y = (1 - smoothing) * y + smoothing / 2
        positive = torch.tensor(YES / NO if weighted else 1.0, dtype=torch.float64)
        losses = f.binary_cross_entropy_with_logits(x, y, pos_weight=positive, reduction="none")
        return NO * losses if weighted else losses
    return loss


def softmax(smoothing=0.0, weighted=False):
    def loss(x, y, reduction="none"):
        y = y[:, 0].long() if y.shape[1] == 1 else y
        return f.cross_entropy(x, y, weight=CLASSES if weighted else None,
                               label_smoothing=smoothing, reduction=reduction)
    loss.by_class = weighted
    return loss


# name: (loss by element or by row, outputs, targets)
CASES = {
    "mse": (lambda x, y: f.mse_loss(x, y, reduction="none"), "x", "y"),
    "mae": (lambda x, y: f.l1_loss(x, y, reduction="none"), "x", "y"),
    "huber": (lambda x, y: f.huber_loss(x, y, delta=1.5, reduction="none"), "x", "y"),
    "log_cosh": (log_cosh, "x", "y"),
    "quantile": (quantile(0.9), "x", "y"),
    "poisson": (poisson, "x", "counts"),
    "gaussian": (gaussian(1e-6), "x", "half"),
    "binary": (binary(), "x", "answers"),
    "binary_smooth": (binary(0.1), "x", "answers"),
    "binary_both": (binary(0.1, True), "x", "answers"),
    "labels_plain": (softmax(), "x", "labels"),
    "labels_smooth": (softmax(0.1), "x", "labels"),
    "labels_class": (softmax(0, True), "x", "labels"),
    "labels_both": (softmax(0.1, True), "x", "labels"),
    "shares_plain": (softmax(), "x", "shares"),
    "shares_smooth": (softmax(0.1), "x", "shares"),
    "shares_both": (softmax(0.1, True), "x", "shares"),
}
EXTREME = ["mse", "mae", "huber", "log_cosh", "quantile", "gaussian", "binary", "binary_both",
           "labels_plain", "labels_both", "shares_plain", "shares_both"]
CASES |= {f"{name}_extreme": (CASES[name][0], "extreme", CASES[name][2]) for name in EXTREME}
CASES["poisson_extreme"] = (poisson, "rates", "counts")


def divisor_of(loss, losses, y, w):
    """What the mean divides by: with labels, PyTorch counts the classes' weights."""
    if getattr(loss, "by_class", False) and y.shape[1] == 1:
        w = w * CLASSES[y.long()]
    return w.sum() * losses[0].numel()


def check(loss, losses, y, w):
    """Without weights of rows the mean must be PyTorch's own."""
    if hasattr(loss, "by_class"):
        native = loss(x, y, reduction="mean")
        assert torch.allclose(losses.sum() / divisor_of(loss, losses, y, w), native, rtol=1e-14)


if __name__ == "__main__":
    result = dict(DATA_IN)
    for name, (loss, outputs, targets) in CASES.items():
        y = torch.tensor(DATA_IN[targets], dtype=torch.float64)
        for weighted in (False, True):
            x = torch.tensor(DATA_IN[outputs], dtype=torch.float64, requires_grad=True)
            w = torch.tensor(DATA_IN["weights"], dtype=torch.float64)
            w = w if weighted else torch.ones_like(w)
            losses = loss(x, y).reshape(ROWS, -1)
            total = (w * losses).sum()
            divisor = divisor_of(loss, losses, y, w)
            if not weighted:
                check(loss, losses, y, w)
            (total / divisor).backward()
            assert torch.isfinite(total) and torch.isfinite(x.grad).all(), name
            key = name + "_rows" if weighted else name
            result[f"{key}.sum"] = total.item()
            result[f"{key}.mean"] = (total / divisor).item()
            result[f"{key}.d"] = x.grad.numpy()
    write(DATA / "loss.txt", result, 17)
    print(f"{len(CASES)} losses")
