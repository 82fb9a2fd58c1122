"""Which questions a notebook asks, and whether they exist."""

from __future__ import annotations

import re

from nbformat import NotebookNode

from ...errors import BadInput
from .loading import get

__all__ = ["asked", "unknown"]

_ASK = re.compile(r"^[^#\n]*\blesson\.ask\(([^)]*)\)", re.MULTILINE)
_NAMED = re.compile(r"""["']([^"']*)["']""")


def asked(notebook: NotebookNode) -> list[str]:
    """Return the questions that a notebook asks, in its order.

    >>> import nbformat.v4 as v4
    >>> asked(v4.new_notebook(cells=[v4.new_code_cell('lesson.ask("06.a", "06.b")')]))
    ['06.a', '06.b']
    """
    return [
        number
        for cell in notebook.cells
        if cell.cell_type == "code"
        for arguments in _ASK.findall(cell.source)
        for number in _NAMED.findall(arguments)
    ]


def unknown(notebook: NotebookNode) -> dict[str, str]:
    """Return what is wrong with each question that does not exist, by its number."""
    problems = {}
    for number in asked(notebook):
        try:
            get(number)
        except BadInput as error:
            problems[number] = str(error)
    return problems
