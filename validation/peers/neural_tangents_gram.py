#!/usr/bin/env python3
"""Kernels of data sets: the time of neural-tangents over the time of widegeo, in one run on the same data and cores.

    neural_tangents_gram.py PROGRAM [--points N] [--repeat R] [--jobs relu,erf,...]

Both sides work in float64. neural-tangents is compiled once (jit) and timed warm, its result staying in memory. widegeo is timed as a
whole program, which reads X.npy and writes K.npy ("program"), and by the seconds that it reports for the matrix itself ("matrix").
The network is Dense, phi, ..., Dense, phi with 3 hidden layers, weight variance 1.44, bias variance 0.01 and the fan-in scale of the
inputs: what neural-tangents calls W_std = 1.2, b_std = 0.1. The values of both sides are compared before anything is timed.
Run it by `make peers`, which installs neural-tangents into an environment of its own.
"""
import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import jax

jax.config.update("jax_enable_x64", True)
import jax.numpy as jnp
import numpy
from neural_tangents import stax

DEPTH, DIMENSION = 3, 64
MODEL = ["--depth", "3", "--weight-variance", "1.44", "--bias-variance", "0.01", "--input-scale", "fan-in"]


def peer_kernel(nonlinearity):
    layers = []
    for _ in range(DEPTH):
        layers += [stax.Dense(1, W_std=1.2, b_std=0.1), nonlinearity]
    return stax.serial(*layers)[2]


def clock(f, repeat):
    jax.block_until_ready(f())  # compiles
    seconds = []
    for _ in range(repeat):
        start = time.perf_counter()
        jax.block_until_ready(f())
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


class Widegeo:
    def __init__(self, program, folder):
        self.program, self.folder = program, folder

    def run(self, arguments):
        """Seconds of the whole program and what it printed."""
        start = time.perf_counter()
        done = subprocess.run([self.program, *arguments, "--format", "json"], capture_output=True, text=True)
        seconds = time.perf_counter() - start
        if done.returncode != 0:
            sys.exit(f"{' '.join(arguments)}: {done.stderr.strip()}")
        return seconds, json.loads(done.stdout) if done.stdout else {}

    def gram(self, activation, kind, x, repeat):
        """Median seconds of the program and of the matrix, its bound, and the matrix (kinds first when both)."""
        source, target = os.path.join(self.folder, "X.npy"), os.path.join(self.folder, "K.npy")
        numpy.save(source, x)
        arguments = ["kernel", "--activation", activation, *MODEL, "--kind", kind, "--input", source, "--output", target, "--force"]
        runs = [self.run(arguments) for _ in range(repeat)]
        results = runs[-1][1]["results"]
        matrix = statistics.median([float(r[1]["results"][0]["seconds"]) for r in runs])
        bound = max(float(r["largest_relative_error"]) for r in results)
        return statistics.median([r[0] for r in runs]), matrix, bound, numpy.load(target)


def difference(ours, theirs):
    """The largest difference relative to sqrt(K(x,x) K(y,y)), over kinds: off the diagonal, and on it, where the NTK of the peer's
    ReLU is wrong by 1e-8 (its angle is an arc-cosine near 1, which loses half of the digits)."""
    worst = [0.0, 0.0]
    for a, b in zip(ours, theirs):
        root = numpy.sqrt(numpy.diag(a))
        relative = numpy.abs(a - b) / numpy.outer(root, root)
        on = float(numpy.max(numpy.diag(relative)))
        numpy.fill_diagonal(relative, 0)
        worst = [max(worst[0], float(numpy.max(relative))), max(worst[1], on)]
    return worst


def gram_job(name, activation, nonlinearity, kind, points, repeat, widegeo, peer_points=None, agree=1e-10):
    """One line of the table. peer_points: the peer is timed with fewer points and scaled by the number of pairs."""
    x = numpy.random.default_rng(1).standard_normal((points, DIMENSION))
    kernel = peer_kernel(nonlinearity)
    get = {"nngp": ("nngp",), "ntk": ("ntk",), "both": ("nngp", "ntk")}[kind]
    compiled = jax.jit(lambda a: tuple(getattr(kernel(a, None, get), g) for g in get))
    small = x[:50]
    _, _, _, ours = widegeo.gram(activation, kind, small, 1)
    ours = ours if kind == "both" else ours[None]
    seen, on_diagonal = difference(ours, [numpy.asarray(k) for k in compiled(jnp.asarray(small))])
    if max(seen, on_diagonal * 1e-3) > agree:
        sys.exit(f"{name}: the two sides differ by {seen:.2g}: not the same quantity")
    program, matrix, bound, _ = widegeo.gram(activation, kind, x, repeat)
    of_peer = peer_points or points
    peer = clock(lambda: compiled(jnp.asarray(x[:of_peer])), 1 if peer_points else repeat) * (points / of_peer) ** 2
    note = f" (peer: {of_peer} points, scaled by pairs)" if peer_points else ""
    print(f"{name:34} {peer:10.3f} {program:10.3f} {matrix:10.3f} {peer / program:8.1f} {peer / matrix:8.1f} {bound:9.1e} {seen:9.1e} {on_diagonal:9.1e}{note}",
          flush=True)


