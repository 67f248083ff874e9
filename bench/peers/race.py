#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Optimisers of SciPy and PyTorch, and a plain Levenberg-Marquardt, beside Linnet's: one race.

    bench/peers/race.py build/bench/bench_race [--problem NAME] [--seeds N] [--json FILE]
    bench/peers/race.py --plot FILE.json --svg FILE.svg

bench_race writes data and first parameters; everyone starts from these, in f64 and on one thread, in
turns seed by seed, to the same loss of all the data within the same time. Needs NumPy and SciPy;
PyTorch takes part if it is there, and the plot needs Matplotlib.
"""
import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

import numpy as np  # noqa: E402: threads are set first

PROBLEMS = {  # widths, goal, seconds, batch: as bench/problems.c has them
    "narrow": ([4, 30, 1], 1e-4, 8, 32),
    "smooth": ([4, 32, 32, 1], 1e-6, 8, 64),
    "autoencoder": ([64, 128, 64, 32, 8, 32, 64, 128, 64], 0.011, 10, 64),
    "sin": ([1, 5, 1], 0.002, 3, 41),
    "parity": ([3, 10, 10, 1], 0.001, 3, 8),
}


class Over(Exception):
    """The goal is reached, or the time is up."""


class Course:
    """Loss against time; judging a loss that the method does not need stops the clock."""

    def __init__(self, goal, limit):
        self.goal, self.limit, self.away = goal, limit, 0.0
        self.seconds, self.loss = [], []
        self.start = time.perf_counter()

    def clock(self):
        return time.perf_counter() - self.start - self.away

    def note(self, loss):
        now = self.clock()
        best = min(self.loss[-1], loss) if self.loss else loss
        if not self.seconds or now > self.seconds[-1] * 1.02 or loss <= self.goal:
            self.seconds.append(now)
            self.loss.append(best)
        if loss <= self.goal or now >= self.limit:
            raise Over

    def judge(self, loss_of):
        begun = time.perf_counter()
        loss = loss_of()
        self.away += time.perf_counter() - begun
        self.note(loss)


class Net:
    """tanh between dense layers, none behind the last; parameters flat, in Linnet's order."""

    def __init__(self, widths):
        self.widths = widths
        self.shapes = []
        for rows, cols in zip(widths, widths[1:]):
            self.shapes += [(rows, cols), (1, cols)]
        self.sizes = [r * c for r, c in self.shapes]

    def parts(self, w):
        at, parts = 0, []
        for shape, size in zip(self.shapes, self.sizes):
            parts.append(w[at:at + size].reshape(shape))
            at += size
        return list(zip(parts[::2], parts[1::2]))

    def forward(self, w, x):
        outputs = [x]
        layers = self.parts(w)
        for i, (weight, bias) in enumerate(layers):
            z = outputs[-1] @ weight + bias
            outputs.append(np.tanh(z) if i + 1 < len(layers) else z)
        return outputs

    def deltas(self, w, outputs, u):
        """dL/dz of each layer, the first first, from u = dL/dŷ."""
        layers, found = self.parts(w), [u]
        for i in range(len(layers) - 1, 0, -1):
            found.append((found[-1] @ layers[i][0].T) * (1 - outputs[i] ** 2))
        return found[::-1]

    def evaluate(self, w, x, y):
        outputs = self.forward(w, x)
        error = outputs[-1] - y
        gradient = []
        for a, d in zip(outputs, self.deltas(w, outputs, error * (2 / error.size))):
            gradient += [(a.T @ d).ravel(), d.sum(0)]
        return float((error ** 2).mean()), np.concatenate(gradient)

    def jacobian(self, w, outputs):
        """d(ŷ)/dw, a row for each output of each row."""
        rows, cols = outputs[-1].shape
        blocks = []
        for k in range(cols):
            u = np.zeros((rows, cols))
            u[:, k] = 1
            parts = []
            for a, d in zip(outputs, self.deltas(w, outputs, u)):
                parts += [(a[:, :, None] * d[:, None, :]).reshape(rows, -1), d]
            blocks.append(np.concatenate(parts, 1))
        return np.concatenate(blocks, 0)


