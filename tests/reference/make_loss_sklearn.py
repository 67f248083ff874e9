# SPDX-License-Identifier: MIT
"""Writes data/loss_sklearn.txt: what scikit-learn's metrics make of the outputs, targets and row
weights in data/loss.txt, for the losses that both have."""
import numpy as np
from sklearn import metrics

from cases import DATA, read, write

if __name__ == "__main__":
    numbers = read(DATA / "loss.txt")
    x, y, w = numbers["x"], numbers["y"], numbers["weights"][:, 0]
    p = np.exp(x) / np.exp(x).sum(axis=1, keepdims=True)
    q = 1 / (1 + np.exp(-x[:, 0]))
    write(DATA / "loss_sklearn.txt", {
        "mse": metrics.mean_squared_error(y, x, sample_weight=w),
        "mae": metrics.mean_absolute_error(y, x, sample_weight=w),
        "quantile": metrics.mean_pinball_loss(y, x, sample_weight=w, alpha=0.9),
        "labels_plain": metrics.log_loss(numbers["labels"][:, 0], p, sample_weight=w),
        "binary": metrics.log_loss(numbers["answers"][:, 0].round(), q, sample_weight=w),
    }, 17)
