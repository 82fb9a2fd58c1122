"""Train one model on one data set, judge it on children held back, and leave it with its card.

Nothing is done twice: a training that was stopped goes on from its last epoch, and a finished
one is not repeated.
"""

from __future__ import annotations

import json
import logging
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from .. import datasets, evaluation, features, models, training
from .._io import check_writable, held_alone, read_json, write_atomically, write_text
from ..datasets import Dataset
from ..errors import BadInput
from ..training.recipes import Recipe
from ..training.schedule import validation_share
from . import stored_model
from .judge_model import METRICS, PREDICTIONS, judge, new_card
from .labelled_images import labelled
from .model_card import CARD
from .stored_model import StoredModel
from .training_images import TrainingImages

if TYPE_CHECKING:
    from ..features.feature_model import FeatureModel
    from ..models.age_model import AgeModel
    from ..training.learner import Fitted

SETTINGS = "settings.json"
_FEWEST = 20
_log = logging.getLogger(__name__)


def train(
    dataset: Dataset,
    recipe: Recipe,
    out: Path,
    *,
    seed: int = 0,
    sex_input: bool = True,
    half: bool = False,
    progress: bool = True,
    more: Dataset | None = None,
    start: Path | None = None,
) -> dict[str, Any]:
    """Train a model, judge it, and leave weights, card, predictions and metrics in ``out``.

    Ten per cent of the children are held back for the judgement, and ten (five where there are
    2,000 or more) for the width of the prediction interval; the split follows from ``seed``.

    Parameters
    ----------
    dataset
        The images that are split.
    recipe
        See :func:`boneage_kit.training.recipe`.
    out
        The folder to write.
    more
        Further images, of the same children in another form or of others. A child stays in the
        part that it has in ``dataset``; the images are shown twice in each pass, and are judged
        beside the others (``more`` in the metrics, ``predictions_more.csv``).
    start
        The folder of a model to go on from: only the last stage of the recipe is trained. It must
        have learned from ``dataset`` and ``seed``, so that no child held back was learned.

    Returns
    -------
    dict
        What ``metrics.json`` holds.

    Raises
    ------
    BadInput
        If ``out`` holds another training, the data set has too few labelled images, or ``start``
        learned from others.
    """
    check_writable(out)
    dataset = labelled(dataset, _FEWEST, "Training")
    more = labelled(more, 1, "Training") if more is not None else None
    begun = _begun(start, dataset, recipe, seed, sex_input) if start is not None else None
    with held_alone(out):
        settings = _settings(dataset, recipe, seed, sex_input, half)
        if more is not None:
            settings["more"] = more.checksum()
        if begun is not None:
            settings["start"] = begun.card["weights"]["sha256"]
        if done := _finished(out, settings):
            _log.info("%s already holds this training; nothing is done again.", out)
            return done
        split = datasets.split(
            dataset.table, seed, test=0.1, validation=validation_share(len(dataset))
        )
        images = TrainingImages(dataset, split, more)
        started, resumed = time.perf_counter(), any(out.glob("checkpoint-*.pt"))
        model = _fit(images, recipe, out, seed, sex_input, progress, begun)
        card = new_card(images, recipe, seed, sex_input, begun)
        stored = stored_model.save(out, model, card, half=half)
        minutes = None if resumed else round((time.perf_counter() - started) / 60, 1)
        metrics = judge(stored, images, seed, minutes, out, half)
        for checkpoint in out.glob("checkpoint-*.pt"):
            checkpoint.unlink()
        return metrics


def _begun(
    start: Path, dataset: Dataset, recipe: Recipe, seed: int, sex_input: bool
) -> StoredModel:
    """Return the model to go on from, where the children held back are new to it."""
    begun = stored_model.load(start)
    card = begun.card
    if card["model"] != recipe.model or card["options"].get("sex_input") != sex_input:
        raise BadInput(
            f"The model in {start} is another network, or has another input.",
            f"Start from a {recipe.model} with the same sex input.",
        )
    if recipe.model == "handcrafted":
        raise BadInput(
            "A model by hand has no stages to go on with.", "Leave the start out, or train anew."
        )
    if card["data"]["checksum"] != dataset.checksum() or card["data"]["split_seed"] != seed:
        raise BadInput(
            f"The model in {start} learned from other images or with another seed, so it may "
            "know children who would be held back here.",
            "Give the data and the seed of its card, or train anew.",
        )
    return begun


