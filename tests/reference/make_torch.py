# SPDX-License-Identifier: MIT
"""Writes data/*.torch_f64.txt and data/*.torch_f32.txt: what PyTorch makes of the inputs, targets
and initial parameters that make_numpy.py wrote. Fails if the two disagree."""
import torch
from torch import nn
from torch.nn import functional

from cases import CASES, DATA, STEPS, difference, read, write

ACTIVATIONS = {"relu": nn.ReLU, "leaky_relu": nn.LeakyReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid}
PRECISIONS = {"torch_f64": (torch.float64, 17, 1e-13), "torch_f32": (torch.float32, 9, 1e-5)}


def build(case, numbers, dtype):
    modules, width = [], case.inputs
    for kind, *options in case.layers:
        if kind != "dense":
            modules.append(ACTIVATIONS[kind](*options))
            continue
        units, bias = options
        modules.append(nn.Linear(width, units, bias=bias, dtype=dtype))
        width = units
    net = nn.Sequential(*modules)
    with torch.no_grad():
        for i, p in enumerate(net.parameters()):
            p.copy_(torch.tensor(numbers[f"initial.{i}"].T.reshape(p.shape)))
    return net


def loss_of(case, y_hat, y, reduction):
    if case.loss == "mse":
        return functional.mse_loss(y_hat, y, reduction=reduction)
    if case.target == "labels":
        y = y[:, 0].long()
    return functional.cross_entropy(y_hat, y, reduction=reduction)


def parameters(net, prefix, pick):
    """PyTorch's weights are [out, in]: transposed to ours."""
    return {f"{prefix}.{i}": pick(p).detach().numpy().T.copy()
            for i, p in enumerate(net.parameters())}


def run(case, numbers, dtype):
    net = build(case, numbers, dtype)
    x = torch.tensor(numbers["x"], dtype=dtype, requires_grad=True)
    y = torch.tensor(numbers["y"], dtype=dtype)
    sgd = torch.optim.SGD(net.parameters(), lr=case.rate, momentum=case.momentum)
    result, trace = {}, []
    for step in range(STEPS):
        sgd.zero_grad()
        y_hat = net(x)
        trace.append(loss_of(case, y_hat, y, case.value).item())
        loss_of(case, y_hat, y, case.gradient).backward()
        if step == 0:
            result = {"output": y_hat.detach().numpy().copy(), "loss": trace[0],
                      **parameters(net, "gradient", lambda p: p.grad),
                      "gradient.x": x.grad.numpy().copy()}
        sgd.step()
    return {**result, "trace": trace, **parameters(net, "final", lambda p: p)}


if __name__ == "__main__":
    for case in CASES:
        numbers = read(DATA / f"{case.name}.numpy.txt")
        for name, (dtype, digits, tolerance) in PRECISIONS.items():
            result = run(case, numbers, dtype)
            worst = max(difference(matrix, numbers[key]) for key, matrix in result.items())
            assert worst < tolerance, f"{case.name}: PyTorch and NumPy differ by {worst}"
            write(DATA / f"{case.name}.{name}.txt", result, digits)
            print(f"{case.name}: {name} differs from NumPy by {worst:.2g}")
