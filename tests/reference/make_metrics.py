# SPDX-License-Identifier: MIT
"""Writes data/metrics.txt: outputs, targets and weights, and what scikit-learn's metrics make of
them with and without the weights. Run by a Python that has scikit-learn."""
import numpy as np
from sklearn import metrics as m

from cases import DATA, write


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def of_classes(z, y, k, w):
    """accuracy, top-k, balanced accuracy, F1, ROC AUC, log loss; top-k 0 for two classes."""
    two = z.shape[1] == 1
    if two:
        p = 1 / (1 + np.exp(-z))
        p = np.hstack([1 - p, p])
    else:
        p = softmax(z)
    answer, classes = p.argmax(axis=1), p.shape[1]
    binary = classes == 2
    return [m.accuracy_score(y, answer, sample_weight=w),
            0 if binary else m.top_k_accuracy_score(y, p, k=k, sample_weight=w),
            m.balanced_accuracy_score(y, answer, sample_weight=w),
            m.f1_score(y, answer, average="binary" if binary else "macro", sample_weight=w),
            m.roc_auc_score(y, p[:, 1] if binary else p, multi_class="ovr", sample_weight=w),
            m.log_loss(y, p, sample_weight=w)]


def of_numbers(z, y, w):
    """MAE, RMSE, R²."""
    return [m.mean_absolute_error(y, z, sample_weight=w),
            m.mean_squared_error(y, z, sample_weight=w, squared=False),
            m.r2_score(y, z, sample_weight=w)]


if __name__ == "__main__":
    random = np.random.default_rng(11)
    rows = 150
    result = {"weights": random.random(rows)[:, None]}
    w = result["weights"][:, 0]
    for name, classes, columns in (("four", 4, 4), ("two", 2, 2), ("logit", 2, 1)):
        y = random.integers(classes, size=rows)
        z = random.normal(size=(rows, columns)) * 1.5
        if columns > 1:
            z[np.arange(rows), y] += 0.8
        else:
            z[:, 0] += 1.5 * y - 0.5
        z = np.round(z, 1) if columns == 1 else z  # so that there are ties
        result[f"{name}.output"], result[f"{name}.target"] = z, y[:, None].astype(float)
        result[f"{name}.plain"] = of_classes(z, y, 2, None)
        result[f"{name}.weighted"] = of_classes(z, y, 2, w)
    y = random.normal(size=(rows, 3)) * [1, 5, 0.1] + [100, 0, -3]
    z = y + random.normal(size=y.shape) * [0.3, 2, 0.2]
    result["numbers.output"], result["numbers.target"] = z, y
    result["numbers.plain"] = of_numbers(z, y, None)
    result["numbers.weighted"] = of_numbers(z, y, w)
    write(DATA / "metrics.txt", result, 17)
