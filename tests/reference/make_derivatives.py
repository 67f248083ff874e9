# SPDX-License-Identifier: MIT
"""Writes data/derivatives.txt: derivatives of nets in inference by PyTorch's torch.func, in f64: with
x and y in units of their own, the Jacobian, products with it both ways, products with the Hessian and
the generalised Gauss-Newton matrix of two losses, second derivatives by the inputs, and a loss on the
Jacobian with its gradient. Vectors of parameters are flat, as the library's."""
import torch
from torch import nn
from torch.func import functional_call, grad, hessian, jacrev, jvp, vjp, vmap

from cases import DATA, write

ROWS, INPUTS = 3, 4


class Residual(nn.Module):
    def __init__(self, *inner):
        super().__init__()
        self.inner = nn.Sequential(*inner)

    def forward(self, x):
        return x + self.inner(x)


def linear(inputs, outputs):
    return nn.Linear(inputs, outputs)


CASES = {
    "smooth": lambda: [linear(4, 5), nn.Tanh(), linear(5, 4), nn.Sigmoid(), linear(4, 6)],
    "layer_norm": lambda: [linear(4, 6), nn.GELU(), nn.LayerNorm(6), linear(6, 3)],
    "batch_norm": lambda: [linear(4, 6), nn.BatchNorm1d(6), nn.Softplus(), linear(6, 3)],
    "rms_norm": lambda: [linear(4, 6), nn.RMSNorm(6, eps=1e-5), nn.ELU(), linear(6, 3)],
    "prelu": lambda: [linear(4, 5), nn.PReLU(5), linear(5, 5), nn.Softsign(), linear(5, 3)],
    "residual": lambda: [Residual(linear(4, 4), nn.SiLU(), linear(4, 4)), nn.GELU(approximate="tanh"),
                         linear(4, 3)],
}


def flat(parameters):
    """PyTorch's weights are [out, in]."""
    return torch.cat([(p.T if p.ndim == 2 else p).reshape(-1) for p in parameters.values()])[None]


def like(parameters):
    return {name: torch.randn_like(p) for name, p in parameters.items()}


def inner(a, b):
    return sum((a[name] * b[name]).sum() for name in a)


def run(make, scaled):
    net = nn.Sequential(*make()).eval()
    for layer in net.modules():
        if isinstance(layer, nn.BatchNorm1d):
            layer.running_mean = torch.randn(6)
            layer.running_var = torch.rand(6) + 0.5
    with torch.no_grad():
        for p in net.parameters():
            p.add_(0.3 * torch.randn_like(p))
    p = {name: value.detach() for name, value in net.named_parameters()}
    buffers = dict(net.named_buffers())
    x = torch.randn(ROWS, INPUTS)
    outputs = functional_call(net, (p, buffers), (x,)).shape[1]
    offset, scale = (torch.randn(INPUTS), torch.rand(INPUTS) + 0.5) if scaled else (0, 1)
    shift, slope = (torch.randn(outputs), torch.rand(outputs) + 0.5) if scaled else (0, 1)

    def raw(p, x):
        return functional_call(net, (p, buffers), (((x - offset) / scale),))

    def whole(p, x):
        return raw(p, x) * slope + shift

    def one(p, row):
        return whole(p, row[None])[0]

    result = {"x": x, "p": flat(p), "y": whole(p, x)}
    if scaled:
        result |= {"offset": offset, "scale": scale, "shift": shift, "slope": slope}
    result |= {f"statistic.{i}": b[None] for i, b in
               enumerate(b for key, b in buffers.items() if "running" in key)}
    x_dot, p_dot, u = torch.randn(ROWS, INPUTS), like(p), torch.randn(ROWS, outputs)
    result |= {"x_dot": x_dot, "p_dot": flat(p_dot), "u": u}

    def jacobians(p):
        return vmap(jacrev(one, argnums=1), in_dims=(None, 0))(p, x)

    result["jacobian"] = jacobians(p).reshape(-1, INPUTS)
    result["jvp"] = jvp(whole, (p, x), (p_dot, x_dot))[1]
    p_gradient, x_gradient = vjp(whole, p, x)[1](u)
    result |= {"vjp_x": x_gradient, "vjp_p": flat(p_gradient)}
    second = vmap(hessian(one, argnums=1), in_dims=(None, 0))(p, x)
    result["diagonal"] = torch.diagonal(second, dim1=2, dim2=3).reshape(-1, INPUTS)

    labels = torch.arange(ROWS) % outputs
    numbers = torch.randn(ROWS, outputs)
    result |= {"labels": labels[:, None], "numbers": numbers}
    losses = {"mse": lambda y: nn.functional.mse_loss(y, (numbers - shift) / slope)}
    if not scaled:
        losses["softmax"] = lambda y: nn.functional.cross_entropy(y, labels)
    for name, loss in losses.items():
        result[f"hvp_{name}"] = flat(grad(
            lambda p: inner(grad(lambda p: loss(raw(p, x)))(p), p_dot))(p))
        y, y_dot = jvp(lambda p: raw(p, x), (p,), (p_dot,))
        curved = grad(lambda y: (grad(loss)(y) * y_dot).sum())(y)
        result[f"ggn_{name}"] = flat(vjp(lambda p: raw(p, x), p)[1](curved)[0])

    wanted = torch.randn(ROWS, outputs, INPUTS)
    result["wanted"] = wanted.reshape(-1, INPUTS)
    result["jacobian_loss"] = ((jacobians(p) - wanted) ** 2).mean()[None, None]
    result["jacobian_gradient"] = flat(grad(lambda p: ((jacobians(p) - wanted) ** 2).mean())(p))
    along = grad(lambda p: (u * jvp(lambda x: whole(p, x), (x,), (x_dot,))[1]).sum())(p)
    result["jvp_gradient"] = flat(along)
    return result


if __name__ == "__main__":
    torch.set_default_dtype(torch.float64)
    torch.manual_seed(6)
    result = {}
    for name, make in CASES.items():
        for key, value in run(make, name in ("smooth", "batch_norm")).items():
            result[f"{name}.{key}"] = value.detach().numpy()
    write(DATA / "derivatives.txt", result, 17)
