"""What the checks of the tree share: faults(root) gives a line of text for each thing that is wrong, and a self-test has small trees."""
import pathlib
import sys
import tempfile


def self_test(faults, base, cases):
    """Each case: files over those of `base`, and a part of the only complaint expected (None: no complaint)."""
    for files, expected in cases:
        with tempfile.TemporaryDirectory() as directory:
            root = pathlib.Path(directory)
            for name, text in {**base, **files}.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text, encoding="utf-8")
            found = faults(root)
            good = not found if expected is None else len(found) == 1 and expected in found[0]
            if not good:
                sys.exit(f"self-test: {files} gave {found}, expected {expected}")
    print(f"self-test: {len(cases)} cases as expected")


def main(faults, run_self_test, all_well):
    """The command line `[ROOT]` or `--self-test`; exit code 1 where something is wrong."""
    if sys.argv[1:] == ["--self-test"]:
        return run_self_test()
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[2])
    found = faults(root)
    print("\n".join(found) if found else all_well)
    sys.exit(1 if found else 0)
