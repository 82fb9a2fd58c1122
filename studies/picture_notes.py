"""How often ``predict`` notes a hand that is mirrored, turned or blurred, and ordinary films.

    python studies/picture_notes.py rsna:../shared/real/rsna_512.zip
    python studies/picture_notes.py rsna:../shared/real/rsna_thumbnails.zip

The model that ships prepares 200 films, stratified by sex and age. Each change is made on the
prepared image. ``named`` is the share with the right note, ``noted`` that with any note. ``mae`` is
the error in years of the model that ships on the changed images, most of which it was trained on:
compare the rows with one another. ``boneage_kit/data/results/picture_notes.csv`` keeps the results.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from orientation import WAYS

from boneage_kit import datasets, shelf
from boneage_kit._io import write_atomically
from boneage_kit.evaluation.metrics import wilson
from boneage_kit.probing.perturbations import PERTURBATIONS
from boneage_kit.shelf.orientation import WORDS
from boneage_kit.shelf.picture_notes import BLURRED, notes_of

TABLE = Path(__file__).resolve().parent.parent / "boneage_kit/data/results/picture_notes.csv"
FILMS = 200
NAMES = {"rsna_512": "RSNA 2017, 512 px", "rsna_thumbnails": "RSNA 2017 thumbnails, 100 px"}


def main(spec: str) -> None:
    stored = shelf.load()
    dataset = datasets.load(spec, FILMS)
    sexes, ages = dataset.table["sex"].tolist(), dataset.table["bone_age"].to_numpy()
    films = np.stack([stored.prepare(dataset.pixels(row)) for row in range(len(dataset))])
    name, rows = NAMES[Path(spec.partition(":")[2]).stem], []
    for change, unit, dose, images, right in changed(films):
        notes = [notes_of(image).notes for image in images]
        named = np.mean([right in note if right else not note for note in notes])
        share = wilson(float(np.mean([bool(note) for note in notes])), len(notes))
        error = np.abs(stored.predict(images, sexes) - ages)
        rows.append({"data": name, "change": change, "dose": dose, "unit": unit, "n": len(notes),
                     "noted": share.value, "lower": share.lower, "upper": share.upper,
                     "named": float(named), "mae": float(error.mean())})  # fmt: skip
        print(rows[-1], flush=True)
    table = pd.DataFrame(rows)
    kept = pd.read_csv(TABLE) if TABLE.exists() else table.iloc[:0]
    whole = pd.concat([kept[kept["data"] != name], table]).round(4)
    write_atomically(TABLE, lambda path: whole.to_csv(path, index=False))


def changed(films: np.ndarray):
    """Yield what was done, its unit and dose, the images, and the note that is right."""
    yield "as it is", "", 0, films, ""
    for way in list(WAYS)[1:]:
        images = np.ascontiguousarray(WAYS[way](films))
        yield way.replace("_", " by "), "", 1, images, WORDS[way]
    for name in ("blur", "resolution"):
        perturbation = PERTURBATIONS[name]
        for dose in perturbation.doses[1:]:
            yield name, perturbation.unit, dose, perturbation(films, dose), BLURRED


if __name__ == "__main__":
    main(sys.argv[1])
