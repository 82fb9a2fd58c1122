"""The notebooks of the kit: where they are, their order, and what tells two versions apart."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..errors import BadInput

_PACKAGE = Path(__file__).resolve().parent.parent


def notebook_folder() -> Path:
    """Return the folder of notebooks: the checkout's, or the one inside an installed wheel.

    Raises
    ------
    BadInput
        If the installation holds neither.
    """
    for folder in (_PACKAGE.parent / "notebooks", _PACKAGE / "_notebooks"):
        if any(folder.glob("[0-9]*.ipynb")):
            return folder
    raise BadInput(
        "This installation holds no notebooks.", "Install the wheel again, or work in a checkout."
    )


def notebooks(names: Sequence[str] = (), folder: Path | None = None) -> list[Path]:
    """Return the notebooks in teaching order, or those named, in the order of the sequence.

    Parameters
    ----------
    names
        Each a number (``"06"`` or ``"6"``), a stem (``"06_a_network_from_scratch"``) or a path;
        none gives all.
    folder
        Where to look; default :func:`notebook_folder`.

    Raises
    ------
    BadInput
        For a name that fits no notebook.
    """
    paths = [Path(name).resolve() for name in names if _is_notebook(name)]
    if paths and len(paths) == len(names):
        return sorted(set(paths), key=lambda path: path.name)
    sequence = sorted((folder or notebook_folder()).glob("[0-9]*.ipynb"))
    chosen = [_find(name, sequence) for name in names if not _is_notebook(name)]
    return sorted({*paths, *(chosen if names else sequence)}, key=lambda path: path.name)


def _is_notebook(name: str) -> bool:
    return name.endswith(".ipynb") and Path(name).is_file()


def _find(name: str, sequence: Sequence[Path]) -> Path:
    number = name.zfill(2) if name.isdigit() else None
    for path in sequence:
        if path.stem == Path(name).stem or (number and path.stem.split("_")[0] == number):
            return path
    stems = ", ".join(path.stem for path in sequence)
    raise BadInput(f"There is no notebook {name!r}.", f"Use a number, or one of {stems}.")


def source_hash(path: Path) -> str:
    """Return the SHA-256 of what a notebook says and does: cell types, sources and tags.

    Outputs, execution counts and other metadata change nothing.
    """
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    said = [
        [cell["cell_type"], text_of(cell), cell.get("metadata", {}).get("tags", [])]
        for cell in cells
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def reads_results(path: Path) -> bool:
    """Return whether a notebook's code reads recorded results: the run's, or the package's."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = [text_of(cell) for cell in cells if cell["cell_type"] == "code"]
    return any(re.search(r"\brecords/|\bknown_rows\b|\bcommitted\b", text) for text in code)


def text_of(cell: dict[str, Any]) -> str:
    """Return a cell's source as one string (the format allows a list of lines).

    >>> text_of({"source": ["a\\n", "b"]})
    'a\\nb'
    """
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)


def title(path: Path) -> str:
    """Return the notebook's first heading, or its file name."""
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] != "markdown":
            continue
        for line in text_of(cell).splitlines():
            if line.startswith("# "):
                return line[2:].strip()
    return path.stem.replace("_", " ")
