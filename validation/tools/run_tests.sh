#!/usr/bin/env bash
# All tests of a build, and before ctest's summary what the generators of random cases have counted (their lines `counts: ...`).
#
#   run_tests.sh BUILD [OPTIONS OF CTEST]
set -euo pipefail
build=$1
shift
ctest --test-dir "$build" --output-on-failure "$@" | while IFS= read -r line; do
  if [[ $line == *"tests passed,"* ]]; then
    grep '^counts: ' "$build/Testing/Temporary/LastTest.log" || true
    echo
  fi
  printf '%s\n' "$line"
done
