"""Cards and weights that are nearly right, and names that are no text."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np

from .base import Fault, said_by
from .doubts import folder_of
from .model_cards import CARD, having, predict_with
from .small_model import put_model


def text(change: Callable[[str], str]) -> Callable[[dict], str]:
    return lambda card: change(json.dumps(card))


def weights(**arrays: object) -> Callable[[Path], str]:
    return predict_with(arrays={name: np.asarray(array) for name, array in arrays.items()})


def linked(target: str) -> Callable[[Path], None]:
    """Replace the weights by a link."""

    def spoil(model: Path) -> None:
        (model / "weights.safetensors").unlink()
        (model / "weights.safetensors").symlink_to(target)

    return spoil


def names_in_bytes(folder: Path) -> str:
    """Predict a folder whose films have names that are not UTF-8."""
    put_model(folder / "model")
    data = folder / "data"
    data.mkdir()
    for name, film in folder_of(3, 0, 0).items():
        try:
            path = os.path.join(os.fsencode(data), f"f\u00fc{name}".encode("cp1252"))
            if isinstance(film, str):  # the table
                film = film.replace("\n", "\nf\u00fc").removesuffix("f\u00fc").encode("cp1252")
            with open(path, "wb") as file:
                file.write(film)
        except OSError as error:
            raise NotImplementedError("this system takes no such names") from error
    words = ["predict", "--model", "model", "--data", "folder:data", "--out", "p.csv"]
    said = said_by(words, folder, with_output=True)
    return f"{said}; {(folder / 'p.csv').read_text(encoding='utf-8').splitlines()[1][:30]}"


NEARLY = [
    ("a byte order mark", text(lambda card: "\ufeff" + card), "cannot be read"),
    ("more behind its end", text(lambda card: card + "x"), "cannot be read"),
    ("half a character in its words",
     text(lambda card: card.replace('"use": "', '"use": "\\ud800 ')), "exit 0"),
    ("Infinity as its format",
     text(lambda card: card.replace('"format": 1', '"format": Infinity')), "cannot be read"),
    ("1e999 as its format",
     text(lambda card: card.replace('"format": 1', '"format": 1e999')), "const definition: 1"),
    ("a number of 5,000 digits",
     text(lambda card: card.replace('"format": 1', '"format": ' + "9" * 5000)), "cannot be read"),
    ("true as its format", having(True, "format"), "const definition: 1"),
    ("a list as its data's name", having(["a"], "data", "name"), "data.name must be string"),
    ("words of 900,000 letters", having("x" * 900_000, "use"), "shorter than or equal to 1000"),
    ("a coverage of 0", having(0, "interval", "coverage"), "coverage must be bigger than 0"),
    ("half widths of a third sex",
     having({"X": 1}, "interval", "half_width_years"), "must not contain"),
    ("no half widths", having({}, "interval", "half_width_years"), "exit 0"),
    ("weights of 10^18 bytes", having(10**18, "weights", "bytes"), "smaller than or equal"),
    ("itself as its weights", having("card.json", "weights", "file"), "not those that its card"),
]  # fmt: skip
ODD_MODELS = [
    *(Fault(CARD, tried, predict_with(change), says) for tried, change, says in NEARLY),
    Fault("a stored model", "weights that are a link to /dev/zero",
          predict_with(spoil=linked("/dev/zero")), "cannot be read"),
    Fault("a stored model", "weights that are a link to /etc/passwd",
          predict_with(spoil=linked("/etc/passwd")), "not those that its card describes"),
    Fault("a stored model", "an empty intercept", weights(intercept=np.zeros(0)), "do not fit"),
    Fault("a stored model", "a sex input of 7", weights(sex_input=[7]), "do not fit"),
    Fault("a stored model", "infinite coefficients", weights(intercept=[np.inf]), "no numbers"),
    Fault("a stored model", "a scale of 0", weights(scale=np.zeros(4787, dtype="float32")),
          "no bone age that a person can have"),
    Fault("a data set", "names that are not UTF-8", names_in_bytes, "f\u00fc0,F,5.0"),
]  # fmt: skip
