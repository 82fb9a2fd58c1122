"""``boneage-kit evaluate``: the whole error analysis of anybody's predictions table."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

_EXAMPLE = """\
example:
  boneage-kit evaluate predictions.csv --out analysis
  boneage-kit evaluate theirs.csv --columns image_id=id y_true=boneage y_pred=pred --months

The table needs image_id, sex (F or M), y_true and y_pred, ages in years; group,
chronological_age, reader_1, reader_2, lower, upper, model, seed and fold are used where present.
Several seeds are pooled, as the error to expect of one training, and a child counts once in every
interval; several models are compared on the children that both have read.
"""


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add the command to the ``boneage-kit`` parser."""
    parser = subparsers.add_parser(
        "evaluate", help="error analysis of a predictions table", epilog=_EXAMPLE,
        description="Errors by age, sex and group, agreement, calibration, intervals and clinical "
        "calls of any predictions table, next to readers and to a constant.",
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("predictions", type=Path, help="CSV file, one row an image")
    parser.add_argument("--out", type=Path, metavar="DIR",
                        help="write report.html, figures, tables and metrics.json there")
    parser.add_argument("--model", help="which model to analyse where the table holds several "
                        "(default: the one with the lowest MAE; all are compared)")
    parser.add_argument("--columns", nargs="+", metavar="OURS=THEIRS", default=[],
                        help="what the columns are called in this file")
    parser.add_argument("--months", action="store_true",
                        help="the file's ages are in months: divide them by 12")
    parser.add_argument("--data", metavar="SPEC", help="phantom, rsna:PATH, dha:PATH or "
                        "folder:PATH: adds the pictures of the worst readings to the report")
    parser.add_argument("--n", type=int, help="with --data: the subset of this size that was read")
    parser.add_argument("--bootstrap", type=int, default=1000, help="resamples (1000)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the resamples (0)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Read, check, analyse; print the findings, and write the report where asked."""
    from ..errors import BadInput
    from ..evaluation import summary
    from ..evaluation.predictions_file import read_predictions, split_models
    from ..report.sentences import findings

    if args.bootstrap < 100:
        raise BadInput(f"{args.bootstrap} resamples are too few for an interval.",
                       "Use at least 100.")
    table = read_predictions(args.predictions, dict(_pair(text) for text in args.columns),
                             months=args.months)
    models = split_models(table)
    name = _chosen(models, args.model)
    if args.out is None:
        sys.stdout.write(summary(models[name], args.bootstrap, args.seed).round(3).to_string())
        words = findings(models[name], n_bootstrap=args.bootstrap, seed=args.seed)
        sys.stdout.write("\n\n" + "\n".join(f"- {one}" for one in words) + "\n")
        return 0
    _report(args, models, name)
    return 0


def _pair(text: str) -> tuple[str, str]:
    from ..errors import BadInput

    ours, sign, theirs = text.partition("=")
    if not (ours and sign and theirs):
        raise BadInput(f"{text!r} does not name two columns.", "Write y_pred=THEIR_NAME.")
    return ours, theirs


def _chosen(models: dict[str, pd.DataFrame], wanted: str | None) -> str:
    from ..errors import BadInput

    if wanted is not None and wanted not in models:
        raise BadInput(f"The table holds no model {wanted!r}.",
                       f"Choose one of {', '.join(models)}.")
    errors = {name: (one["y_pred"] - one["y_true"]).abs().mean() for name, one in models.items()}
    return wanted or min(errors, key=errors.__getitem__)


def _report(args: argparse.Namespace, models: dict[str, pd.DataFrame], name: str) -> None:
    from tqdm.auto import tqdm

    from ..errors import BadInput
    from ..report.error_report import write_report

    if args.out.exists() and not args.out.is_dir():
        raise BadInput(f"{args.out} is a file.", "Name a folder for the report.")
    with tqdm(total=10, unit="section", leave=False, disable=not sys.stderr.isatty()) as bar:

        def progress(title: str) -> None:
            bar.set_description(title)
            bar.update()

        page = write_report(models[name], args.out, n_bootstrap=args.bootstrap, seed=args.seed,
                            name=name, others=models, progress=progress,
                            pictures=_pictures(args.data, args.n, models[name]))
    sys.stdout.write(f"{page}\n")


def _pictures(
    spec: str | None, n: int | None, predictions: pd.DataFrame
) -> Callable[[str], np.ndarray] | None:
    """Return what gives the picture of an image_id, or None where no data set was named."""
    if spec is None:
        return None
    import numpy as np

    from .. import datasets
    from ..errors import BadInput
    from ..radiograph import to_square

    dataset = datasets.load(spec, n=n)
    rows = {str(name): row for row, name in enumerate(dataset.table["image_id"])}
    missing = set(predictions["image_id"]) - set(rows)
    if missing:
        raise BadInput(f"{dataset.name} lacks {len(missing)} of the images, {min(missing)!r} for "
                       "one.", "Name the data set that was read.")
    label = dataset.table.set_index("image_id")["bone_age"].loc[predictions["image_id"]]
    if (np.abs(label.to_numpy() - predictions["y_true"].to_numpy()) > 0.05).any():
        raise BadInput(f"{dataset.name} gives these images other labels.",
                       "Name the data set that was read, with --n where it was a subset.")
    return lambda name: np.rint(255 * to_square(dataset.pixels(rows[name]), 256)).astype(np.uint8)
