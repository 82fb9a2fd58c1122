"""What a training leaves beside its weights: the card, the held-back children, the metrics."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from .. import evaluation, provenance
from .._io import write_atomically, write_text
from ..datasets import Dataset, Split
from ..evaluation.prediction_intervals import (
    SCALE_AGES,
    conformal_quantile,
    error_factors,
    normalised_scores,
)
from ..training.recipes import Recipe
from . import stored_model
from .model_card import PREPARATION, Card
from .prediction_table import predictions_of
from .squares import lost_proportions
from .training_images import TrainingImages

METRICS, PREDICTIONS = "metrics.json", "predictions.csv"
PREDICTIONS_MORE = "predictions_more.csv"
_FEWEST_TO_JUDGE = 20
COVERAGE = 0.9
_FEWEST_FOR_INTERVAL, _FEWEST_FOR_SEX, _FEWEST_FOR_AGE = 10, 50, 300


def new_card(
    images: TrainingImages,
    recipe: Recipe,
    seed: int,
    sex_input: bool,
    begun: stored_model.StoredModel | None = None,
) -> Card:
    """Return the card of a trained model, without its weights, interval and metrics.

    ``begun`` is the stored model whose weights it went on from.
    """
    dataset, split = images.dataset, images.split
    by_hand = recipe.model == "handcrafted"
    return {
        "model": recipe.model,
        "options": {} if by_hand else {"sex_input": sex_input},
        "input": {
            "size": recipe.size,
            "sex": sex_input,
            "squares": "squeezed" if images.squeezed else "padded",
            "preparation": PREPARATION,
            "test_time_augmentation": not by_hand,
        },
        "interval": {"coverage": COVERAGE, "half_width_years": {}, "n": 0},
        "data": {
            "name": _data_name(dataset),
            "checksum": dataset.checksum(),
            "n": len(dataset),
            "n_train": len(split.train),
            "n_validation": len(split.validation),
            "n_test": len(split.test),
            "split_seed": seed,
            "split": "datasets.split: by patient where known, stratified by sex and age band",
            **_more(images),
        },
        "training": {
            "seed": seed,
            "stages": [list(stage) for stage in recipe.stages],
            "batch": recipe.batch,
            "learning_rate": recipe.learning_rate,
            "schedule": recipe.schedule,
            **_start(begun),
            "loss": "ridge" if by_hand else "l1",
        },
        "metrics": {},
        "terms": _terms(dataset),
        "use": "Teaching and research. Not a medical device; no clinical use.",
        "made": provenance.now(),
        "kit": provenance.kit(),
        "versions": provenance.versions(),
        "machine": provenance.machine(),
    }


def _more(images: TrainingImages) -> dict[str, Any]:
    """What the card says of the further images, nothing where there are none."""
    if images.more is None:
        return {}
    return {
        "more": {
            "name": _data_name(images.more),
            "checksum": images.more.checksum(),
            "n": len(images.more),
            **{
                f"n_{name}": len(rows)
                for name, rows in zip(Split._fields, images.more_split, strict=True)
            },
            "split": "each child in the part of its other image; shown twice in a pass",
        }
    }


def _start(begun: stored_model.StoredModel | None) -> dict[str, Any]:
    """What the card says of the model that the training went on from, nothing without one."""
    if begun is None:
        return {}
    card = begun.card
    return {
        "start": {
            "sha256": card["weights"]["sha256"],
            "stages": card.get("training", {}).get("stages"),
            "made": card.get("made"),
            "how": "only the last stage was trained here; the others by this model, without more",
        }
    }


def _data_name(dataset: Dataset) -> str:
    if dataset.name == "rsna" and lost_proportions(dataset):
        side = dataset.pixels(0).shape[0]
        return f"RSNA 2017 thumbnails, {side} px"
    return {"phantom": "boneage_kit phantom", "rsna": "RSNA 2017", "dha": "Digital Hand Atlas"}.get(
        dataset.name, "a folder of radiographs"
    )


def _terms(dataset: Dataset) -> dict[str, str]:
    weights = "The weights are MIT licensed, as the kit is."
    if not dataset.is_phantom:
        weights = f"Trained on {_data_name(dataset)}: use is bound by the terms of that data."
    if dataset.name == "rsna":
        weights = (
            "Trained on RSNA 2017 Pediatric Bone Age Challenge data: academic research, "
            "education and other non-commercial use only, with attribution."
        )
    return {"weights": weights, "data": dataset.terms}


def judge(
    stored: stored_model.StoredModel,
    images: TrainingImages,
    seed: int,
    minutes: float | None,
    out: Path,
    half: bool,
) -> dict[str, Any]:
    """Calibrate the interval, predict the held-back children, and write what a training leaves.

    Returns
    -------
    dict
        What ``metrics.json`` holds. That file is written last: it says that all is there.
    """
    dataset, split, more, more_split = (
        images.dataset, images.split, images.more, images.more_split
    )  # fmt: skip
    validation = predictions_of(stored, dataset, split.validation)
    if more is not None and len(more_split.validation):
        further = predictions_of(stored, more, more_split.validation)
        validation = pd.concat([validation, further], ignore_index=True)
    stored.card["interval"].update(_interval(validation))
    table = predictions_of(stored, dataset, split.test).assign(seed=seed)
    metrics = {
        "model": stored.card["model"],
        **stored.card["data"],
        "minutes": minutes,
        **_metrics(table, dataset, split, seed),
    }
    if more is not None and len(more_split.test) >= _FEWEST_TO_JUDGE:
        further = predictions_of(stored, more, more_split.test).assign(seed=seed)
        metrics["more"] = {**metrics["more"], **_metrics(further, more, more_split, seed)}
        write_atomically(out / PREDICTIONS_MORE, lambda path: further.to_csv(path, index=False))
    card = {key: value for key, value in stored.card.items() if key not in ("format", "weights")}
    stored_model.save(out, stored.model, {**card, "metrics": metrics}, half=half)
    write_atomically(out / PREDICTIONS, lambda path: table.to_csv(path, index=False))
    write_text(out / METRICS, json.dumps(metrics, indent=2, ensure_ascii=False) + "\n")
    for checkpoint in out.glob("checkpoint-*.pt"):
        checkpoint.unlink()
    return metrics


def _interval(validation: pd.DataFrame) -> dict[str, Any]:
    """Half-widths that cover nine of ten fresh children, for all and for each sex.

    With enough children the width also follows the predicted age, by factors around one.
    """
    error = (validation["y_pred"] - validation["y_true"]).abs()
    by_age = len(validation) >= _FEWEST_FOR_AGE
    scale = {}
    if by_age:
        predicted = validation["y_pred"].to_numpy()
        factors = error_factors(predicted, error.to_numpy())
        scale = {"age_years": SCALE_AGES.tolist(), "factor": factors.round(3).tolist()}
        error = pd.Series(normalised_scores(predicted, error.to_numpy()), index=error.index)
    groups = {"all": error, **dict(iter(error.groupby(validation["sex"])))}
    widths = {
        name: round(conformal_quantile(part.to_numpy(), COVERAGE), 4)
        for name, part in groups.items()
        if len(part) >= (_FEWEST_FOR_INTERVAL if name == "all" else _FEWEST_FOR_SEX)
    }
    return {
        "n": len(validation),
        "half_width_years": widths,
        **({"scale": scale} if scale else {}),
        "how": (
            "split-conformal: quantile of the absolute errors on validation children, "
            + ("divided by the factor (scale) at their predicted age" if by_age else "as they are")
        ),
    }


def _metrics(table: pd.DataFrame, dataset: Dataset, split: Split, seed: int) -> dict[str, Any]:
    true, pred = table["y_true"].to_numpy(), table["y_pred"].to_numpy()
    mae = evaluation.bootstrap_interval(evaluation.mae, table, seed=seed)
    records = dataset.table
    floor = evaluation.constant_predictor(records.iloc[split.train], records.iloc[split.test])
    metrics: dict[str, Any] = {
        "mae_years": _rounded(mae),
        "mae_months": _rounded([12 * limit for limit in mae], 2),
        "rmse_years": round(evaluation.rmse(true, pred), 4),
        "bias_years": round(evaluation.bias(true, pred), 4),
        "within_12_months": round(evaluation.within(true, pred, months=12), 4),
        "floor_mae_years": round(evaluation.mae(floor["y_true"], floor["y_pred"]), 4),
        "slope_of_error_over_age": round(float(np.polyfit(true, pred - true, 1)[0]), 4),
    }
    if "lower" in table:
        held = table["y_true"].between(table["lower"], table["upper"])
        metrics["interval_covers"] = round(float(held.mean()), 4)
    return metrics


def _rounded(interval: Sequence[float], digits: int = 4) -> dict[str, float]:
    value, lower, upper = (round(float(number), digits) for number in interval)
    return {"value": value, "lower": lower, "upper": upper, "level": 0.95}
