"""A pytest plugin beside nbval: outputs are compared, exactly unless a cell states a tolerance.

nbval executes each notebook and compares text. This adds four things:

* **Pictures are compared too** (nbval skips them), as pixels: the same size, and at most 0.5 % of
  the pixels differing visibly. A picture inside HTML, as ``lesson.figure`` shows it, likewise.
* **A cell may state a tolerance** in its metadata, for numbers that come out of training and
  differ with processor and threads: ``"tolerance": {"abs": 0.1, "rel": 0, "pixels": 0.2}``.
  Numbers in its text and tables may then differ by ``abs + rel * |committed number|`` and its
  pictures in the fraction ``pixels``. Everything else in the cell stays exact: the words, how
  many numbers there are, their signs' meaning, the size of pictures. In ``0.80 years (9.6
  months)`` both numbers are compared in years.
* **The processor is the common one**: kernels keep to the instructions of
  :mod:`.processor`, those with which the committed outputs were made.
* **Memory is a result**: a notebook whose kernel ever held more than ``notebook_memory_mb``
  (pytest option, 1200) fails at that cell.

Switched on by ``-p boneage_kit.execution.tolerance``; does nothing where nbval is not used.
"""

from __future__ import annotations

import base64
import hashlib
import io
import os
import re
from collections.abc import Iterator
from typing import Any

from . import processor
from .memory import high_water_mark

_NUMBER = re.compile(r"[-−+]?(?<![\w.])(?:\d+\.\d+|\d+|\.\d+)(?:[eE][-+]?\d+)?")
_PICTURE = re.compile(r"data:image/png;base64,([A-Za-z0-9+/=\s]+)")
_VISIBLE = 24  # of 255 grey levels
_DEFAULT = {"abs": 0.0, "rel": 0.0, "pixels": 0.005}


def pytest_addoption(parser: Any) -> None:
    """Add the memory limit of a notebook's kernel."""
    parser.addini("notebook_memory_mb", "most memory a notebook's kernel may hold", default="1200")


def pytest_configure(config: Any) -> None:
    """Keep this process's kernels to the processor that the committed outputs came from."""
    os.environ.update(processor.variables())


def pytest_collection_modifyitems(items: list[Any]) -> None:
    """Put this comparison in front of nbval's, and the memory check behind each cell."""
    for item in items:
        if type(item).__name__ == "IPyNbCell":
            _extend(item)


def _extend(item: Any) -> None:
    exactly, execute = item.compare_outputs, item.runtest
    limit = float(item.config.getini("notebook_memory_mb"))

    def compare_outputs(test: list[Any], ref: list[Any], skip_compare: Any = None) -> bool:
        agreed = reconcile(test, ref, item.cell.metadata.get("tolerance"))
        return exactly(_shortened(agreed), _shortened(ref), skip_compare)

    def runtest() -> None:
        execute()
        held = high_water_mark(item.parent.kernel.km.provisioner.pid)
        if held > limit:
            item.raise_cell_error(f"The kernel held {held:.0f} MB; a notebook may {limit:.0f} MB.")

    item.compare_outputs, item.runtest = compare_outputs, runtest


def reconcile(test: list[Any], ref: list[Any], tolerance: dict[str, float] | None) -> list[Any]:
    """Return new outputs with every text that agrees replaced by the committed one.

    Parameters
    ----------
    test, ref
        The outputs of the cell now, and those committed in the notebook.
    tolerance
        ``{"abs", "rel", "pixels"}``, each optional; None compares text exactly.

    What does not agree is left as it is, for nbval to find and to show; a picture that differs
    becomes a text that says by how much.
    """
    allowed = {**_DEFAULT, **(tolerance or {})}
    unknown = set(allowed) - set(_DEFAULT)
    if unknown:
        raise ValueError(f"A tolerance has abs, rel and pixels, not {', '.join(unknown)}.")
    return [_reconciled(new, old, allowed) for new, old in _paired(test, ref)]


def _shortened(outputs: list[Any]) -> list[Any]:
    """Return outputs with a few letters for each picture in HTML, so that nbval's diff is read."""

    def short(picture: re.Match) -> str:
        return f"picture {hashlib.sha256(picture[1].encode()).hexdigest()[:8]}"

    return [
        type(output)({**output, "data": {
            kind: _PICTURE.sub(short, value) if isinstance(value, str) else value
            for kind, value in output["data"].items()}})
        if "data" in output else output
        for output in outputs
    ]  # fmt: skip


