"""``load``: every data set by its specification."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from ..errors import BadInput
from .ages import UNITS
from .column_names import NAMES
from .columns import Wishes
from .dataset import Dataset
from .dha import load_dha
from .folder import load_folder
from .phantom import load_phantom
from .rsna import load_rsna
from .splits import stratified_subset

_Loader = Callable[[str, str, Wishes, bool | None], Dataset]
_OF_FILES: dict[str, _Loader] = {"rsna": load_rsna, "dha": load_dha, "folder": load_folder}
_KINDS = ("phantom", *_OF_FILES)
_WISH = re.compile(r"(.*),(\w+)=([^,]*)", re.DOTALL)


def load(spec: str, n: int | None = None, seed: int = 0, *, verify: bool | None = None) -> Dataset:
    """Load a data set by its specification.

    Parameters
    ----------
    spec
        ``"phantom"``, ``"rsna:PATH"``, ``"dha:PATH"`` or ``"folder:PATH"``; a path is a folder or
        a zip. What the tables leave open follows the path after commas:

        ``,unit=months`` (or ``years``, or ``years.months`` for 8.11 as eight years and eleven
        months) is the unit of the ages in the tables;
        ``,OURS=THEIRS`` says that their column THEIRS is what this kit calls OURS: ``image_id``,
        ``sex``, ``male`` (true or 1 for boys), ``female``, ``bone_age``, ``bone_age_months``,
        ``chronological_age``, ``reader_1``, ``reader_2``, ``patient_id``, ``group``;
        ``,OURS=`` leaves the column aside.

        ``"folder:films,unit=months,male=gender"``
    n
        A stratified, seeded subset of this size; None or 0: all (phantom: 1,390, as many as the
        Digital Hand Atlas has).
    seed
        Of the subset, and of the phantom cohort.
    verify
        Decode every image once to find damaged ones. None: if the data set is below 300 MB. Above
        that, damaged images are found when they are first used: see :meth:`Dataset.decodable`.

    Returns
    -------
    Dataset
        Its ``problems`` table lists what was left out and why, ``left_out`` counts it.

    Raises
    ------
    BadInput
        If the specification or the data set cannot be understood.
    """
    kind, _, rest = str(spec).partition(":")
    if kind not in _KINDS or bool(rest) != (kind != "phantom"):
        raise BadInput(
            f"The data specification {spec!r} is not known.",
            'Use "phantom", "rsna:PATH", "dha:PATH" or "folder:PATH".',
        )
    if n is not None and n < 0:
        raise BadInput(f"A data set of {n} images cannot be made.", "Give n of 1 or more.")
    if kind == "phantom":
        return load_phantom(n or None, seed)
    path, wishes = _path_and_wishes(rest)
    dataset = _OF_FILES[kind](path, spec, wishes, verify)
    if n and n < len(dataset):
        return dataset.subset(stratified_subset(dataset.table, n, seed))
    return dataset


def path_of(spec: str) -> Path | None:
    """Return the path of a data specification; None for phantoms.

    >>> path_of("folder:films,unit=months"), path_of("phantom")
    (...Path('films'), None)
    """
    rest = spec.partition(":")[2]
    path = Path(_path_and_wishes(rest)[0]) if rest else None
    try:
        return path.expanduser() if path else None
    except RuntimeError:  # ~nobody
        return path


def _path_and_wishes(text: str) -> tuple[str, Wishes]:
    """Split what follows a path from it, unless the whole is a path that exists."""
    unit, columns = "", {}
    while (wish := _WISH.fullmatch(text)) and not _exists(text):
        text, name, value = wish.groups()
        meaning = name.removesuffix("_months").removesuffix("_years")
        if name == "unit":
            if value not in UNITS:
                raise BadInput(f"There is no unit {value!r}.", f"Use one of {', '.join(UNITS)}.")
            unit = value
        elif meaning in NAMES:
            columns[name] = value
        else:
            raise BadInput(
                f"{name}= is nothing that can be said of a data set.",
                f"Use unit= or one of {', '.join(NAMES)}.",
            )
    return text, Wishes(unit, columns)


def _exists(text: str) -> bool:
    try:
        return Path(text).expanduser().exists()
    except (OSError, ValueError, RuntimeError):
        return False
