#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Models as PyTorch and scikit-learn export them to ONNX, and what ONNX Runtime makes of them.

Usage: make_onnx.py

Needs numpy, torch, onnxscript, scikit-learn, skl2onnx, onnx and onnxruntime from PyPI. Writes
data/onnx/NAME.onnx, and to data/onnx.txt inputs NAME.x and outputs NAME.y.
tests/exchange/test_onnx_import.c expects that Linnet makes the same. Files are as the exporters
write them, but for the traces and descriptions that they add to nodes.
"""
import warnings

import numpy as np
import onnx
import onnxruntime
import torch
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler
from skl2onnx import to_onnx
from torch import nn

from cases import DATA, write

ROWS = 6
FOLDER = DATA / "onnx"
RANDOM = np.random.default_rng(5)
MATRICES = {}


def keep(name, model, x, output=None, column=None):
    """Writes the model and what it makes of x."""
    for node in model.graph.node:
        del node.metadata_props[:]
        node.ClearField("doc_string")
    del model.graph.metadata_props[:]
    onnx.checker.check_model(model)
    onnx.save(model, FOLDER / f"{name}.onnx")
    session = onnxruntime.InferenceSession(model.SerializeToString(),
                                           providers=["CPUExecutionProvider"])
    y, = session.run([output or session.get_outputs()[0].name], {session.get_inputs()[0].name: x})
    if isinstance(y, list):  # of ZipMap: a map a row
        y = np.array([list(row.values()) for row in y])
    y = y.reshape(len(x), -1)
    MATRICES[name + ".x"] = x.reshape(len(x), -1)
    MATRICES[name + ".y"] = y if column is None else y[:, column:column + 1]


# --- PyTorch ---

class Block(nn.Module):
    def __init__(self, *inner):
        super().__init__()
        self.inner = nn.Sequential(*inner)

    def forward(self, x):
        return x + self.inner(x)


class Image(nn.Module):
    """Pixels, scaled before they are flattened, or after."""

    def __init__(self, early):
        super().__init__()
        self.early = early
        self.net = nn.Sequential(nn.Flatten(), nn.Linear(8, 3, bias=False))

    def forward(self, x):
        if self.early:
            return torch.softmax(self.net((x - 0.1307) / 0.3081), 1)
        return torch.softmax(self.net[1]((self.net[0](x) - 0.1307) / 0.3081), 1)


class Scaled(nn.Module):
    """Inputs and outputs in their own units, by buffers; a factor in the middle."""

    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(4, 5), nn.Linear(5, 2)
        for name, size in (("mean", 4), ("deviation", 4), ("offset", 2), ("unit", 2)):
            self.register_buffer(name, torch.rand(size) + 0.5)

    def forward(self, x):
        z = torch.tanh(self.first((x - self.mean) / self.deviation) * 0.25 + 0.125)
        return self.second(z) * self.unit + self.offset


class View(nn.Module):
    """Flattened by a shape that is computed from the input's."""

    def __init__(self):
        super().__init__()
        self.net = nn.Linear(8, 3)

    def forward(self, x):
        return self.net(x.view(x.size(0), -1))


class Relu6(nn.Module):
    """Hard sigmoid and swish by the clipping that older code does."""

    def forward(self, x):
        y = x * torch.clamp(x + 3, 0, 6) / 6
        return torch.clamp(y + 3, 0, 6) / 6


def activations():
    kinds = [nn.GELU(), nn.GELU(approximate="tanh"), nn.SiLU(), nn.Softplus(), nn.Softsign(),
             nn.Hardsigmoid(), nn.Hardswish(), nn.PReLU(4), nn.PReLU(), nn.SELU(), nn.ELU(0.5),
             nn.LeakyReLU(0.1), nn.ReLU(), nn.Tanh(), nn.Sigmoid(), nn.LayerNorm(4),
             nn.BatchNorm1d(4, eps=1e-3, momentum=0.3), nn.Dropout(0.5)]
    return nn.Sequential(*[part for kind in kinds for part in (nn.Linear(4, 4), kind)])


MODULES = {
    "activations": (activations, (4,)),
    "residual": (lambda: nn.Sequential(
        nn.Linear(4, 6), Block(nn.Linear(6, 6), nn.ReLU(), Block(nn.Linear(6, 6)), nn.Linear(6, 6)),
        nn.Linear(6, 2)), (4,)),
    "image_early": (lambda: Image(True), (2, 4)),
    "image_late": (lambda: Image(False), (2, 4)),
    "scaled": (Scaled, (4,)),
    "one_output": (lambda: nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 1), nn.Sigmoid()),
                   (4,)),
    "double": (lambda: nn.Sequential(nn.BatchNorm1d(4), nn.Linear(4, 3, bias=False), nn.Tanh(),
                                     nn.LayerNorm(3), nn.Linear(3, 2)).double(), (4,)),
    "view": (View, (2, 4)),
    "relu6": (lambda: nn.Sequential(nn.Linear(4, 4), Relu6(), nn.Linear(4, 2)), (4,)),
}
BY_DYNAMO_ONLY = {
    "rms": (lambda: nn.Sequential(nn.Linear(4, 4), nn.RMSNorm(4), nn.Linear(4, 2)), (4,)),
}


