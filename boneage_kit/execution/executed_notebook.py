"""Executed notebooks as they are kept: without what belongs to this machine or this hour."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from .._io import write_text

Output = dict[str, Any]


def save_notebook(notebook: NotebookNode, path: Path) -> Path:
    """Write an executed notebook without what belongs to this machine or this hour.

    Paths, times and environment variables of papermill, widget state (its static fallback is in
    the outputs) and the exact Python version go; parameters, tags and outputs stay.
    """
    notebook.metadata.pop("widgets", None)
    parameters = notebook.metadata.pop("papermill", {}).get("parameters")
    if parameters:
        notebook.metadata["papermill"] = {"parameters": parameters}
    notebook.metadata["kernelspec"] = {
        "display_name": "Python 3",
        "language": "python",
        "name": "python3",
    }
    notebook.metadata["language_info"] = {"name": "python"}
    for cell in notebook.cells:
        kept = {"tags": cell.metadata.get("tags"), "tolerance": cell.metadata.get("tolerance")}
        cell.metadata = nbformat.from_dict({name: value for name, value in kept.items() if value})
        if cell.cell_type == "code":
            cell.outputs = joined(cell.outputs)
    return write_text(path, nbformat.writes(notebook) + "\n")


def joined(outputs: list[Output]) -> list[Output]:
    """Return outputs with pieces of the same stream joined: how it was cut is a matter of timing.

    >>> piece = {"output_type": "stream", "name": "stdout", "text": "a"}
    >>> [output["text"] for output in joined([dict(piece), dict(piece)])]
    ['aa']
    """
    whole: list[Output] = []
    for output in outputs:
        last = whole[-1] if whole else {}
        if output["output_type"] == "stream" and last.get("name") == output["name"]:
            last["text"] += output["text"]
        else:
            whole.append(output)
    return whole
