# SPDX-License-Identifier: MIT
"""Writes data/schedules.txt: the learning rates, and for one_cycle the momenta, that PyTorch's
schedulers give in periods 0 to 59, from a base rate of 0.2; and the losses that its
ReduceLROnPlateau was shown."""
import warnings

import numpy as np
import torch
from torch.optim import lr_scheduler as lr

from cases import DATA, write

PERIODS, BASE, WARMUP = 60, 0.2, 7

CASES = {
    "constant": lambda o: lr.ConstantLR(o, factor=1.0),
    "step": lambda o: lr.StepLR(o, 13, gamma=0.3),
    "multi_step": lambda o: lr.MultiStepLR(o, [5, 6, 40], gamma=0.5),
    "exponential": lambda o: lr.ExponentialLR(o, 0.93),
    "polynomial": lambda o: lr.PolynomialLR(o, total_iters=45, power=1.7),
    "cosine": lambda o: lr.CosineAnnealingWarmRestarts(o, 17, eta_min=0.01),
    "cosine_twice": lambda o: lr.CosineAnnealingWarmRestarts(o, 6, T_mult=2),
    "one_cycle": lambda o: lr.OneCycleLR(o, BASE, total_steps=PERIODS),
    "one_cycle_early": lambda o: lr.OneCycleLR(o, BASE, total_steps=PERIODS, pct_start=0.1,
                                               div_factor=10, final_div_factor=100),
    "warmup_step": lambda o: lr.SequentialLR(
        o, [lr.LinearLR(o, total_iters=WARMUP), lr.StepLR(o, 10, gamma=0.1)], [WARMUP]),
    "warmup_cosine": lambda o: lr.SequentialLR(
        o, [lr.LinearLR(o, start_factor=0.05, total_iters=WARMUP),
            lr.CosineAnnealingWarmRestarts(o, PERIODS - WARMUP)], [WARMUP]),
}
PLATEAUS = {
    "plateau": {"patience": 2, "factor": 0.5},
    "plateau_cooldown": {"patience": 1, "factor": 0.3, "cooldown": 4, "min_lr": 0.004},
    "plateau_absolute": {"patience": 3, "factor": 0.1, "threshold": 0.02, "threshold_mode": "abs"},
}


def optimiser():
    parameter = torch.nn.Parameter(torch.zeros(1, dtype=torch.float64))
    parameter.grad = torch.zeros(1, dtype=torch.float64)
    return torch.optim.SGD([parameter], lr=BASE, momentum=0.9)


def sequence(make):
    optim = optimiser()
    scheduler, rates, momenta = make(optim), [], []
    for _ in range(PERIODS):
        rates.append(optim.param_groups[0]["lr"])
        momenta.append(optim.param_groups[0]["momentum"])
        optim.step()
        if len(rates) < PERIODS:
            scheduler.step()
    return rates, momenta


def plateau(options, losses):
    optim = optimiser()
    scheduler, rates = lr.ReduceLROnPlateau(optim, **options), []
    for loss in losses:
        optim.step()
        scheduler.step(loss)
        rates.append(optim.param_groups[0]["lr"])
    return rates


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    result = {}
    for name, make in CASES.items():
        rates, momenta = sequence(make)
        result[name] = rates
        if name.startswith("one_cycle"):
            result[f"{name}.momentum"] = momenta
    random = np.random.default_rng(3)
    losses = np.exp(-np.arange(PERIODS) / 12) + 0.03 * random.random(PERIODS)
    losses[20] = np.nan
    result["losses"] = losses
    for name, options in PLATEAUS.items():
        result[name] = plateau(options, losses)
    write(DATA / "schedules.txt", result, 17)
