"""``boneage-kit predict``: bone age of radiographs, in years and months with an interval."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import BadInput

if TYPE_CHECKING:
    from ..shelf.stored_model import StoredModel

EXAMPLE = """examples:
  boneage-kit predict --sex F hand.png
  boneage-kit predict --model runs/lite0 --json --sex M hand.dcm other.png
  boneage-kit predict --data rsna:rsna.zip --out predictions.csv

Without --model the model that ships in the package is used. Not a medical device.
"""


def add_parser(subparsers: Any) -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser(
        "predict", help="read the bone age of radiographs", epilog=EXAMPLE,
        description="Reads bone age with an interval that nine of ten children of the model's "
        "own data fell into.", formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("images", nargs="*", type=Path, metavar="IMAGE",
                        help="PNG, JPEG, TIFF, DICOM or MetaImage of a left hand")
    parser.add_argument("--sex", help="F or M, of all the images named; never assumed")
    parser.add_argument("--model", type=Path, metavar="DIR", help="what boneage-kit train wrote")
    parser.add_argument("--json", action="store_true", help="print JSON instead of sentences")
    parser.add_argument("--data", metavar="SPEC",
                        help="read a whole data set: phantom, rsna:PATH, dha:PATH, folder:PATH")
    parser.add_argument("--n", type=int, help="with --data: a stratified subset of this size")
    parser.add_argument("--out", type=Path, metavar="CSV", help="with --data: the table to write")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Read images, or a data set."""
    if bool(args.images) == bool(args.data):
        raise BadInput("Name images or a data set, and not both.",
                       "Use --sex F IMAGE..., or --data SPEC --out predictions.csv.")
    if args.data:
        if not args.out or args.sex:
            raise BadInput("With --data the table to write is needed, and no --sex.",
                           "Use --data SPEC --out predictions.csv; sex is in the data.")
        return _read_data_set(args)
    if not args.sex or args.out:
        raise BadInput("With images the child's sex is needed, and no --out.",
                       "Use --sex F or --sex M; it is never assumed.")
    return _read_images(args)


def _read_images(args: argparse.Namespace) -> int:
    from ..radiograph import read_radiograph
    from ..records import parse_sex
    from ..shelf import stored_model

    sex = parse_sex(args.sex)
    radiographs = [(path, read_radiograph(path)) for path in args.images]
    stored = stored_model.load(args.model)
    readings = [_reading(stored, path, radiograph.pixels, sex) for path, radiograph in radiographs]
    if args.json:
        use = {"model": stored.card["model"], "trained_on": stored.card["data"]["name"],
               "terms": stored.card["terms"]["weights"], "use": stored.card["use"]}
        text = json.dumps({"readings": readings, **use}, indent=2, ensure_ascii=False)
        sys.stdout.write(text + "\n")
        return 0
    for reading in readings:
        sys.stdout.write(_sentence(reading) + "\n")
    sys.stdout.write(f"Read by {stored.card['model']}, trained on {stored.card['data']['name']}. "
                     f"{stored.card['use']}\n")
    return 0


def _reading(stored: StoredModel, path: Path, pixels: Any, sex: str) -> dict[str, Any]:
    from ..features.handcrafted import locate

    image = stored.prepare(pixels)
    years = float(stored.read(image[None], [sex])[0])
    half = float(stored.half_widths([sex])[0])
    known = half == half  # not NaN
    return {
        "image": str(path), "sex": sex, "bone_age_years": round(years, 2),
        "bone_age_months": round(12 * years, 1), "lower_years": _limit(years - half, known),
        "upper_years": _limit(years + half, known),
        "coverage": stored.card["interval"]["coverage"] if known else None,
        "hand_recognised": bool(locate(image)[0].found),
    }


def _limit(years: float, known: bool) -> float | None:
    return round(max(years, 0.0), 2) if known else None


def _sentence(reading: dict[str, Any]) -> str:
    years, months = divmod(round(reading["bone_age_months"]), 12)
    text = (f"{reading['image']}: {reading['bone_age_years']:.1f} years "
            f"({years} years {months} months)")
    if reading["coverage"]:
        text += (f", {reading['coverage']:.0%} interval {reading['lower_years']:.1f} to "
                 f"{reading['upper_years']:.1f} years")
    if not reading["hand_recognised"]:
        text += "; no hand was recognised on this image, so do not trust the reading"
    return text


def _read_data_set(args: argparse.Namespace) -> int:
    from .. import _io, datasets
    from ..shelf import stored_model
    from ..shelf.train_model import predictions_of

    if args.out.is_dir():
        raise BadInput(f"{args.out} is a folder.", "Name a file: --out predictions.csv.")
    stored = stored_model.load(args.model)
    dataset = datasets.load(args.data, args.n)
    table = predictions_of(stored, dataset)
    _io.write_atomically(args.out, lambda path: table.to_csv(path, index=False))
    known = table["y_true"].notna()
    text = f"{args.out}: {len(table)} readings"
    if known.any():
        months = 12 * (table["y_pred"] - table["y_true"])[known].abs().mean()
        text += f", MAE {months:.1f} months on {int(known.sum())} with a bone age"
    if dataset.checksum() == stored.card["data"]["checksum"]:
        text += (". The model was trained on part of these: its error on others is "
                 f"{stored.card['metrics']['mae_months']['value']:.1f} months")
    sys.stdout.write(text + ".\n")
    return 0
