#!/usr/bin/env python3
"""Kernels of data sets: the time of neural-tangents over the time of widegeo, in one run on the same data and cores.

    neural_tangents_gram.py PROGRAM [--points N] [--repeat R] [--jobs relu,erf,...]

Both sides work in float64. neural-tangents is compiled once (jit) and timed warm, its result staying in memory. Against that stand the
seconds that widegeo reports as `seconds_computing` (tables and tiles, in memory too), and beside them those of the whole program, which
reads X.npy, writes a new K.npy and waits until it is on the disk. "MiB" is the peak of the program's resident memory less X and K.
The network is Dense, phi, ..., Dense, phi with 3 hidden layers, weight variance 1.44, bias variance 0.01 and the fan-in scale of the
inputs: what neural-tangents calls W_std = 1.2, b_std = 0.1. The values of both sides are compared before anything is timed.
Run it by `make peers`, which installs neural-tangents into an environment of its own.
"""
import argparse
import json
import os
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


# The system counts to a child's peak memory what its parent had when it started it: a small process starts the program.
LAUNCHER = """
import json, os, subprocess, sys, time
start = time.perf_counter()
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE)
text = child.stdout.read()
_, status, usage = os.wait4(child.pid, 0)
print(json.dumps([time.perf_counter() - start, usage.ru_maxrss]), text.decode(), sep="\\n")
sys.exit(os.waitstatus_to_exitcode(status))
"""


class Widegeo:
    def __init__(self, program, folder):
        self.program, self.folder = program, folder

    def run(self, arguments, target):
        """Seconds of the whole program, the bytes it had resident at most, and what it printed. `target` is a new file."""
        if os.path.exists(target):
            os.remove(target)
        done = subprocess.run([sys.executable, "-S", "-c", LAUNCHER, self.program, *arguments, "--output", target, "--format", "json"],
                              capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"{' '.join(arguments)}: {done.stderr.strip()}")
        head, _, document = done.stdout.partition("\n")
        seconds, kilobytes = json.loads(head)
        return seconds, kilobytes * 1024, json.loads(document)

    def save(self, x):
        source = os.path.join(self.folder, "X.npy")
        numpy.save(source, x)
        return source

    def gram(self, activation, kind, x, repeat):
        """Medians of the program's and the computing seconds, the memory beyond X and K, the bound, and the matrix (kinds first when both)."""
        source, target = self.save(x), os.path.join(self.folder, "K.npy")
        arguments = ["kernel", "--activation", activation, *MODEL, "--kind", kind, "--input", source]
        runs = [self.run(arguments, target) for _ in range(repeat)]
        results = runs[-1][2]["results"]
        computing = statistics.median([float(r[2]["results"][0]["seconds_computing"]) for r in runs])
        bound = max(float(r["largest_relative_error"]) for r in results)
        beyond = max(r[1] for r in runs) - os.path.getsize(source) - os.path.getsize(target)
        return statistics.median([r[0] for r in runs]), computing, beyond / 2**20, bound, numpy.load(target)


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
    *_, ours = widegeo.gram(activation, kind, small, 1)
    ours = ours if kind == "both" else ours[None]
    seen, on_diagonal = difference(ours, [numpy.asarray(k) for k in compiled(jnp.asarray(small))])
    if max(seen, on_diagonal * 1e-3) > agree:
        sys.exit(f"{name}: the two sides differ by {seen:.2g}: not the same quantity")
    program, computing, beyond, bound, _ = widegeo.gram(activation, kind, x, repeat)
    of_peer = peer_points or points
    peer = clock(lambda: compiled(jnp.asarray(x[:of_peer])), 1 if peer_points else repeat) * (points / of_peer) ** 2
    note = f" (peer: {of_peer} points, scaled by pairs)" if peer_points else ""
    print(f"{name:26} {peer:8.3f} {computing:10.3f} {program:9.3f} {peer / computing:8.1f} {peer / program:8.1f} {beyond:6.0f} {bound:9.1e} {seen:9.1e} {on_diagonal:9.1e}{note}",
          flush=True)


def scalar_kernel(nonlinearity):
    kernel = peer_kernel(nonlinearity)
    return lambda a, b: kernel(a[None], b[None], "nngp")[0, 0]


def one_by_one(f, arguments, count):
    """Seconds of `count` plain calls, from some of them."""
    jax.block_until_ready(f(*arguments[0]))
    start = time.perf_counter()
    for a in arguments:
        jax.block_until_ready(f(*a))
    return (time.perf_counter() - start) / len(arguments) * count


