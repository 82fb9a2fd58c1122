"""Splits and folds in which no patient stands on both sides."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from ..errors import BadInput

#: Limits of the age bands of the stratification, in years.
AGE_BANDS = (0, 5, 10, 15, np.inf)
#: Rows that share a value in any of these columns belong to one child and stay together.
TYING_COLUMNS = ("patient_id", "image_id", "path")


class Split(NamedTuple):
    """Row numbers of the three parts, each a sorted int array."""

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray


def split(table: pd.DataFrame, seed: int = 0, validation: float = 0.2, test: float = 0.2) -> Split:
    """Split a table of records by patient, stratified by sex and age band.

    Parameters
    ----------
    table
        The record schema. Rows that share a ``patient_id`` (where there is one), an ``image_id``
        or a ``path`` always land in the same part.
    seed
        Same table, same seed: same split.
    validation, test
        Shares of the whole, 0 to less than 1 together.

    Returns
    -------
    Split
        ``train``, ``validation`` and ``test``: row numbers (positions, for ``iloc``).

    Raises
    ------
    BadInput
        If the shares leave nothing to train on, or there are fewer patients than parts.

    >>> table = pd.DataFrame({"image_id": list("abcdefghij"), "sex": ["F", "M"] * 5,
    ...                       "bone_age": range(10), "patient_id": list("1122334455")})
    >>> [len(part) for part in split(table, seed=1)]
    [6, 2, 2]
    """
    if validation < 0 or test < 0 or validation + test >= 1:
        raise BadInput(
            f"Shares of {validation:g} and {test:g} leave nothing to train on.",
            "Give shares between 0 and 1 that sum to less than 1.",
        )
    shares = np.array([1 - validation - test, validation, test])
    part = _deal(table, shares, seed)
    return Split(*(np.flatnonzero(part == k) for k in range(3)))


def follow(split: Split, table: pd.DataFrame, other: pd.DataFrame) -> Split:
    """Return a split of a second table in which each child is where its other image is.

    Parameters
    ----------
    split
        Of ``table``.
    table, other
        The record schema. Rows that share a ``patient_id`` or an ``image_id`` are one child.
        Children who are not in ``table`` go to training.

    Returns
    -------
    Split
        Row numbers of ``other``.

    >>> table = pd.DataFrame({"image_id": ["a", "b", "c"]})
    >>> first = Split(np.array([0]), np.array([1]), np.array([2]))
    >>> [part.tolist() for part in follow(first, table, pd.DataFrame({"image_id": ["c", "d"]}))]
    [[1], [], [0]]
    """
    names = [name for name in TYING_COLUMNS[:2] if name in table or name in other]
    both = pd.concat([table.reindex(columns=names), other.reindex(columns=names)])
    child = patients(both.reset_index(drop=True))
    part_of = dict.fromkeys(child, 0)
    for number, rows in enumerate(split):
        part_of.update(dict.fromkeys(child[rows], number))
    part = np.array([part_of[number] for number in child[len(table) :]], dtype=int)
    return Split(*(np.flatnonzero(part == k) for k in range(3)))


def folds(table: pd.DataFrame, k: int = 5, seed: int = 0) -> np.ndarray:
    """Return a fold number (0 to k-1) for each row: by patient, stratified like :func:`split`.

    >>> table = pd.DataFrame({"image_id": list("abcdef"), "sex": ["F"] * 6,
    ...                       "bone_age": [3.0, 4, 7, 8, 12, 13]})
    >>> sorted(folds(table, k=2).tolist())
    [0, 0, 0, 1, 1, 1]
    """
    if k < 2:
        raise BadInput(f"{k} fold(s) test nothing.", "Use two folds or more.")
    return _deal(table, np.full(k, 1 / k), seed)


def _deal(table: pd.DataFrame, shares: np.ndarray, seed: int) -> np.ndarray:
    """Deal patients to parts: sorted by stratum, each goes where most is owed.

    What a part is owed is counted within the stratum first and over everything second, so
    that small strata do not all give their odd patient to the same part.
    """
    patient = patients(table)
    n_patients = int(patient.max()) + 1 if len(patient) else 0
    if n_patients < np.count_nonzero(shares):
        raise _too_few_patients(table, n_patients, int(np.count_nonzero(shares)))
    first = np.unique(patient, return_index=True)[1]
    sizes = np.bincount(patient)
    stratum = strata(table)[first]
    order = np.random.default_rng(seed).permutation(n_patients)
    order = order[np.argsort(stratum[order], kind="stable")]
    given = np.zeros(len(shares))
    part_of = np.empty(n_patients, dtype=int)
    for value in np.unique(stratum):
        inside = np.zeros(len(shares))
        for child in order[stratum[order] == value]:
            owed = shares * (inside.sum() + sizes[child]) - inside
            total = shares * (given.sum() + sizes[child]) - given
            best = int(np.argmax(np.where(shares > 0, owed + 0.5 * total, -np.inf)))
            part_of[child] = best
            inside[best] += sizes[child]
            given[best] += sizes[child]
    return part_of[patient]


def _too_few_patients(table: pd.DataFrame, n_patients: int, parts: int) -> BadInput:
    """Return the error that says why so many images are of so few children."""
    if len(table) < parts or "patient_id" not in table:
        problem = f"{n_patients} patient(s) cannot be split into {parts} parts."
        return BadInput(problem, "Give more images or fewer parts.")
    often = table["patient_id"].value_counts()
    return BadInput(
        f"{len(table)} images of {n_patients} patient(s) cannot be split into {parts} parts: "
        f"{often.iloc[0]} have the patient_id {str(often.index[0])!r}.",
        "If that is no child's own number, set the column aside: add ,patient_id= to the data.",
    )


def patients(table: pd.DataFrame) -> np.ndarray:
    """Return a number for each row that is the same for all rows of one child.

    >>> films = pd.DataFrame({"image_id": ["a", "b", "c"], "patient_id": ["x", "y", "x"]})
    >>> patients(films).tolist()
    [0, 1, 0]
    """
    n, n_values = len(table), 0
    rows: list[np.ndarray] = []
    values: list[np.ndarray] = []
    for name in TYING_COLUMNS:
        if name in table:
            texts = table[name].astype(str).to_numpy()
            said = np.flatnonzero(table[name].notna().to_numpy() & (texts != ""))
            codes, distinct = pd.factorize(texts[said])
            rows.append(said)
            values.append(codes + n + n_values)
            n_values += len(distinct)
    if not rows:
        return np.arange(n)
    ends = np.concatenate(rows), np.concatenate(values)
    links = coo_matrix((np.ones(len(ends[0])), ends), shape=(n + n_values, n + n_values))
    return pd.factorize(connected_components(links, directed=False)[1][:n])[0]


def strata(table: pd.DataFrame) -> np.ndarray:
    """Return a number for each row: its sex and age band (chronological age if no bone age)."""
    age = table["bone_age"].astype(float).to_numpy()
    if "chronological_age" in table:
        age = np.where(np.isnan(age), table["chronological_age"].astype(float).to_numpy(), age)
    band = np.where(np.isnan(age), len(AGE_BANDS), np.digitize(age, AGE_BANDS[1:-1]))
    return band * 2 + (table["sex"] == "M").to_numpy()


def stratified_subset(table: pd.DataFrame, n: int, seed: int) -> np.ndarray:
    """Return ``n`` sorted row numbers that keep the table's mixture of sex and age band.

    The subset of ``n`` is contained in that of any larger ``n`` with the same seed.

    >>> table = pd.DataFrame({"sex": ["F", "M"] * 50, "bone_age": [4.0, 12.0] * 50})
    >>> chosen = stratified_subset(table, 10, seed=0)
    >>> table.iloc[chosen].sex.value_counts().to_dict()
    {'F': 5, 'M': 5}
    """
    stratum = strata(table)
    rng = np.random.default_rng(seed)
    turn = np.empty(len(table))  # when a row's turn comes within its stratum, 0 to 1
    for value in np.unique(stratum):
        rows = np.flatnonzero(stratum == value)
        turn[rng.permutation(rows)] = (np.arange(len(rows)) + rng.random()) / len(rows)
    return np.sort(np.argsort(turn, kind="stable")[:n])
