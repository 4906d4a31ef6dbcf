#!/usr/bin/env bash
# A step of a build that fails when a claim breaks: every file of statements in the folder given must hold.
set -euo pipefail
status=0
for file in "$1"/*.toml; do
  if widegeo check "$file" --quiet --format json --output "${file%.toml}.json"; then
    echo "ok      $(basename "$file")"
  else
    echo "BROKEN  $(basename "$file")"
    status=1
  fi
done
exit $status
