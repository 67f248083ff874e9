# SPDX-License-Identifier: MIT
"""Writes data/layers.txt: what PyTorch makes, in f64, of nets with norms, PReLU and residual sums:
output, loss and gradients of the first step, the losses of 6 steps of SGD, the parameters and
running statistics after them, and the output in inference."""
import numpy as np
import torch
from torch import nn

from cases import DATA, write

STEPS, ROWS, INPUTS = 6, 9, 5


class Residual(nn.Module):
    def __init__(self, span):
        super().__init__()
        self.span = span


def linear(inputs, outputs):
    return nn.Linear(inputs, outputs)


CASES = {
    "batch_norm": lambda: [linear(5, 7), nn.BatchNorm1d(7), nn.ReLU(), linear(7, 3)],
    "batch_norm_first": lambda: [nn.BatchNorm1d(5, eps=1e-3, momentum=0.3), linear(5, 3)],
    "batch_norm_plain": lambda: [linear(5, 70), nn.BatchNorm1d(70, affine=False), linear(70, 3)],
    "layer_norm": lambda: [linear(5, 7), nn.LayerNorm(7), nn.Tanh(), linear(7, 3)],
    "layer_norm_no_bias": lambda: [nn.LayerNorm(5, eps=0.01, bias=False), linear(5, 3)],
    "layer_norm_plain": lambda: [linear(5, 7), nn.LayerNorm(7, elementwise_affine=False),
                                 linear(7, 3)],
    "rms_norm": lambda: [linear(5, 7), nn.RMSNorm(7, eps=1e-5), nn.Tanh(), linear(7, 3)],
    "prelu": lambda: [linear(5, 7), nn.PReLU(7), linear(7, 3)],
    "residual": lambda: [linear(5, 5), nn.Tanh(), linear(5, 5), Residual(3), linear(5, 3)],
    "residual_nested": lambda: [linear(5, 6), linear(6, 6), nn.Tanh(), Residual(2), nn.Tanh(),
                                linear(6, 6), Residual(5), Residual(1), linear(6, 3)],
}


def forward(layers, x):
    inputs = []
    for layer in layers:
        inputs.append(x)
        x = x + inputs[-1 - layer.span] if isinstance(layer, Residual) else layer(x)
    return x


def ours(tensor):
    """PyTorch's weights are [out, in]."""
    return np.atleast_2d(tensor.detach().numpy().T).copy()


def run(name, make, x, y):
    layers = nn.Sequential(*make())
    with torch.no_grad():
        for p in layers.parameters():
            p.add_(0.3 * torch.randn_like(p))
    result = {f"{name}.initial.{i}": ours(p) for i, p in enumerate(layers.parameters())}
    optim = torch.optim.SGD(layers.parameters(), lr=0.05, momentum=0.9)
    trace = []
    for step in range(STEPS):
        optim.zero_grad()
        x.grad = None
        output = forward(layers, x)
        loss = nn.functional.mse_loss(output, y)
        loss.backward()
        trace.append(loss.item())
        if step == 0:
            result[f"{name}.output"] = output.detach().numpy().copy()
            result[f"{name}.dx"] = x.grad.numpy().copy()
            for i, p in enumerate(layers.parameters()):
                result[f"{name}.gradient.{i}"] = ours(p.grad)
        optim.step()
    layers.eval()
    result[f"{name}.trace"] = trace
    for i, p in enumerate(layers.parameters()):
        result[f"{name}.final.{i}"] = ours(p)
    statistics = [b for key, b in layers.named_buffers() if "running" in key]
    for i, b in enumerate(statistics):
        result[f"{name}.statistic.{i}"] = b.numpy()[None].copy()
    result[f"{name}.inference"] = forward(layers, x).detach().numpy()
    return result


if __name__ == "__main__":
    torch.set_default_dtype(torch.float64)
    torch.manual_seed(5)
    x = torch.randn(ROWS, INPUTS, requires_grad=True)
    y = torch.randn(ROWS, 3)
    result = {"x": x.detach().numpy(), "y": y.numpy()}
    for name, make in CASES.items():
        result.update(run(name, make, x, y))
        print(name, result[f"{name}.trace"][0], result[f"{name}.trace"][-1])
    write(DATA / "layers.txt", result, 17)
