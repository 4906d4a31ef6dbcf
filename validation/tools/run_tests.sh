#!/usr/bin/env bash
# All tests of a build, and before ctest's summary what the generators of random cases have counted (their lines `counts: ...`).
#
#   run_tests.sh BUILD [OPTIONS OF CTEST]
set -euo pipefail
build=$1
shift
ctest --test-dir "$build" --output-on-failure "$@" | awk -v file="$build/Testing/Temporary/LastTest.log" '
  /tests passed,/ { while ((getline line < file) > 0) if (line ~ /^counts: /) print line; print "" }
  { print; fflush() }'
