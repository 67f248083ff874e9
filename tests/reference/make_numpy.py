# SPDX-License-Identifier: MIT
"""Writes data/*.numpy.txt: each net's input, target and initial parameters, and what plain NumPy
makes of them. make_torch.py reads the first three from here."""
import numpy as np

from cases import CASES, DATA, STEPS, write


class Linear:
    def __init__(self, w, b):
        self.w, self.b = w, b
        self.vw, self.vb = None, None

    def forward(self, x):
        self.x = x
        return x @ self.w if self.b is None else x @ self.w + self.b

    def backward(self, dy):
        self.dw = self.x.T @ dy
        self.db = np.sum(dy, axis=0, keepdims=True)
        return dy @ self.w.T

    def step(self, rate, momentum):
        self.vw = self.dw if self.vw is None else momentum * self.vw + self.dw
        self.w = self.w - rate * self.vw
        if self.b is not None:
            self.vb = self.db if self.vb is None else momentum * self.vb + self.db
            self.b = self.b - rate * self.vb


class ReLU:
    def forward(self, x):
        self.x = x
        return np.maximum(x, 0)

    def backward(self, dy):
        return dy * (self.x > 0)


class LeakyReLU:
    def __init__(self, alpha):
        self.alpha = alpha

    def forward(self, x):
        self.x = x
        return np.where(x > 0, x, self.alpha * x)

    def backward(self, dy):
        return dy * np.where(self.x > 0, 1, self.alpha)


class Tanh:
    def forward(self, x):
        self.y = np.tanh(x)
        return self.y

    def backward(self, dy):
        return dy * (1 - self.y**2)


class Sigmoid:
    def forward(self, x):
        self.y = 1 / (1 + np.exp(-x))
        return self.y

    def backward(self, dy):
        return dy * self.y * (1 - self.y)


class MLP:
    def __init__(self, modules):
        self.modules = modules

    def forward(self, x):
        for module in self.modules:
            x = module.forward(x)
        return x

    def backward(self, dy):
        for module in reversed(self.modules):
            dy = module.backward(dy)
        return dy

    def step(self, rate, momentum):
        for module in self.linear():
            module.step(rate, momentum)

    def linear(self):
        return [module for module in self.modules if isinstance(module, Linear)]


def mse(y_hat, y):
    """The sum of squares, what it is divided by for the mean, and the sum's gradient."""
    return np.sum((y_hat - y) ** 2), y.size, 2 * (y_hat - y)


def softmax_cross_entropy(logits, y):
    if y.shape[1] == 1:
        y = np.eye(logits.shape[1])[y[:, 0].astype(int)]
    shifted = logits - np.max(logits, axis=1, keepdims=True)
    log_p = shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))
    gradient = np.exp(log_p) * np.sum(y, axis=1, keepdims=True) - y
    return -np.sum(y * log_p), len(y), gradient


LOSSES = {"mse": mse, "softmax_cross_entropy": softmax_cross_entropy}
ACTIVATIONS = {"relu": ReLU, "leaky_relu": LeakyReLU, "tanh": Tanh, "sigmoid": Sigmoid}


def evaluate(case, y_hat, y):
    total, count, gradient = LOSSES[case.loss](y_hat, y)
    return (total / count if case.value == "mean" else total,
            gradient / count if case.gradient == "mean" else gradient)


def build(case, rng):
    modules, width = [], case.inputs
    for kind, *options in case.layers:
        if kind != "dense":
            modules.append(ACTIVATIONS[kind](*options))
            continue
        units, bias = options
        if case.init is None:
            w = rng.standard_normal((width, units)) * np.sqrt(2 / width)
            b = 0.1 * rng.standard_normal((1, units)) if bias else None
        else:
            w = rng.random((width, units)) * case.init
            b = np.zeros((1, units)) if bias else None
        modules.append(Linear(w, b))
        width = units
    return MLP(modules), width


def make_target(case, outputs, rng):
    if case.target == "labels":
        return rng.integers(outputs, size=(case.rows, 1)).astype(float)
    if case.target == "probabilities":  # the odd rows are weighted: they do not sum to one
        p = rng.dirichlet(np.ones(outputs), case.rows)
        return p * np.where(np.arange(case.rows) % 2, 0.5, 1.0)[:, None]
    return rng.random((case.rows, outputs))


def parameters(net, prefix):
    flat = [p for linear in net.linear() for p in (linear.w, linear.b) if p is not None]
    return {f"{prefix}.{i}": p for i, p in enumerate(flat)}


def gradients(net):
    flat = [g for linear in net.linear()
            for p, g in ((linear.w, linear.dw), (linear.b, linear.db)) if p is not None]
    return {f"gradient.{i}": g for i, g in enumerate(flat)}


def check_kinks(case, net):
    """Rounding must not decide on which side of a kink a number falls."""
    for module in net.modules:
        if isinstance(module, (ReLU, LeakyReLU)):
            size = np.abs(module.x)
            assert np.min(size) > 2e-5 * np.max(size), f"{case.name}: a kink is near, take a new seed"


def run(case):
    rng = np.random.default_rng(case.seed)
    net, outputs = build(case, rng)
    x = rng.random((case.rows, case.inputs)) if case.init else rng.standard_normal(
        (case.rows, case.inputs))
    y = make_target(case, outputs, rng)
    result = {"rate": case.rate, "momentum": case.momentum, "x": x, "y": y,
              **parameters(net, "initial")}
    trace = []
    for step in range(STEPS):
        y_hat = net.forward(x)
        check_kinks(case, net)
        value, dy = evaluate(case, y_hat, y)
        dx = net.backward(dy)
        trace.append(value)
        if step == 0:
            result |= {"output": y_hat, "loss": value, **gradients(net), "gradient.x": dx}
        net.step(case.rate, case.momentum)
    return {**result, "trace": trace, **parameters(net, "final")}


if __name__ == "__main__":
    DATA.mkdir(exist_ok=True)
    for case in CASES:
        result = run(case)
        write(DATA / f"{case.name}.numpy.txt", result, 17)
        print(f"{case.name}: loss {result['trace'][0]:.6g} to {result['trace'][-1]:.6g}")
