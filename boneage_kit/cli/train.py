"""``boneage-kit train``: one model on one data set, with its card, predictions and metrics."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from .. import datasets, presets, shelf, training
from .._io import check_writable
from . import console, options
from .left_out import used_and_left_out

_EXAMPLE = """examples:
  boneage-kit train --data phantom --model bonet --preset smoke --out runs/bonet
  boneage-kit train --data rsna:rsna.zip --model efficientnet_lite0 --half --out runs/lite0

  boneage-kit train --data rsna:thumbnails.zip --more rsna:films.zip --model efficientnet_lite0 \
      --half --out runs/reader

Without --preset the model's own recipe is used, on all images: efficientnet_lite0 on 10,000
thumbnails takes under an hour on two idle cores. The same command goes on where it was interrupted.
"""


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser(
        "train",
        epilog=_EXAMPLE,
        help="train one model and leave it with its card",
        description="Trains a model, judges it on children held back, and writes "
        "weights.safetensors, card.json, predictions.csv (the held-back children) and "
        "metrics.json.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--data", required=True, metavar="SPEC", help="phantom, rsna:PATH, dha:PATH or folder:PATH"
    )
    parser.add_argument(
        "--more",
        metavar="SPEC",
        help="further images of the same children, or of others: a child that --data holds back "
        "is held back here too",
    )
    parser.add_argument(
        "--start",
        type=Path,
        metavar="DIR",
        help="go on from this model of the same data and seed: only the recipe's last stage",
    )
    parser.add_argument(
        "--model",
        required=True,
        metavar="NAME",
        help="bonet, efficientnet_lite0, resnet18, vgg16, googlenet, overfeat or handcrafted",
    )
    parser.add_argument(
        "--n",
        type=options.whole_number(0),
        help="images used, a stratified subset (default: the "
        "preset's number, without a preset all)",
    )
    parser.add_argument(
        "--preset", help="sizes of smoke, binder, colab or paper instead of the model's own recipe"
    )
    parser.add_argument(
        "--seed", type=options.seed, default=0, help="of split, weights and order (0)"
    )
    parser.add_argument(
        "--no-sex", action="store_true", help="the image alone, as in the paper: sex is no input"
    )
    parser.add_argument("--half", action="store_true", help="store weights in half precision")
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="folder to write")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Load, train, judge; print the error on the children held back."""
    preset = presets.get(arguments.preset) if arguments.preset else None
    recipe = training.recipe(arguments.model, preset)
    check_writable(arguments.out)
    n = arguments.n if arguments.n is not None else (preset.images if preset else None)
    dataset = datasets.load(arguments.data, n or None, arguments.seed).decodable(recipe.size)
    more = None
    if arguments.more:
        more = datasets.load(arguments.more, None, arguments.seed).decodable(recipe.size)
    if preset and preset.threads and arguments.model != "handcrafted":
        import torch  # 2 s; not needed for a model by hand

        torch.set_num_threads(preset.threads)
    metrics = shelf.train(
        dataset,
        recipe,
        arguments.out,
        seed=arguments.seed,
        sex_input=not arguments.no_sex,
        half=arguments.half,
        more=more,
        start=arguments.start,
    )
    years, months = metrics["mae_years"], metrics["mae_months"]
    phantom = " (phantom: no clinical figure)" if dataset.is_phantom else ""
    unlabelled = int(dataset.table["bone_age"].isna().sum())
    console.say(
        f"MAE {years['value']:.2f} years = {months['value']:.1f} months "
        f"(95 % interval {months['lower']:.1f} to {months['upper']:.1f}) on "
        f"{metrics['n_test']} children held back{phantom}; the sex's median is off by "
        f"{12 * metrics['floor_mae_years']:.1f} months.\n"
        + _of_more(metrics)
        + used_and_left_out(dataset, used=len(dataset) - unlabelled, no_bone_age=unlabelled)
        + f"\n{arguments.out}"
    )
    return 0


def _of_more(metrics: dict[str, Any]) -> str:
    """Return the sentence on the further images that were held back, "" where there are none."""
    months = metrics.get("more", {}).get("mae_months")
    if not months:
        return ""
    return (
        f"On {metrics['more']['n_test']} of the further images held back: {months['value']:.1f} "
        f"months ({months['lower']:.1f} to {months['upper']:.1f}).\n"
    )
