"""Every figure of the notebooks by its name: as committed, or from a run on other data.

A figure is what a notebook passes to ``lesson.figure``; its picture and alt text stand in the
notebook's outputs, which are committed and travel in the wheel, and in a run's ``figures/``.
"""

from __future__ import annotations

import ast
import base64
import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from ..errors import BadInput
from ..paper import claims
from . import run_folder, runner, sequence
from .job import prepare

_SHOWN = re.compile(
    r'<figure[^>]*><img alt="([^"]*)"[^>]*src="data:image/png;base64,([^"]+)"[^>]*>'
    r"(?:<figcaption>(.*?)</figcaption>)?",
    re.DOTALL,
)


class NamedFigure(NamedTuple):
    """One figure: its name, its notebook, its picture as PNG bytes, its alt text and caption."""

    name: str
    notebook: str
    png: bytes
    alt: str
    caption: str


def committed() -> dict[str, NamedFigure]:
    """Return the figures in the notebooks' committed outputs, by name, in teaching order.

    >>> committed()["error_ruler"].notebook
    '15_the_paper_claim_by_claim'
    """
    figures = [figure for path in sequence.notebooks() for figure in _of_notebook(path)]
    return {figure.name: figure for figure in figures}


def _of_notebook(path: Path) -> Iterator[NamedFigure]:
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] != "code" or ".figure(" not in sequence.text_of(cell):
            continue
        shown = [
            match
            for output in cell["outputs"]
            for match in _SHOWN.findall("".join(output.get("data", {}).get("text/html", "")))
        ]
        names = _names(sequence.text_of(cell), len(shown))
        for name, (alt, picture, caption) in zip(names, shown, strict=False):
            yield NamedFigure(
                name,
                path.stem,
                base64.b64decode(picture),
                html.unescape(alt),
                html.unescape(caption),
            )


def _names(source: str, shown: int) -> list[str]:
    """Return the names that a cell gives to its figures; one made in a loop gets a number.

    >>> _names('lesson.figure(ax, "films", alt="...")', 1)
    ['films']
    >>> _names('for x in y: lesson.figure(ax, f"error_{x}", alt="...")', 2)
    ['error_1', 'error_2']
    """
    names: list[str] = []
    for call in ast.walk(ast.parse(source)):
        if isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "figure":
            by_keyword = [word.value for word in call.keywords if word.arg == "name"]
            given = [*call.args[1:2], *by_keyword][0]
            if isinstance(given, ast.Constant):
                names.append(str(given.value))
            elif isinstance(given, ast.JoinedStr):
                start = getattr(given.values[0], "value", "")
                names += [f"{start}{number}" for number in range(1, shown - len(names) + 1)]
    return names


def by_name(name: str) -> NamedFigure:
    """Return a committed figure by its name, or by the name of a claim of the paper.

    Raises
    ------
    BadInput
        For a name that neither a figure nor a claim has, or a claim without a figure.

    >>> by_name("error").name
    'error_ruler'
    """
    figures = committed()
    shown_by = claims().set_index("claim")["figure"].to_dict()
    if name not in figures and shown_by.get(name) == "":
        raise BadInput(
            f"No figure shows the claim {name!r}.",
            "Read its verdict in unit 15, or with `boneage-kit run 15`.",
        )
    if (figure := figures.get(name) or figures.get(shown_by.get(name, ""))) is None:
        raise BadInput(f"There is no figure {name!r}.", "List the names with `boneage-kit figure`.")
    return figure


def drawn_again(
    figure: NamedFigure, *, preset: str, data: str, out: Path | None, **options: Any
) -> NamedFigure:
    """Return a figure as its notebook draws it at another size or on other data.

    Parameters
    ----------
    figure
        From :func:`by_name`.
    preset, data, out
        As of :func:`.job.prepare`. What is done there already is not executed again.
    options
        Passed to :func:`.runner.run`.

    Raises
    ------
    BadInput
        If the notebook fails, or draws no such figure on these data.
    """
    job = prepare([figure.notebook], preset=preset, data=data, out=out)
    (step,) = runner.run(job, **options)
    if step.error:
        raise BadInput(f"{step.name} failed. {step.error}", "Mend what it names, then repeat.")
    entries = [entry for entry in run_folder.figures(job.out) if entry["notebook"] == step.name]
    stem, _, number = figure.name.rpartition("_")
    alike = [entry for entry in entries if entry["name"].startswith(f"{stem}_")]
    numbered = alike[int(number) - 1 : int(number)] if number.isdigit() else []
    chosen = [entry for entry in entries if entry["name"] == figure.name] or numbered
    if not chosen:
        raise BadInput(
            f"{step.name} draws no figure {figure.name!r} on these data.",
            "Choose other data; without --data the committed figure is written.",
        )
    return figure._replace(
        png=(job.out / chosen[0]["file"]).read_bytes(),
        alt=chosen[0]["alt"],
        caption=chosen[0]["caption"],
    )
