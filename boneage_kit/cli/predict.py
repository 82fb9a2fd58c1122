"""``boneage-kit predict``: bone age of radiographs, in years and months with an interval."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import radiograph, shelf
from ..errors import BadInput
from . import console, options, predict_data_set

if TYPE_CHECKING:
    from ..radiograph import Radiograph
    from ..shelf import StoredModel

_EXAMPLE = """examples:
  boneage-kit predict --sex F hand.png
  boneage-kit predict --model runs/lite0 --json --sex M hand.dcm other.png
  boneage-kit predict --data rsna:rsna.zip --out predictions.csv

Without --model the model that ships in the package is used. The table of a data set says in its
columns hand_recognised and notes what is doubtful about an image. Not a medical device.
"""
Prediction = dict[str, Any]


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser(
        "predict",
        epilog=_EXAMPLE,
        help="predict bone age from radiographs",
        description="Predicts bone age, with an interval that nine of ten children of the "
        "model's own data fell into.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "images",
        nargs="*",
        type=Path,
        metavar="IMAGE",
        help="PNG, JPEG, TIFF, DICOM or MetaImage of a left hand",
    )
    parser.add_argument("--sex", help="F or M, of all the images named; never assumed")
    parser.add_argument("--model", type=Path, metavar="DIR", help="what boneage-kit train wrote")
    parser.add_argument("--json", action="store_true", help="print JSON instead of sentences")
    parser.add_argument(
        "--data", metavar="SPEC", help="a whole data set: phantom, rsna:PATH, dha:PATH, folder:PATH"
    )
    parser.add_argument(
        "--n", type=options.whole_number(1), help="with --data: a stratified subset of this size"
    )
    parser.add_argument("--out", type=Path, metavar="CSV", help="with --data: the table to write")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Predict for images, or for a data set."""
    if bool(arguments.images) == bool(arguments.data):
        raise BadInput(
            "Name images or a data set, and not both.",
            "Use --sex F IMAGE..., or --data SPEC --out predictions.csv.",
        )
    if arguments.data:
        if not arguments.out or arguments.sex:
            raise BadInput(
                "With --data the table to write is needed, and no --sex.",
                "Use --data SPEC --out predictions.csv; sex is in the data.",
            )
        if arguments.json:
            raise BadInput(
                "With --data a table is written, and no JSON.",
                "Leave --json away: the table holds the same notes.",
            )
        return predict_data_set.run(arguments)
    if arguments.n is not None:
        raise BadInput("The option --n is of a data set, and images were named.", "Leave --n away.")
    if not arguments.sex or arguments.out:
        raise BadInput(
            "With images the child's sex is needed, and no --out.",
            "Use --sex F or --sex M; it is never assumed.",
        )
    return _images(arguments)


def _images(arguments: argparse.Namespace) -> int:
    from ..records import parse_sex  # pandas: 0.3 s before any help is shown

    sex = parse_sex(arguments.sex)
    radiographs = [(path, radiograph.read_radiograph(path)) for path in arguments.images]
    stored = shelf.load(arguments.model)
    predictions = [_prediction(stored, path, film, sex) for path, film in radiographs]
    card = stored.card
    if arguments.json:
        # ASCII, so that it stays JSON on every terminal
        console.say(
            json.dumps(
                {
                    "readings": predictions,
                    "model": card["model"],
                    "trained_on": card["data"]["name"],
                    "terms": card["terms"]["weights"],
                    "use": card["use"],
                },
                indent=2,
            )
        )
        return 0
    sentences = [_sentence(prediction) for prediction in predictions]
    console.say(
        "\n".join(
            [
                *sentences,
                f"Predicted by {card['model']}, trained on "
                f"{card['data']['name']}. {' '.join(card['use'].split())}",
            ]
        )
    )
    return 0


def _prediction(stored: StoredModel, path: Path, film: Radiograph, sex: str) -> Prediction:
    image = stored.prepare(film.pixels)
    years = stored.predict(image[None], [sex])
    if not shelf.is_possible(years).all():
        raise BadInput(
            f"The model gives {path} no bone age that a person can have.",
            "Its weights are damaged, or it was trained too little: use another model.",
        )
    age = float(years[0])
    half = stored.half_widths([sex], years)
    lower, upper = (float(end[0]) for end in shelf.interval(years, half))
    with_interval = lower == lower  # not NaN
    picture = shelf.notes_of(image)
    return {
        "image": str(path),
        "sex": sex,
        "bone_age_years": round(age, 2),
        "bone_age_months": round(12 * age, 1),
        "lower_years": round(lower, 2) if with_interval else None,
        "upper_years": round(upper, 2) if with_interval else None,
        "coverage": stored.card["interval"]["coverage"] if with_interval else None,
        "hand_recognised": picture.hand_recognised,
        "polarity_doubtful": bool(film.meta.get("polarity_doubtful")),
        "notes": [
            *film.meta["notes"],
            *shelf.sex_note(film.meta.get("sex"), sex, "--sex"),
            *picture.notes,
        ],
    }


def _sentence(prediction: Prediction) -> str:
    years, months = divmod(round(prediction["bone_age_months"]), 12)
    text = (
        f"{prediction['image']}: {prediction['bone_age_years']:.1f} years "
        f"({years} years {months} months)"
    )
    if prediction["coverage"]:
        text += (
            f", {prediction['coverage']:.0%} interval {prediction['lower_years']:.1f} to "
            f"{prediction['upper_years']:.1f} years"
        )
    return "; ".join([text, *(" ".join(note.split()) for note in prediction["notes"])])
