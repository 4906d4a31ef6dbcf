#!/usr/bin/env bash
# Runs every fuzz target of a build (cmake -DWIDEGEO_FUZZ=ON, target `fuzzers`).
#
#   fuzz.sh BUILD check [RUNS]      committed inputs, then RUNS (100000; of claims a twentieth) mutations from a fixed seed: the same inputs
#                                   every time, so that a change is judged by what it does and not by luck
#   fuzz.sh BUILD explore [SECONDS] new random inputs for SECONDS (600) a target, going on from those of earlier calls
#
# An input that fails is left beside the targets; it belongs into validation/fuzz/corpus/<target>/ together with the repair.
set -euo pipefail
build=$1 mode=$2 amount=${3:-}
cd "$(dirname "$0")/../.."
for target in "$build"/fuzz/fuzz_*; do
  name=$(basename "$target")
  [[ -x $target ]] || continue
  corpus=$build/corpus/$mode/$name
  [[ $mode == explore ]] || rm -rf "$corpus"
  mkdir -p "$corpus"
  seeds=validation/fuzz/corpus/${name#fuzz_}
  [[ -d $seeds ]] || seeds=
  # An input of `claims` is evaluated or verified, a hundred times the cost of one that is read.
  share=1
  [[ $name != fuzz_claims ]] || share=20
  case $mode in
    check) limits=(-seed=1 "-runs=$((${amount:-100000} / share))") ;;
    explore) limits=("-max_total_time=${amount:-600}") ;;
    *) echo "usage: fuzz.sh BUILD check|explore [AMOUNT]" >&2; exit 2 ;;
  esac
  printf -- '--- %s\n' "$name"
  "$target" "${limits[@]}" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 -print_funcs=0 -verbosity=0 \
    -artifact_prefix="$build/$name-" "$corpus" ${seeds:+"$seeds"}
done
