"""Execute the notebooks in place, with phantom data at preset binder, ready to commit.

    make notebooks                          only those whose source or package changed
    python tools/notebooks.py 06 10         only these
    python tools/notebooks.py --keep DIR    only keep the results of another run (real data)

The numbers go to boneage_kit/data/results/<phantom|real>-<preset>.json. Reports and README take
from there the column that was not run with them.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from boneage_kit import execution, results
from boneage_kit._io import write_json
from boneage_kit._progress import is_interactive
from boneage_kit.execution import sequence

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "out" / "committed"
KEPT = ROOT / "boneage_kit" / "data" / "results"


def execute(names: list[str]) -> int:
    job = execution.prepare(names, out=OUT, command="make notebooks")
    steps = execution.run(job, progress=is_interactive(), inject=False)
    for step in steps:
        if step.status == "failed":
            sys.stderr.write(f"{step.name}: {step.error}\n")
            continue
        shutil.copyfile(
            OUT / "notebooks" / f"{step.name}.ipynb",
            sequence.notebook_folder() / f"{step.name}.ipynb",
        )
    return int(any(step.status == "failed" for step in steps))


def keep(out: Path) -> Path:
    """Keep a run's numbers in the package: everything but its figures."""
    content = results.load(out)
    content["figures"] = []
    name = f"{content['run']['source']}-{content['run']['preset']}.json"
    return write_json(KEPT / name, content)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="*")
    parser.add_argument("--keep", type=Path, metavar="DIR")
    arguments = parser.parse_args()
    code = 0 if arguments.keep else execute(arguments.notebooks)
    if not code:
        sys.stdout.write(f"wrote {keep(arguments.keep or OUT).relative_to(ROOT)}\n")
    return code


if __name__ == "__main__":
    raise SystemExit(main())
