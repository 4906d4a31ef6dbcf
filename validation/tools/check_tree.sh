#!/usr/bin/env bash
# The checks that need no build: order of the modules, links and citations of the documentation, list of packages, layout of
# the code.
set -euo pipefail
cd "$(dirname "$0")/../.."
python3 validation/tools/check_module_order.py --self-test
python3 validation/tools/check_module_order.py
python3 validation/tools/check_docs.py --self-test
python3 validation/tools/check_docs.py
python3 validation/tools/check_packages.py
git ls-files -co --exclude-standard '*.hpp' '*.cpp' | xargs clang-format --dry-run -Werror
echo "clang-format: nothing to change"
