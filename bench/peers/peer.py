# SPDX-License-Identifier: MIT
"""What all contenders written in Python share: the problem, and the lines (see README.md)."""
import os
import sys
import time

import numpy as np


class Cannot(Exception):
    """A problem that a contender cannot do, and why."""


class Problem:
    """A net, its data and what to do with them, from `key=value key=value …`."""

    def __init__(self, settings):
        values = dict(word.split("=", 1) for word in settings.split())
        self.widths = [int(width) for width in values["widths"].split(",")]
        self.rows = int(values["rows"])
        self.dtype = {"f32": np.float32, "f64": np.float64}[values["dtype"]]
        self.hidden, self.output = values["hidden"], values["output"]
        self.optimizer, self.rate = values["optimizer"], float(values["rate"])
        self.inference = values["mode"] == "inference"
        self.threads = int(values["threads"])
        self.variant = values["variant"]
        self.data = values["data"]

    @property
    def shapes(self):
        return list(zip(self.widths, self.widths[1:]))

    @property
    def n_parameters(self):
        return sum((inputs + 1) * outputs for inputs, outputs in self.shapes)

    def activations(self):
        """The name of each layer's activation."""
        return [self.hidden] * (len(self.shapes) - 1) + [self.output]

    def load(self):
        """The parameters as one vector, x and y: one row of them for inference."""
        numbers = np.fromfile(self.data, self.dtype)
        parameters, numbers = np.split(numbers, [self.n_parameters])
        x, y = np.split(numbers, [self.rows * self.widths[0]])
        rows = 1 if self.inference else self.rows
        return (parameters.copy(), x.reshape(self.rows, -1)[:rows].copy(),
                y.reshape(self.rows, -1)[:rows].copy())

    def layers(self, parameters):
        """(weight [in, out], bias [out]) of each layer: views into the vector."""
        layers, at = [], 0
        for inputs, outputs in self.shapes:
            weight = parameters[at:at + inputs * outputs].reshape(inputs, outputs)
            at += inputs * outputs
            layers.append((weight, parameters[at:at + outputs]))
            at += outputs
        return layers


def flatten(layers):
    """The vector of (weight [in, out], bias [out]) of each layer."""
    return np.concatenate([np.asarray(part).reshape(-1) for layer in layers for part in layer])


def serve(version, contender):
    """Answers lines until the input ends. `contender(problem)` has run(steps) and read(), which
    gives the parameters as a vector and the outputs; what differs from the problem it says in
    `differs`."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what libraries print must not get between the answers
    problem = state = None
    for line in sys.stdin:
        command, _, rest = line.strip().partition(" ")
        if command == "open":
            state, problem = None, Problem(rest)
            try:
                state = contender(problem)
                differs = getattr(state, "differs", None)
                answers.write(f"differs {differs}\n" if differs else f"ready {version}\n")
            except Cannot as reason:
                answers.write(f"cannot {reason}\n")
        elif command == "run":
            steps = int(rest)
            cpu, begin = time.process_time(), time.perf_counter()
            state.run(steps)
            seconds = time.perf_counter() - begin
            answers.write(f"{seconds:.9g} {time.process_time() - cpu:.9g}\n")
        elif command == "check":
            steps, path = rest.split(" ", 1)
            state = None
            state = contender(problem)
            if int(steps):
                state.run(int(steps))
            parameters, outputs = state.read()
            with open(path, "wb") as file:
                np.asarray(parameters, problem.dtype).tofile(file)
                np.asarray(outputs, problem.dtype).tofile(file)
            answers.write("done\n")