def _paired(test: list[Any], ref: list[Any]) -> Iterator[tuple[Any, Any]]:
    for number, new in enumerate(test):
        yield new, ref[number] if number < len(ref) else None


def _reconciled(new: Any, old: Any, allowed: dict[str, float]) -> Any:
    if old is None or new["output_type"] != old["output_type"]:
        return new
    changed = dict(new)
    if "text" in new:
        changed["text"] = _text(new["text"], old["text"], allowed)
    if "data" in new:
        changed["data"] = {
            kind: _data(kind, value, old["data"].get(kind), allowed)
            for kind, value in new["data"].items()
        }
        if difference := _picture_difference(new["data"], old["data"], allowed):
            changed["data"]["picture"] = difference
    return type(new)(changed)


def _data(kind: str, new: Any, old: Any, allowed: dict[str, float]) -> Any:
    if old is None or not kind.startswith("text/") or not isinstance(new, str):
        return new
    return _text(new, old, allowed)


def _picture_difference(new: dict[str, Any], old: dict[str, Any], allowed: dict) -> str | None:
    if "image/png" not in new or "image/png" not in old:
        return None
    return picture_difference(new["image/png"], old["image/png"], allowed["pixels"])


def _text(new: str, old: str, allowed: dict[str, float]) -> str:
    """Return the committed text if the new one agrees with it, else the new one."""
    pictures_new, pictures_old = _PICTURE.findall(new), _PICTURE.findall(old)
    if len(pictures_new) != len(pictures_old):
        return _PICTURE.sub("PICTURE", new)
    for ours, theirs in zip(pictures_new, pictures_old, strict=True):
        if difference := picture_difference(ours, theirs, allowed["pixels"]):
            return _PICTURE.sub(difference, new)
    same = same_text(
        _PICTURE.sub("PICTURE", new), _PICTURE.sub("PICTURE", old), allowed["abs"], allowed["rel"]
    )
    return old if same else new


def same_text(new: str, old: str, absolute: float = 0.0, relative: float = 0.0) -> bool:
    """Return whether two texts agree: word for word, and number by number within a tolerance.

    With no tolerance the texts must be the same character for character. With one, white space
    may differ in width (a table's columns follow its numbers).

    >>> same_text("MAE 0.81 years", "MAE 0.84 years", absolute=0.05)
    True
    >>> same_text("MAE 0.81 years", "MAE 0.84 years", absolute=0.01)
    False
    >>> same_text("MAE 0.81 years", "MAE 0.81 months", absolute=0.05)
    False
    """
    if new == old:
        return True
    if not absolute and not relative:
        return False
    if _words(new) != _words(old):
        return False
    pairs = zip(_numbers(new), _numbers(old), strict=True)
    return all(abs(a - b) <= absolute + relative * abs(b) + 1e-12 for a, b in pairs)


def _words(text: str) -> str:
    text = re.sub(r"[-=─]{3,}", "---", text)  # rules under headings follow the columns' width
    return " ".join(_NUMBER.sub(" 0 ", text).split())


def _numbers(text: str) -> list[float]:
    """Return a text's numbers; those of ``years (... months)`` twice in years, as ``abs`` is."""
    return [
        float(number[0].replace("−", "-"))
        / (12 if text.startswith(" months)", number.end()) else 1)
        for number in _NUMBER.finditer(text)
    ]


def picture_difference(new: str, old: str, allowed: float) -> str | None:
    """Return None if two PNGs (base64) look the same, else a sentence on how they differ.

    Parameters
    ----------
    allowed
        Fraction of pixels that may differ by more than 24 of 255 grey levels.
    """
    if new == old:
        return None
    import numpy as np  # not before conftest.py has set the number of threads
    from PIL import Image

    ours, theirs = (
        np.asarray(Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB"), dtype=np.int16)
        for png in (new, old)
    )
    if ours.shape != theirs.shape:
        return (
            f"The picture is {ours.shape[1]} x {ours.shape[0]} pixels, "
            f"committed {theirs.shape[1]} x {theirs.shape[0]}."
        )
    fraction = float((np.abs(ours - theirs).max(axis=2) > _VISIBLE).mean())
    if fraction <= allowed:
        return None
    return f"{fraction:.1%} of the picture's pixels differ; {allowed:.1%} may."
