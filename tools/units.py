"""Write the table of the units, docs/units.md, or all questions with their answers.

python tools/units.py               the table, from the notebooks and the book's contents
python tools/units.py --check       write nothing; end with 1 if the table is not as written
python tools/units.py --questions   out/questions.md: each unit's questions, then its answers
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import nbformat

from boneage_kit.execution import sequence
from boneage_kit.teaching import questions, student_copies

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "units.md"
QUESTIONS = ROOT / "out" / "questions.md"
TABLE = re.compile(r"(<!-- units\b[^>]*-->\n).*?(<!-- /units -->)", re.DOTALL)


def chapters() -> dict[str, str]:
    """Return the chapter of each notebook, by its name, as the book's contents have them."""
    found, title = {}, ""
    for line in (ROOT / "myst.yml").read_text(encoding="utf-8").splitlines():
        if heading := re.match(r"\s*- title: (.+)", line):
            title = heading[1]
        elif place := re.match(r"\s*- file: notebooks/(.+\.ipynb)", line):
            found[place[1]] = title
    return found


def minutes(notebook: nbformat.NotebookNode) -> int:
    """Return the minutes that a unit states in its first cell."""
    stated = re.search(r"About (\d+) minutes", notebook.cells[0].source)
    if not stated:
        raise SystemExit(f"No minutes in the first cell: {notebook.cells[0].source[:40]!r}")
    return int(stated[1])


def table() -> str:
    """Return the table of the units: chapter, unit, minutes, questions, exercises."""
    lines = [
        "| chapter | unit | minutes | questions | exercises |",
        "| --- | --- | ---: | ---: | ---: |",
    ]
    sums, before = [0, 0, 0], ""
    for path in sequence.notebooks(folder=ROOT / "notebooks"):
        notebook, chapter = nbformat.read(path, as_version=4), chapters()[path.name]
        title = notebook.cells[0].source.splitlines()[0].removeprefix("# ")
        counts = [
            minutes(notebook),
            len(questions.asked(notebook)),
            len(student_copies.numbers(notebook)),
        ]
        sums = [total + count for total, count in zip(sums, counts, strict=True)]
        cells = [
            chapter if chapter != before else "",
            f"[{title}](../notebooks/{path.name})",
            *counts,
        ]
        lines.append(f"| {' | '.join(map(str, cells))} |")
        before = chapter
    return "\n".join([*lines, f"| all | | {' | '.join(map(str, sums))} |"])


def page() -> str:
    """Return docs/units.md with the table as the notebooks give it now."""
    text = PAGE.read_text(encoding="utf-8")
    if not TABLE.search(text):
        raise SystemExit("The markers <!-- units --> are lost.")
    return TABLE.sub(lambda match: f"{match[1]}{table()}\n{match[2]}", text)


def all_sheets() -> str:
    """Return the questions of every unit, each followed by its answers."""
    paths = sequence.notebooks(folder=ROOT / "notebooks")
    return "\n".join(questions.sheet(path.name[:2]) for path in paths)


def main(arguments: list[str]) -> int:
    if "--questions" in arguments:
        QUESTIONS.parent.mkdir(exist_ok=True)
        QUESTIONS.write_text(all_sheets(), encoding="utf-8")
        print(QUESTIONS.relative_to(ROOT))
        return 0
    text = page()
    if "--check" in arguments:
        stale = text != PAGE.read_text(encoding="utf-8")
        if stale:
            sys.stderr.write("docs/units.md: not what `make units` writes. Run it.\n")
        return int(stale)
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
