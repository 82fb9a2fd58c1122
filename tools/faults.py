"""Write the tables of docs/faults.md: every fault that was tried, and its outcome.

    make faults                        all
    python tools/faults.py "a card"    commit these only, show the outcomes, and write nothing

The list of faults is tests/support/fault_cases. The script commits each fault and writes down the
kit's message as it was.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections import Counter
from pathlib import Path

import matplotlib
from tqdm.auto import tqdm

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "faults.md"
sys.path[:0] = [str(ROOT / folder) for folder in ("tests/support", "tests", "tools")]

import fault_cases  # noqa: E402
import readme  # noqa: E402


def cell(text: str) -> str:
    """Return text for a cell of a Markdown table.

    >>> cell("a | b")
    'a \\\\| b'
    """
    shown = "".join(mark if mark.isprintable() else "?" for mark in text)
    return shown.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")


def commit(fault: fault_cases.Fault) -> str:
    """Commit one fault in an empty folder with an empty cache; return its outcome."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["BONEAGE_KIT_CACHE"] = str(Path(folder) / ".cache")
        try:
            return fault_cases.outcome(fault, Path(folder))
        except Exception as error:  # a fault of the kit: it is shown with the others
            return f"{type(error).__name__}: {error}"


def table() -> str:
    """Commit every fault and return the table of outcomes."""
    rows, ends, wrong = [], Counter(), []
    for fault in tqdm(fault_cases.FAULTS, desc="faults"):
        said = commit(fault)
        if fault.expected not in said:
            wrong.append(f"{fault.room}: {fault.tried}: expected {fault.expected!r}, came {said!r}")
        ends["refused" if said.startswith(("refused", "exit 2")) else "gone on"] += 1
        rows.append(f"| {fault.room} | {cell(fault.tried)} | {cell(said)} |")
    if wrong:
        raise SystemExit("\n".join(wrong))
    return "\n".join(
        [
            f"{len(rows)} were tried: {ends['refused']} are refused in two sentences; with "
            f"{ends['gone on']} the work goes on, and what was left out or guessed is said.",
            "",
            "| where | tried | outcome |",
            "| --- | --- | --- |",
            *rows,
        ]
    )


def kept_fields() -> str:
    """Return the table of DICOM header fields that are kept."""
    from boneage_kit.radiograph.dicom import KEPT_FIELDS

    return "\n".join(
        [
            "| DICOM keyword | in `meta` as |",
            "| --- | --- |",
            *(f"| {keyword} | `{name}` |" for keyword, name in KEPT_FIELDS.items()),
        ]
    )


def main() -> None:
    """Write the tables between the page's markers, or show the outcome of some faults."""
    matplotlib.use("Agg")
    if sys.argv[1:]:
        for fault in fault_cases.FAULTS:
            if any(word in f"{fault.room}: {fault.tried}" for word in sys.argv[1:]):
                sys.stdout.write(f"{fault.tried} | {commit(fault)}\n")
        return
    text = readme.fill(PAGE.read_text(encoding="utf-8"), "faults", table())
    PAGE.write_text(readme.fill(text, "kept fields", kept_fields()), encoding="utf-8")


if __name__ == "__main__":
    main()
