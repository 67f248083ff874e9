# SPDX-License-Identifier: MIT
"""NumPy: `plain`, as tutorials write it, and `buffers`, which allocates nothing in a step."""
import numpy as np

import peer


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


FUNCTIONS = {"identity": lambda z: z, "relu": lambda z: np.maximum(z, 0), "tanh": np.tanh,
             "sigmoid": sigmoid}
DERIVATIVES = {"identity": lambda h: 1, "relu": lambda h: h > 0, "tanh": lambda h: 1 - h * h,
               "sigmoid": lambda h: h * (1 - h)}


class Adam:
    """Of a flat vector, with two vectors to work in."""

    def __init__(self, parameters, rate):
        self.rate, self.step = rate, 0
        self.m, self.v, self.a, self.b = (np.zeros_like(parameters) for _ in range(4))

    def update(self, parameters, gradient):
        self.step += 1
        np.multiply(gradient, gradient, out=self.a)
        self.a *= 1 - 0.999
        self.v *= 0.999
        self.v += self.a
        np.multiply(gradient, 1 - 0.9, out=self.a)
        self.m *= 0.9
        self.m += self.a
        np.multiply(self.v, 1 / (1 - 0.999**self.step), out=self.a)
        np.sqrt(self.a, out=self.a)
        self.a += 1e-8
        np.divide(self.m, self.a, out=self.b)
        self.b *= self.rate / (1 - 0.9**self.step)
        parameters -= self.b


class Sgd:
    def __init__(self, parameters, rate):
        self.rate = rate

    def update(self, parameters, gradient):
        gradient *= self.rate
        parameters -= gradient


class Plain:
    def __init__(self, problem):
        self.parameters, self.x, self.y = problem.load()
        self.layers = problem.layers(self.parameters)
        self.names = problem.activations()
        self.optim = (Adam if problem.optimizer == "adam" else Sgd)(self.parameters, problem.rate)
        self.inference = problem.inference

    def forward(self):
        outputs = [self.x]
        for (weight, bias), name in zip(self.layers, self.names):
            outputs.append(FUNCTIONS[name](outputs[-1] @ weight + bias))
        return outputs

    def step(self):
        outputs = self.forward()
        gradients = []
        delta = (2 / self.y.size) * (outputs[-1] - self.y)
        for i in reversed(range(len(self.layers))):
            delta = delta * DERIVATIVES[self.names[i]](outputs[i + 1])
            gradients.append((outputs[i].T @ delta, delta.sum(axis=0)))
            if i > 0:
                delta = delta @ self.layers[i][0].T
        self.optim.update(self.parameters, peer.flatten(reversed(gradients)))

    def run(self, steps):
        step = self.forward if self.inference else self.step
        for _ in range(steps):
            step()

    def read(self):
        return self.parameters, self.forward()[-1]


def relu_into(z, scratch):
    np.maximum(z, 0, out=z)


def sigmoid_into(z, scratch):
    np.negative(z, out=z)
    np.exp(z, out=z)
    z += 1
    np.reciprocal(z, out=z)


def times_relu_derivative(delta, h, scratch):
    np.sign(h, out=scratch)  # no conversion of booleans: faster on small nets
    delta *= scratch


def times_tanh_derivative(delta, h, scratch):
    np.multiply(h, h, out=scratch)
    np.subtract(1, scratch, out=scratch)
    delta *= scratch


def times_sigmoid_derivative(delta, h, scratch):
    np.subtract(1, h, out=scratch)
    delta *= h
    delta *= scratch


INTO = {"identity": lambda z, scratch: None, "relu": relu_into,
        "tanh": lambda z, scratch: np.tanh(z, out=z), "sigmoid": sigmoid_into}
TIMES_DERIVATIVE = {"identity": lambda delta, h, scratch: None, "relu": times_relu_derivative,
                    "tanh": times_tanh_derivative, "sigmoid": times_sigmoid_derivative}


class Buffers(Plain):
    def __init__(self, problem):
        super().__init__(problem)
        rows = len(self.x)
        self.gradient = np.empty_like(self.parameters)
        self.gradients = problem.layers(self.gradient)
        self.outputs, self.deltas, self.scratch = (
            [np.empty((rows, width), problem.dtype) for width in problem.widths[1:]]
            for _ in range(3))

    def forward(self):
        h = self.x
        for (weight, bias), name, z, scratch in zip(self.layers, self.names, self.outputs,
                                                    self.scratch):
            np.matmul(h, weight, out=z)
            z += bias
            INTO[name](z, scratch)
            h = z
        return self.outputs

    def step(self):
        outputs, deltas = self.forward(), self.deltas
        np.subtract(outputs[-1], self.y, out=deltas[-1])
        deltas[-1] *= 2 / self.y.size
        for i in reversed(range(len(self.layers))):
            delta, before = deltas[i], outputs[i - 1] if i > 0 else self.x
            TIMES_DERIVATIVE[self.names[i]](delta, outputs[i], self.scratch[i])
            np.matmul(before.T, delta, out=self.gradients[i][0])
            np.add.reduce(delta, axis=0, out=self.gradients[i][1])
            if i > 0:
                np.matmul(delta, self.layers[i][0].T, out=deltas[i - 1])
        self.optim.update(self.parameters, self.gradient)


if __name__ == "__main__":
    peer.serve(f"NumPy {np.__version__}",
               lambda problem: {"plain": Plain, "buffers": Buffers}[problem.variant](problem))
