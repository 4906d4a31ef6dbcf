#!/usr/bin/env python3
"""Fails when an include of src/ runs upward or sideways in the table of levels, or a source file is longer than the limit.

    check_module_order.py [ROOT]      check the tree (default: the repository of this script)
    check_module_order.py --self-test check that each kind of violation is found
"""
import pathlib
import re

import tree_check

# A module includes itself and modules of lower levels only. The folder validation/ may include everything.
LEVELS = [
    ["simd"],
    ["number"],
    ["expr", "jet", "quantity", "random", "parallel", "report", "storage"],
    ["activation", "job"],
    ["partition"],
    ["closedform", "gaussian", "rigorous", "network"],
    ["kernel", "montecarlo", "route"],
    ["geometry", "gram", "learning"],
    ["statement"],
    ["theory"],  # at the top level, not below src/
    ["api"],
    ["cli"],
]
LEVEL = {module: level for level, modules in enumerate(LEVELS) for module in modules}
# The routes that may meet only in checks: besides the levels, montecarlo must see no exact value, and neither route the other.
NEVER = {("montecarlo", "closedform"), ("montecarlo", "gaussian"), ("network", "closedform"), ("network", "gaussian")}
# The program asks the library; it may name what a question or an answer is made of, and never an engine.
ENGINES = {"jet", "random", "partition", "closedform", "gaussian", "rigorous", "network", "kernel", "montecarlo", "route", "geometry", "gram", "learning"}
NEVER |= {("cli", engine) for engine in ENGINES}
MAX_LINES = 400
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"')


def violations(root):
    """One line of text for each thing that is wrong below root."""
    found = []
    sources = [p for top in ("src", "theory", "validation") for p in sorted((root / top).rglob("*")) if p.suffix in (".hpp", ".cpp")]
    for path in sources:
        lines = path.read_text(encoding="utf-8").splitlines()
        name = path.relative_to(root)
        if len(lines) > MAX_LINES:
            found.append(f"{name}: {len(lines)} lines, more than {MAX_LINES}")
        if name.parts[0] == "validation":
            continue
        module = "theory" if name.parts[0] == "theory" else name.parts[1] if len(name.parts) > 2 else None
        if module not in LEVEL:
            found.append(f"{name}: stands in no module of the table of levels")
            continue
        for number, line in enumerate(lines, 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            target = pathlib.PurePosixPath(match.group(1)).parts
            where = f"{name}:{number}: includes \"{match.group(1)}\""
            if len(target) < 2 or ".." in target:
                found.append(f"{where}, which does not name its module")
            elif target[0] not in LEVEL:
                found.append(f"{where}, of no module in the table of levels")
            elif not (root / ("." if target[0] == "theory" else "src") / match.group(1)).is_file():
                found.append(f"{where}, which does not exist")
            elif (module, target[0]) in NEVER:
                found.append(f"{where}: these two must not meet")
            elif target[0] != module and LEVEL[target[0]] == LEVEL[module]:
                found.append(f"{where}, sideways: both stand on level {LEVEL[module]}")
            elif LEVEL[target[0]] > LEVEL[module]:
                found.append(f"{where}, upward: from level {LEVEL[module]} to {LEVEL[target[0]]}")
    return found


def self_test():
    """Each case: files of a tree, and a part of the complaint expected (None: no complaint)."""
    base = {"src/number/a.hpp": "", "src/expr/e.hpp": '#include "number/a.hpp"\n', "src/jet/j.hpp": "", "src/gaussian/g.hpp": ""}
    cases = [
        ({}, None),
        ({"src/expr/f.cpp": '#include "expr/e.hpp"\n#include <vector>\n'}, None),
        ({"src/number/b.hpp": '#include "expr/e.hpp"\n'}, "upward"),
        ({"src/jet/k.hpp": '#  include "expr/e.hpp"\n'}, "sideways"),
        ({"src/montecarlo/m.cpp": '#include "gaussian/g.hpp"\n'}, "must not meet"),
        ({"src/cli/kernel/k.cpp": '#include "gaussian/g.hpp"\n'}, "must not meet"),
        ({"src/expr/f.cpp": '#include "number/none.hpp"\n'}, "does not exist"),
        ({"src/expr/f.cpp": '#include "e.hpp"\n'}, "does not name its module"),
        ({"src/expr/f.cpp": '#include "../number/a.hpp"\n'}, "does not name its module"),
        ({"src/misc/f.cpp": ""}, "stands in no module"),
        ({"theory/t.hpp": '#include "expr/e.hpp"\n', "src/cli/c.cpp": '#include "theory/t.hpp"\n'}, None),
        ({"theory/t.hpp": "", "src/expr/f.cpp": '#include "theory/t.hpp"\n'}, "upward"),
        ({"src/number/f.cpp": "\n" * MAX_LINES}, None),
        ({"validation/unit/f.cpp": "\n" * (MAX_LINES + 1)}, "more than"),
    ]
    tree_check.self_test(violations, base, cases)


if __name__ == "__main__":
    tree_check.main(violations, self_test, "module order: no include runs upward or sideways, no file is too long")
