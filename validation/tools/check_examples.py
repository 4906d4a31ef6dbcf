#!/usr/bin/env python3
"""The examples in the documentation are run: their printed output must be what the program prints now.

Usage: check_examples.py PROGRAM FILE.md|FOLDER... [--update]

Of a folder every .md file below it that has a ```console block is taken. In each ```console block a line `$ command` is followed by its output, up to the next command or the end of the block. Commands
run through bash at the top of the repository, with PROGRAM's folder first in PATH. A last line `...` in an output stands
for any further lines. Blocks of other kinds are left alone. Files that the pages call /tmp/widegeo-... stand in a folder of this run.
--update writes the real output into the files.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

SHOWN = "/tmp/widegeo-"  # on the pages


def run(command, environment):
    own = environment["TMPDIR"] + "/w-"
    done = subprocess.run(["bash", "-c", command.replace(SHOWN, own)], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=300, stdin=subprocess.DEVNULL)
    return done.stdout.replace(own, SHOWN).rstrip("\n").split("\n")


def cut(real, shown):
    """The part of `real` that `shown` vouches for, its `...` kept."""
    if shown and shown[-1] == "...":
        return real[: len(shown) - 1] + ["..."]
    return real


def process(path, environment, update):
    with open(path) as handle:
        lines = handle.read().split("\n")
    out, bad, i, inside, count = [], 0, 0, False, 0
    while i < len(lines):
        line = lines[i]
        out.append(line)
        i += 1
        if line.startswith("```"):
            inside = line == "```console" and not inside
        elif inside and line.startswith("$ "):
            command = line[2:]
            while command.endswith("\\"):
                command = command[:-1] + lines[i].strip()
                out.append(lines[i])
                i += 1
            shown = []
            while not lines[i].startswith(("$ ", "```")):
                shown.append(lines[i])
                i += 1
            blank = bool(shown) and shown[-1] == "" and lines[i].startswith("$ ")
            if blank:
                shown.pop()
            real = cut(run(command, environment), shown)
            count += 1
            if real != (shown or [""]):
                bad += 1
                if not update:
                    print(f"{path}: `{command}` prints now\n  " + "\n  ".join(real) + "\nand the page shows\n  " +
                          "\n  ".join(shown))
            out.extend(real if real != [""] else [])
            if blank:
                out.append("")
    if update:
        with open(path, "w") as handle:
            handle.write("\n".join(out))
    print(f"{path}: {count} commands, {bad} {'updated' if update else 'differ'}")
    return bad


def pages_of(name):
    """A page itself, or the pages with examples below a folder."""
    if not os.path.isdir(name):
        return [name]
    return [str(page) for page in sorted(pathlib.Path(name).rglob("*.md")) if "\n```console" in page.read_text(encoding="utf-8")]


def main(arguments):
    update = "--update" in arguments
    program, *names = [a for a in arguments if a != "--update"]
    pages = [page for name in names for page in pages_of(name)]
    with tempfile.TemporaryDirectory() as folder:
        environment = dict(os.environ, PATH=os.path.dirname(os.path.abspath(program)) + ":" + os.environ["PATH"], TMPDIR=folder)
        bad = sum(process(page, environment, update) for page in pages)
    return 1 if bad and not update else 0


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:]))
