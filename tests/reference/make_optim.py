# SPDX-License-Identifier: MIT
"""Writes data/optim.txt: 50 steps of each of PyTorch's optimisers in f64, on a small net whose
initial parameters and data are in the file too. PyTorch's own Muon works in bfloat16, so Muon's
matrices are moved by its formulas, stated here in NumPy, and compared with PyTorch's coarsely."""
import numpy as np
import torch
from torch import nn
from torch.nn.utils import clip_grad_norm_, clip_grad_value_

from cases import DATA, write

STEPS, INPUTS, HIDDEN, OUTPUTS, ROWS = 50, 5, 6, 3, 8
o = torch.optim

# name: (optimiser, its options, options of ours: clip_norm, clip_value, l1, l2, decay)
CASES = {
    "sgd": (o.SGD, {"lr": 0.1}, {}),
    "momentum": (o.SGD, {"lr": 0.05, "momentum": 0.9}, {}),
    "dampening": (o.SGD, {"lr": 0.05, "momentum": 0.9, "dampening": 0.3}, {}),
    "nesterov": (o.SGD, {"lr": 0.05, "momentum": 0.8, "nesterov": True}, {}),
    "sgd_l2": (o.SGD, {"lr": 0.05, "momentum": 0.9}, {"l2": 0.01}),
    "sgd_l1": (o.SGD, {"lr": 0.05}, {"l1": 0.003}),
    "clip_norm": (o.SGD, {"lr": 0.2}, {"clip_norm": 0.3}),
    "clip_value": (o.SGD, {"lr": 0.2}, {"clip_value": 0.02}),
    "rmsprop": (o.RMSprop, {"lr": 0.01}, {}),
    "rmsprop_centered": (o.RMSprop, {"lr": 0.01, "alpha": 0.9, "centered": True}, {}),
    "rmsprop_momentum": (o.RMSprop, {"lr": 0.003, "momentum": 0.9, "centered": True}, {"l2": 0.1}),
    "adagrad": (o.Adagrad, {"lr": 0.05}, {}),
    "adagrad_decay": (o.Adagrad, {"lr": 0.05, "lr_decay": 0.1}, {}),
    "adam": (o.Adam, {"lr": 0.01}, {}),
    "adam_l2": (o.Adam, {"lr": 0.01, "betas": (0.8, 0.99)}, {"l2": 0.02}),
    "adamw": (o.AdamW, {"lr": 0.01}, {"decay": 0.1}),
    "nadam": (o.NAdam, {"lr": 0.01}, {}),
    "amsgrad": (o.Adam, {"lr": 0.02, "amsgrad": True}, {}),
    "rprop": (o.Rprop, {"lr": 0.01}, {}),
}


def problem():
    random = np.random.default_rng(7)
    shapes = [(INPUTS, HIDDEN), (1, HIDDEN), (HIDDEN, OUTPUTS), (1, OUTPUTS)]
    return {"x": random.normal(size=(ROWS, INPUTS)), "y": random.normal(size=(ROWS, OUTPUTS)),
            **{f"initial.{i}": random.normal(size=shape) * 0.5 for i, shape in enumerate(shapes)}}


def build(numbers):
    net = nn.Sequential(nn.Linear(INPUTS, HIDDEN), nn.Tanh(), nn.Linear(HIDDEN, OUTPUTS)).double()
    with torch.no_grad():
        for i, p in enumerate(net.parameters()):
            p.copy_(torch.tensor(numbers[f"initial.{i}"].T.reshape(p.shape)))
    return net


def flat(net):
    return np.concatenate([p.detach().numpy().T.ravel() for p in net.parameters()])[None]


def train(numbers, make_step):
    net = build(numbers)
    step = make_step(net)
    x, y, trace = torch.tensor(numbers["x"]), torch.tensor(numbers["y"]), []
    for _ in range(STEPS):
        net.zero_grad()
        loss = nn.functional.mse_loss(net(x), y)
        loss.backward()
        trace.append(loss.item())
        step()
    return trace, flat(net)


def with_torch(method, options, ours):
    """Penalties and decay are for weights only, as is Linnet's default."""
    def make_step(net):
        weights = [p for p in net.parameters() if p.ndim == 2]
        others = [p for p in net.parameters() if p.ndim != 2]
        extra = {"weight_decay": ours["decay"]} if "decay" in ours else {}
        rest = {"weight_decay": 0.0} if "decay" in ours else {}
        if "l2" in ours:
            extra = {"weight_decay": ours["l2"]}
        optim = method([{"params": weights, **extra}, {"params": others, **rest}], **options)

        def step():
            if "clip_value" in ours:
                clip_grad_value_(net.parameters(), ours["clip_value"])
            if "clip_norm" in ours:
                clip_grad_norm_(net.parameters(), ours["clip_norm"])
            for p in weights:
                if "l1" in ours:
                    p.grad += ours["l1"] * torch.sign(p.detach())
            optim.step()
        return step
    return make_step


def orthogonalised(d):
    x = d / max(np.linalg.norm(d), 1e-7)
    tall = x.shape[0] > x.shape[1]
    x = x.T if tall else x
    for _ in range(5):
        a = x @ x.T
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * a @ a) @ x
    return x.T if tall else x


def muon(rate, decay, nesterov):
    """PyTorch's weights are [out, in]: its max(1, rows/cols) is our max(1, cols/rows)."""
    def make_step(net):
        weights = [p for p in net.parameters() if p.ndim == 2]
        others = [p for p in net.parameters() if p.ndim != 2]
        adamw = o.AdamW(others, lr=0.001, weight_decay=0.0)
        velocity = [np.zeros(p.shape) for p in weights]

        def step():
            adamw.step()
            for p, v in zip(weights, velocity):
                g = p.grad.numpy()
                v += 0.05 * (g - v)
                d = g + 0.95 * (v - g) if nesterov else v
                adjusted = rate * max(1, p.shape[0] / p.shape[1]) ** 0.5
                with torch.no_grad():
                    p.mul_(1 - rate * decay).sub_(torch.tensor(adjusted * orthogonalised(d)))
        return step
    return make_step


def torch_muon(rate, decay, nesterov):
    def make_step(net):
        weights = [p for p in net.parameters() if p.ndim == 2]
        others = [p for p in net.parameters() if p.ndim != 2]
        adamw = o.AdamW(others, lr=0.001, weight_decay=0.0)
        optim = o.Muon(weights, lr=rate, weight_decay=decay, nesterov=nesterov)
        return lambda: (adamw.step(), optim.step())
    return make_step


if __name__ == "__main__":
    torch.set_default_dtype(torch.float64)  # also of NAdam's product of momenta
    result = problem()
    numbers = dict(result)
    for name, (method, options, ours) in CASES.items():
        trace, final = train(numbers, with_torch(method, options, ours))
        result[f"{name}.trace"], result[f"{name}.final"] = trace, final
        print(f"{name}: loss {trace[0]:.4f} to {trace[-1]:.4f}")
    for name, arguments in {"muon": (0.02, 0.0, True), "muon_plain": (0.01, 0.1, False)}.items():
        trace, final = train(numbers, muon(*arguments))
        coarse = train(numbers, torch_muon(*arguments))[0]
        worst = max(abs(a - b) / a for a, b in zip(trace, coarse))
        assert worst < 0.05, f"{name}: PyTorch's differs by {worst}"
        result[f"{name}.trace"], result[f"{name}.final"] = trace, final
        print(f"{name}: loss {trace[0]:.4f} to {trace[-1]:.4f}; PyTorch's within {worst:.2g}")
    write(DATA / "optim.txt", result, 17)
