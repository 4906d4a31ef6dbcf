"""The metric of a depth-3 network in mpmath, beside widegeo: the same numbers, the ratio of the times.

mpmath is used as its manual suggests: closed forms where there are any, `mp.quad` where there are none, and derivatives in the
variance from explicit formulas (no numerical differentiation, which would cost mpmath more). Both sides are whole
computations of A, B and the scalar curvature at d = 3; widegeo's time includes the start of its process.
"""
import argparse
import json
import subprocess
import sys
import time

from mpmath import mp, mpf

WEIGHT, BIAS, RADIUS, DEPTH, DIMENSION = "1.5", "0.1", "0.8", 3, 3


def erf_expectations(q):
    """V, V', V'' and D, D', D'' of erf(x) at variance q."""
    w = 1 + 4 * q
    r = mp.sqrt(w)
    v = 2 / mp.pi * mp.atan2(2 * q, r)
    v1 = 4 / (mp.pi * (1 + 2 * q) * r)
    v2 = v1 * (-2 / (1 + 2 * q) - 2 / w)
    d = 4 / (mp.pi * r)
    return (v, v1, v2), (d, -2 * d / w, 12 * d / w**2)


def quadrature_expectations(f, f1):
    """V and D with two derivatives each, through E[g He_2k(z)] / (2q)^k (math: Gaussian weight derivatives)."""

    def expectations(q):
        root = mp.sqrt(q)
        weights = (lambda z: 1, lambda z: z * z - 1, lambda z: z**4 - 6 * z * z + 3)

        def moment(g, k):
            h = lambda z: g(root * z) ** 2 * weights[k](z) * mp.exp(-z * z / 2)
            return 2 * mp.quad(h, [0, 1, 2, 4, 8, 16, mp.inf]) / mp.sqrt(2 * mp.pi) / (2 * q) ** k

        return tuple(moment(f, k) for k in range(3)), tuple(moment(f1, k) for k in range(3))

    return expectations


def metric(expectations):
    """A, B and R at |x| = RADIUS by the radial recursion with explicit first and second derivatives in t."""
    s, b, t, n = mpf(WEIGHT), mpf(BIAS), mpf(RADIUS) ** 2, DIMENSION
    q, q1, q2 = s * t + b, s, mpf(0)
    alpha = (s, mpf(0), mpf(0))
    beta = (mpf(0), mpf(0))
    for _ in range(DEPTH):
        v, d = expectations(q)
        d1, d2 = d[1] * q1, d[2] * q1**2 + d[1] * q2
        a = (d[0] * alpha[0], d1 * alpha[0] + d[0] * alpha[1], d2 * alpha[0] + 2 * d1 * alpha[1] + d[0] * alpha[2])
        bb = (d[0] * beta[0] + 2 * d[1] * q1**2,
              d1 * beta[0] + d[0] * beta[1] + 2 * d[2] * q1**3 + 4 * d[1] * q1 * q2)
        alpha, beta = tuple(s * x for x in a), tuple(s * x for x in bb)
        q, q1, q2 = s * v[0] + b, s * v[1] * q1, s * (v[2] * q1**2 + v[1] * q2)
    A, A1, A2 = a
    B, B1 = bb
    E, E1 = A + B * t, A1 + B + B1 * t
    root = mp.sqrt(A * E)
    p1 = (2 * A1 + t * A2) / root - (A + t * A1) * (A1 * E + A * E1) / (2 * root**3)
    radial = -2 * p1 / root
    tangential = (A * B - 2 * A * A1 - t * A1**2) / (A**2 * E)
    return A, B, 2 * (n - 1) * radial + (n - 1) * (n - 2) * tangential


def widegeo(program, activation, digits):
    command = [program, "metric", "--activation", activation, "--depth", str(DEPTH), "--weight-variance", WEIGHT,
               "--bias-variance", BIAS, "--radius", RADIUS, "--dimension", str(DIMENSION), "--digits", str(digits),
               "--threads", "1", "--format", "json"]
    start = time.perf_counter()
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    seconds = time.perf_counter() - start
    result = json.loads(out)["results"][0]
    return seconds, [mpf(str(result[k]["value"])) for k in ("A", "B", "scalar_curvature")]


def compare(program, activation, expectations, digits, repeat):
    mp.dps = digits + 10
    ours, theirs = [], []
    for _ in range(repeat):
        seconds, values = widegeo(program, activation, digits)
        ours.append(seconds)
        start = time.perf_counter()
        reference = metric(expectations)
        theirs.append(time.perf_counter() - start)
    difference = max(abs((x - y) / y) for x, y in zip(values, reference))
    mine, other = sorted(ours)[repeat // 2], sorted(theirs)[repeat // 2]
    print(f"{activation:6} {digits:5} digits: widegeo {mine * 1e3:10.2f} ms, mpmath {other * 1e3:10.2f} ms, "
          f"ratio {other / mine:8.2f}, largest relative difference {mp.nstr(difference, 3)}")
    return difference < mpf(10) ** (2 - digits)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", default="build/widegeo")
    parser.add_argument("--full", action="store_true", help="tanh at 1000 digits in mpmath too (many minutes)")
    options = parser.parse_args()
    tanh = quadrature_expectations(mp.tanh, lambda x: mp.sech(x) ** 2)
    good = compare(options.program, "erf", erf_expectations, 1000, 5)
    good &= compare(options.program, "tanh", tanh, 50, 3)
    good &= compare(options.program, "tanh", tanh, 200, 1)
    if options.full:
        good &= compare(options.program, "tanh", tanh, 1000, 1)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
