#!/usr/bin/env python3
"""Fails when .ci/packages.txt and the tree disagree.

A listed package must leave its evidence in a tracked file, one of the group `build` outside of validation/; and, on Debian, every
header in angle brackets must come from a listed package or from the compiler's own ones.
"""
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIST = ROOT / ".ci" / "packages.txt"
GROUPS = {"build", "test", "demo", "mpi", "bench", "check", "peers"}
TEXT = {"", ".txt", ".cpp", ".hpp", ".py", ".sh", ".cmake"}
INCLUDE = re.compile(r"^\s*#\s*include\s*<([^>]+)>", re.MULTILINE)
PLACES = [pathlib.Path(p) for p in ("/usr/include", "/usr/include/eigen3", "/usr/include/x86_64-linux-gnu", "/usr/include/aarch64-linux-gnu")]
# What build-essential brings, and packages that a listed one depends on.
IMPLIED = re.compile(r"^(libstdc\+\+-\d+-dev|libc6-dev|linux-libc-dev|libgcc-\d+-dev|libclang-.*)$")


def entries():
    for number, line in enumerate(LIST.read_text(encoding="utf-8").splitlines(), 1):
        content, _, reason = line.partition("#")
        if not content.strip():
            continue
        fields = content.split(maxsplit=2)
        if len(fields) != 3 or fields[1] not in GROUPS or not reason.strip():
            sys.exit(f"{LIST.name}:{number}: not of the form `package group evidence # reason`")
        yield fields[0], fields[1], fields[2].strip()


def tracked():
    names = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in names.splitlines():
        path = ROOT / name
        if path.is_file() and path.suffix in TEXT and path not in (LIST, pathlib.Path(__file__).resolve()) and not name.startswith("LICENSE"):
            yield name, path.read_text(encoding="utf-8")


def owner(header):
    """The package of a header, None when it is no file of a package (the standard library's header without a suffix included)."""
    for place in PLACES:
        if (place / header).is_file():
            out = subprocess.run(["dpkg-query", "--search", str(place / header)], capture_output=True, text=True).stdout
            return out.split(":")[0] if out else None
    return None


def main():
    files = dict(tracked())
    listed, found = set(), []
    for package, group, evidence in entries():
        if package in listed:
            found.append(f"{package} is listed twice")
        listed.add(package)
        places = [name for name, text in files.items() if evidence in text]
        if not places:
            found.append(f"{package}: nothing in the tree contains \"{evidence}\"; take the package off the list")
        elif group == "build" and all(name.startswith("validation/") for name in places):
            found.append(f"{package}: only validation/ contains \"{evidence}\"; its group is test, not build")
    if shutil.which("dpkg-query"):
        headers = {h: name for name, text in files.items() if name.endswith((".hpp", ".cpp")) for h in INCLUDE.findall(text) if "/" in h or "." in h}
        for header, name in sorted(headers.items()):
            package = owner(header)
            if package and package not in listed and not IMPLIED.match(package):
                found.append(f"{name} includes <{header}> of {package}, which is not listed")
    print("\n".join(found) if found else f"packages: {len(listed)} listed, all used, no header of another")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
