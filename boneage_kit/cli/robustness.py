"""``boneage-kit robustness``: dose-response curves of any model's error."""

from __future__ import annotations

import argparse
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd

from .. import datasets, evaluation, plots, shelf
from .._io import check_writable, held_alone, write_atomically
from ..datasets import Dataset
from ..errors import BadInput
from ..probing.input_checks import InputCheck, learn_inputs
from ..probing.perturbations import PERTURBATIONS
from ..probing.robustness import dose_response, worst_doses
from ..shelf import StoredModel
from . import console, options
from .left_out import used_and_left_out

_EXAMPLE = """\
example:
  boneage-kit robustness --model runs/lite0 --data phantom --n 200 --out robustness
  boneage-kit robustness --data rsna:rsna.zip --only rotation inversion JPEG

Without --model the model that ships in the package is used. Of the data that a model was trained
on, only the children held back from its training are shown to it. "warned" is the share of
pictures on which a check learned from other pictures of the same data would have warned.
"""
#: Pictures from which the input check learns, at most, and the fewest that are worth it.
_CHECK_FROM, _CHECK_AT_LEAST = 1000, 200
_FEWEST = 10


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add the command to the ``boneage-kit`` parser."""
    parser = subparsers.add_parser(
        "robustness",
        help="how a model's error grows under rotation, inversion, blur, ...",
        description="Changes images by doses and measures the MAE and the share of predictions "
        "that move by over a year.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--model", type=Path, metavar="DIR", help="what boneage-kit train wrote")
    parser.add_argument(
        "--data", required=True, metavar="SPEC", help="phantom, rsna:PATH, dha:PATH or folder:PATH"
    )
    parser.add_argument(
        "--n", type=options.whole_number(_FEWEST), default=200, help="images, stratified (200)"
    )
    parser.add_argument("--only", nargs="+", metavar="NAME", help="these perturbations (all)")
    parser.add_argument(
        "--doses", type=options.whole_number(2, 100), help="at most so many doses of each (all)"
    )
    parser.add_argument("--seed", type=options.seed, default=0, help="of subset and noise (0)")
    parser.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="write robustness.csv, robustness.png and examples.png there",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Measure, print the worst dose of each perturbation, and write the rest where asked."""
    unknown = [name for name in arguments.only or [] if name not in PERTURBATIONS]
    if unknown:
        raise BadInput(
            f"There is no perturbation {unknown[0]!r}.", f"Use some of {', '.join(PERTURBATIONS)}."
        )
    if arguments.out is None:
        return _measure(arguments)
    check_writable(arguments.out)
    with held_alone(arguments.out):
        return _measure(arguments)


def _measure(arguments: argparse.Namespace) -> int:
    stored = shelf.load(arguments.model)
    dataset, others, whose = _unseen(stored, arguments.data, arguments.n, arguments.seed)
    images, table = shelf.prepared(stored, dataset), dataset.table.reset_index(drop=True)
    responses = dose_response(
        stored.predict,
        images,
        table,
        perturbations=arguments.only,
        doses=arguments.doses,
        seed=arguments.seed,
        progress=True,
        check=_check(stored, others),
    )
    if arguments.out is not None:
        labels = table.rename(columns={"bone_age": "y_true"})
        floor = evaluation.constant_out_of_fold(labels.assign(y_pred=labels["y_true"]))
        _write(arguments.out, responses, images, evaluation.mae(floor["y_true"], floor["y_pred"]))
    console.say(
        _summary(responses, len(table), whose)
        + "\n"
        + used_and_left_out(dataset, used=len(table))
        + (f"\n{arguments.out}" if arguments.out else "")
    )
    return 0


def _summary(responses: pd.DataFrame, n: int, whose: str) -> str:
    columns = [
        "perturbation",
        "dose",
        "unit",
        "mae",
        "lower",
        "upper",
        "added",
        "moved",
        "changed_calls",
        "warned",
    ]
    shown = worst_doses(responses)[columns].dropna(axis=1, how="all")
    return (
        f"{n} {whose}: MAE untouched {_untouched(responses):.2f} years. "
        f"The worst dose of each change:\n{shown.round(2).to_string(index=False)}"
    )


def _unseen(stored: StoredModel, spec: str, n: int, seed: int) -> tuple[Dataset, Dataset, str]:
    """Return n children with ages, others of the same data, and who the first are."""
    card = stored.card["data"]
    dataset = _with_ages(stored, spec)
    trained_on = dataset
    if dataset.checksum() != card["checksum"] and card["n"] != len(dataset):
        trained_on = _with_ages(stored, spec, card["n"], card["split_seed"])
    rows, whose = np.arange(len(dataset)), "children"
    if trained_on.checksum() == card["checksum"]:
        dataset, whose = trained_on, "children held back from the training"
        share = {part: round(card[f"n_{part}"] / card["n"], 2) for part in ("validation", "test")}
        rows = datasets.split(dataset.table, card["split_seed"], **share).test
    chosen = rows
    if len(rows) > n:
        chosen = rows[datasets.stratified_subset(dataset.table.iloc[rows], n, seed)]
    others = np.setdiff1d(np.arange(len(dataset)), chosen)
    return dataset.subset(chosen), dataset.subset(others), whose


def _with_ages(stored: StoredModel, spec: str, n: int | None = None, seed: int = 0) -> Dataset:
    whole = shelf.decodable(stored, datasets.load(spec, n, seed))
    return shelf.labelled(whole, _FEWEST, "The robustness")


def _check(stored: StoredModel, others: Dataset) -> InputCheck | None:
    """Return an input check learned from pictures not measured on; None where there are few."""
    if len(others) < _CHECK_AT_LEAST:
        return None
    if len(others) > _CHECK_FROM:
        others = others.subset(datasets.stratified_subset(others.table, _CHECK_FROM, 0))
    return learn_inputs(shelf.prepared(stored, others))


def _untouched(responses: pd.DataFrame) -> float:
    first = responses.iloc[0]["perturbation"]
    clean = responses["dose"] == PERTURBATIONS[first].doses[0]
    return float(responses.loc[clean & (responses["perturbation"] == first), "mae"].iloc[0])


def _write(out: Path, responses: pd.DataFrame, images: np.ndarray, floor: float) -> None:
    matplotlib.use("Agg")
    plots.use_style()
    write_atomically(out / "robustness.csv", lambda path: responses.to_csv(path, index=False))
    for name, figure in (
        ("robustness", plots.dose_response(responses, floor=floor)),
        ("examples", plots.perturbed_examples(images[0])),
    ):
        write_atomically(out / f"{name}.png", figure.savefig)
