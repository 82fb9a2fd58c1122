"""Write docs/faults.md: everything wrong that was tried, and what came of it.

    make faults

The list is that of tests/support/fault_cases.py; each fault is committed anew, here, and its
outcome written down as it was said.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "faults.md"
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tools")]


def cell(text: str) -> str:
    """Return text for a cell of a Markdown table.

    >>> cell("a | b")
    'a \\\\| b'
    """
    shown = "".join(mark if mark.isprintable() else "?" for mark in text)
    return shown.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")


def table() -> str:
    """Commit every fault and return the table of outcomes."""
    import fault_cases

    rows, ends = [], Counter()
    for fault in fault_cases.FAULTS:
        with tempfile.TemporaryDirectory() as folder:
            os.environ["BONEAGE_KIT_CACHE"] = str(Path(folder) / ".cache")
            said = fault_cases.outcome(fault, Path(folder))
        if fault.expected not in said:
            raise SystemExit(f"{fault.tried}: expected {fault.expected!r}, came {said!r}")
        ends["refused" if said.startswith(("refused", "exit 2")) else "gone on"] += 1
        rows.append(f"| {fault.room} | {cell(fault.tried)} | {cell(said)} |")
    return "\n".join([
        f"{len(rows)} were tried: {ends['refused']} are refused in two sentences; with "
        f"{ends['gone on']} the work goes on, and what was left out or guessed is said.",
        "", "| where | tried | outcome |", "| --- | --- | --- |", *rows])


def kept_fields() -> str:
    """Return the table of DICOM header fields that are kept."""
    from boneage_kit.radiograph.dicom import KEPT_FIELDS

    return "\n".join(["| DICOM keyword | in `meta` as |", "| --- | --- |",
                      *(f"| {keyword} | `{name}` |" for keyword, name in KEPT_FIELDS.items())])


def main() -> None:
    """Write the tables between the page's markers."""
    import matplotlib
    import readme

    matplotlib.use("Agg")
    text = readme.fill(PAGE.read_text(encoding="utf-8"), "faults", table())
    PAGE.write_text(readme.fill(text, "kept fields", kept_fields()), encoding="utf-8")


if __name__ == "__main__":
    main()
