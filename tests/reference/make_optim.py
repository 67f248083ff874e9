# SPDX-License-Identifier: MIT
"""Writes data/optim.txt: 50 steps of each of PyTorch's optimisers in f64, on a small net whose
initial parameters and data are in the file too. PyTorch's own Muon works in bfloat16, so Muon's
matrices are moved by its formulas, stated here in NumPy, and compared with PyTorch's coarsely."""
import numpy as np
import torch
from torch import nn
from torch.nn.utils import clip_grad_norm_, clip_grad_value_
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from cases import DATA, write

STEPS, INPUTS, HIDDEN, OUTPUTS, ROWS = 50, 5, 6, 3, 8
o = torch.optim

# name: (optimiser, its options, options of ours). Ours: clip_norm, clip_value, l1, l2, decay
# (decoupled), all (penalties and decay of biases, too), accumulate, ema, groups, moving (learning
# rate and momentum change with every step).
CASES = {
    "sgd": (o.SGD, {"lr": 0.1}, {}),
    "momentum": (o.SGD, {"lr": 0.05, "momentum": 0.9}, {}),
    "dampening": (o.SGD, {"lr": 0.05, "momentum": 0.9, "dampening": 0.3}, {}),
    "nesterov": (o.SGD, {"lr": 0.05, "momentum": 0.8, "nesterov": True}, {}),
    "sgd_l2": (o.SGD, {"lr": 0.05, "momentum": 0.9}, {"l2": 0.01}),
    "sgd_l1": (o.SGD, {"lr": 0.05}, {"l1": 0.003}),
    "sgd_decay": (o.SGD, {"lr": 0.05, "momentum": 0.5}, {"decay": 0.05, "all": True}),
    "sgd_moving": (o.SGD, {"lr": 0.05, "momentum": 0.5}, {"moving": True}),
    "clip_norm": (o.SGD, {"lr": 0.2}, {"clip_norm": 0.3}),
    "clip_value": (o.SGD, {"lr": 0.2}, {"clip_value": 0.02}),
    "clip_both": (o.Adam, {"lr": 0.01}, {"clip_value": 0.05, "clip_norm": 0.1, "l1": 0.001,
                                         "l2": 0.01}),
    "accumulate": (o.Adam, {"lr": 0.01}, {"accumulate": 4, "clip_norm": 0.3}),
    "accumulate_value": (o.SGD, {"lr": 0.2}, {"accumulate": 2, "clip_value": 0.02}),
    "average": (o.Adam, {"lr": 0.01}, {"ema": 0.9, "l1": 0.001}),
    "groups": (o.Adam, {"lr": 0.01}, {"groups": True, "clip_norm": 0.2}),
    "rmsprop": (o.RMSprop, {"lr": 0.01}, {}),
    "rmsprop_velocity": (o.RMSprop, {"lr": 0.002, "momentum": 0.8, "eps": 1e-4}, {"decay": 0.1}),
    "rmsprop_centered": (o.RMSprop, {"lr": 0.01, "alpha": 0.9, "centered": True}, {}),
    "rmsprop_momentum": (o.RMSprop, {"lr": 0.003, "momentum": 0.9, "centered": True}, {"l2": 0.1}),
    "adagrad": (o.Adagrad, {"lr": 0.05}, {}),
    "adagrad_decay": (o.Adagrad, {"lr": 0.05, "lr_decay": 0.1}, {"l2": 0.05}),
    "adam": (o.Adam, {"lr": 0.01}, {}),
    "adam_l2": (o.Adam, {"lr": 0.01, "betas": (0.8, 0.99)}, {"l2": 0.02}),
    "adam_moving": (o.Adam, {"lr": 0.01, "betas": (0.5, 0.999)}, {"moving": True}),
    "adamw": (o.AdamW, {"lr": 0.01}, {"decay": 0.1}),
    "adamw_all": (o.AdamW, {"lr": 0.01, "eps": 1e-3}, {"decay": 0.01, "all": True}),
    "nadam": (o.NAdam, {"lr": 0.01}, {}),
    "nadam_l2": (o.NAdam, {"lr": 0.01, "momentum_decay": 0.02}, {"l2": 0.05}),
    "nadam_decay": (o.NAdam, {"lr": 0.01, "decoupled_weight_decay": True}, {"decay": 0.1}),
    "nadam_moving": (o.NAdam, {"lr": 0.01, "betas": (0.5, 0.999)}, {"moving": True}),
    "amsgrad": (o.Adam, {"lr": 0.02, "amsgrad": True}, {}),
    "amsgrad_l2": (o.Adam, {"lr": 0.02, "amsgrad": True, "betas": (0.9, 0.9)}, {"l2": 0.02}),
    "rprop": (o.Rprop, {"lr": 0.01}, {}),
    "rprop_limits": (o.Rprop, {"lr": 0.02, "etas": (0.4, 1.5), "step_sizes": (1e-3, 0.05)}, {}),
}
BUILT_IN = (o.AdamW, o.NAdam)  # these decay by themselves


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


