#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes state dictionaries of nn.Sequential, with inputs and outputs, by PyTorch and safetensors.

Usage: make_exchange_torch.py FOLDER    (tests/reference/data/exchange)

Needs torch and safetensors from PyPI. NAME.safetensors is the state, NAME.io.safetensors has "x"
and "y", the module's outputs in evaluation mode, both F32 or F64.
"""
import json
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn

FOLDER = Path(sys.argv[1])


def settle(net):
    """Statistics and gains that are not the first ones."""
    for module in net:
        if isinstance(module, nn.BatchNorm1d):
            module.running_mean.uniform_(-1, 1)
            module.running_var.uniform_(0.5, 2)
            module.num_batches_tracked.fill_(7)
        if isinstance(module, (nn.BatchNorm1d, nn.LayerNorm, nn.RMSNorm)) and \
                module.weight is not None:
            module.weight.data.uniform_(0.5, 1.5)
            if getattr(module, "bias", None) is not None:
                module.bias.data.uniform_(-1, 1)
        if isinstance(module, nn.PReLU):
            module.weight.data.uniform_(0.1, 0.4)
    return net.eval()


def write_io(name, net, inputs, dtype=torch.float32):
    x = torch.randn(6, inputs, dtype=dtype)
    with torch.no_grad():
        y = net.to(dtype)(x)
    save_file({"x": x, "y": y.contiguous()}, FOLDER / f"{name}.io.safetensors")


def write(name, net, inputs, dtype=torch.float32, stored=None, prefix=""):
    """Stored narrower, if asked for; the outputs are then those of the narrowed parameters."""
    net = settle(net.to(dtype))
    if stored is not None:
        for tensor in list(net.parameters()) + list(net.buffers()):
            if tensor.is_floating_point():
                tensor.data = tensor.data.to(stored)
    state = {prefix + key: value.clone() for key, value in net.state_dict().items()}
    save_file(state, FOLDER / f"{name}.safetensors")
    write_io(name, net, inputs, dtype)
    return state


def main():
    torch.manual_seed(20)
    write("mlp", nn.Sequential(nn.Linear(4, 6), nn.ReLU(), nn.Linear(6, 5), nn.ReLU(),
                               nn.Linear(5, 3)), 4)
    write("mlp_f64", nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 3)), 4, torch.float64)
    for name, dtype in (("mlp_f16", torch.float16), ("mlp_bf16", torch.bfloat16)):
        write(name, nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 3)), 4, stored=dtype)
    write("prefixed", nn.Sequential(nn.Linear(4, 6), nn.BatchNorm1d(6), nn.ReLU(),
                                    nn.Linear(6, 3), nn.Sigmoid()), 4, prefix="model.net.")
    write("modules", nn.Sequential(
        nn.Linear(4, 6, bias=False), nn.BatchNorm1d(6), nn.ELU(), nn.Dropout(0.3),
        nn.Linear(6, 6), nn.LayerNorm(6), nn.PReLU(), nn.Linear(6, 5), nn.RMSNorm(5, eps=1e-6),
        nn.PReLU(5), nn.LayerNorm(5, elementwise_affine=False), nn.Linear(5, 2), nn.Softplus()), 4)
    state = write("sharded", nn.Sequential(nn.Linear(4, 6), nn.ReLU(), nn.Linear(6, 3)), 4)
    (FOLDER / "sharded.safetensors").unlink()
    names = [f"sharded-0000{i}-of-00002.safetensors" for i in (1, 2)]
    places = {key: names[key in ("0.bias", "2.weight")] for key in state}
    for name in names:
        save_file({key: state[key] for key in state if places[key] == name}, FOLDER / name)
    total = sum(tensor.numel() * tensor.element_size() for tensor in state.values())
    index = {"metadata": {"total_size": total}, "weight_map": places}
    (FOLDER / "sharded.safetensors.index.json").write_text(json.dumps(index, indent=2) + "\n")


main()