def _settings(
    dataset: Dataset, recipe: Recipe, seed: int, sex_input: bool, half: bool
) -> dict[str, Any]:
    return {
        "data": dataset.checksum(),
        "n": len(dataset),
        "model": recipe.model,
        "stages": [list(stage) for stage in recipe.stages],
        "batch": recipe.batch,
        "learning_rate": recipe.learning_rate,
        "schedule": recipe.schedule,
        "seed": seed,
        "sex_input": sex_input,
        "half": half,
    }


def _finished(out: Path, settings: dict[str, Any]) -> dict[str, Any] | None:
    """Return the metrics of this training, finished and whole, or None; refuse another's folder.

    Where a file that it left is damaged, the training is done anew, from its checkpoints if any.
    """
    before = read_json(out / SETTINGS)
    before = before if isinstance(before, dict) else None
    if before is None and any(not _may_stand_in_a_new_folder(path) for path in out.iterdir()):
        if (out / SETTINGS).exists():
            raise BadInput(
                f"{out / SETTINGS} is damaged, so nobody knows which training {out} holds.",
                "Name another folder, or delete that one.",
            )
        raise BadInput(
            f"{out} already exists and is not a training's folder.", "Name an empty folder."
        )
    if before is not None and before != settings:
        raise BadInput(
            f"{out} holds a training with other data or settings.",
            "Name another folder, or delete that one.",
        )
    write_text(out / SETTINGS, json.dumps(settings, indent=2, ensure_ascii=False) + "\n")
    if not (out / METRICS).exists():
        return None
    metrics = read_json(out / METRICS)
    if damage := _damage(out, metrics):
        _log.warning("%s holds this training, damaged, so it is trained anew. %s", out, damage)
        (out / METRICS).unlink()  # it says that all is there
        return None
    return dict(metrics)


def _damage(out: Path, metrics: Any) -> str:
    """Return what is wrong with the files of a finished training, "" where all are as written.

    The card holds the weights' SHA-256 and the metrics, and those the error of the predictions.
    """
    try:
        if stored_model.load(out).card["metrics"] != metrics:
            return f"{METRICS} is not what {CARD} says."
        table = pd.read_csv(out / PREDICTIONS)
        error = evaluation.mae(table["y_true"], table["y_pred"])
        if len(table) != metrics["n_test"] or abs(error - metrics["mae_years"]["value"]) > 1e-4:
            return f"{PREDICTIONS} does not have the error that {METRICS} says."
    except (OSError, ValueError, KeyError, TypeError) as reason:
        if isinstance(reason, BadInput):
            return reason.problem
        return f"{PREDICTIONS} cannot be read."
    return ""


def _may_stand_in_a_new_folder(path: Path) -> bool:
    """Whether a file is the lock or what a killed process had not renamed yet, or settings."""
    return path.name.startswith(".") or path.name == SETTINGS


def _fit(
    images: TrainingImages,
    recipe: Recipe,
    out: Path,
    seed: int,
    sex_input: bool,
    progress: bool,
    begun: StoredModel | None,
) -> AgeModel | FeatureModel:
    if recipe.model == "handcrafted":
        by_hand = features.FeatureModel(
            "handcrafted", recipe.schedule, sex_input=sex_input, seed=seed
        )
        return by_hand.fit(images.pixels(recipe.size), images.ages, images.sexes)
    import torch  # 2 s; not needed for a model by hand

    if begun is not None:
        model = stored_model.network(begun)
    else:
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            model = models.create(recipe.model, sex_input=sex_input)
    for number, (size, epochs) in enumerate(recipe.stages, start=1):
        if begun is not None and number < len(recipe.stages):
            continue
        _log.info(
            "Stage %d of %d: %d epochs at %d pixels on %d images.",
            number,
            len(recipe.stages),
            epochs,
            size,
            len(images.ages),
        )
        rate = recipe.learning_rate
        fitted = training.fit(
            model,
            images.pixels(size),
            images.ages,
            images.sexes,
            epochs=epochs,
            batch=recipe.batch,
            seed=seed + 1000 * (number - 1),
            schedule=recipe.schedule,
            progress=progress,
            learning_rate=rate / number if rate else None,
            checkpoint=out / f"checkpoint-{number}.pt",
        )
        _note_history(out, number, size, fitted)
        model = fitted.model
    return model.cpu()


def _note_history(out: Path, number: int, size: int, fitted: Fitted) -> None:
    table = fitted.history.assign(stage=number, pixels=size)
    path = out / "history.csv"
    if number > 1 and path.exists():
        try:
            before = pd.read_csv(path)
            table = pd.concat([before[before["stage"] < number], table], ignore_index=True)
        except (ValueError, KeyError, TypeError):
            _log.warning("%s is damaged: the stages before the last one are left out.", path.name)
    write_atomically(path, lambda file: table.to_csv(file, index=False))
