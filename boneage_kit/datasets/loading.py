"""``load``: every data set by its specification."""

from __future__ import annotations

from ..errors import BadInput
from .dataset import Dataset
from .dha import load_dha
from .folder import load_folder
from .phantom import load_phantom
from .rsna import load_rsna
from .splits import stratified_subset

_OF_FILES = {"rsna": load_rsna, "dha": load_dha, "folder": load_folder}
_KINDS = ("phantom", *_OF_FILES)


def load(spec: str, n: int | None = None, seed: int = 0, *, verify: bool | None = None) -> Dataset:
    """Load a data set by its specification.

    Parameters
    ----------
    spec
        ``"phantom"``, ``"rsna:PATH"``, ``"dha:PATH"`` or ``"folder:PATH"``; a path is a folder or
        a zip.
    n
        A stratified, seeded subset of this size; None or 0: all (phantom: 1,390, as many as the
        Digital Hand Atlas has).
    seed
        Of the subset, and of the phantom cohort.
    verify
        Decode every image once to find damaged ones. None: if the data set is below 300 MB.

    Returns
    -------
    Dataset
        Its ``problems`` table lists what was left out and why.

    Raises
    ------
    BadInput
        If the specification or the data set cannot be understood.
    """
    kind, _, path = str(spec).partition(":")
    if kind not in _KINDS or bool(path) != (kind != "phantom"):
        raise BadInput(f"The data specification {spec!r} is not known.",
                       'Use "phantom", "rsna:PATH", "dha:PATH" or "folder:PATH".')
    if n is not None and n < 0:
        raise BadInput(f"A data set of {n} images cannot be made.", "Give n of 1 or more.")
    if kind == "phantom":
        return load_phantom(n or None, seed)
    dataset = _OF_FILES[kind](path, spec, verify)
    if n and n < len(dataset):
        return dataset.subset(stratified_subset(dataset.table, n, seed))
    return dataset
