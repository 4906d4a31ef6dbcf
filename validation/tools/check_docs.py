#!/usr/bin/env python3
"""Fails when the documentation points at something that is not there.

    check_docs.py [ROOT]       check the tree (default: the repository of this script)
    check_docs.py --self-test  check that each kind of fault is found

Checked are README.md and the pages of docs/:
  - every relative link, and the heading after its '#', exists (anchors are made as GitHub makes them);
  - every page of docs/ can be reached from docs/index.md by links;
  - every file of the repository that a page names in backquotes (`src/...`, `validation/...`) exists;
  - the rows of a table have as many cells as its header (a bar inside a cell is written \\| or, in a formula, \\lvert);
and what src/, theory/ and validation/ cite, in comments and (outside validation/) in texts for the user:
  - the page exists, and so does the heading. Comments cite docs/math/geometry.md, "Curvature"; a text of its own
    between quotes cites "docs/math/geometry.md, Curvature" or "docs/math/geometry.md#curvature";
  - nothing cites a numbered section of docs/, or a folder of it by name alone.
The version to cite (CITATION.cff, the BibTeX entry of docs/index.md) must be that of CMakeLists.txt.
"""
import pathlib
import re

import tree_check

SOURCES = ("src", "theory", "validation")
SUFFIXES = (".hpp", ".cpp", ".py", ".sh", ".txt", ".toml")
LINK = re.compile(r"\]\(([^()\s]+)\)")
NAMED_FILE = re.compile(r"`((?:src|theory|validation|docs|\.ci)/[\w./-]+)`")
CITATION = re.compile(r"(?<![\w/.])docs/[\w-]+(?:/[\w-]+)*(?:\.\w+)?/?")
NUMBERED = re.compile(r"\bmath(?:\.md)?,? sections? \d|\bdocs\S*,? sections? \d")
CONTINUED = re.compile(r"\n[ \t]*(?://[/!]?<?|#)?[ \t]*")


