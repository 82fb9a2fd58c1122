"""Data sets: phantom, RSNA 2017, Digital Hand Atlas and folders, in one record schema.

>>> from boneage_kit import datasets
>>> callable(datasets.load)
True
"""

from __future__ import annotations

from ..errors import BadInput
from .dataset import Dataset
from .splits import Split, folds, patients, split, stratified_subset
from .terms import terms_of

__all__ = ["Dataset", "Split", "folds", "load", "patients", "split", "terms_of"]

_KINDS = ("phantom", "rsna", "dha", "folder")


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
        from .phantom import load_phantom

        return load_phantom(n or None, seed)
    if kind == "rsna":
        from .rsna import load_rsna as load_files
    elif kind == "dha":
        from .dha import load_dha as load_files
    else:
        from .folder import load_folder as load_files
    dataset = load_files(path, spec, verify)
    if n and n < len(dataset):
        return dataset.subset(stratified_subset(dataset.table, n, seed))
    return dataset
