# SPDX-License-Identifier: MIT
"""The folders of src/ and the public headers include each other in one direction only."""
import os
import re
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(os.environ["LINNET_SOURCE_ROOT"])

# What each folder may include besides itself.
ALLOWED = {
    "base": set(),
    "tensor": {"base"},
    "layers": {"base", "tensor"},
    "loss": {"base", "tensor"},
    "net": {"base", "tensor", "layers", "loss"},
    "derivatives": {"base", "tensor", "layers", "loss", "net", "data"},
    "optim": {"base", "tensor", "layers", "loss", "net", "derivatives"},
    "uncertainty": {"base", "tensor", "layers", "loss", "net", "derivatives"},
    "data": {"base", "tensor"},
    "io": {"base", "tensor", "layers", "loss", "net", "uncertainty", "data"},
    "train": {"base", "tensor", "layers", "loss", "net", "derivatives", "uncertainty", "optim",
              "data", "io"},
    "model": {"base", "tensor", "layers", "loss", "net", "derivatives", "uncertainty", "optim",
              "data", "io", "train"},
    "exchange": {"base", "tensor", "layers", "loss", "net", "data", "io", "model"},
    "cli": {"base", "tensor", "layers", "loss", "net", "derivatives", "uncertainty", "optim",
            "data", "io", "train", "model", "exchange"},
}
# What each sub-folder may include of its own folder; "" is the folder itself.
INSIDE = {
    "base": {"": set(), "precision": set(), "text": {""}, "numbers": {""}, "files": {"", "text"},
             "settings": {"", "numbers", "text"}},
    "tensor": {"view": set(), "sums": set(), "elementary": set(), "blas": {"sums", "view"},
               "product": {"blas", "elementary", "sums"},
               "": {"blas", "elementary", "product", "sums", "view"}},
    "layers": {"activations": set(), "": {"activations"}, "norms": {""}},
    "optim": {"": set(), "first_order": {""}, "line_search": {"", "first_order"},
              "kfac": {"", "first_order"}, "lm": {""}},
    "data": {"input": set(), "prepare": set(), "table": {"input"},
             "arrays": {"input", "table"}, "csv": {"input", "table"},
             "libsvm": {"input", "table"}, "": {"arrays", "csv", "libsvm", "input"},
             "row_reader": {"", "arrays", "csv", "input", "table"}},
    "io": {"": set(), "json": set(), "safetensors": {"json"}, "model": {"json", "safetensors"},
           "checkpoint": {"json", "safetensors"}},
    "train": {"loader": set(), "schedule": set(), "metrics": {"loader"},
              "run": {"loader", "metrics", "schedule"}, "checkpoint": {"loader", "run"},
              "fit": {"checkpoint", "loader", "metrics", "run"},
              "": {"fit", "loader", "run", "schedule"}},
    "exchange": {"c": set(), "npz": set(), "onnx": set(), "onnx/read": {"onnx"},
                 "onnx/write": {"onnx"}, "torch": set(), "": {"npz", "torch"}},
    "cli": {"report": set(), "output": {"report"}, "options": {"output"},
            "dataset": {"options", "output"},
            "training": {"dataset", "options", "output", "report"},
            "commands": {"dataset", "options", "output", "training"},
            "": {"commands", "options", "output"}},
}
# Folders that see of the others only what any user sees, and base.
PUBLIC_ONLY = {"train", "model", "cli"}
# Public headers by the folder they belong to; linnet.h includes all, so only the command may use it.
HEADERS = {
    "dtype": "base", "settings": "base", "text": "base", "export": "base", "status": "base", "memory": "base", "random": "base",
    "build": "tensor", "tensor": "tensor", "layer": "layers", "loss": "loss", "net": "net",
    "derivatives": "derivatives", "uncertainty": "uncertainty", "optim": "optim", "data": "data", "io": "io", "checkpoint": "io", "exchange": "exchange", "schedule": "train",
    "metrics": "train", "train": "train", "ensemble": "model", "predict": "model",
    "file": "base",
    "linnet": "cli",
}
# Other libraries' headers, and where they may be seen. LNT_ names are macros for headers.
FOREIGN = {
    r"LNT_CBLAS_HEADER|.*cblas.*|mkl.*|.*blis.*|openblas.*": {"src/tensor/blas/blas.c"},
    r"LNT_LAPACKE_HEADER|.*lapack.*": {"src/tensor/blas/lapack.c"},
    r"jansson.*": {"src/io/", "src/exchange/", "src/cli/"},
    r"zlib.*": {"src/data/input/"},
    r"zip.*": {"src/data/arrays/", "src/exchange/npz/"},
    r"protobuf-c.*": {"src/exchange/onnx/"},
    r"xxhash.*": {"src/base/files/", "src/io/json/"},
    r"popt.*": {"src/cli/"},
}
# A file that is included for both precisions is the value of TEMPLATE; see base/precision/both.inc.
INCLUDE = re.compile(r"^[ \t]*#[ \t]*(?:include|define[ \t]+TEMPLATE)[ \t]+([<\"]?)([^>\"\s]+)",
                     re.MULTILINE)
