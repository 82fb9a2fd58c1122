"""How far do the notebooks' numbers move on another machine? Threads, processors, another seed.

    python studies/other_machines.py            all notebooks, preset binder, phantom
    python studies/other_machines.py --preset smoke 03
    python studies/other_machines.py --out DIR  keep the runs; the same command goes on
    python studies/other_machines.py --results ours.json theirs.json

The script executes each notebook in four ways: as the committed outputs were made (two threads,
AVX2), with one thread, with all instructions of this processor, and with the oldest instructions.
It prints the cells whose outputs differ, by how much, and the tolerance that the cell states. A
cell that moves further than its tolerance would fail on such a machine. The rows of
``results.json`` are compared by the widest tolerance that a cell of their notebook states. If a
notebook states no tolerance, its rows may not move.

Another seed draws other children and other weights, so it is not another machine. Its rows are
compared with those of the first seed: their 95 % intervals have to overlap.

``--results`` compares two files of results, from any two machines, in the same way.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import tempfile
from pathlib import Path

VARIANTS = {
    "one thread": {"BONEAGE_KIT_THREADS": "1"},
    "all that this processor can do": {"BONEAGE_KIT_PROCESSOR": "native"},
    "the oldest instructions": {"BONEAGE_KIT_PROCESSOR": "oldest"},
}
SEED = {"BONEAGE_KIT_SEED": "1"}
#: Rounding of sums, below which a number has not moved.
SAME = 1e-6


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="*")
    parser.add_argument("--preset", default="binder")
    parser.add_argument("--out", type=Path, metavar="DIR")
    parser.add_argument("--results", nargs=2, type=Path, metavar="JSON")
    arguments = parser.parse_args()
    logging.disable(logging.INFO)
    if arguments.results:
        return int(compare_rows(*arguments.results) > 0)
    with tempfile.TemporaryDirectory() as scratch:
        beyond = run_all(arguments, arguments.out or Path(scratch))
    sys.stdout.write(f"\n{beyond} cells or rows move further than is stated\n")
    return int(beyond > 0)


def run_all(arguments, scratch: Path) -> int:
    reference = execute(arguments, scratch / "reference", {})
    beyond = 0
    for number, (name, variables) in enumerate(VARIANTS.items()):
        other = execute(arguments, scratch / f"variant{number}", variables)
        sys.stdout.write(f"\n{name}\n")
        beyond += compare(reference, other) + compare_rows(reference, other)
    sys.stdout.write("\nanother seed\n")
    other = execute(arguments, scratch / "seed", SEED)
    return beyond + compare_rows(reference, other, seed=True)


def execute(arguments, out: Path, variables: dict[str, str]) -> Path:
    from boneage_kit import execution
    from boneage_kit._progress import is_interactive

    before = dict(os.environ)
    os.environ.update(variables)
    try:
        job = execution.prepare(arguments.notebooks, preset=arguments.preset, out=out)
        for step in execution.run(job, progress=is_interactive()):
            if step.error:
                raise SystemExit(f"{step.name}: {step.error}")
    finally:
        os.environ.clear()
        os.environ.update(before)
    return out


def compare(reference: Path, other: Path) -> int:
    """Print the code cells whose outputs differ; return how many move beyond their tolerance."""
    import nbformat

    from boneage_kit.execution.tolerance import reconcile

    beyond = 0
    for path in sorted((reference / "notebooks").glob("*.ipynb")):
        books = [
            nbformat.read(place / "notebooks" / path.name, as_version=4)
            for place in (reference, other)
        ]
        cells = [[cell for cell in book.cells if cell.cell_type == "code"] for book in books]
        for number, (old, new) in enumerate(zip(*cells, strict=True)):
            if new.outputs == old.outputs:
                continue
            told = reconcile(new.outputs, old.outputs, old.metadata.get("tolerance"))
            inside = plain(told) == plain(old.outputs)
            beyond += not inside
            line = next(line for line in old.source.splitlines() if line.strip())
            sys.stdout.write(
                f"  {'  ' if inside else '! '}{path.stem} [{number + 1}] {line!r}: "
                f"{moved(new.outputs, old.outputs)}; states "
                f"{dict(old.metadata.get('tolerance', {})) or 'none'}\n"
            )
    return beyond


def plain(outputs) -> list:
    return [{key: value for key, value in output.items() if key != "metadata"}
            | {"data": {kind: text for kind, text in output.get("data", {}).items()
                        if not kind.startswith("image/") and "widget" not in kind}}
            for output in outputs]  # fmt: skip


def moved(new, old) -> str:
    """Return in words how far the numbers and pictures of a cell moved."""
    from boneage_kit.execution import tolerance

    texts = [["\n".join([output.get("text", "")] + [
        value for kind, value in output.get("data", {}).items() if kind.startswith("text/")])
        for output in outputs] for outputs in (new, old)]  # fmt: skip
    said = []
    for ours, theirs in zip(*texts, strict=False):
        pictures = [tolerance._PICTURE.findall(text) for text in (ours, theirs)]
        ours, theirs = (tolerance._PICTURE.sub("", text) for text in (ours, theirs))
        for a, b in zip(*pictures, strict=False):
            if difference := tolerance.picture_difference(a, b, 0.0):
                said.append(difference.split(";")[0])
        if ours == theirs:
            continue
        if tolerance._words(ours) != tolerance._words(theirs):
            said.append("the words differ")
            continue
        pairs = list(zip(tolerance._numbers(ours), tolerance._numbers(theirs), strict=True))
        furthest = max(pairs, key=lambda pair: abs(pair[0] - pair[1]))
        said.append(f"numbers by up to {abs(furthest[0] - furthest[1]):.3g} (at {furthest[1]:g})")
    return ", ".join(dict.fromkeys(said)) or "only pictures, not visibly"


def compare_rows(reference: Path, other: Path, *, seed: bool = False) -> int:
    """Print the rows that moved; return how many moved further than is stated."""
    from boneage_kit import results

    ours, theirs = (keyed(results.load(place)["rows"]) for place in (reference, other))
    beyond = 0
    for key in sorted(ours.keys() ^ theirs.keys()):
        beyond += 1
        sys.stdout.write(f"   ! {' '.join(map(str, key))}: in one of the two only\n")
    moved_rows = [
        key
        for key in ours
        if key in theirs and abs(ours[key]["value"] - theirs[key]["value"]) > SAME
    ]
    for key in moved_rows:
        old, new = ours[key], theirs[key]
        inside = overlap(old, new) if seed else within(old, new)
        beyond += not inside
        sys.stdout.write(
            f"   {' ' if inside else '!'} {old['notebook'][:2]} {old['result']}, {old['method']}: "
            f"{old['value']:.3f} -> {new['value']:.3f} {old['unit'] or ''}\n"
        )
    sys.stdout.write(f"   {len(moved_rows)} of {len(ours)} rows moved, {beyond} too far\n")
    return beyond


def keyed(rows: list) -> dict:
    """Return rows by notebook, result, method and training size, in the order of recording."""
    found: dict = {}
    for row in rows:
        if row["value"] is None:
            continue
        key = (row["notebook"], row["result"], row["method"], row["n_train"] or 0)
        found[(*key, sum(other[:4] == key for other in found))] = row
    return found


def within(old: dict, new: dict) -> bool:
    """Return whether a row stays in the widest tolerance that a cell of its notebook states."""
    import nbformat

    from boneage_kit.execution import sequence

    (path,) = sequence.notebooks([old["notebook"]])
    stated = [cell.metadata.get("tolerance", {}) for cell in nbformat.read(path, 4).cells]
    absolute, relative = (
        max((one.get(kind, 0) for one in stated), default=0) for kind in ("abs", "rel")
    )
    return abs(old["value"] - new["value"]) <= absolute + relative * abs(old["value"])


def overlap(old: dict, new: dict) -> bool:
    """Return whether two rows' 95 % intervals overlap; a row without one says nothing."""
    if None in (old["lower"], new["lower"]):
        return True
    return old["lower"] <= new["upper"] and new["lower"] <= old["upper"]


if __name__ == "__main__":
    raise SystemExit(main())
