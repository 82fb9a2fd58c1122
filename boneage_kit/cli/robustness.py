"""``boneage-kit robustness``: dose-response curves of any model's error."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

_EXAMPLE = """\
example:
  boneage-kit robustness --model runs/lite0 --data phantom --n 200 --out robustness
  boneage-kit robustness --data rsna:rsna.zip --only rotation inversion JPEG

Without --model the model that ships in the package is used. Give it data it was not trained on.
"""


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
    from .. import datasets, evaluation
    from ..errors import BadInput
    from ..evaluation.robustness import dose_response, worst_doses
    from ..models import storage

    stored = storage.load(args.model)
    dataset = datasets.load(args.data, n=args.n, seed=args.seed)
    known = dataset.table["bone_age"].notna().to_numpy()
    if known.sum() < 10:
        raise BadInput(f"{dataset.name} has {known.sum()} images with a bone age.",
                       "Give a data set with labels.")
    dataset = dataset.subset(known.nonzero()[0])
    images = dataset.images(stored.size)
    table = dataset.table.reset_index(drop=True)
    responses = dose_response(stored.read, images, table, perturbations=args.only,
                              doses=args.doses, seed=args.seed, progress=True)
    columns = ["perturbation", "dose", "unit", "mae", "lower", "upper", "added", "moved"]
    sys.stdout.write(worst_doses(responses)[columns].round(2).to_string(index=False) + "\n")
    if args.out is not None:
        floor = evaluation.constant_predictor(table, table)
        _write(args.out, responses, images, evaluation.mae(floor["y_true"], floor["y_pred"]))
    return 0


def _write(out: Path, responses: object, images: object, floor: float) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from .. import plots
    from ..cache import write_atomically

    plots.use_style()
    write_atomically(out / "robustness.csv", lambda path: responses.to_csv(path, index=False))
    for name, fig in (("robustness", plots.dose_response(responses, floor=floor)),
                      ("examples", plots.perturbed_examples(images[0]))):
        write_atomically(out / f"{name}.png", fig.savefig)
    sys.stdout.write(f"{out}\n")
