"""What was printed: the paper's claims, published errors, and what could not be read."""

from __future__ import annotations

from importlib.resources import files

import pandas as pd


def claims() -> pd.DataFrame:
    """Return the paper's claims, one per row.

    Columns: ``claim`` (its short name), ``question``, ``statement``, ``where`` (abstract,
    highlights or memory), ``mark`` (read or recalled), ``rule`` (of :mod:`.verdicts`), ``a, b``
    (the methods of :func:`boneage_kit.benchmark.methods.methods` that the claim compares, or the
    sexes), ``command`` (that runs the study), ``if_not`` (why it cannot be told where a study holds
    no evidence), ``figure`` (what ``boneage-kit figure`` writes for it).

    >>> claims().set_index("claim").loc["error", "statement"]
    'The automatic reading is about 0.8 years from the manual one.'
    """
    return _table("claims").fillna("")


def published() -> pd.DataFrame:
    """Return published errors of systems, readers and constant answers, in years.

    Columns: ``who, kind, year, value_years, measure, data, n, mark, source, note``. Values of
    different data sets and measures are not one ranking.

    >>> published().query("kind == 'paper'")["value_years"].item()
    0.8
    """
    return _table("published")


def generalists() -> pd.DataFrame:
    """Return published errors of general models (chatbots) that were shown hand radiographs.

    Columns: ``study, year, who, help, value_years, value_printed`` (as the study prints it),
    ``data, n, ages, reference, mark, source``. Only the abstracts could be read.

    >>> generalists()["value_years"].round(2).tolist()[:2]
    [2.37, 2.95]
    """
    return _table("generalists")


def helped_readers() -> pd.DataFrame:
    """Return the published trial of radiologists who read with and without an algorithm's answer.

    Columns: ``study, year, reading, n`` (examinations), ``value_years, value_printed`` (as the
    study prints it), ``over_12_months, over_24_months`` (shares), ``median_seconds, p_value`` (of
    the error), ``readers, reference, mark, source``. Only the abstract could be read.

    >>> helped_readers()["median_seconds"].tolist()
    [142, 102]
    """
    return _table("helped_readers")


def moved_models() -> pd.DataFrame:
    """Return the published errors of a model in another country, before and after a calibration.

    Columns: ``study, year, model, version, n`` (test images), ``value_years, value_printed`` (as
    the study prints it), ``bias_girls_months, bias_boys_months`` (prediction minus reference),
    ``calibrated_on`` (local images), ``reference, mark, source``. Only the abstract was read.

    >>> moved_models()["value_printed"].tolist()
    ['6.57 months', '5.69 months']
    """
    return _table("moved_models")


def unknown() -> pd.DataFrame:
    """Return what could not be read of the paper, and what this kit does instead.

    >>> "layers" in set(unknown()["topic"])
    True
    """
    return _table("unknown")


def age_shares() -> pd.DataFrame:
    """Return which share (0 to 1) of the Digital Hand Atlas and of RSNA 2017 is of which age.

    >>> age_shares()[["dha", "rsna"]].sum().round(2).tolist()
    [1.0, 1.0]
    """
    return _table("age_shares")


def _table(name: str) -> pd.DataFrame:
    with (files(__package__) / f"{name}.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file)
