#!/usr/bin/env python3
"""Kernel ridge regression on the digits, done in numpy on the matrix that widegeo wrote: as many right answers as `widegeo regress` counts.

Usage: digits_regression.py PROGRAM DATA.csv.gz [relu] [erf] [tanh]     (default: all)
The label is the last of 65 columns of DATA. Learned are rows 1 to 1200. Exit 1 when a count differs, or a mean squared error by more than
the program's bound and the rounding of numpy's own solution.
"""
import gzip
import json
import subprocess
import sys
import tempfile

import numpy

MODELS = {
    "relu": ["--activation", "relu", "--weight-variance", "2"],
    "erf": ["--activation", "erf", "--bias-variance", "0.1"],
    "tanh": ["--activation", "tanh", "--bias-variance", "0.1"],
}
COMMON = ["--depth", "4", "--layer", "pre", "--input-scale", "fan-in", "--kind", "both", "--columns", "1:64"]
TRAIN, RIDGE = 1200, 1e-6


def run(*arguments):
    done = subprocess.run(arguments, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(arguments)}: exit code {done.returncode}\n{done.stderr}")
    return done.stdout


def regression(kernel, labels):
    """Right answers and mean squared error of one-hot targets, fitted less the share of each class in training, which is added to the prediction."""
    hot = (labels[:, None] == numpy.unique(labels)).astype(float)
    mean = hot[:TRAIN].mean(axis=0)
    train = kernel[:TRAIN, :TRAIN]
    jitter = RIDGE * numpy.trace(train) / TRAIN
    prediction = kernel[TRAIN:, :TRAIN] @ numpy.linalg.solve(train + jitter * numpy.eye(TRAIN), hot[:TRAIN] - mean) + mean
    right = int(numpy.sum(prediction.argmax(axis=1) == hot[TRAIN:].argmax(axis=1)))
    return right, float(numpy.mean((prediction - hot[TRAIN:]) ** 2))


def main(program, data, *names):
    with gzip.open(data, "rt") as handle:
        labels = numpy.loadtxt(handle, delimiter=",")[:, -1]
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        for name in names or MODELS:
            model = MODELS[name]
            path = f"{folder}/{name}.npy"
            run(program, "kernel", *model, *COMMON, "--input", data, "--output", path, "--quiet")
            out = run(program, "regress", *model, *COMMON, "--input", data, "--target-column", "65", "--classes", "--train", f"1:{TRAIN}",
                      "--ridge", repr(RIDGE), "--format", "json", "--quiet")
            kernels = numpy.load(path, mmap_mode="r")
            for kernel, result in zip(kernels, json.loads(out)["results"]):
                right, error = regression(kernel, labels)
                mine = result["mean_squared_error"]
                same = right == result["right"] and abs(error - mine["value"]) <= mine["error"] + 1e-6 * error
                bad += not same
                print(f"{name:4} {result['kind']:4}  widegeo {result['right']} right of {result['test']}, error {mine['value']:.9f}   "
                      f"numpy {right} right, error {error:.9f}   {'the same' if same else 'DIFFERENT'}")
    return 1 if bad else 0


if __name__ == "__main__":
    if len(sys.argv) < 3 or not set(sys.argv[3:]) <= set(MODELS):
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
