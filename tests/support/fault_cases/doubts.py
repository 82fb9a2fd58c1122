"""What must be said beside a prediction: what is doubtful, and what was left out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from dataset_layouts import png, put
from PIL import Image
from radiograph_files import written
from scipy.ndimage import gaussian_filter

import boneage_kit as bk

from .base import Fault, said_by
from .small_model import hand, put_model


def predicted(name: str, write: Callable[[Path], object], *options: str) -> Callable[[Path], str]:
    """Predict one image with a model that predicts 9 years; return what it says."""

    def act(folder: Path) -> str:
        put_model(folder / "model")
        write(folder / name)
        words = ["predict", "--model", "model", "--sex", "F", *options, name]
        said = said_by(words, folder, with_output=True)
        return said[said.index('"notes"') :][:120] if "--json" in options else said

    return act


def film(**tags: object) -> Callable[[Path], object]:
    """Return what writes the phantom hand as DICOM with these tags."""
    values = np.rint(hand().pixels * 4095).astype(np.uint16)
    return lambda path: path.write_bytes(written(values, **tags))


def turned(change: Callable[[np.ndarray], np.ndarray]) -> Callable[[Path], object]:
    drawn = bk.phantom.render(sex="F", bone_age=9.0, seed=3, size=256).pixels
    picture = Image.fromarray((np.ascontiguousarray(change(drawn)) * 255).astype(np.uint8))
    return picture.save


def reduced(pixels: np.ndarray, side: int) -> np.ndarray:
    """Return a picture of few pixels, as a messenger sends it."""
    return np.asarray(Image.fromarray(pixels).resize((side, side), Image.Resampling.BOX))


def data_set(files: dict, *words: str) -> Callable[[Path], str]:
    def act(folder: Path) -> str:
        put_model(folder / "model")
        put(folder / "data", files)
        return said_by([*words, "--data", "folder:data"], folder, with_output=True)

    return act


def folder_of(n: int, damaged: int, unknown: int) -> dict:
    """Return n films with a table, of which some are cut off and some lack the sex."""
    rows = [
        f"{i},{'FM'[i % 2] if i >= damaged + unknown or i < damaged else ''},{5 + i % 9}"
        for i in range(n)
    ]
    films = {f"{i}.png": png(i)[: 200 if i < damaged else None] for i in range(n)}
    return {**films, "table.csv": "image_id,sex,bone_age\n" + "\n".join(rows) + "\n"}


def right_hands() -> dict:
    """Return three DICOM films whose headers say right hand."""
    values = np.rint(hand().pixels * 4095).astype(np.uint16)
    films = {
        f"{i}.dcm": written(np.minimum(values + i, 4095), ImageLaterality="R") for i in range(3)
    }
    return {**films, "table.csv": "image_id,sex,bone_age\n0,F,9\n1,F,9\n2,F,9\n"}


PREDICT = ("predict", "--model", "model", "--out", "p.csv")
DOUBT = "a doubt"
DOUBTS = [
    *(
        Fault(DOUBT, tried, predicted("film.dcm", film(**tags)), expected)
        for tried, tags, expected in [
            ("the header says right hand", {"ImageLaterality": "R"}, "right hand"),
            (
                "the header says raw detector data",
                {"PresentationIntentType": "FOR PROCESSING"},
                "raw detector data",
            ),
            ("the header says foot", {"BodyPartExamined": "FOOT"}, "FOOT"),
            (
                "the header says male, and --sex F",
                {"PatientSex": "M"},
                "the header says male, and the prediction is for --sex F",
            ),
        ]
    ),
    Fault(
        DOUBT,
        "the header says right hand, in JSON",
        predicted("film.dcm", film(ImageLaterality="R"), "--json"),
        '"notes": [ "the header says right hand',
    ),
    Fault(
        DOUBT,
        "stored inverted against its header",
        predicted(
            "film.dcm",
            lambda path: path.write_bytes(
                written(np.rint((1 - hand().pixels) * 4095).astype(np.uint16))
            ),
        ),
        "dark",
    ),
    *(
        Fault(DOUBT, f"a hand {name}", predicted("film.png", turned(change)), expected)
        for name, change, expected in [
            ("upright", lambda x: x, "years (9 years 0 months)"),
            ("turned by 90 degrees", lambda x: np.rot90(x, -1), "the hand seems turned"),
            ("upside down", lambda x: x[::-1, ::-1], "its fingers point down"),
            ("mirrored", lambda x: x[:, ::-1], "a right hand, or a mirrored picture"),
            ("blurred", lambda x: gaussian_filter(x, 6), "fine lines cannot be seen"),
            ("of 48 pixels", lambda x: reduced(x, 48), "fine lines cannot be seen"),
        ]
    ),
    Fault(
        DOUBT,
        "no hand at all",
        predicted("film.png", lambda path: path.write_bytes(png(0))),
        "no hand was recognised",
    ),
    Fault(
        DOUBT,
        "predict --data with 20 of 40 cut off and 10 without sex",
        data_set(folder_of(40, 20, 10), *PREDICT),
        "10 images used, 30 left out: unreadable",
    ),
    Fault(
        DOUBT,
        "predict --data says what is doubtful",
        data_set(folder_of(5, 0, 0), *PREDICT),
        "5 of them doubtful, see the column notes; 0 for one: no hand was recognised",
    ),
    Fault(
        DOUBT,
        "predict --data with headers that say right hand",
        data_set(right_hands(), *PREDICT),
        "3 of them doubtful, see the column notes; 0 for one: the header says right hand",
    ),
    Fault(
        DOUBT,
        "train with 10 of 40 cut off",
        data_set(
            folder_of(40, 10, 0),
            "train",
            "--model",
            "handcrafted",
            "--preset",
            "smoke",
            "--out",
            "t",
        ),
        "30 images used, 10 left out: unreadable",
    ),
]
