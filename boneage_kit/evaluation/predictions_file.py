"""Reading a predictions table that somebody else wrote."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from ..errors import BadInput
from ..records import PREDICTION_COLUMNS, check_predictions

_AGES = ("y_true", "y_pred", "lower", "upper", "chronological_age", "reader_1", "reader_2")


def read_predictions(
    path: Path, columns: Mapping[str, str] | None = None, *, months: bool = False
) -> pd.DataFrame:
    """Return the checked predictions table of a CSV file (comma, semicolon or tab; UTF-8 or -16).

    Parameters
    ----------
    columns
        Our column name to the file's, for files that call them otherwise.
    months
        Whether the file's ages are months; they come back as years.

    Raises
    ------
    BadInput
        If the file cannot be read as a table, or :func:`boneage_kit.records.check_predictions`
        refuses it.

    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "theirs.csv"
    >>> _ = file.write_text("id;sex;boneage;pred\\n1;F;120;126\\n")
    >>> names = {"image_id": "id", "y_true": "boneage", "y_pred": "pred"}
    >>> read_predictions(file, names, months=True)
      image_id sex  y_true  y_pred
    0        1   F    10.0    10.5
    """
    table = _read(path)
    for ours, theirs in (columns or {}).items():
        if theirs not in table:
            raise BadInput(f"{path.name} has no column {theirs!r}.",
                           f"It has {', '.join(map(str, table.columns))}.")
        table = table.drop(columns=[ours], errors="ignore").rename(columns={theirs: ours})
    missing = [name for name in PREDICTION_COLUMNS if name not in table]
    if missing:
        raise BadInput(f"{path.name} lacks the column(s) {', '.join(missing)}; it has "
                       f"{', '.join(map(str, table.columns))}.",
                       f"Name them with --columns, for instance {missing[0]}=THEIR_NAME.")
    if months:
        for name in _AGES:
            if name in table:
                table[name] = pd.to_numeric(table[name], errors="coerce") / 12
    return check_predictions(table)


def _read(path: Path) -> pd.DataFrame:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path} cannot be read ({error.strerror or 'no such file'}).",
                       "Give the path of a CSV file.") from error
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
        first = text.splitlines()[0] if text.strip() else ""
        separator = max(",;\t", key=first.count)
        decimal = "," if separator == ";" and "," in text.partition("\n")[2] else "."
        table = pd.read_csv(path, sep=separator, encoding=encoding, decimal=decimal,
                            dtype={"image_id": str}, skipinitialspace=True)
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError, csv.Error,
            IndexError) as error:
        raise BadInput(f"{path.name} is no table that can be read ({type(error).__name__}).",
                       "Save it as a CSV file with a header line.") from error
    table.columns = [str(name).strip() for name in table.columns]
    return table


def split_models(predictions: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return one table a model, in the order of the file; ``"model"`` where it names none.

    >>> table = pd.DataFrame({"image_id": ["a", "a"], "model": ["x", "y"]})
    >>> list(split_models(table))
    ['x', 'y']
    """
    if "model" not in predictions or predictions["model"].isna().all():
        return {"model": predictions}
    named = predictions.assign(model=predictions["model"].fillna("unnamed").astype(str))
    return {name: rows.reset_index(drop=True)
            for name, rows in named.groupby("model", sort=False)}