def print_derivatives(name, plain, vectorised, program, note=""):
    print(f"{name:26} {plain:10.3f} {vectorised:10.4f} {program:10.4f} {plain / program:9.0f} {vectorised / program:8.1f}{note}", flush=True)


def metric_job(name, activation, nonlinearity, points, repeat, widegeo):
    """The metric at every point: mixed second derivatives of the kernel at y = x."""
    x = numpy.random.default_rng(1).standard_normal((points, DIMENSION))
    mixed = jax.jacfwd(jax.jacrev(scalar_kernel(nonlinearity), argnums=0), argnums=1)
    batch = jax.jit(jax.vmap(lambda a: mixed(a, a)))
    vectorised = clock(lambda: batch(jnp.asarray(x)), repeat)
    plain = one_by_one(mixed, [(jnp.asarray(row), jnp.asarray(row)) for row in x[:10]], points)
    arguments = ["metric", "--activation", activation, *MODEL, "--input", widegeo.save(x), "--fields", "A,B,log_volume,scalar_curvature"]
    runs = [widegeo.run(arguments, os.path.join(widegeo.folder, "M.npy")) for _ in range(repeat)]
    print_derivatives(name, plain, vectorised, statistics.median([r[0] for r in runs]))


def gradient_job(name, activation, nonlinearity, points, widegeo):
    """Gradients of the kernel in its second argument, of all pairs of rows."""
    x = numpy.random.default_rng(1).standard_normal((points, DIMENSION))
    gradient = jax.grad(scalar_kernel(nonlinearity), argnums=1)
    batch = jax.jit(jax.vmap(jax.vmap(gradient, (None, 0)), (0, None)))
    rows = max(1, points // 20)  # all pairs at once do not fit into memory
    vectorised = clock(lambda: batch(jnp.asarray(x[:rows]), jnp.asarray(x)), 3) * points / rows
    plain = one_by_one(gradient, [(jnp.asarray(x[k]), jnp.asarray(x[-1 - k])) for k in range(10)], points * points)
    arguments = ["kernel", "--activation", activation, *MODEL, "--input", widegeo.save(x), "--derivatives", "1"]
    target = os.path.join(widegeo.folder, "G.npy")
    seconds, _, _ = widegeo.run(arguments, target)
    ours = numpy.load(target, mmap_mode="r")[:3]
    theirs = numpy.asarray(batch(jnp.asarray(x[:rows]), jnp.asarray(x)))[:3]
    apart = numpy.ones(ours.shape[:2], bool)
    apart[numpy.arange(3), numpy.arange(3)] = False  # at equal rows the peer's may be a NaN
    difference = numpy.max(numpy.abs(ours - theirs)[apart]) / numpy.max(numpy.abs(ours))
    if not difference < 1e-8:
        sys.exit(f"{name}: the two sides differ by {difference:.2g}: not the same quantity")
    print_derivatives(name, plain, vectorised, seconds, f"   (peer: {rows} rows against all and 10 single pairs, scaled)")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--points", type=int, default=4000)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--jobs", default="relu,erf,gelu,tanh,metric,gradient")
    options = parser.parse_args()
    jobs = options.jobs.split(",")
    n, repeat = options.points, options.repeat
    with tempfile.TemporaryDirectory() as folder:
        widegeo = Widegeo(options.program, folder)
        print(f"{os.cpu_count()} cores, float64, N = {n}, d = {DIMENSION}, depth {DEPTH}; jax {jax.__version__}; median of {repeat} runs")
        if set(jobs) & {"relu", "erf", "gelu", "tanh"}:
            print(f"{'job':26} {'peer s':>8} {'computing':>10} {'program':>9} {'ratio':>8} {'ratio':>8} {'MiB':>6} {'bound':>9} {'differ':>9} {'diagonal':>9}")
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
        peers = (("relu", stax.Relu()), ("erf", stax.Erf()), ("gelu", stax.Gelu()))
        if set(jobs) & {"metric", "gradient"}:
            print(f"\n{'derivatives':26} {'call by call':>10} {'vmap + jit':>10} {'program':>8} {'ratio':>9} {'ratio':>8}")
        if "metric" in jobs:
            for activation, nonlinearity in peers:
                metric_job(f"metric, 1000 rows, {activation}", activation, nonlinearity, 1000, repeat, widegeo)
        if "gradient" in jobs:
            for activation, nonlinearity in peers:
                gradient_job(f"gradient, 1000^2, {activation}", activation, nonlinearity, 1000, widegeo)


if __name__ == "__main__":
    main()
