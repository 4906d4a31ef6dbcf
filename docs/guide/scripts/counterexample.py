#!/usr/bin/env python3
"""Ask for a counterexample and recompute the geometry there: counterexample.py MINE.toml"""
import json
import subprocess
import sys


def widegeo(*arguments, expected=(0,)):
    done = subprocess.run(["widegeo", *arguments, "--format", "json"], capture_output=True, text=True)
    if done.returncode not in expected:
        sys.exit(done.stderr)
    return json.loads(done.stdout)["results"]


for result in widegeo("check", sys.argv[1], expected=(0, 1, 3)):
    print(result["id"], result["verdict"])
    if result["verdict"] != "fails":
        continue
    at = result["at"]  # names and exact values, as the program takes them
    metric = widegeo("metric", "--activation", at["activation"], "--depth", str(at["depth"]),
                     "--weight-variance", str(at.get("weight_variance", 1)),
                     "--bias-variance", str(at.get("bias_variance", 0)),
                     "--dimension", str(at.get("dimension", 2)), "--radius", str(at["radius"]))[0]
    print("  depth", at["depth"], "A =", round(metric["A"]["value"], 6), "B =", round(metric["B"]["value"], 6))
