# SPDX-License-Identifier: MIT
"""KANN: `own`, with its own products, and `blas`, with those of CBLAS. Python only opens it: a run is
one call of kann_driver.c."""
import ctypes
import importlib.metadata
import importlib.util
import sys
from pathlib import Path

import numpy as np

import peer

PROGRAMS = Path(sys.prefix) / "peers"
FLOATS, SIZE, STATE = ctypes.POINTER(ctypes.c_float), ctypes.c_size_t, ctypes.c_void_p


def floats(array):
    return array.ctypes.data_as(FLOATS)


def load_driver(with_blas):
    module = importlib.util.find_spec("cynn")
    if module is None:
        raise peer.Cannot("the package cynn, which has it inside, is not installed")
    libraries = [PROGRAMS / "kann_blas.so"] if with_blas else []
    libraries += list(Path(module.origin).parent.glob("kann.*.so"))
    for library in libraries:  # the first one that has a name is asked
        ctypes.CDLL(str(library), mode=ctypes.RTLD_GLOBAL)
    driver = ctypes.CDLL(str(PROGRAMS / "kann_driver.so"))
    driver.lnt_kann_open.restype = STATE
    driver.lnt_kann_open.argtypes = [
        ctypes.POINTER(ctypes.c_int), ctypes.c_int, ctypes.c_int, ctypes.c_char_p, ctypes.c_char_p,
        ctypes.c_float, ctypes.c_bool, FLOATS, FLOATS, FLOATS]
    driver.lnt_kann_run.argtypes = [STATE, SIZE]
    driver.lnt_kann_read.argtypes = [STATE, FLOATS, FLOATS]
    driver.lnt_kann_close.argtypes = [STATE]
    return driver


class Contender:
    def __init__(self, problem):
        if not problem.inference and problem.optimizer != "sgd":
            raise peer.Cannot("it has no Adam")
        self.driver = load_driver(problem.variant == "blas")
        self.problem = problem
        parameters, self.x, self.y = problem.load()
        widths = (ctypes.c_int * len(problem.widths))(*problem.widths)
        self.state = self.driver.lnt_kann_open(
            widths, len(problem.shapes), problem.rows, problem.hidden.encode(),
            problem.output.encode(), problem.rate, problem.inference,
            floats(parameters), floats(self.x), floats(self.y))

    def run(self, steps):
        self.driver.lnt_kann_run(self.state, steps)

    def read(self):
        parameters = np.empty(self.problem.n_parameters, np.float32)
        outputs = np.empty((len(self.x), self.problem.widths[-1]), np.float32)
        self.driver.lnt_kann_read(self.state, floats(parameters), floats(outputs))
        return parameters, outputs

    def __del__(self):
        if hasattr(self, "state"):
            self.driver.lnt_kann_close(self.state)


if __name__ == "__main__":
    try:
        VERSION = f"KANN in cynn {importlib.metadata.version('cynn')}"
    except importlib.metadata.PackageNotFoundError:
        VERSION = "none"
    peer.serve(VERSION, Contender)
