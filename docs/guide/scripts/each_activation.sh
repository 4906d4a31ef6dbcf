#!/usr/bin/env bash
# One claim, one activation after the other: which ones satisfy it? The exit code says so: 0 no counterexample, 1 one
# was found, 3 undecided; anything else is an error in the statement itself.
set -u
claim='scalar_curvature <= 0'
mine=$(mktemp)
trap 'rm -f "$mine"' EXIT
for activation in erf gelu tanh 'sin(2*x)' relu; do
  printf '[[statement]]\nclaim = "%s"\nforall.activation = "%s"\nforall.depth = [1, 2]\nforall.dimension = 3\n' \
    "$claim" "$activation" >"$mine"
  printf 'forall.radius = "0.1:5"\n' >>"$mine"
  code=0
  widegeo check "$mine" --points 500 --quiet >/dev/null 2>&1 || code=$?
  case $code in
    0) echo "$activation: no counterexample" ;;
    1) echo "$activation: refuted" ;;
    3) echo "$activation: undecided" ;;
    *) exit "$code" ;;
  esac
done
