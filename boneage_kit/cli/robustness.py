"""``boneage-kit robustness``: dose-response curves of any model's error."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from ..datasets import Dataset
    from ..probing.input_checks import InputCheck
    from ..shelf.stored_model import StoredModel

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


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add the command to the ``boneage-kit`` parser."""
    parser = subparsers.add_parser(
        "robustness", help="how a model's error grows under rotation, inversion, blur, ...",
        description="Changes images by doses and measures the MAE and the share of readings that "
        "move by over a year.", epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, metavar="DIR", help="what boneage-kit train wrote")
    parser.add_argument("--data", required=True, metavar="SPEC",
                        help="phantom, rsna:PATH, dha:PATH or folder:PATH")
    parser.add_argument("--n", type=int, default=200, help="images, stratified (200)")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="these perturbations (all)")
    parser.add_argument("--doses", type=int, help="at most so many doses of each (all)")
    parser.add_argument("--seed", type=int, default=0, help="of subset and noise (0)")
    parser.add_argument("--out", type=Path, metavar="DIR",
                        help="write robustness.csv, robustness.png and examples.png there")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Measure, print the worst dose of each perturbation, and write the rest where asked."""
    from .. import evaluation
    from ..probing.robustness import dose_response, worst_doses
    from ..shelf import stored_model

    stored = stored_model.load(args.model)
    dataset, others, whose = _unseen(stored, args.data, args.n, args.seed)
    images, table = _prepared(stored, dataset), dataset.table.reset_index(drop=True)
    responses = dose_response(stored.read, images, table, perturbations=args.only,
                              doses=args.doses, seed=args.seed, progress=True,
                              check=_check(stored, others))
    columns = ["perturbation", "dose", "unit", "mae", "lower", "upper", "added", "moved",
               "changed_calls", "warned"]
    shown = worst_doses(responses)[columns].dropna(axis=1, how="all")
    sys.stdout.write(f"{len(table)} {whose}: MAE untouched {_untouched(responses):.2f} years. "
                     "The worst dose of each change:\n"
                     f"{shown.round(2).to_string(index=False)}\n")
    if args.out is not None:
        floor = evaluation.constant_predictor(table, table)
        _write(args.out, responses, images, evaluation.mae(floor["y_true"], floor["y_pred"]))
    return 0


def _unseen(
    stored: StoredModel, spec: str, n: int, seed: int
) -> tuple[Dataset, Dataset, str]:
    """Return n labelled children, others of the same data, and whether the model saw the first."""
    from .. import datasets

    card = stored.card["data"]
    dataset = _labelled(datasets.load(spec))
    trained_on = dataset
    if dataset.checksum() != card["checksum"] and card["n"] != len(dataset):
        trained_on = _labelled(datasets.load(spec, card["n"], card["split_seed"]))
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


def _labelled(dataset: Dataset) -> Dataset:
    from ..errors import BadInput

    known = dataset.table["bone_age"].notna().to_numpy()
    if known.sum() < 10:
        raise BadInput(f"{dataset.name} has {known.sum()} images with a bone age.",
                       "Give a data set with labels.")
    return dataset.subset(known.nonzero()[0])


def _prepared(stored: StoredModel, dataset: Dataset) -> np.ndarray:
    """Return the images as the model wants them: squeezed to squares where it learned such."""
    from ..shelf.train_model import lost_proportions

    if stored.card["input"]["squares"] == "squeezed" and not lost_proportions(dataset):
        return np.stack([stored.prepare(dataset.pixels(i)) for i in range(len(dataset))])
    return dataset.images(stored.size)


def _check(stored: StoredModel, others: Dataset) -> InputCheck | None:
    """Return an input check learned from pictures not measured on; None where there are few."""
    from .. import datasets
    from ..probing.input_checks import learn_inputs

    if len(others) < _CHECK_AT_LEAST:
        return None
    if len(others) > _CHECK_FROM:
        others = others.subset(datasets.stratified_subset(others.table, _CHECK_FROM, 0))
    return learn_inputs(_prepared(stored, others))


def _untouched(responses: pd.DataFrame) -> float:
    from ..probing.perturbations import PERTURBATIONS

    first = responses.iloc[0]["perturbation"]
    clean = responses["dose"] == PERTURBATIONS[first].doses[0]
    return float(responses.loc[clean & (responses["perturbation"] == first), "mae"].iloc[0])


def _write(out: Path, responses: object, images: object, floor: float) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from .. import plots
    from .._io import write_atomically

    plots.use_style()
    write_atomically(out / "robustness.csv", lambda path: responses.to_csv(path, index=False))
    for name, fig in (("robustness", plots.dose_response(responses, floor=floor)),
                      ("examples", plots.perturbed_examples(images[0]))):
        write_atomically(out / f"{name}.png", fig.savefig)
    sys.stdout.write(f"{out}\n")
