# SPDX-License-Identifier: MIT
"""Writes data/activations.txt: values and slopes of PyTorch's activations in f64. Three are written out:
PyTorch's hard ones have slopes rounded to f32, and its softplus is cut off or overflows."""
import torch
from torch.nn import functional as f

from cases import DATA, write

ACTIVATIONS = {
    "identity": lambda z: z * 1,
    "relu": f.relu,
    "leaky_relu": lambda z: f.leaky_relu(z, 0.3),
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "elu": lambda z: f.elu(z, 0.7),
    "selu": f.selu,
    "gelu": f.gelu,
    "gelu_tanh": lambda z: f.gelu(z, approximate="tanh"),
    "silu": f.silu,
    "softplus": lambda z: torch.logaddexp(z, torch.zeros_like(z)),
    "softsign": f.softsign,
    "hard_sigmoid": lambda z: torch.clamp(z / 6 + 0.5, 0, 1),
    "hard_swish": lambda z: z * torch.clamp(z / 6 + 0.5, 0, 1),
    "sine": lambda z: torch.sin(1.3 * z),
}

if __name__ == "__main__":
    torch.manual_seed(2)
    special = [1e-30, -1e-30, 1e-8, -1e-8, 0.3, -0.3, 2.9, -2.9, 3.1, -3.1, 30, -30, 700, -700,
               1e4, -1e4]
    z = torch.cat([torch.tensor(special), torch.randn(84) * 3]).to(torch.float32).double()
    result = {"z": z[None].numpy()}
    for name, activation in ACTIVATIONS.items():
        x = z.clone().requires_grad_()
        y = activation(x)
        y.sum().backward()
        result[f"{name}.value"] = y.detach().numpy()[None]
        result[f"{name}.slope"] = x.grad.numpy()[None]
    write(DATA / "activations.txt", result, 17)
