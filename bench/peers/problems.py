# SPDX-License-Identifier: MIT
"""What is raced over: nets, their data, and their initial parameters."""
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Task:
    name: str
    widths: tuple
    rows: int
    hidden: str = "relu"
    output: str = "identity"
    optimizer: str = "sgd"
    rate: float = 0.01
    unit: str = "step"  # what a step is called
    article: str = "a"

    def flops(self, inference):
        """Those of the products alone: the first layer needs no gradient of its inputs."""
        pairs = [inputs * outputs for inputs, outputs in zip(self.widths, self.widths[1:])]
        if inference:
            return 2 * sum(pairs)
        return 2 * self.rows * (3 * sum(pairs) - pairs[0])


NETS = {task.name: task for task in (
    Task("T", (8, 16, 16, 16, 16, 3), 2),
    Task("S", (64, 64, 32, 10), 32),
    Task("M", (784, 256, 128, 10), 64),
    Task("L", (1024,) * 5, 256),
    Task("XL", (2048,) * 5, 512))}

WORKLOADS = {
    "expm": [Task("expm", (4, 32, 16, 4), 10000, hidden="tanh", optimizer="adam", rate=1e-3,
                  unit="epoch", article="an")],
    "mnist": [Task(f"mnist{rows}", (784, 30, 10), rows, hidden="sigmoid", output="sigmoid", rate=0.1)
              for rows in (32, 1200)]}


def exponentials(x):
    """exp of each row as a 2 by 2 matrix, by its series after four halvings."""
    a = x.reshape(-1, 2, 2) / 16
    total = term = np.broadcast_to(np.eye(2), a.shape)
    for k in range(1, 13):
        term = term @ a / k
        total = total + term
    for _ in range(4):
        total = total @ total
    return total.reshape(-1, 4)


def data(task, random):
    if task.name == "expm":
        x = random.uniform(-1, 1, (task.rows, 4))
        return x, exponentials(x)
    if task.hidden == "sigmoid":  # as pixels and labels would be
        return (random.uniform(0, 1, (task.rows, task.widths[0])),
                np.eye(task.widths[-1])[random.integers(task.widths[-1], size=task.rows)])
    return (random.uniform(-1, 1, (task.rows, task.widths[0])),
            random.uniform(-1, 1, (task.rows, task.widths[-1])))


def write(task, dtype, path):
    """The parameters layer by layer, weight [in, out] and bias, then x and y; the target y."""
    random = np.random.default_rng(1)
    gain = 2 if task.hidden == "relu" else 1
    parts = []
    for inputs, outputs in zip(task.widths, task.widths[1:]):
        parts.append(random.normal(0, np.sqrt(gain / inputs), (inputs, outputs)))
        parts.append(random.uniform(-0.1, 0.1, outputs))
    parts += data(task, random)
    parts = [part.astype(dtype) for part in parts]
    with open(path, "wb") as file:
        for part in parts:
            part.tofile(file)
    return np.concatenate([part.reshape(-1) for part in parts[:-2]]), parts[-1]
