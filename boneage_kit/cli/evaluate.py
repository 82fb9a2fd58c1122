"""``boneage-kit evaluate``: the whole error analysis of anybody's predictions table."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .. import datasets, evaluation, report
from .._io import check_writable, held_alone
from ..datasets.ages import UNITS
from ..errors import BadInput
from ..radiograph import to_square
from . import console

if TYPE_CHECKING:
    import pandas as pd

_EXAMPLE = """\
example:
  boneage-kit evaluate predictions.csv --out analysis
  boneage-kit evaluate theirs.csv --columns image_id=id y_true=boneage y_pred=pred --months

The table needs image_id, sex (F or M), y_true and y_pred, ages in years; group,
chronological_age, reader_1, reader_2, lower, upper, model, seed and fold are used where present.
Several seeds are pooled, as the error to expect of one training, and a child counts once in every
interval; several models are compared on the children that all of them predicted.
"""
#: What a section of the analysis needs, beyond the four columns of every table.
_NEEDED = (("group",), ("chronological_age",), ("reader_1", "reader_2"), ("lower", "upper"))


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add the command to the ``boneage-kit`` parser."""
    parser = subparsers.add_parser(
        "evaluate",
        help="error analysis of a predictions table",
        epilog=_EXAMPLE,
        description="Errors by age, sex and group, agreement, calibration, intervals and clinical "
        "calls of any predictions table, next to readers and to a constant.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("predictions", type=Path, help="CSV file, one row per image")
    parser.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="write report.html, figures, tables and metrics.json there",
    )
    parser.add_argument(
        "--model",
        help="which model to analyse where the table holds several "
        "(default: the one with the lowest MAE; all are compared)",
    )
    parser.add_argument(
        "--columns",
        nargs="+",
        metavar="OURS=THEIRS",
        default=[],
        help="what the columns are called in this file",
    )
    parser.add_argument(
        "--unit",
        choices=UNITS,
        default="",
        help="the unit of the file's ages (default: years, or what a column's name says)",
    )
    parser.add_argument("--months", action="store_true", help="the same as --unit months")
    parser.add_argument(
        "--data",
        metavar="SPEC",
        help="phantom, rsna:PATH, dha:PATH or "
        "folder:PATH: adds the images with the largest errors to the report",
    )
    parser.add_argument(
        "--n", type=int, help="with --data: the subset of this size that was predicted"
    )
    parser.add_argument("--bootstrap", type=int, default=1000, help="resamples (1000)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the resamples (0)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Check and analyse the table; print the findings, and write the report where asked."""
    if not 100 <= args.bootstrap <= 100_000:
        raise BadInput(
            f"{args.bootstrap} resamples are too "
            f"{'few for an interval' if args.bootstrap < 100 else 'many'}.",
            "Use 100 to 100,000.",
        )
    if args.seed < 0:
        raise BadInput(f"The seed {args.seed} is negative.", "Use 0 or more.")
    _refuse_without_effect(args)
    if args.out is not None:
        check_writable(args.out)
    table = evaluation.read_predictions(
        args.predictions, dict(map(_pair, args.columns)), unit=args.unit, months=args.months
    )
    models = evaluation.split_models(table)
    name = _chosen(models, args.model)
    if args.out is None:
        _print_findings(args, models[name])
    else:
        with held_alone(args.out):
            page = _report(args, models, name)
        console.say(str(page))
    console.say(rows_used(models, name))
    return 0


def _refuse_without_effect(args: argparse.Namespace) -> None:
    """Refuse options that nothing would come of here, before a table is read."""
    if args.months and args.unit not in ("", "months"):
        raise BadInput(f"--months and --unit {args.unit} contradict.", "Give one of them.")
    if args.data is not None and args.out is None:
        raise BadInput(
            "With --data the report shows images, and without --out none is written.",
            "Add --out DIR, or leave --data away.",
        )
    if args.n is not None and args.data is None:
        raise BadInput(
            "The option --n is of the data set that was predicted.",
            "Add --data SPEC, or leave --n away.",
        )


def _pair(text: str) -> tuple[str, str]:
    ours, sign, theirs = text.partition("=")
    if not (ours and sign and theirs):
        raise BadInput(f"{text!r} does not name two columns.", "Write y_pred=THEIR_NAME.")
    return ours, theirs


def _chosen(models: Mapping[str, pd.DataFrame], wanted: str | None) -> str:
    if wanted is not None and wanted not in models:
        names = list(map(str, models))
        rest = f" and {len(names) - 10} more" if len(names) > 10 else ""
        raise BadInput(
            f"The table holds no model {wanted!r}.", f"Choose one of {', '.join(names[:10])}{rest}."
        )
    errors = {
        name: (table["y_pred"] - table["y_true"]).abs().mean() for name, table in models.items()
    }
    return wanted or min(errors, key=errors.__getitem__)


def _print_findings(args: argparse.Namespace, table: pd.DataFrame) -> None:
    checked = evaluation.one_model(table)
    console.say(
        evaluation.summary(checked, args.bootstrap, args.seed).round(3).to_string(na_rep="") + "\n"
    )
    sentences = report.findings(checked, n_bootstrap=args.bootstrap, seed=args.seed)
    console.say("\n".join(f"- {sentence}" for sentence in sentences) + "\n")


def _report(args: argparse.Namespace, models: Mapping[str, pd.DataFrame], name: str) -> Path:
    import matplotlib
    from tqdm.auto import tqdm

    matplotlib.use("Agg")
    table = evaluation.one_model(models[name])
    pictures = _pictures(args.data, args.n, table)
    with tqdm(
        total=report.SECTIONS, unit="section", leave=False, disable=not sys.stderr.isatty()
    ) as bar:

        def progress(title: str) -> None:
            bar.set_description(title)
            bar.update()

        return report.write_report(
            table,
            args.out,
            n_bootstrap=args.bootstrap,
            seed=args.seed,
            name=name,
            others=models,
            progress=progress,
            pictures=pictures,
        )


def _pictures(
    spec: str | None, n: int | None, predictions: pd.DataFrame
) -> Callable[[str], np.ndarray] | None:
    """Return what gives the picture of an image_id, or None where no data set was named."""
    if spec is None:
        return None
    dataset = datasets.load(spec, n=n)
    rows = {str(name): row for row, name in enumerate(dataset.table["image_id"])}
    missing = set(predictions["image_id"]) - set(rows)
    if missing:
        raise BadInput(
            f"{dataset.name} lacks {len(missing)} of the images, {min(missing)!r} for one.",
            "Name the data set that was predicted.",
        )
    label = dataset.table.set_index("image_id")["bone_age"].loc[predictions["image_id"]]
    if (np.abs(label.to_numpy() - predictions["y_true"].to_numpy()) > 0.05).any():
        raise BadInput(
            f"{dataset.name} gives these images other labels.",
            "Name the data set that was predicted, with --n where it was a subset.",
        )
    return lambda name: np.rint(255 * to_square(dataset.pixels(rows[name]), 256)).astype(np.uint8)


def rows_used(models: Mapping[str, pd.DataFrame], name: str) -> str:
    """Return how many rows the analysis used, how many it left out, and why.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"y_true": [8.0, 9.0], "group": ["ASI", None]})
    >>> rows_used({"a": table, "b": table.head(1)}, "a")
    '2 rows used, 1 left out: 1 of other models. 1 used row lacks group and is left out of what
    needs it.'
    """
    table = models[name]
    others = sum(map(len, models.values())) - len(table)
    text = f"{len(table):,} {'row' if len(table) == 1 else 'rows'} used, {others:,} left out"
    text += f": {others:,} of other models." if others else "."
    for columns in _NEEDED:
        if set(columns) <= set(table):
            lacking = int(table[list(columns)].isna().any(axis=1).sum())
            if 0 < lacking < len(table):
                text += (
                    f" {lacking:,} used {'row lacks' if lacking == 1 else 'rows lack'} "
                    f"{' or '.join(columns)} and {'is' if lacking == 1 else 'are'} left out "
                    "of what needs it."
                )
    if len(table) > 1 and "patient_id" in table and table["patient_id"].nunique() == 1:
        text += " All rows have the same patient_id, so children cannot be told apart by it."
    return text