def anchor(heading):
    """The anchor of a heading: markup dropped, lower case, spaces to '-', other signs left out."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").strip().lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def prose(text):
    """(line number, line) of what Markdown shows as text: no fenced, no indented code."""
    fenced, after_blank, code = False, True, False
    for number, line in enumerate(text.split("\n"), 1):
        if line.lstrip().startswith("```"):
            fenced = not fenced
            continue
        if fenced:
            continue
        code = line.startswith("    ") and (after_blank or code)
        after_blank = not line.strip()
        if not code:
            yield number, line


def headings(text):
    return [line.lstrip("#").strip() for _, line in prose(text) if re.match(r"#{1,6} ", line)]


def anchors(text):
    """All anchors of a page; a repeated heading gets -1, -2, ..."""
    seen, found = {}, set()
    for name in map(anchor, headings(text)):
        count = seen.get(name, 0)
        seen[name] = count + 1
        found.add(name if count == 0 else f"{name}-{count}")
    return found


def link_faults(root, pages):
    """Broken links and files, and which page links to which."""
    found, linked = [], {page: set() for page in pages}
    for page in pages:
        for number, line in prose(page.read_text(encoding="utf-8")):
            where = f"{page.relative_to(root)}:{number}"
            for name in NAMED_FILE.findall(line):
                if not (root / name).exists():
                    found.append(f"{where}: names `{name}`, which does not exist")
            bare = re.sub(r"`[^`]*`|\$[^$]*\$", "", line)
            for target in LINK.findall(bare):
                if re.match(r"[a-z]+:", target):
                    continue
                file, _, fragment = target.partition("#")
                path = (page.parent / file).resolve() if file else page
                if not path.exists():
                    found.append(f"{where}: links to {target}, which does not exist")
                elif fragment and (path.suffix != ".md" or fragment not in anchors(path.read_text(encoding="utf-8"))):
                    found.append(f"{where}: links to {target}, but there is no such heading")
                else:
                    linked[page].add(path)
    return found, linked


def table_faults(root, pages):
    """Rows of tables with more or fewer cells than the first row."""
    found = []
    for page in pages:
        cells, last = 0, -1
        for number, line in prose(page.read_text(encoding="utf-8")):
            if not line.lstrip().startswith("|"):
                continue
            bars = len(re.findall(r"(?<!\\)\|", line))
            if number != last + 1:
                cells = bars
            elif bars != cells:
                found.append(f"{page.relative_to(root)}:{number}: a row of {bars - 1} cells in a table of {cells - 1}")
            last = number
    return found


def unreached(root, pages, linked):
    index = root / "docs" / "index.md"
    if index not in linked:
        return ["docs/index.md: does not exist"]
    reached, todo = {index}, [index]
    while todo:
        for page in linked.get(todo.pop(), ()):
            if page in linked and page not in reached:
                reached.add(page)
                todo.append(page)
    # README.md is not of docs/, but its links must not make up for a missing one.
    return [f"{page.relative_to(root)}: cannot be reached from docs/index.md" for page in pages
            if page not in reached and page != root / "README.md"]


def cited_text(path, inside_validation):
    """The text of a source file that may cite; newlines stay. In C++ tests that is comments, not the data of the test."""
    text = path.read_text(encoding="utf-8")
    if path.suffix in (".hpp", ".cpp") and inside_validation:
        return "\n".join(line[line.find("//"):] if "//" in line else "" for line in text.split("\n"))
    return text


def cited_heading(before, after):
    """The heading or '#anchor' that stands after a cited page, or None."""
    after = CONTINUED.sub(" ", after[:400]).replace('\\"', '"')
    if before.endswith('"'):  # a text of its own: "docs/page.md, Heading" or "docs/page.md#anchor"
        match = re.match(r'(#[\w-]+|, [^"]+)"', after)
        return match and match.group(1).removeprefix(", ")
    match = re.match(r'(#[\w-]+)|, ?"([^"]+)"', after)
    return match and (match.group(1) or match.group(2))


def citation_faults(root):
    found = []
    for top in SOURCES:
        for path in sorted((root / top).rglob("*")):
            if path.suffix not in SUFFIXES or path.name == pathlib.Path(__file__).name:
                continue
            text = cited_text(path, top == "validation")

            def where(offset):
                return f"{path.relative_to(root)}:{text.count(chr(10), 0, offset) + 1}"

            found += [f"{where(m.start())}: cites a numbered section (\"{m.group(0)}\"): name page and heading" for m in NUMBERED.finditer(text)]
            for match in CITATION.finditer(text):
                name = match.group(0)
                page = root / name
                if name.count("/") == 1 and page.is_dir():
                    if not NUMBERED.match(text, match.start()):
                        found.append(f"{where(match.start())}: cites {name}, which is no page")
                elif not page.exists():
                    found.append(f"{where(match.start())}: cites {name}, which does not exist")
                elif page.suffix == ".md":
                    heading = cited_heading(text[: match.start()], text[match.end():])
                    if not heading:
                        continue
                    wanted = heading[1:] if heading.startswith("#") else anchor(heading)
                    if wanted not in anchors(page.read_text(encoding="utf-8")):
                        found.append(f"{where(match.start())}: cites {name}, \"{heading}\", but there is no such heading")
    return found


def version_faults(root):
    """Where the version to cite is not the project's."""
    build = root / "CMakeLists.txt"
    version = re.search(r"project\(\S+ VERSION (\S+)", build.read_text(encoding="utf-8")) if build.exists() else None
    found = []
    for name, form in (("CITATION.cff", r"(?m)^version: (\S+)"), ("docs/index.md", r"(?m)^ *version *= *\{(.*)\}")):
        stated = re.search(form, (root / name).read_text(encoding="utf-8")) if version and (root / name).exists() else None
        if stated and stated.group(1) != version.group(1):
            found.append(f"{name}: states the version {stated.group(1)}, CMakeLists.txt {version.group(1)}")
    return found


def faults(root):
    """One line of text for each thing that is wrong below root."""
    root = root.resolve()
    pages = [root / "README.md", *sorted((root / "docs").rglob("*.md"))]
    found, linked = link_faults(root, pages)
    return found + table_faults(root, pages) + unreached(root, pages, linked) + citation_faults(root) + version_faults(root)