def made(make, shape):
    """The module with no parameter as it begins, in inference, and inputs for it."""
    torch.manual_seed(3)
    module = make()
    for name, value in module.state_dict().items():
        if value.is_floating_point() and value.numel() > 1 and value.ndim == 1:
            value.uniform_(0.3, 1.2)
    dtype = next(module.parameters()).dtype
    return module.eval(), torch.randn(ROWS, *shape, dtype=dtype) * 2


def by_script(name, make, shape, version, **options):
    module, x = made(make, shape)
    path = FOLDER / f"{name}.onnx"
    torch.onnx.export(module, (x,), path, dynamo=False, opset_version=version, input_names=["x"],
                      output_names=["y"], dynamic_axes={"x": {0: "n"}, "y": {0: "n"}}, **options)
    keep(name, onnx.load(path), x.numpy())


def by_dynamo(name, make, shape, version):
    module, x = made(make, shape)
    path = FOLDER / f"{name}.onnx"
    torch.onnx.export(module, (x,), path, dynamo=True, opset_version=version, verbose=False,
                      dynamic_shapes=({0: torch.export.Dim("n")},), external_data=False)
    keep(name, onnx.load(path), x.numpy())


def make_torch():
    for name, (make, shape) in MODULES.items():
        by_script(f"torch_{name}_13", make, shape, 13)
        by_dynamo(f"torch_{name}_18", make, shape, 18)
    for name, (make, shape) in BY_DYNAMO_ONLY.items():
        by_dynamo(f"torch_{name}_18", make, shape, 18)
    by_script("torch_activations_17", activations, (4,), 17)
    by_dynamo("torch_activations_20", activations, (4,), 20)
    by_script("torch_unfolded_13", *MODULES["scaled"], 13, do_constant_folding=False)
    module, x = made(*MODULES["image_late"])  # for this number of rows only
    torch.onnx.export(module, (x,), FOLDER / "torch_fixed.onnx", dynamo=True, external_data=False,
                      verbose=False)
    keep("torch_fixed", onnx.load(FOLDER / "torch_fixed.onnx"), x.numpy())


# --- scikit-learn ---

def by_sklearn(name, model, x, y, output=None, column=None, **options):
    model.fit(x, y)
    keep("sklearn_" + name, to_onnx(model, x[:1], options=options or None), x[:ROWS], output,
         column)


def make_sklearn():
    settings = {"hidden_layer_sizes": (5, 4), "max_iter": 8, "random_state": 1}
    x = (RANDOM.normal(size=(60, 4)) * 3 + 7).astype(np.float32)
    text = np.array(["a", "bb", "c d"])[RANDOM.integers(0, 3, 60)]
    whole = RANDOM.integers(0, 2, 60) * 2 + 3
    by_sklearn("classes", MLPClassifier(**settings), x, text, "output_probability")
    by_sklearn("classes_tensor", MLPClassifier(**settings, activation="tanh"), x, text,
               "probabilities", zipmap=False)
    by_sklearn("binary_pipeline", make_pipeline(StandardScaler(), MLPClassifier(
        **settings, activation="logistic")), x, whole, "output_probability", 1)
    by_sklearn("binary_tensor", MLPClassifier(**settings), x, whole, "probabilities", 1,
               zipmap=False)
    by_sklearn("many_labels", MLPClassifier(**settings), x, (x[:, :3] > 7).astype(int),
               "probabilities", zipmap=False)
    by_sklearn("regressor", MLPRegressor(**settings, activation="identity"), x, x[:, 0])
    by_sklearn("min_max_pipeline", make_pipeline(MinMaxScaler(), MLPRegressor(**settings)), x,
               x[:, 1])
    by_sklearn("robust_pipeline", make_pipeline(RobustScaler(), MLPRegressor(
        **settings, activation="tanh")), x, x[:, 1])
    by_sklearn("double_pipeline", make_pipeline(StandardScaler(), MLPRegressor(**settings)),
               x.astype(np.float64), x[:, 1])


def main():
    warnings.filterwarnings("ignore")
    FOLDER.mkdir(exist_ok=True)
    make_torch()
    make_sklearn()
    write(DATA / "onnx.txt", MATRICES, 17)
    print(len(MATRICES) // 2, "models,", sum(p.stat().st_size for p in FOLDER.iterdir()), "bytes")


if __name__ == "__main__":
    main()
