#!/usr/bin/env bash
# Runs every benchmark program, then the comparison with each peer. Argument: the build directory (default build).
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${1:-build}
for program in "$build"/validation/bench_*; do
  [[ -f $program && -x $program ]] || continue
  printf '\n== %s\n' "$(basename "$program")"
  "$program"
done
# The Debian package of mpmath belongs to the Python of Debian, which need not be the first one in PATH.
python=/usr/bin/python3
[[ -x $python ]] || python=python3
"$python" -c "import mpmath; print('\nmpmath', mpmath.__version__, 'on', mpmath.libmp.BACKEND)"
for peer in validation/peers/*.py; do
  [[ -f $peer ]] || continue
  printf '\n== %s\n' "$peer"
  "$python" "$peer" --program "$build/widegeo"
done