def plain_lm(net, w, x, y, course, **_):
    """Marquardt's rule on JᵀJ, as textbooks write it, on NumPy and SciPy's Cholesky."""
    from scipy.linalg import cho_factor, cho_solve, LinAlgError
    mu, n = 1e-3, y.size
    outputs = net.forward(w, x)
    error = (outputs[-1] - y).T.ravel()
    loss = float(error @ error) / n
    course.note(loss)
    while mu <= 1e10:
        j = net.jacobian(w, outputs)
        a, g = j.T @ j * (2 / n), j.T @ error * (2 / n)
        while mu <= 1e10:
            try:
                step = cho_solve(cho_factor(a + mu * np.eye(len(w)), lower=True), -g)
            except LinAlgError:
                mu *= 10
                continue
            trial = net.forward(w + step, x)
            e = (trial[-1] - y).T.ravel()
            value = float(e @ e) / n
            if value < loss:
                w, outputs, error, loss, mu = w + step, trial, e, value, mu * 0.1
                break
            mu *= 10
            course.note(loss)
        course.note(loss)


def scipy_lbfgs(net, w, x, y, course, **_):
    from scipy.optimize import minimize

    def evaluate(v):
        loss, gradient = net.evaluate(v, x, y)
        course.note(loss)
        return loss, gradient

    while True:  # it may end by its own tolerances, though these are 0
        result = minimize(evaluate, w, jac=True, method="L-BFGS-B",
                          options={"maxcor": 20, "maxiter": 10 ** 9, "maxfun": 10 ** 9, "ftol": 0,
                                   "gtol": 0})
        if np.array_equal(result.x, w):
            return
        w = result.x


def torch_setting(net, w, x, y):
    import torch
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    layers = []
    for i, (weight, bias) in enumerate(net.parts(w)):
        layer = torch.nn.Linear(*weight.shape)
        with torch.no_grad():
            layer.weight.copy_(torch.from_numpy(weight.T.copy()))
            layer.bias.copy_(torch.from_numpy(bias[0].copy()))
        layers += [layer] if i == len(net.widths) - 2 else [layer, torch.nn.Tanh()]
    return torch, torch.nn.Sequential(*layers), torch.from_numpy(x), torch.from_numpy(y)


def torch_lbfgs(net, w, x, y, course, **_):
    torch, model, x, y = torch_setting(net, w, x, y)
    optim = torch.optim.LBFGS(model.parameters(), max_iter=20, history_size=20,
                              line_search_fn="strong_wolfe", tolerance_grad=0, tolerance_change=0)

    def evaluate():
        optim.zero_grad()
        loss = torch.nn.functional.mse_loss(model(x), y)
        loss.backward()
        course.note(loss.item())
        return loss

    course.start = time.perf_counter()
    while True:
        optim.step(evaluate)


def torch_adam(net, w, x, y, course, batch, seed):
    torch, model, x, y = torch_setting(net, w, x, y)
    torch.manual_seed(seed)
    optim = torch.optim.Adam(model.parameters(), lr=0.003)

    def judge():
        with torch.no_grad():
            return torch.nn.functional.mse_loss(model(x), y).item()

    course.start = time.perf_counter()
    while True:
        order = torch.randperm(len(x))
        for first in range(0, len(x), batch):
            rows = order[first:first + batch]
            optim.zero_grad()
            torch.nn.functional.mse_loss(model(x[rows]), y[rows]).backward()
            optim.step()
        course.judge(judge)


PEERS = {"plain JᵀJ (NumPy)": plain_lm, "SciPy L-BFGS-B": scipy_lbfgs,
         "PyTorch L-BFGS": torch_lbfgs, "PyTorch Adam": torch_adam}


def peers_here(problem):
    here = dict(PEERS)
    try:
        import torch  # noqa: F401
    except ImportError:
        here = {name: run for name, run in here.items() if "PyTorch" not in name}
    if problem == "autoencoder":  # its JᵀJ has 27,000 rows and columns
        del here["plain JᵀJ (NumPy)"]
    return here


def run_peer(run, problem, folder, seed):
    widths, goal, seconds, batch = PROBLEMS[problem]
    x, y, w = (np.load(folder / f"{problem}.{seed}.{name}.npy") for name in "xyw")
    course = Course(goal, seconds)
    try:
        run(Net(widths), w.ravel(), x, y, course, batch=batch, seed=seed)
    except Over:
        pass
    return {"seconds": course.seconds, "loss": course.loss}


def run_ours(program, problem, methods, folder, seed):
    path = folder / "ours.json"
    command = [program, "--problem", problem, "--dtype", "f64", "--seeds", "1", "--first-seed",
               str(seed), "--json", str(path)]
    subprocess.run(command + (["--methods", methods] if methods else []), check=True,
                   stdout=subprocess.DEVNULL)
    report = json.loads(path.read_text())
    return {r["method"]: r["curves"][0] for r in report["results"]}, report


