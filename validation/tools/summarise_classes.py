#!/usr/bin/env python3
"""Mean and range of log-volume and scalar curvature in each class of a labelled data set.

Usage: summarise_classes.py RESULT.csv DATA.csv.gz    (the label is the last column of DATA; rows correspond)
The spread over the images of a class is a fact about the data; each single value is exact to the digits of RESULT.csv.
"""
import csv
import gzip
import statistics
import sys


def main(result_path, data_path):
    with gzip.open(data_path, "rt") as handle:
        labels = [row[-1] for row in csv.reader(handle)]
    with open(result_path, newline="") as handle:
        results = list(csv.DictReader(handle))
    if len(results) != len(labels):
        sys.exit(f"summarise_classes: {len(results)} results for {len(labels)} rows of data")
    print(f"{'class':>5} {'images':>6} {'mean |x|':>9} {'log-volume: mean':>17} {'min':>9} {'max':>9} "
          f"{'curvature: mean':>16} {'min':>9} {'max':>9}")
    for label in sorted(set(labels)):
        rows = [r for r, own in zip(results, labels) if own == label]
        radius, volume, curvature = ([float(r[k]) for r in rows] for k in ("radius", "log_volume", "scalar_curvature"))
        print(f"{label:>5} {len(rows):>6} {statistics.mean(radius):9.3f} {statistics.mean(volume):17.4f} "
              f"{min(volume):9.4f} {max(volume):9.4f} {statistics.mean(curvature):16.2f} {min(curvature):9.2f} "
              f"{max(curvature):9.2f}")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