INCLUDES_TEMPLATES = {"src/base/precision/both.inc", "src/optim/first_order/instances.inc"}


def target_of(root, quote, name):
    """((folder, sub-folder), whether public, fault) of an #include; None for another library's."""
    header = re.fullmatch(r"linnet/(\w+)\.h", name)
    if quote == "<" and header:
        folder = HEADERS.get(header[1])
        return (folder, ""), True, None if folder else "is in no folder of HEADERS"
    if quote == '"':
        found = (root / "src" / name).resolve()
        if name.endswith(".pb-c.h"):  # made from the messages beside
            found = found.with_name(found.name.replace(".pb-c.h", ".proto"))
        if found.is_file() and (root / "src").resolve() in found.parents:
            parts = found.relative_to((root / "src").resolve()).parent.parts
            return (parts[0], "/".join(parts[1:])), False, None
        return None, False, "is not a file of src/"
    return None, False, None


def fault_of(root, path, quote, name):
    """What is wrong with one #include, or None."""
    where = path.relative_to(root).as_posix()
    public = where.startswith("include/")
    parts = () if public else path.relative_to(root / "src").parent.parts
    own, part = (HEADERS.get(path.stem), "") if public else (parts[0], "/".join(parts[1:]))
    if own not in ALLOWED:
        return f"belongs to no known folder: '{own}'"
    if part not in INSIDE.get(own, {"": set()}):
        return f"belongs to no known folder: '{own}/{part}'"
    target, is_public, fault = target_of(root, quote, name)
    if fault:
        return fault
    if target is None:
        if quote == "" and name == "TEMPLATE" and where in INCLUDES_TEMPLATES:
            return None
        for pattern, places in FOREIGN.items():
            if re.fullmatch(pattern, name) and not any(where.startswith(p) for p in places):
                return "is for " + ", ".join(sorted(places))
        if quote == "" and not re.fullmatch("|".join(FOREIGN), name):
            return "is a macro, and no known one"
        return None
    if public and not is_public:
        return "is private"
    folder, sub = target
    if folder == own and not is_public and sub != part and sub not in INSIDE[own][part]:
        return f"{own}/{part} may not include {own}/{sub}"
    if folder == own or path.name == "linnet.h":
        return None
    if folder not in ALLOWED[own]:
        return f"{own} may not include {folder}"
    if own in PUBLIC_ONLY and not is_public and folder != "base":
        return f"{own} may include public headers and base only"
    return None


def faults(root):
    """All includes of a tree that break the rule, and how many there are in all."""
    found, count = [], 0
    for path in sorted([*root.glob("src/**/*.[chi]*"), *root.glob("include/**/*.h")]):
        if not re.search(r"\.(c|h|inc)$", path.name):
            continue
        for match in INCLUDE.finditer(path.read_text(encoding="utf-8")):
            count += 1
            fault = fault_of(root, path, match[1], match[2])
            if fault:
                found.append(f"{path.relative_to(root)}: {match[2]} {fault}")
    return found, count


class IncludeRule(unittest.TestCase):
    def test_the_tree_obeys(self):
        found, count = faults(SOURCE)
        self.assertEqual([], found)
        self.assertGreater(count, 100)

    def test_every_public_header_has_a_folder(self):
        self.assertEqual(sorted(HEADERS),
                         sorted(path.stem for path in (SOURCE / "include/linnet").glob("*.h")))

    def test_examples_use_public_headers_only(self):
        for path in sorted(SOURCE.glob("examples/*.c")):
            for match in INCLUDE.finditer(path.read_text(encoding="utf-8")):
                self.assertTrue(match[1] == "<", f"{path.name}: {match[2]}")