def self_test():
    """Each case: files of a tree, and a part of the complaint expected (None: no complaint)."""
    base = {"README.md": "[all](docs/index.md)\n", "docs/index.md": "# Index\n[a](math/a.md)\n", "docs/math/a.md": "# A\n## One *name*, two\n## B\n## B\n", "src/a.cpp": ""}
    cases = [
        ({}, None),
        ({"README.md": "[none](docs/none.md)\n"}, "links to docs/none.md, which does not exist"),
        ({"README.md": "[a](docs/math/a.md#one-name-two) [b](docs/math/a.md#b-1) [here](#top)\n# Top\n"}, None),
        ({"README.md": "[a](docs/math/a.md#three)\n"}, "no such heading"),
        ({"README.md": "[here](#below)\n"}, "no such heading"),
        ({"README.md": "[web](https://example.org/none)\n"}, None),
        ({"README.md": "text\n\n    f[a](none)\n\n```\n[b](none)\n```\n`c[d](none)` and $E[x](none)$\n"}, None),
        ({"README.md": "`src/a.cpp`, `src/*.cpp`\n"}, None),
        ({"README.md": "`src/b.cpp`\n"}, "names `src/b.cpp`"),
        ({"README.md": "| a | b |\n|---|---|\n| `c\\|d` | e |\n"}, None),
        ({"README.md": "| a | b |\n|---|---|\n| $|c|$ | e |\n"}, "a row of 4 cells in a table of 2"),
        ({"docs/lost.md": "# Lost\n"}, "cannot be reached"),
        ({"docs/lost.md": "# Lost\n", "README.md": "[lost](docs/lost.md)\n"}, "cannot be reached"),
        ({"docs/c.md": "# C\n", "docs/math/a.md": "[c](../c.md)\n"}, None),
        ({"docs/index.md": "# Index\n"}, "cannot be reached"),
        ({"src/b.hpp": '// docs/math/a.md, "B"; docs/math/a.md (see there), docs/math/a.md.\n'}, None),
        ({"src/b.hpp": "// docs/math/b.md\n"}, "cites docs/math/b.md, which does not exist"),
        ({"src/b.hpp": '// docs/math/a.md, "One\n/// name, two"\n'}, None),
        ({"src/b.hpp": '// docs/math/a.md, "One\n// name, three"\n'}, "no such heading"),
        ({"src/b.hpp": "/// docs/math/a.md#none\n"}, "no such heading"),
        ({"theory/t.cpp": '.derivation = "docs/math/a.md, B", "docs/math/a.md#b", "derived: docs/math/a.md"\n'}, None),
        ({"theory/t.cpp": '.derivation = "docs/math/a.md, C",\n'}, "no such heading"),
        ({"theory/t.cpp": '.derivation = "docs/math/a.md#c",\n'}, "no such heading"),
        ({"src/b.cpp": "// docs/math section 6\n"}, "numbered section"),
        ({"src/b.cpp": "// math.md section 4\n"}, "numbered section"),
        ({"src/b.cpp": "// the network of docs/math: depth\n"}, "which is no page"),
        ({"validation/v.cpp": 'CHECK_FALSE(exists("docs/none.md"));  // docs/math/a.md\n'}, None),
        ({"validation/v.cpp": "CHECK(true);  // docs/none.md\n"}, "which does not exist"),
        ({"validation/v.sh": "# docs/math/a.md#none\n"}, "no such heading"),
        ({"CMakeLists.txt": "project(p VERSION 1.2.3 LANGUAGES CXX)\n", "CITATION.cff": "version: 1.2.3\n"}, None),
        ({"CMakeLists.txt": "project(p VERSION 1.2.3 LANGUAGES CXX)\n", "CITATION.cff": "version: 1.2.2\n"}, "states the version 1.2.2"),
    ]
    tree_check.self_test(faults, base, cases)


if __name__ == "__main__":
    tree_check.main(faults, self_test, "documentation: every link, page and citation leads somewhere")