def train(numbers, make_step, ours=None):
    ours = ours or {}
    net = build(numbers)
    average = AveragedModel(net, multi_avg_fn=get_ema_multi_avg_fn(ours.get("ema", 0)))
    step = make_step(net)
    parts = ours.get("accumulate", 1)
    batches = list(zip(torch.tensor(numbers["x"]).chunk(parts),
                       torch.tensor(numbers["y"]).chunk(parts)))
    trace = []
    for t in range(STEPS):
        net.zero_grad()
        trace.append(0.0)
        for x, y in batches:
            loss = nn.functional.mse_loss(net(x), y) / parts
            loss.backward()
            trace[-1] += loss.item()
        step(t)
        average.update_parameters(net)
    return trace, flat(average.module if "ema" in ours else net)


def moved(t):
    """The factor on the learning rate, and the momentum, of step t."""
    return (1 + t % 5) / 3, 0.5 + 0.08 * (t % 5)


def move(optim, rate, t):
    factor, momentum = moved(t)
    for group in optim.param_groups:
        group["lr"] = rate * factor
        if "betas" in group:
            group["betas"] = (momentum, group["betas"][1])
        elif "momentum" in group:
            group["momentum"] = momentum


def groups_of(net, method, options, ours):
    """Penalties and decay are for weights only, as is Linnet's default. The case `groups`: the
    first weight is frozen, biases have another learning rate and penalty."""
    weights = [p for p in net.parameters() if p.ndim == 2]
    biases = [p for p in net.parameters() if p.ndim != 2]
    if "groups" in ours:
        net[0].weight.requires_grad_(False)
        return [{"params": weights[1:]},
                {"params": biases, "lr": 3 * options["lr"], "weight_decay": 0.02}]
    decay = ours.get("l2", ours.get("decay", 0.0) if method in BUILT_IN else 0.0)
    if method is o.Rprop:
        return [{"params": [*net.parameters()]}]
    return [{"params": weights, "weight_decay": decay},
            {"params": biases, "weight_decay": decay if "all" in ours else 0.0}]


def with_torch(method, options, ours):
    def make_step(net):
        groups = groups_of(net, method, options, ours)
        optim = method(groups, **options)
        decayed = [p for p in net.parameters() if p.ndim == 2 or "all" in ours]

        def step(t):
            if "clip_value" in ours:
                clip_grad_value_(net.parameters(), ours["clip_value"])
            if "clip_norm" in ours:
                clip_grad_norm_(net.parameters(), ours["clip_norm"])
            if "moving" in ours:
                move(optim, options["lr"], t)
            with torch.no_grad():
                for p in decayed:
                    if "l1" in ours:
                        p.grad += ours["l1"] * torch.sign(p)
                    if "decay" in ours and method not in BUILT_IN:
                        p.mul_(1 - options["lr"] * ours["decay"])
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


def muon(rate, decay, nesterov, moving=False):
    """PyTorch's weights are [out, in]: its max(1, rows/cols) is our max(1, cols/rows)."""
    def make_step(net):
        weights = [p for p in net.parameters() if p.ndim == 2]
        others = [p for p in net.parameters() if p.ndim != 2]
        adamw = o.AdamW(others, lr=0.001, weight_decay=0.0)
        velocity = [np.zeros(p.shape) for p in weights]

        def step(t):
            factor, mu = moved(t) if moving else (1, 0.95)
            adamw.param_groups[0]["lr"] = 0.001 * factor
            adamw.step()
            for p, v in zip(weights, velocity):
                g = p.grad.numpy()
                v += (1 - mu) * (g - v)
                d = g + mu * (v - g) if nesterov else v
                adjusted = rate * factor * max(1, p.shape[0] / p.shape[1]) ** 0.5
                with torch.no_grad():
                    p.mul_(1 - rate * factor * decay)
                    p.sub_(torch.tensor(adjusted * orthogonalised(d)))
        return step
    return make_step


def torch_muon(rate, decay, nesterov, moving=False):
    def make_step(net):
        weights = [p for p in net.parameters() if p.ndim == 2]
        others = [p for p in net.parameters() if p.ndim != 2]
        adamw = o.AdamW(others, lr=0.001, weight_decay=0.0)
        optim = o.Muon(weights, lr=rate, weight_decay=decay, nesterov=nesterov)

        def step(t):
            if moving:
                move(optim, rate, t)
                adamw.param_groups[0]["lr"] = 0.001 * moved(t)[0]
            adamw.step()
            optim.step()
        return step
    return make_step


MUON = {"muon": (0.02, 0.0, True), "muon_plain": (0.01, 0.1, False),
        "muon_moving": (0.01, 0.0, True, True)}

if __name__ == "__main__":
    torch.set_default_dtype(torch.float64)  # also of NAdam's product of momenta
    result = problem()
    numbers = dict(result)
    for name, (method, options, ours) in CASES.items():
        trace, final = train(numbers, with_torch(method, options, ours), ours)
        result[f"{name}.trace"], result[f"{name}.final"] = trace, final
        print(f"{name}: loss {trace[0]:.4f} to {trace[-1]:.4f}")
    for name, arguments in MUON.items():
        trace, final = train(numbers, muon(*arguments))
        coarse = train(numbers, torch_muon(*arguments))[0]
        worst = max(abs(a - b) / a for a, b in zip(trace, coarse))
        assert worst < 0.05, f"{name}: PyTorch's differs by {worst}"
        result[f"{name}.trace"], result[f"{name}.final"] = trace, final
        print(f"{name}: loss {trace[0]:.4f} to {trace[-1]:.4f}; PyTorch's within {worst:.2g}")
    write(DATA / "optim.txt", result, 17)
