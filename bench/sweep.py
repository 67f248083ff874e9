#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Share of the processor's peak against width and batch: training steps of Linnet, and the bare CBLAS
products of such steps, of nets with three layers of one width. Runs bench_train for each, writes the
figures as JSON and, by gnuplot, a plot."""
import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
CURVES = (("f32", "share_of_peak"), ("f64", "share_of_peak"),
          ("f32", "gemm_share_of_peak"), ("f64", "gemm_share_of_peak"))


def numbers(text):
    try:
        values = [int(word) for word in text.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected whole numbers and commas, found '{text}'") from None
    if not values or min(values) < 1:
        raise argparse.ArgumentTypeError(f"expected numbers above 0, found '{text}'")
    return values


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", help="bench_train, e.g. build/bench/bench_train")
    parser.add_argument("--widths", type=numbers, default=numbers("8,16,32,64,128,256,512,1024,2048"))
    parser.add_argument("--batches", type=numbers, default=numbers("1,2,4,8,16,32,64,128,256,512"))
    parser.add_argument("--batch", type=int, default=64, help="of the widths; default 64")
    parser.add_argument("--width", type=int, default=256, help="of the batches; default 256")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=0.5, help="at least, for each net; default 0.5")
    parser.add_argument("--json", help="figures are written to this file")
    parser.add_argument("--svg", help="the plot is written to this file")
    return parser.parse_args()


def measure(options, width, batch):
    """What bench_train finds, by precision."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "figures.json")
        subprocess.run([options.program, "--width", str(width), "--batch", str(batch), "--threads",
                        str(options.threads), "--seconds", str(options.seconds), "--json", path],
                       check=True, stdout=subprocess.DEVNULL)
        with open(path, encoding="utf-8") as file:
            report = json.load(file)
    return report, {result["dtype"]: result for result in report["results"]}


def sweep(options, name, values):
    print(f"{name:>6}  Linnet f32     f64   bare f32     f64")
    rows = []
    for value in values:
        width, batch = (value, options.batch) if name == "width" else (options.width, value)
        report, found = measure(options, width, batch)
        shares = [found[dtype][key]["median"] for dtype, key in CURVES]
        print(f"{value:6}  {shares[0]:10.3f} {shares[1]:7.3f}   {shares[2]:8.3f} {shares[3]:7.3f}", flush=True)
        rows.append({"width": width, "batch": batch, "results": report["results"]})
    return rows, report


def plot(options, tables):
    with tempfile.TemporaryDirectory() as folder:
        for name, rows in tables.items():
            lines = ["\t".join(str(number) for number in [row[name]] + [
                next(r for r in row["results"] if r["dtype"] == dtype)[key]["median"]
                for dtype, key in CURVES]) for row in rows]
            Path(folder, f"{name}.dat").write_text("\n".join(lines) + "\n", encoding="utf-8")
        subprocess.run(["gnuplot", "-e", f"folder='{folder}'; out='{options.svg}'; "
                        f"batch={options.batch}; width={options.width}", str(HERE / "sweep.gp")],
                       check=True)


def main():
    options = arguments()
    try:
        by_width, _ = sweep(options, "width", options.widths)
        by_batch, report = sweep(options, "batch", options.batches)
    except (OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"sweep.py: {error}")
    tables = {"width": by_width, "batch": by_batch}
    if options.json:
        head = {key: value for key, value in report.items() if key != "results"}
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(head | {"benchmark": "sweep"} | tables, file, indent=2)
            file.write("\n")
    if options.svg:
        try:
            plot(options, tables)
        except (OSError, subprocess.CalledProcessError) as error:
            sys.exit(f"sweep.py: the plot: {error}")


if __name__ == "__main__":
    main()
