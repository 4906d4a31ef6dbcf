#!/usr/bin/env bash
# Convergence of finite networks to the infinite-width theory, from the CSV of a validation at depth 1:
#   plot_convergence.sh RESULTS.csv FIGURE.svg [DIMENSION [RADIUS]]
# Against the width, on logarithmic axes: the deviation |mean - exact| of the mean of many networks (points; its slope shows the
# bias, 1/n), with its standard error, and the spread of one network (lines, 1/sqrt(n)). Metric: the radial eigenvalue; all relative to the
# exact value, the volume by its logarithm.
set -euo pipefail
csv=${1:?RESULTS.csv} svg=${2:?FIGURE.svg} dimension=${3:-2} radius=${4:-}
data=$(mktemp -d)
trap 'rm -r "$data"' EXIT
python3 - "$csv" "$data" "$dimension" "$radius" <<'PYTHON'
import csv, sys
source, folder, dimension, radius = sys.argv[1:]
points, slopes = {}, {}
with open(source) as file:
    for row in csv.DictReader(file):
        if row['dimension'] != dimension or not row['deviation'] or 'depth 1,' not in row['model']:
            continue
        radius = radius or row['radius']  # the first of the file unless one is asked for
        if float(row['radius']) != float(radius):
            continue
        scale = 1 if row['quantity'] == 'log_volume' else abs(float(row['exact']))
        if row['width'] == 'infinity':
            slopes[row['quantity']] = abs(float(row['slope'])) / scale
            continue
        points.setdefault(row['quantity'], []).append(
            (int(row['width']), abs(float(row['deviation'])), float(row['standard_error']) / scale,
             float(row['standard_deviation']) / scale))
for quantity in ('radial_eigenvalue', 'log_volume', 'scalar_curvature'):
    if quantity not in points:
        sys.exit(f'{source}: no row of {quantity} with d = {dimension}, radius {radius}, depth 1')
    with open(f'{folder}/{quantity}', 'w') as out:
        for point in sorted(points[quantity]):
            print(*point, file=out)
    width, _, _, spread = max(points[quantity])
    with open(f'{folder}/guides', 'a') as out:
        print(spread * width ** 0.5, slopes.get(quantity, 0), file=out)
PYTHON
gnuplot <<PLOT
set terminal svg size 1100,400 font 'sans,12' background 'white'
set output '$svg'
set logscale xy
set format xy '10^{%T}'
set xlabel 'width n'
set multiplot layout 1,3
set key top right samplen 2 font ',10'
set yrange [*:10]
do for [i=1:3] {
  file = '$data/'.word('radial_eigenvalue log_volume scalar_curvature', i)
  set title word('metric volume curvature', i)
  stats '$data/guides' using 1 every ::i-1::i-1 name 'S' nooutput
  stats '$data/guides' using 2 every ::i-1::i-1 name 'B' nooutput
  plot file using 1:4 with linespoints lc rgb '#1f77b4' pt 7 ps 0.5 title 'spread of one network', \
       file using 1:2:(\$2 > \$3 ? \$2 - \$3 : \$2 / 10):(\$2 + \$3) with yerrorbars lc rgb '#d62728' pt 5 ps 0.5 title '|mean - exact|', \
       S_mean / sqrt(x) with lines dt 2 lc rgb '#888888' title '~ 1/sqrt(n)', \
       (i == 1 ? NaN : B_mean / x) with lines dt 3 lc rgb '#444444' title (i == 1 ? '' : '~ 1/n')
}
unset multiplot
PLOT