def metric_job(name, activation, nonlinearity, points, repeat, widegeo):
    """The metric at every point: mixed second derivatives of the kernel at y = x."""
    x = numpy.random.default_rng(1).standard_normal((points, DIMENSION))
    source, target = os.path.join(widegeo.folder, "X.npy"), os.path.join(widegeo.folder, "M.csv")
    numpy.save(source, x)
    kernel = peer_kernel(nonlinearity)
    scalar = lambda a, b: kernel(a[None], b[None], "nngp")[0, 0]
    mixed = jax.jacfwd(jax.jacrev(scalar, argnums=0), argnums=1)
    batch = jax.jit(jax.vmap(lambda a: mixed(a, a)))
    vectorised = clock(lambda: batch(jnp.asarray(x)), repeat)
    some = 10
    start = time.perf_counter()
    for row in x[:some]:
        jax.block_until_ready(mixed(jnp.asarray(row), jnp.asarray(row)))
    plain = (time.perf_counter() - start) / some * points
    arguments = ["metric", "--activation", activation, *MODEL, "--input", source, "--quiet", "--fields", "A,B,log_volume,scalar_curvature",
                 "--output", target]
    runs = []
    for _ in range(repeat):
        begin = time.perf_counter()
        subprocess.run([widegeo.program, *arguments, "--format", "csv"], check=True)
        runs.append(time.perf_counter() - begin)
    program = statistics.median(runs)
    print(f"{name:34} {plain:10.3f} {vectorised:10.4f} {program:10.4f} {plain / program:8.0f} {vectorised / program:8.1f}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--points", type=int, default=4000)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--jobs", default="relu,erf,gelu,tanh,metric")
    options = parser.parse_args()
    jobs = options.jobs.split(",")
    n, repeat = options.points, options.repeat
    with tempfile.TemporaryDirectory() as folder:
        widegeo = Widegeo(options.program, folder)
        print(f"{os.cpu_count()} cores, float64, N = {n}, d = {DIMENSION}, depth {DEPTH}; jax {jax.__version__}; median of {repeat} runs")
        print(f"{'job':34} {'peer s':>10} {'program s':>10} {'matrix s':>10} {'ratio':>8} {'ratio':>8} {'bound':>9} {'differ':>9} {'diagonal':>9}")
        closed = {"relu": ("relu", stax.Relu()), "erf": ("erf", stax.Erf()), "gelu": ("gelu", stax.Gelu())}
        for job in [j for j in jobs if j in closed]:
            activation, nonlinearity = closed[job]
            gram_job(f"NNGP {job}", activation, nonlinearity, "nngp", n, repeat, widegeo)
            if job != "gelu":
                gram_job(f"NNGP + NTK {job}", activation, nonlinearity, "both", n, repeat, widegeo)
        if "tanh" in jobs:
            # Its rule is wrong by 1e-5 to 1e-2: the sides need not agree.
            gram_job("NNGP tanh, 25 x 25 nodes", "tanh", stax.ElementwiseNumerical(jnp.tanh, deg=25), "nngp", n, repeat, widegeo,
                     peer_points=min(n, 1000), agree=1e-2)
        print(f"peak memory of widegeo: {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f} MiB resident, the mapped output included")
        if "metric" in jobs:
            print(f"\n{'metric at 1000 points':34} {'peer s':>10} {'vmap+jit s':>10} {'program s':>10} {'ratio':>8} {'ratio':>8}")
            for activation, nonlinearity in (("relu", stax.Relu()), ("erf", stax.Erf()), ("gelu", stax.Gelu())):
                metric_job(f"metric {activation}", activation, nonlinearity, 1000, repeat, widegeo)


if __name__ == "__main__":
    main()
