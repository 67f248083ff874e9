#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The same nets trained by Linnet's command and by scikit-learn's MLPClassifier and MLPRegressor.

Both get the same rows, standardised by each with its own scaler fitted on the training rows, the
same layers, batches, epochs, optimiser (Adam at 0.001), penalty and precision (f32), on one thread;
scores are those of held-out rows, over several seeds, each a split of its own. The two take turns,
so that a busy machine slows both. A table goes to the standard output, JSON to --json.

Needs python3-sklearn:  bench/peers/sklearn_mlp.py build/src/cli/linnet
"""
import argparse
import csv
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np  # noqa: E402 (after the threads are set)
import sklearn  # noqa: E402
from sklearn import datasets  # noqa: E402
from sklearn.compose import TransformedTargetRegressor  # noqa: E402
from sklearn.model_selection import train_test_split  # noqa: E402
from sklearn.neural_network import MLPClassifier, MLPRegressor  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import StandardScaler  # noqa: E402

DATASETS = {"digits": True, "iris": True, "wine": True, "breast_cancer": True, "diabetes": False}
ALPHA = 1e-4  # scikit-learn's penalty, of which a batch of n rows gets ALPHA/n


def load(name):
    data = getattr(datasets, f"load_{name}")()
    return data.data.astype(np.float32), data.target


def write_csv(path, x, y):
    with open(path, "w", newline="", encoding="ascii") as file:
        rows = csv.writer(file)
        rows.writerow([f"x{j}" for j in range(x.shape[1])] + ["y"])
        for inputs, target in zip(x, y):
            rows.writerow([f"{value:.9g}" for value in inputs] + [f"{target:.17g}"])


def run_linnet(program, options, classify, train, test, seed, folder):
    write_csv(folder / "train.csv", *train)
    write_csv(folder / "test.csv", *test)
    model = folder / "model.safetensors"
    command = [program, "train", folder / "train.csv", "--target", "y",
               "--task", "classify" if classify else "regress", "--seed", str(seed),
               "--output", model, "--json", "--quiet", *options]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    result = json.loads(done.stdout)
    done = subprocess.run([program, "evaluate", model, folder / "test.csv", "--json"], check=True,
                          capture_output=True, text=True)
    return json.loads(done.stdout)["accuracy" if classify else "r2"], result["seconds"]


def run_sklearn(settings, classify, train, test, seed):
    (x, y), shape = train, {"hidden_layer_sizes": settings.hidden, "batch_size": settings.batch,
                            "max_iter": settings.epochs, "n_iter_no_change": settings.epochs,
                            "tol": 0.0, "alpha": ALPHA, "random_state": seed}
    if classify:
        model = make_pipeline(StandardScaler(), MLPClassifier(**shape))
    else:
        model = make_pipeline(StandardScaler(), TransformedTargetRegressor(
            MLPRegressor(**shape), transformer=StandardScaler()))
        y = y.astype(np.float32)
    start = time.perf_counter()
    model.fit(x, y)
    seconds = time.perf_counter() - start
    return model.score(*test), seconds


def mean_and_error(values):
    return statistics.mean(values), statistics.stdev(values) / math.sqrt(len(values))


def compare(name, classify, settings, folder):
    x, y = load(name)
    scores = {"linnet": [], "sklearn": [], "default": []}
    seconds = {"linnet": [], "sklearn": [], "default": []}
    for seed in range(settings.seeds):
        parts = train_test_split(x, y, test_size=0.2, random_state=seed,
                                 stratify=y if classify else None)
        train, test = (parts[0], parts[2]), (parts[1], parts[3])
        batch = min(settings.batch, len(train[1]))
        same = ["--hidden", ",".join(map(str, settings.hidden)), "--activation", "relu",
                "--optimizer", "adam", "--lr", "0.001", "--schedule", "constant",
                "--batch", str(batch), "--epochs", str(settings.epochs), "--patience", "0",
                "--l2", str(ALPHA / batch), "--init", "glorot_uniform",
                "--validation", "0"]
        for side, run in {
                "linnet": lambda: run_linnet(settings.linnet, same, classify, train, test, seed, folder),
                "sklearn": lambda: run_sklearn(settings, classify, train, test, seed),
                "default": lambda: run_linnet(settings.linnet, [], classify, train, test, seed, folder),
        }.items():
            score, time_taken = run()
            scores[side].append(score)
            seconds[side].append(time_taken)
    return scores, seconds


def row(name, classify, scores, seconds):
    cells = [name, "accuracy" if classify else "R²"]
    for side in ("linnet", "sklearn", "default"):
        mean, error = mean_and_error(scores[side])
        cells.append(f"{mean:.4f} ± {error:.4f} ({statistics.median(scores[side]):.4f})")
    gain, error = mean_and_error([a - b for a, b in zip(scores["linnet"], scores["sklearn"])])
    cells.append(f"{gain:+.4f} ± {error:.4f}")
    ratios = [b / a for a, b in zip(seconds["linnet"], seconds["sklearn"])]
    cells.append(f"{statistics.median(ratios):.1f} ({min(ratios):.1f}–{max(ratios):.1f})")
    return "| " + " | ".join(cells) + " |"


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("linnet", help="the command, as built")
    parser.add_argument("--hidden", type=lambda text: tuple(map(int, text.split(","))), default=(100,))
    parser.add_argument("--batch", type=int, default=200)
    parser.add_argument("--epochs", type=int, default=200)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--json", help="also write all scores and seconds to this file")
    settings = parser.parse_args()
    warnings.filterwarnings("ignore")  # that the iterations, which are given, did not converge
    everything = {}
    version = subprocess.run([settings.linnet, "--version"], check=True, capture_output=True,
                             text=True).stdout.strip()
    print(f"{version}\nscikit-learn {sklearn.__version__}, NumPy {np.__version__}; hidden "
          f"{settings.hidden}, batches of {settings.batch}, {settings.epochs} epochs, "
          f"{settings.seeds} seeds, one thread, f32\n")
    print("| data | score | Linnet | scikit-learn | Linnet, default options | gain | times faster |")
    print("|---|---|---|---|---|---|---|")
    worse = []
    with tempfile.TemporaryDirectory() as folder:
        for name, classify in DATASETS.items():
            scores, seconds = compare(name, classify, settings, Path(folder))
            everything[name] = {"scores": scores, "seconds": seconds}
            print(row(name, classify, scores, seconds), flush=True)
            gain, error = mean_and_error(
                [a - b for a, b in zip(scores["linnet"], scores["sklearn"])])
            worse += [name] if gain < -error else []
    print("\nmeans ± standard errors (medians) over the seeds; gain: of the same net and budget, "
          "paired by seed")
    if settings.json:
        Path(settings.json).write_text(json.dumps(everything, indent=1), encoding="ascii")
    if worse:
        sys.exit(f"worse than scikit-learn by more than a standard error: {', '.join(worse)}")


if __name__ == "__main__":
    main()
