"""``boneage-kit train``: one model on one data set, with its card, predictions and metrics."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

EXAMPLE = """examples:
  boneage-kit train --data phantom --model bonet --preset smoke --out runs/bonet
  boneage-kit train --data rsna:rsna.zip --model efficientnet_lite0 --half --out runs/lite0

Without --preset the model's own recipe is used, on all images: efficientnet_lite0 on 10,000
thumbnails takes under an hour on two cores. The same command goes on where it was interrupted.
"""


def add_parser(subparsers: Any) -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser(
        "train", help="train one model and leave it with its card", epilog=EXAMPLE,
        description="Trains a model, judges it on children held back, and writes "
        "weights.safetensors, card.json, predictions.csv (the held-back children) and "
        "metrics.json.", formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, metavar="SPEC",
                        help="phantom, rsna:PATH, dha:PATH or folder:PATH")
    parser.add_argument("--model", required=True, metavar="NAME",
                        help="bonet, efficientnet_lite0, resnet18, vgg16, googlenet, overfeat "
                        "or handcrafted")
    parser.add_argument("--n", type=int, help="images used, a stratified subset (default: the "
                        "preset's number, without a preset all)")
    parser.add_argument("--preset", help="sizes of smoke, binder, colab or paper instead of the "
                        "model's own recipe")
    parser.add_argument("--seed", type=int, default=0, help="of split, weights and order (0)")
    parser.add_argument("--no-sex", action="store_true",
                        help="the image alone, as in the paper: sex is no input")
    parser.add_argument("--half", action="store_true", help="store weights in half precision")
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="folder to write")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Load, train, judge; print the error on the children held back."""
    from .. import datasets, presets
    from ..shelf.train_model import train
    from ..training.recipes import recipe

    preset = presets.get(args.preset) if args.preset else None
    plan = recipe(args.model, preset)
    n = args.n if args.n is not None else (preset.images if preset else None)
    dataset = datasets.load(args.data, n or None, args.seed)
    if preset and preset.threads and args.model != "handcrafted":
        import torch

        torch.set_num_threads(preset.threads)
    metrics = train(dataset, plan, args.out, seed=args.seed, sex_input=not args.no_sex,
                    half=args.half)
    years, months = metrics["mae_years"], metrics["mae_months"]
    phantom = " (phantom: no clinical figure)" if dataset.is_phantom else ""
    sys.stdout.write(
        f"MAE {years['value']:.2f} years = {months['value']:.1f} months "
        f"(95 % interval {months['lower']:.1f} to {months['upper']:.1f}) on "
        f"{metrics['n_test']} children held back{phantom}; the sex's median is off by "
        f"{12 * metrics['floor_mae_years']:.1f} months.\n{args.out}\n")
    return 0
