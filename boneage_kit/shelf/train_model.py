"""Train one model on one data set, judge it on children held back, and leave it with its card.

Nothing is done twice: a training that was stopped goes on from its last epoch, and a finished
one is not repeated.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .._io import write_atomically
from ..errors import BadInput
from ..training.recipes import Recipe
from ..training.schedule import validation_share
from . import stored_model
from .prediction_table import lost_proportions, predictions_of

if TYPE_CHECKING:
    from ..datasets import Dataset, Split

SETTINGS, METRICS, PREDICTIONS = "settings.json", "metrics.json", "predictions.csv"
COVERAGE = 0.9
_FEWEST_FOR_INTERVAL = 10
_log = logging.getLogger(__name__)


def train(
    dataset: Dataset, recipe: Recipe, out: Path, *, seed: int = 0, sex_input: bool = True,
    half: bool = False, progress: bool = True,
) -> dict[str, Any]:
    """Train a model, judge it, and leave weights, card, predictions and metrics in ``out``.

    Ten per cent of the children are held back for the judgement, and ten (five where there are
    2,000 or more) for the width of the prediction interval; the split follows from ``seed``.

    Returns
    -------
    dict
        What ``metrics.json`` holds.

    Raises
    ------
    BadInput
        If ``out`` holds another training, or the data set has too few labelled images.
    """
    dataset = _labelled(dataset)
    settings = _settings(dataset, recipe, seed, sex_input, half)
    if _finished(out, settings):
        _log.info("%s already holds this training; nothing is done again.", out)
        return json.loads((out / METRICS).read_text(encoding="utf-8"))
    split = _split(dataset, seed)
    started, resumed = time.perf_counter(), any(out.glob("checkpoint-*.pt"))
    reader = _fit(dataset, split.train, recipe, out, seed, sex_input, progress)
    card = _card(dataset, split, recipe, reader, seed, sex_input)
    stored = stored_model.save(out, reader, card, half=half)
    minutes = None if resumed else round((time.perf_counter() - started) / 60, 1)
    return _judge(stored, dataset, split, seed, minutes, out, half)


def _labelled(dataset: Dataset) -> Dataset:
    known = dataset.table["bone_age"].notna().to_numpy()
    if known.sum() < 20:
        raise BadInput(f"The data set has {int(known.sum())} image(s) with a bone age.",
                       "Training needs at least 20.")
    return dataset if known.all() else dataset.subset(known)


def _settings(
    dataset: Dataset, recipe: Recipe, seed: int, sex_input: bool, half: bool
) -> dict[str, Any]:
    return {"data": dataset.checksum(), "n": len(dataset), "model": recipe.model,
            "stages": [list(stage) for stage in recipe.stages], "batch": recipe.batch,
            "learning_rate": recipe.learning_rate, "schedule": recipe.schedule, "seed": seed,
            "sex_input": sex_input, "half": half}


def _finished(out: Path, settings: dict[str, Any]) -> bool:
    """Whether ``out`` holds this training, finished; refuse a folder that holds another."""
    there = out / SETTINGS
    if there.exists():
        try:
            same = json.loads(there.read_text(encoding="utf-8")) == settings
        except ValueError:
            same = False
        if not same:
            raise BadInput(f"{out} holds a training with other data or settings.",
                           "Name another folder, or delete that one.")
    elif out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise BadInput(f"{out} already exists and is not a training's folder.",
                       "Name an empty folder.")
    _write_json(there, settings)
    return (out / METRICS).exists()


def _split(dataset: Dataset, seed: int) -> Split:
    from ..datasets import split

    return split(dataset.table, seed, validation=validation_share(len(dataset)), test=0.1)


def _fit(
    dataset: Dataset, rows: np.ndarray, recipe: Recipe, out: Path, seed: int, sex_input: bool,
    progress: bool,
) -> Any:
    ages = dataset.table["bone_age"].to_numpy(dtype=float)[rows]
    sexes = dataset.table["sex"].iloc[rows].tolist()
    if recipe.model == "handcrafted":
        from ..features.feature_model import FeatureModel

        reader = FeatureModel("handcrafted", recipe.schedule, sex_input=sex_input, seed=seed)
        return reader.fit(dataset.images(recipe.size, rows), ages, sexes)
    import torch

    from .. import models, training

    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = models.create(recipe.model, sex_input=sex_input)
    for number, (size, epochs) in enumerate(recipe.stages, start=1):
        _log.info("Stage %d of %d: %d epochs at %d pixels on %d images.", number,
                  len(recipe.stages), epochs, size, len(rows))
        rate = recipe.learning_rate
        fitted = training.fit(
            model, dataset.images(size, rows), ages, sexes, epochs=epochs, batch=recipe.batch,
            seed=seed + 1000 * (number - 1), schedule=recipe.schedule, progress=progress,
            learning_rate=rate / number if rate else None,
            checkpoint=out / f"checkpoint-{number}.pt")
        _note_history(out, number, size, fitted)
        model = fitted.model
    return model.cpu()


def _note_history(out: Path, number: int, size: int, fitted: Any) -> None:
    table = fitted.history.assign(stage=number, pixels=size)
    path = out / "history.csv"
    if number > 1 and path.exists():
        before = pd.read_csv(path)
        table = pd.concat([before[before["stage"] < number], table], ignore_index=True)
    write_atomically(path, lambda file: table.to_csv(file, index=False))


def _card(
    dataset: Dataset, split: Split, recipe: Recipe, reader: Any, seed: int, sex_input: bool
) -> dict[str, Any]:
    from .. import provenance

    by_hand = recipe.model == "handcrafted"
    return {
        "model": recipe.model,
        "options": {} if by_hand else {"sex_input": sex_input},
        "input": {
            "size": recipe.size, "sex": sex_input,
            "squares": "squeezed" if lost_proportions(dataset) else "padded",
            "preparation": "grey levels stretched between percentiles 0.5 and 99.5, bone bright",
            "test_time_augmentation": not by_hand,
        },
        "interval": {"coverage": COVERAGE, "half_width_years": {}, "n": 0},
        "data": {
            "name": _data_name(dataset), "checksum": dataset.checksum(), "n": len(dataset),
            "n_train": len(split.train), "n_validation": len(split.validation),
            "n_test": len(split.test), "split_seed": seed,
            "split": "datasets.split: by patient where known, stratified by sex and age band",
        },
        "training": {"seed": seed, "stages": [list(stage) for stage in recipe.stages],
                     "batch": recipe.batch, "learning_rate": recipe.learning_rate,
                     "schedule": recipe.schedule, "loss": "ridge" if by_hand else "l1"},
        "metrics": {},
        "terms": _terms(dataset),
        "use": "Teaching and research. Not a medical device; no clinical use.",
        "made": provenance.now(), "kit": provenance.kit(), "versions": provenance.versions(),
        "machine": provenance.machine(),
    }


def _data_name(dataset: Dataset) -> str:
    if dataset.name == "rsna" and lost_proportions(dataset):
        side = dataset.pixels(0).shape[0]
        return f"RSNA 2017 thumbnails, {side} px"
    return {"phantom": "boneage_kit phantom", "rsna": "RSNA 2017",
            "dha": "Digital Hand Atlas"}.get(dataset.name, "a folder of radiographs")


def _terms(dataset: Dataset) -> dict[str, str]:
    weights = "The weights are MIT licensed, as the kit is."
    if not dataset.is_phantom:
        weights = f"Trained on {_data_name(dataset)}: use is bound by the terms of that data."
    if dataset.name == "rsna":
        weights = ("Trained on RSNA 2017 Pediatric Bone Age Challenge data: academic research, "
                   "education and other non-commercial use only, with attribution.")
    return {"weights": weights, "data": dataset.terms}


def _judge(
    stored: stored_model.StoredModel, dataset: Dataset, split: Split, seed: int,
    minutes: float | None, out: Path, half: bool,
) -> dict[str, Any]:
    """Calibrate the interval, read the held-back children, write everything that is left."""
    validation = predictions_of(stored, dataset, split.validation)
    stored.card["interval"].update(_interval(validation))
    table = predictions_of(stored, dataset, split.test).assign(seed=seed)
    metrics = {"model": stored.card["model"], **stored.card["data"], "minutes": minutes,
               **_metrics(table, dataset, split, seed)}
    card = {key: value for key, value in stored.card.items() if key not in ("format", "weights")}
    stored_model.save(out, stored.reader, {**card, "metrics": metrics}, half=half)
    write_atomically(out / PREDICTIONS, lambda path: table.to_csv(path, index=False))
    _write_json(out / METRICS, metrics)
    for checkpoint in out.glob("checkpoint-*.pt"):
        checkpoint.unlink()
    return metrics


def _interval(validation: pd.DataFrame) -> dict[str, Any]:
    """Half-widths that cover nine of ten fresh children, for all and for each sex."""
    from ..evaluation.prediction_intervals import conformal_quantile

    error = (validation["y_pred"] - validation["y_true"]).abs()
    groups = {"all": error, **dict(iter(error.groupby(validation["sex"])))}
    widths = {name: round(conformal_quantile(part.to_numpy(), COVERAGE), 4)
              for name, part in groups.items()
              if len(part) >= (_FEWEST_FOR_INTERVAL if name == "all" else 50)}
    return {"n": len(validation), "half_width_years": widths,
            "how": "split-conformal: quantile of the absolute errors on validation children"}


def _metrics(table: pd.DataFrame, dataset: Dataset, split: Split, seed: int) -> dict[str, Any]:
    from .. import evaluation

    true, pred = table["y_true"].to_numpy(), table["y_pred"].to_numpy()
    mae = evaluation.bootstrap_interval(evaluation.mae, table, seed=seed)
    records = dataset.table
    floor = evaluation.constant_predictor(records.iloc[split.train], records.iloc[split.test])
    found: dict[str, Any] = {
        "mae_years": _rounded(mae), "mae_months": _rounded(12 * np.array(mae), 2),
        "rmse_years": round(evaluation.rmse(true, pred), 4),
        "bias_years": round(evaluation.bias(true, pred), 4),
        "within_12_months": round(evaluation.within(true, pred, months=12), 4),
        "floor_mae_years": round(evaluation.mae(floor["y_true"], floor["y_pred"]), 4),
        "slope_of_error_over_age": round(float(np.polyfit(true, pred - true, 1)[0]), 4),
    }
    if "lower" in table:
        held = table["y_true"].between(table["lower"], table["upper"])
        found["interval_covers"] = round(float(held.mean()), 4)
    return found


def _rounded(interval: Sequence[float], digits: int = 4) -> dict[str, float]:
    value, lower, upper = (round(float(number), digits) for number in interval)
    return {"value": value, "lower": lower, "upper": upper, "level": 0.95}


def _write_json(path: Path, content: dict[str, Any]) -> None:
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    write_atomically(path, lambda file: file.write_text(text, encoding="utf-8"))