def reach(curve, goal):
    """The first time at which the goal is met; None if it is not."""
    return next((s for s, v in zip(curve["seconds"], curve["loss"]) if v <= goal), None)


def quartiles(values):
    return np.percentile(values, [25, 50, 75]).tolist()


def race(arguments):
    program, report = arguments.program, {}
    problems = list(PROBLEMS) if arguments.problem == "all" else [arguments.problem]
    for problem in problems:
        goal, curves = PROBLEMS[problem][1], {}
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            subprocess.run([program, "--problem", problem, "--dtype", "f64", "--seeds",
                            str(arguments.seeds), "--dump", name], check=True,
                           stdout=subprocess.DEVNULL)
            for seed in range(arguments.seeds):
                ours, about = run_ours(program, problem, arguments.methods, folder, seed)
                for method, curve in ours.items():
                    curves.setdefault(method, []).append(curve)
                for method, run in peers_here(problem).items():
                    curves.setdefault(method, []).append(run_peer(run, problem, folder, seed))
        report.setdefault("processor", about["processor"])
        report.setdefault("blas", f"{about['blas_config']}, core type {about['blas_core']}")
        report.setdefault("problems", {})[problem] = {"goal": goal, "curves": curves}
        show(problem, goal, curves)
    if arguments.json:
        Path(arguments.json).write_text(json.dumps(report) + "\n")


def show(problem, goal, curves):
    print(f"\n{problem}, to {goal:g}: seconds to the goal, and the loss at the end")
    print(f"{'method':20} {'reached':>8} {'lower':>9} {'median':>9} {'upper':>9} {'loss':>10}")
    for method, runs in curves.items():
        times = [t for t in (reach(run, goal) for run in runs) if t is not None]
        low, middle, high = quartiles(times) if times else (math.nan,) * 3
        last = float(np.median([run["loss"][-1] for run in runs]))
        print(f"{method:20} {len(times):>3} of {len(runs):<2} {low:>8.3g}s {middle:>8.3g}s "
              f"{high:>8.3g}s {last:>10.3g}", flush=True)


def plot(arguments):
    import matplotlib
    matplotlib.use("svg")
    import matplotlib.pyplot as plt
    plt.rcParams.update({"svg.hashsalt": "linnet", "font.size": 9, "svg.fonttype": "none"})
    problems = json.loads(Path(arguments.plot).read_text())["problems"]
    figure, axes = plt.subplots(1, len(problems), figsize=(4.4 * len(problems), 4.2))
    methods = list(dict.fromkeys(m for p in problems.values() for m in p["curves"]))
    colours = {m: plt.get_cmap("tab20")(i % 20) for i, m in enumerate(methods)}
    for axis, (name, problem) in zip(np.atleast_1d(axes), problems.items()):
        for method, runs in problem["curves"].items():
            order = sorted(runs, key=lambda r: (reach(r, problem["goal"]) or math.inf, r["loss"][-1]))
            run = order[len(order) // 2]  # the median run
            seconds = np.maximum(run["seconds"], 1e-4)
            loss = np.minimum.accumulate(run["loss"])
            shown = np.unique(np.round(np.log(seconds), 1), return_index=True)[1]
            shown = np.append(shown, len(loss) - 1)  # what the eye can tell apart, and the end
            dashed = method in PEERS
            axis.plot(seconds[shown], loss[shown], "--" if dashed else "-", lw=1.4,
                      color=colours[method], label=method)
        axis.axhline(problem["goal"], color="grey", lw=0.7)
        axis.set(xscale="log", yscale="log", title=name, xlabel="seconds")
        axis.set_ylim(problem["goal"] / 3, 3)
    np.atleast_1d(axes)[0].set_ylabel("mean squared error of all rows")
    handles = [plt.Line2D([], [], color=colours[m], ls="--" if m in PEERS else "-") for m in methods]
    figure.legend(handles, methods, loc="lower center", ncol=7, frameon=False)
    figure.tight_layout(rect=(0, 0.13, 1, 1))
    figure.savefig(arguments.svg, metadata={"Date": None})


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("program", nargs="?", help="bench_race")
    parser.add_argument("--problem", default="all", choices=["all", *PROBLEMS])
    parser.add_argument("--methods", help="some of Linnet's, with commas")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--json", help="write all curves to this file")
    parser.add_argument("--plot", help="plot such a file instead")
    parser.add_argument("--svg", default="race.svg")
    arguments = parser.parse_args()
    if arguments.plot:
        plot(arguments)
    elif arguments.program:
        race(arguments)
    else:
        parser.print_usage(sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
