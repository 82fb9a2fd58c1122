"""How far do the notebooks' numbers move on another machine? One thread, older instructions.

    python benchmarks/other_machines.py            all notebooks, preset binder, phantom
    python benchmarks/other_machines.py --preset smoke 03

Each notebook is executed as committed, then again with one thread, and again with the instruction
sets of older processors (ATen and oneDNN limited to AVX2, then to the least). Printed are the
cells whose outputs differ, by how much, and what tolerance the cell states: a cell that moves
further than it states would fail on such a machine. Recorded results are compared likewise.
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
    "AVX2": {"ATEN_CPU_CAPABILITY": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2"},
    "least": {"ATEN_CPU_CAPABILITY": "default", "ONEDNN_MAX_CPU_ISA": "SSE41",
              "MKL_CBWR": "COMPATIBLE"},
}  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="*")
    parser.add_argument("--preset", default="binder")
    arguments = parser.parse_args()
    logging.disable(logging.INFO)
    with tempfile.TemporaryDirectory() as scratch:
        reference = execute(arguments, Path(scratch) / "reference", {})
        beyond = 0
        for name, variables in VARIANTS.items():
            other = execute(arguments, Path(scratch) / name.replace(" ", "_"), variables)
            sys.stdout.write(f"\n{name}\n")
            beyond += compare(reference, other)
            compare_rows(reference, other)
    sys.stdout.write(f"\n{beyond} cells move further than they state\n")
    return int(beyond > 0)


def execute(arguments, out: Path, variables: dict[str, str]) -> Path:
    from boneage_kit.execution import runner

    before = dict(os.environ)
    os.environ.update(variables)
    try:
        job = runner.prepare(arguments.notebooks, preset=arguments.preset, out=out)
        for step in runner.run(job, progress=runner.interactive()):
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
        books = [nbformat.read(place / "notebooks" / path.name, as_version=4)
                 for place in (reference, other)]
        cells = [[cell for cell in book.cells if cell.cell_type == "code"] for book in books]
        for number, (old, new) in enumerate(zip(*cells, strict=True)):
            if new.outputs == old.outputs:
                continue
            told = reconcile(new.outputs, old.outputs, old.metadata.get("tolerance"))
            inside = plain(told) == plain(old.outputs)
            beyond += not inside
            line = next(line for line in old.source.splitlines() if line.strip())
            sys.stdout.write(f"  {'  ' if inside else '! '}{path.stem} [{number + 1}] {line!r}: "
                             f"{moved(new.outputs, old.outputs)}; states "
                             f"{dict(old.metadata.get('tolerance', {})) or 'none'}\n")
    return beyond


def plain(outputs) -> list:
    return [{key: value for key, value in output.items() if key != "metadata"}
            | {"data": {kind: text for kind, text in output.get("data", {}).items()
                        if not kind.startswith("image/") and "widget" not in kind}}
            for output in outputs]  # fmt: skip


def moved(new, old) -> str:
    """Say how far numbers and pictures of a cell moved."""
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


def compare_rows(reference: Path, other: Path) -> None:
    from boneage_kit.execution import results

    pairs = zip(results.load(reference)["rows"], results.load(other)["rows"], strict=True)
    for old, new in pairs:
        if old["value"] != new["value"] and old["value"] is not None:
            inside = old["lower"] is None or old["lower"] <= new["value"] <= old["upper"]
            sys.stdout.write(
                f"     {old['notebook'][:2]} {old['result']}, {old['method']}: {old['value']:.3f} "
                f"-> {new['value']:.3f} {old['unit']}"
                f"{'' if inside else ', outside its 95 % interval'}\n")


if __name__ == "__main__":
    raise SystemExit(main())
