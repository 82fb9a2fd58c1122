"""Warnings before a prediction: does this picture resemble those the model was trained on?

A network answers anything: a foot, a cat, a hand upside down. The check learns from the training
images alone: what they look like mirrored, inverted and turned, and how far a new picture may lie
from all of them. It is a warning, not a verdict; its false alarms are measured, not assumed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from ..errors import BadInput
from ..evaluation.metrics import wilson
from ..shelf.orientation import SIDE, grey_features

_WAYS = {
    "": lambda x: x,
    "mirrored: a right hand?": lambda x: x[:, :, ::-1],
    "inverted: bone dark?": lambda x: 255 - x,
    "turned by 90 degrees": lambda x: np.rot90(x, 1, axes=(1, 2)),
    "turned by 180 degrees": lambda x: np.rot90(x, 2, axes=(1, 2)),
    "turned by 270 degrees": lambda x: np.rot90(x, 3, axes=(1, 2)),
}
UNLIKE = "unlike the training images: a hand?"


@dataclass(frozen=True)
class InputCheck:
    """What :func:`learn_inputs` learned; call it on images to get warnings.

    Attributes
    ----------
    orientation
        Tells upright, mirrored, inverted and turned pictures apart.
    components
        What ordinary pictures are made of.
    limit
        Largest distance from them that raises no warning.
    sure
        Probability from which the orientation is believed.
    """

    orientation: LinearDiscriminantAnalysis
    components: PCA
    limit: float
    sure: float

    def __call__(self, images: np.ndarray) -> pd.DataFrame:
        """Return one row per image: ``warning`` ("" where none), ``distance`` and ``sure``.

        ``sure`` is the probability (0 to 1) of the way the picture seems to lie; ``distance`` that
        from the training images once this is undone, in units of the limit (over 1: unlike).
        """
        features = grey_features(images)
        chance = self.orientation.predict_proba(features)
        best = chance.argmax(axis=1)
        sure = chance[np.arange(len(best)), best]
        way = np.where(sure >= self.sure, self.orientation.classes_[best], 0)
        distance = _distance(self.components, _upright(features, way)) / self.limit
        warning = np.where(distance > 1, UNLIKE, np.array(list(_WAYS), dtype=object)[way])
        return pd.DataFrame({"warning": warning, "distance": distance, "sure": sure})


def _upright(features: np.ndarray, way: np.ndarray) -> np.ndarray:
    """Return the features with the way each picture seems to lie undone."""
    square = features.reshape(-1, SIDE, SIDE)
    undone = square.copy()
    undo = (
        lambda x: x,
        lambda x: x[:, :, ::-1],
        lambda x: -x,
        *(lambda x, turns=turns: np.rot90(x, -turns, axes=(1, 2)) for turns in (1, 2, 3)),
    )
    for number in set(way.tolist()) - {0}:
        undone[way == number] = undo[number](square[way == number])
    return undone.reshape(features.shape)


def _distance(components: PCA, features: np.ndarray) -> np.ndarray:
    """Return what the principal components cannot rebuild of each picture, shape (n,)."""
    rebuilt = components.inverse_transform(components.transform(features))
    return np.sqrt(np.square(features - rebuilt).mean(axis=1))


def learn_inputs(
    images: np.ndarray, *, false_alarms: float = 0.01, sure: float = 0.9, seed: int = 0
) -> InputCheck:
    """Learn from training images alone what an ordinary input looks like.

    Half of the images give the components and the classifier, the other half the limit beyond
    which a picture is called unlike.

    Parameters
    ----------
    images
        ``uint8 [n, h, w]``, at least 60, of one laterality, upright, bone bright.
    false_alarms
        Share of ordinary pictures that may be called unlike.
    sure
        Probability from which a picture is called mirrored, inverted or turned.

    >>> rng = np.random.default_rng(0)
    >>> hands = (rng.random((80, 24, 24)) * 60).astype(np.uint8)
    >>> hands[:, 12:, :8] += 150
    >>> check = learn_inputs(hands)
    >>> check(hands[:1, ::-1, ::-1].copy())["warning"].tolist()
    ['turned by 180 degrees']
    """
    if len(images) < 60:
        raise BadInput(
            f"{len(images)} images are too few to learn what is ordinary.",
            "Give at least 60 training images.",
        )
    order = np.random.default_rng(seed).permutation(len(images))
    learned_from, held = images[order[::2]], images[order[1::2]]
    features = grey_features(learned_from)
    components = PCA(min(40, len(features) // 2), random_state=seed).fit(features)
    limit = float(np.quantile(_distance(components, grey_features(held)), 1 - false_alarms))
    turned = np.concatenate([grey_features(change(learned_from)) for change in _WAYS.values()])
    label = np.repeat(np.arange(len(_WAYS)), len(features))
    orientation = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto").fit(turned, label)
    return InputCheck(orientation, components, limit, sure)


def measure_check(
    check: InputCheck, images: np.ndarray, others: Mapping[str, np.ndarray] | None = None
) -> pd.DataFrame:
    """Return a check's false alarms on ordinary pictures and what it finds of the others.

    Parameters
    ----------
    check
        From :func:`learn_inputs`, on other images.
    images
        ``uint8 [n, h, w]`` of the kind it learned from; they are also shown mirrored, inverted and
        turned.
    others
        Pictures of other things, by what they are.

    Returns
    -------
    pandas.DataFrame
        Columns ``picture``, ``n``, ``warned`` with ``lower, upper`` (share, Wilson) and ``named``
        (share on which the warning says what is wrong). The first row, "as it is", is one minus
        the specificity; the others are sensitivities.

    >>> rng = np.random.default_rng(0)
    >>> hands = (rng.random((120, 24, 24)) * 60).astype(np.uint8)
    >>> hands[:, 12:, :8] += 150
    >>> measure_check(learn_inputs(hands[:80]), hands[80:])["picture"].tolist()[:3]
    ['as it is', 'mirrored', 'inverted']
    """
    shown = {warning: np.ascontiguousarray(change(images)) for warning, change in _WAYS.items()}
    rows = []
    for warning, pictures in [*shown.items(), *(others or {}).items()]:
        said = check(pictures)["warning"]
        right = warning if warning in _WAYS else UNLIKE
        share = wilson(float((said != "").mean()), len(pictures))
        rows.append(
            {
                "picture": warning.partition(":")[0] or "as it is",
                "n": len(pictures),
                "warned": share.value,
                "lower": share.lower,
                "upper": share.upper,
                "named": float((said == right).mean()) if right else np.nan,
            }
        )
    return pd.DataFrame(rows)
