#!/usr/bin/env bash
# What widegeo answers, on the setting of the source paper and on real data. Run from the top of the repository after
# `make build`; tables (CSV, LaTeX) and a figure (SVG) go to build/demo/.
set -euo pipefail
program=build/widegeo
out=build/demo
mkdir -p "$out"
columns=radius,A,B,log_volume,sectional_radial,sectional_tangential,scalar_curvature

say() { printf '\n== %s\n' "$*"; }

say "The exact metric g = A I + B x x^T in d = 2: erf and ReLU networks, depths 1 to 4"
for activation in erf relu; do
  for depth in 1 2 3 4; do
    printf '\n%s, depth %s\n' "$activation" "$depth"
    model=(--activation "$activation" --depth "$depth" --dimension 2)
    "$program" metric "${model[@]}" --radius 0.5:4:8 --fields "$columns"
    "$program" metric "${model[@]}" --radius 0.05:5:100 --fields "$columns" --format csv --quiet \
      --output "$out/$activation-depth$depth.csv"
    "$program" metric "${model[@]}" --radius 0.5:4:8 --fields "$columns" --format latex --quiet \
      --output "$out/$activation-depth$depth.tex"
  done
done

say "The same for GELU (d = 3), and for an activation without a closed form, given as an expression (by quadrature)"
"$program" metric --activation gelu --depth 3 --dimension 3 --radius 0.5:4:8 --fields "$columns"
"$program" metric --activation 'x*tanh(x)+sin(2*x)/3' --depth 3 --dimension 3 --radius 0.5:4:8 --fields "$columns"
for activation in gelu tanh; do
  "$program" metric --activation "$activation" --depth 3 --dimension 2 --radius 0.05:5:100 --fields "$columns" \
    --format csv --quiet --output "$out/$activation-depth3.csv"
done

say "1797 handwritten digits (64 pixels) in a depth-3 erf network: volume and curvature at every image"
"$program" metric --activation erf --depth 3 --input-scale fan-in --weight-variance 1.5 --bias-variance 0.1 \
  --input validation/data/digits.csv.gz --columns 1:64 --fields radius,log_volume,scalar_curvature \
  --format csv --quiet --output "$out/digits.csv"
python3 validation/tools/summarise_classes.py "$out/digits.csv" validation/data/digits.csv.gz

say "The kernels of all pairs of the digits, and what networks of three hidden layers (read-out trained too) learn from 1200 of them"
digits=(--depth 4 --layer pre --input-scale fan-in --input validation/data/digits.csv.gz --columns 1:64 --kind both)
"$program" kernel --activation relu --weight-variance 2 "${digits[@]}" --output "$out/digits-relu.npy" --force
"$program" regress --activation relu --weight-variance 2 "${digits[@]}" --target-column 65 --classes --train 1:1200
"$program" regress --activation erf --bias-variance 0.1 "${digits[@]}" --target-column 65 --classes --train 1:1200
"$program" regress --activation tanh --bias-variance 0.1 "${digits[@]}" --target-column 65 --classes --train 1:1200

say "Cross-check: random networks of finite width against the exact geometry, one model, then a small campaign"
"$program" validate --activation erf --depth 3 --x 0.8,-0.3 --bias-variance 0.1 --seed 1 \
  --quantities radial_eigenvalue,tangential_eigenvalue,log_volume,scalar_curvature
"$program" validate validation/campaigns/small.toml --format csv --output "$out/small.csv"
"$program" validate validation/campaigns/small.toml --format markdown --output "$out/small.md"
head -4 "$out/small.md"
bash validation/tools/plot_convergence.sh "$out/small.csv" "$out/convergence.svg" 2

say "Theorems: the catalogue, the published factor of the Ricci scalar refuted, a false claim with its counterexample"
"$program" check
"$program" check --explain ricci-published-coefficient
"$program" check validation/statements/hessian-everywhere.toml --points 500 || test $? -eq 1

gnuplot <<PLOT
set terminal svg size 900,420 font 'sans,13' background 'white'
set output '$out/curvature.svg'
set datafile separator ','
set multiplot layout 1,2
set xlabel 'radius |x|'
set key bottom right
set title 'Scalar curvature R, erf network, d = 2'
set ylabel 'R'
plot for [l=1:4] '$out/erf-depth'.l.'.csv' using 'radius':'scalar_curvature' with lines lw 2 title 'depth '.l
set title 'Scalar curvature R, depth 3, d = 2'
plot '$out/erf-depth3.csv' using 'radius':'scalar_curvature' with lines lw 2 title 'erf', \
     '$out/gelu-depth3.csv' using 'radius':'scalar_curvature' with lines lw 2 title 'GELU', \
     '$out/tanh-depth3.csv' using 'radius':'scalar_curvature' with lines lw 2 title 'tanh', \
     '$out/relu-depth3.csv' using 'radius':'scalar_curvature' with lines lw 2 title 'ReLU (flat)'
unset multiplot
PLOT
say "Written"
ls "$out"
