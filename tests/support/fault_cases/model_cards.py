"""Models from somebody else: damaged weights, hostile cards, predictions that cannot be."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import safetensors.numpy
import torch

import boneage_kit as bk
from boneage_kit.shelf import stored_model
from boneage_kit.training import checkpoint

from .base import Fault, said_by
from .small_model import SHIPPED, hand, small_model


class Opens:
    """Pickled, this makes a file when it is loaded."""

    def __reduce__(self):
        return open, ("executed", "w")


def opened_checkpoint(folder: Path) -> str:
    path = folder / "training.pt"
    path.write_bytes(pickle.dumps(Opens(), 2))
    before = os.getcwd()
    os.chdir(folder)
    try:
        checkpoint.load(path, "x", torch.device("cpu"))
    except bk.BadInput as error:
        return f"refused: {error} Executed: {(folder / 'executed').exists()}."
    finally:
        os.chdir(before)
    return "loaded"


def model_with(change: Callable[[Path], object]) -> Callable[[Path], str]:
    """Load a copy of the model that ships, changed."""

    def act(folder: Path) -> str:
        shutil.copytree(SHIPPED, folder / "model")
        change(folder / "model")
        return f"loaded, {type(stored_model.load(folder / 'model').model).__name__}"

    return act


def predict_with(
    change: Callable[[dict], object] = dict,
    arrays: dict | None = None,
    data: bytes = b"",
    spoil: Callable[[Path], object] = bool,
    data_set: bool = False,
) -> Callable[[Path], str]:
    """Predict one hand with a small model whose card, weights or files were changed.

    The card's checksum is that of the weights as changed: they are what somebody made on purpose.
    """

    def act(folder: Path) -> str:
        card, good = small_model()
        card = json.loads(json.dumps(card))
        model = folder / "model"
        model.mkdir()
        weights = data or safetensors.numpy.save({**good, **(arrays or {})})
        (model / "weights.safetensors").write_bytes(weights)
        card["weights"] = {
            "file": "weights.safetensors",
            "bytes": len(weights),
            "sha256": hashlib.sha256(weights).hexdigest(),
        }
        changed = change(card)
        text = changed if isinstance(changed, str) else json.dumps(card)
        (model / "card.json").write_text(text, encoding="utf-8")
        spoil(model)
        if data_set:
            words = [
                "predict",
                "--model",
                "model",
                "--data",
                "phantom",
                "--n",
                "20",
                "--out",
                "p.csv",
            ]
            return said_by(words, folder) + f"; written: {(folder / 'p.csv').exists()}"
        bk.phantom.write_png(hand(), folder / "hand.png")
        return said_by(["predict", "--model", "model", "--sex", "F", "hand.png"], folder)

    return act


def without(*path: str) -> Callable[[dict], None]:
    def change(card: dict) -> None:
        for name in path[:-1]:
            card = card[name]
        del card[path[-1]]

    return change


def having(value: object, *path: str) -> Callable[[dict], None]:
    def change(card: dict) -> None:
        for name in path[:-1]:
            card = card[name]
        card[path[-1]] = value

    return change


def pipe(model: Path) -> None:
    (model / "card.json").unlink()
    os.mkfifo(model / "card.json")


def huge(path: Path) -> None:
    with open(path, "wb") as file:
        file.truncate(10**12)


CARD = "a hostile card"
NOT_ONE = "is not one of this version of the kit"
MODELS = [
    Fault(
        "a stored model",
        "weights changed by one byte",
        model_with(
            lambda m: (m / "weights.safetensors").write_bytes(
                (m / "weights.safetensors").read_bytes()[:-1] + b"\1"
            )
        ),
        "refused",
    ),
    Fault(
        "a stored model",
        "weights cut in half",
        model_with(
            lambda m: (m / "weights.safetensors").write_bytes(
                (m / "weights.safetensors").read_bytes()[:1000]
            )
        ),
        "refused",
    ),
    Fault(
        "a stored model",
        "a pickle under the weights' name",
        model_with(lambda m: (m / "weights.safetensors").write_bytes(pickle.dumps(Opens(), 2))),
        "refused",
    ),
    Fault("a stored model", "no card", model_with(lambda m: (m / "card.json").unlink()), "refused"),
    Fault(
        "a stored model",
        "a card that is no JSON",
        model_with(lambda m: (m / "card.json").write_text("{")),
        "refused",
    ),
    Fault(
        "a stored model",
        "a card that is a list",
        model_with(lambda m: (m / "card.json").write_text("[1]")),
        "refused",
    ),
    Fault(
        "a stored model",
        "a checkpoint that is a pickle with code",
        opened_checkpoint,
        "Executed: False",
    ),
    Fault(CARD, "nothing changed: the model predicts", predict_with(), "exit 0"),
    *(
        Fault(CARD, f"without {'.'.join(path)}", predict_with(without(*path)), NOT_ONE)
        for path in [
            ("use",),
            ("weights", "sha256"),
            ("data", "name"),
            ("data", "checksum"),
            ("terms",),
            ("interval",),
            ("metrics",),
            ("input", "size"),
            ("options",),
        ]
    ),
    *(
        Fault(
            CARD,
            f"{'.'.join(path)} is {json.dumps(value)[:30]}",
            predict_with(having(value, *path)),
            NOT_ONE,
        )
        for value, *path in [
            ("128", "input", "size"),
            (100_000, "input", "size"),
            (0, "input", "size"),
            (1.5, "input", "size"),
            (True, "input", "size"),
            ("yes", "input", "sex"),
            ("round", "input", "squares"),
            ("grey levels kept", "input", "preparation"),
            (3, "use"),
            ("", "use"),
            (None, "model"),
            ([], "metrics"),
            ({"mae_months": 3}, "metrics"),
            ("ab", "weights", "sha256"),
            (-1, "weights", "bytes"),
            ("../../etc/passwd", "weights", "file"),
            ("/etc/passwd", "weights", "file"),
            ({"all": -3}, "interval", "half_width_years"),
            ({"all": 1e9}, "interval", "half_width_years"),
            ({"all": "2"}, "interval", "half_width_years"),
            (2, "interval", "coverage"),
            ({"n_conv": 10**9}, "options"),
            ({"a": {"b": 1}}, "options"),
            (2, "format"),
        ]
    ),
    Fault(
        CARD,
        "half widths that are NaN",
        predict_with(having({"all": float("nan")}, "interval", "half_width_years")),
        "cannot be read",
    ),
    Fault(CARD, "nested 100,000 deep", predict_with(lambda card: "[" * 100_000), "cannot be read"),
    Fault(CARD, "of 2 MB", predict_with(having("x" * 2_000_000, "note")), "cannot be read"),
    Fault(
        CARD,
        "in Latin-1",
        predict_with(spoil=lambda model: (model / "card.json").write_bytes(b'{"use": "\xe4"}')),
        "cannot be read",
    ),
    Fault(CARD, "a named pipe", predict_with(spoil=pipe), "cannot be read"),
    Fault(
        CARD,
        "a folder",
        predict_with(
            spoil=lambda model: ((model / "card.json").unlink(), (model / "card.json").mkdir())
        ),
        "cannot be read",
    ),
    Fault(
        CARD,
        "a model that there is not",
        predict_with(having("oracle", "model")),
        "There is no model 'oracle'",
    ),
    Fault(
        CARD,
        "a model's name that is a path",
        predict_with(having("../../bonet", "model")),
        "There is no model",
    ),
    Fault(
        CARD,
        "a model other than its weights",
        predict_with(having("bonet", "model")),
        "do not fit the model 'bonet'",
    ),
    Fault(
        CARD,
        "an option that the model does not take",
        predict_with(lambda card: card.update(model="bonet", options={"colour": 1})),
        "has no option 'colour'",
    ),
    Fault(
        CARD,
        "terminal codes in its words",
        predict_with(having("\x1b]0;owned\x07\x1b[2JAll fine.", "use")),
        "exit 0",
    ),
    Fault(
        CARD,
        "terminal codes in a model's name",
        predict_with(having("\x1b[31mred", "model")),
        "\\x1b[31mred",
    ),
    Fault(
        "a stored model",
        "weights that are no safetensors, with their checksum",
        predict_with(data=b"weights"),
        "not in the safetensors format",
    ),
    Fault(
        "a stored model",
        "a safetensors header of 8 exabytes, with its checksum",
        predict_with(data=b"\xff" * 7 + b"\x7f{}"),
        "not in the safetensors format",
    ),
    Fault(
        "a stored model",
        "a pickle, with its checksum",
        predict_with(data=pickle.dumps(Opens(), 2)),
        "not in the safetensors format",
    ),
    Fault(
        "a stored model",
        "weights that are a sparse file of 1 TB",
        predict_with(spoil=lambda model: huge(model / "weights.safetensors")),
        "not those that its card describes",
    ),
    Fault(
        "a stored model",
        "no weights",
        predict_with(spoil=lambda model: (model / "weights.safetensors").unlink()),
        "cannot be read",
    ),
    Fault(
        "a stored model",
        "weights that are not numbers",
        predict_with(arrays={"coefficients": np.full(9, np.nan, np.float32)}),
        "no numbers",
    ),
    Fault(
        "a stored model",
        "weights of another shape",
        predict_with(arrays={"coefficients": np.zeros(9, np.float32)}),
        "do not fit",
    ),
    *(
        Fault(
            "a stored model",
            f"weights that give {name}",
            predict_with(arrays={"intercept": np.array([value], np.float32)}),
            expected,
        )
        for name, value, expected in [
            ("26 years", 26.0, "no bone age that a person can have"),
            ("1e23 years", 1e23, "no bone age that a person can have"),
            ("-8 years", -8.0, "no bone age that a person can have"),
        ]
    ),
    Fault(
        "a stored model",
        "weights that give 1e23 years, on a data set",
        predict_with(arrays={"intercept": np.array([1e23], np.float32)}, data_set=True),
        "written: False",
    ),
]