class TheRuleBites(unittest.TestCase):
    """Small trees with one include each."""

    def fault(self, where, line, others=()):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            for name in (where, *others):
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text("", encoding="utf-8")
            (root / where).write_text(line + "\n", encoding="utf-8")
            found, count = faults(root)
            self.assertEqual(1, count)
            return found[0] if found else None

    def forbid(self, where, line, *others):
        self.assertIsNotNone(self.fault(where, line, others))

    def permit(self, where, line, *others):
        self.assertIsNone(self.fault(where, line, others))

    def test_upwards_by_private_header(self):
        self.forbid("src/base/a.c", '#include "tensor/b.h"', "src/tensor/b.h")
        self.permit("src/tensor/b.c", '#include "base/a.h"', "src/base/a.h")

    def test_upwards_by_public_header(self):
        self.forbid("src/tensor/a.c", "#include <linnet/net.h>")
        self.permit("src/net/a.c", "#include <linnet/tensor.h>")

    def test_paths_are_relative_to_src(self):
        self.forbid("src/base/a.c", '#include "../tensor/b.h"', "src/tensor/b.h")
        self.forbid("src/tensor/a.c", '#include "b.h"', "src/tensor/b.h")

    def test_between_sub_folders(self):
        self.permit("src/cli/dataset/a.c", '#include "cli/options/b.h"', "src/cli/options/b.h")
        self.forbid("src/cli/options/a.c", '#include "cli/dataset/b.h"', "src/cli/dataset/b.h")
        self.forbid("src/tensor/blas/a.c", '#include "tensor/b.h"', "src/tensor/b.h")
        self.forbid("src/tensor/novel/a.c", "#include <stdio.h>")

    def test_upwards_from_a_public_header(self):
        self.forbid("include/linnet/tensor.h", "#include <linnet/layer.h>")
        self.forbid("include/linnet/tensor.h", '#include "tensor/view/check.h"', "src/tensor/check.h")

    def test_sideways(self):
        self.forbid("src/layers/a.c", "#include <linnet/loss.h>")
        self.forbid("src/optim/a.c", "#include <linnet/io.h>")
        self.forbid("src/data/a.c", "#include <linnet/layer.h>")
        self.permit("src/io/a.c", '#include "data/b.h"', "src/data/b.h")

    def test_private_headers_of_others_in_train_and_cli(self):
        self.forbid("src/train/a.c", '#include "net/b.h"', "src/net/b.h")
        self.forbid("src/cli/a.c", '#include "train/b.h"', "src/train/b.h")
        self.permit("src/cli/a.c", '#include "cli/b.h"', "src/cli/b.h")
        self.permit("src/cli/a.c", '#include "base/b.h"', "src/base/b.h")
        self.permit("src/cli/a.c", "#include <linnet/linnet.h>")

    def test_the_umbrella_below_the_command(self):
        self.forbid("src/train/a.c", "#include <linnet/linnet.h>")

    def test_blas_and_lapack(self):
        for line in ("#include <cblas.h>", "#  include <openblas/cblas.h>", "#include <mkl.h>",
                     "#include LNT_CBLAS_HEADER"):
            self.forbid("src/tensor/gemm.c", line)
            self.permit("src/tensor/blas/blas.c", line)
        self.forbid("src/tensor/blas/blas.c", "#include <lapacke.h>")
        self.permit("src/tensor/blas/lapack.c", "#include LNT_LAPACKE_HEADER")

    def test_other_libraries(self):
        self.forbid("src/data/a.c", "#include <jansson.h>")
        self.forbid("src/io/a.c", "#include <popt.h>")
        self.permit("src/base/files/a.c", "#include <xxhash.h>")

    def test_headers_made_from_messages(self):
        self.permit("src/exchange/onnx/a.c", '#include "exchange/onnx/b.pb-c.h"', "src/exchange/onnx/b.proto")
        self.forbid("src/exchange/onnx/a.c", '#include "exchange/onnx/b.pb-c.h"')
        self.forbid("src/io/a.c", '#include "exchange/onnx/b.pb-c.h"', "src/exchange/onnx/b.proto")

    def test_what_is_not_known(self):
        self.forbid("src/novel/a.c", "#include <stdio.h>")
        self.forbid("src/base/a.c", '#include "absent.h"')
        self.forbid("src/base/a.c", "#include <linnet/novel.h>")
        self.forbid("src/base/a.c", "#include NOVEL_HEADER")
