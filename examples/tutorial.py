# SPDX-License-Identifier: MIT
"""The tutorial in NumPy: the page that tutorial.c says again in C.

    python3 tutorial.py > tutorial_expected.txt

prints the loss of every step, and writes the random numbers it drew to tutorial_data.txt, from
which tutorial.c comes to the same losses. (Committed: the output of NumPy 1.24.2.)
"""
import numpy as np


class Linear:
    def __init__(self, input_c, output_c):
        self.w = np.random.rand(input_c, output_c) * 0.001
        self.b = np.random.rand(1, output_c) * 0.001

    def forward(self, x):
        self.x = x
        return x @ self.w + self.b

    def backward(self, dy):
        self.dw = self.x.T @ dy
        self.db = dy.sum(axis=0, keepdims=True)
        return dy @ self.w.T

    def step(self, lr):
        self.w -= lr * self.dw
        self.b -= lr * self.db


class ReLU:
    def forward(self, x):
        self.x = x
        return np.maximum(x, 0)

    def backward(self, dy):
        return dy * (self.x > 0)

    def step(self, lr):
        pass


class MLP:
    def __init__(self, input_c, hidden_c, output_c, layers_num):
        sizes = [input_c] + [hidden_c] * (layers_num - 1) + [output_c]
        self.layers = [Linear(input_c, hidden_c) for input_c, hidden_c in zip(sizes, sizes[1:])]
        self.modules = [module for layer in self.layers for module in (layer, ReLU())][:-1]

    def forward(self, x):
        for module in self.modules:
            x = module.forward(x)
        return x

    def backward(self, dy):
        for module in reversed(self.modules):
            dy = module.backward(dy)

    def step(self, lr):
        for module in self.modules:
            module.step(lr)


def mse(y_hat, y):
    """The mean of squares, and the gradient of their sum."""
    return np.mean((y_hat - y) ** 2), 2 * (y_hat - y)


np.random.seed(0)
x, y = np.random.rand(2, 8), np.random.rand(2, 3)
mlp = MLP(8, 16, 3, 5)

with open("tutorial_data.txt", "w", encoding="ascii") as file:
    for numbers in [x, y] + [p for layer in mlp.layers for p in (layer.w, layer.b)]:
        file.writelines(f"{number:.17g}\n" for number in numbers.ravel())

for step in range(50):
    y_hat = mlp.forward(x)
    loss, dy = mse(y_hat, y)
    mlp.backward(dy)
    mlp.step(0.01)
    print(f"{step:2} {loss:.12f}")
