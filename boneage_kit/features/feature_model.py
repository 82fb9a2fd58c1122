"""Features that stay as they are, and a regressor on top: together a model of bone age.

Both ends of the paper's comparison have this form: features by hand, and features of a network
that saw photographs only. What differs from a trained network is that the features never learn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import RegressorMixin

from ..errors import BadInput
from .regressors import regressor, with_sex


class FeatureModel:
    """A model of bone age: fixed features and a trained regressor.

    Parameters
    ----------
    features
        ``"handcrafted"``, or a network's name for its frozen ImageNet features.
    regressor
        See :func:`boneage_kit.features.regressors.regressor`.
    sex_input
        Whether the child's sex enters beside the features.
    seed
        Of the regressor.
    stages
        For a network's features: ``"last"`` or ``"all"``, see
        :func:`boneage_kit.features.frozen_features`.

    >>> rng = np.random.default_rng(0)
    >>> hands = rng.integers(0, 255, (6, 32, 32), dtype=np.uint8)
    >>> model = FeatureModel("handcrafted").fit(hands, [4, 6, 8, 10, 12, 14.0], ["F", "M"] * 3)
    >>> model.predict(hands, ["F", "M"] * 3).shape
    (6,)
    """

    def __init__(
        self,
        features: str,
        regressor: str = "ridge",
        *,
        sex_input: bool = True,
        seed: int = 0,
        stages: str = "last",
    ) -> None:
        self.source, self.regressor = features, regressor
        self.sex_input, self.seed, self.stages = sex_input, seed, stages
        self.pipeline: RegressorMixin | _StoredRidge | None = None

    def features(self, images: ArrayLike, progress: bool = True) -> np.ndarray:
        """Return float32 [n, d] for images uint8 [n, s, s]; cached on disk."""
        if self.source == "handcrafted":
            from . import handcrafted  # here: scikit-image takes a second to import

            return handcrafted.features(images, progress=progress)
        from .frozen import frozen_features  # here: features by hand need no torch

        return frozen_features(self.source, images, progress, stages=self.stages)

    def fit(self, images: ArrayLike, ages: ArrayLike, sexes: Sequence[object]) -> FeatureModel:
        """Train on images uint8 [n, s, s], ages in years [n] and sexes "F"/"M" [n]."""
        return self.fit_features(self.features(images), ages, sexes)

    def fit_features(
        self, features: np.ndarray, ages: ArrayLike, sexes: Sequence[object]
    ) -> FeatureModel:
        """Train on features computed before: float [n, d]."""
        years = np.asarray(ages, dtype=float)
        if len(years) != len(features) or not np.isfinite(years).all():
            raise BadInput(
                f"There are {len(features)} rows of features and {len(years)} ages.",
                "Give one finite age in years for each image.",
            )
        matrix = with_sex(features, sexes if self.sex_input else None)
        self.pipeline = regressor(self.regressor, self.seed).fit(matrix, years)
        return self

    def predict(self, images: ArrayLike, sexes: Sequence[object]) -> np.ndarray:
        """Return bone ages in years, float [n]."""
        return self.predict_features(self.features(images, progress=False), sexes)

    def predict_features(self, features: ArrayLike, sexes: Sequence[object]) -> np.ndarray:
        """Return bone ages in years, float [n], for features computed before."""
        if self.pipeline is None:
            raise BadInput("This model is not trained.", "Call fit first.")
        return self.pipeline.predict(with_sex(features, sexes if self.sex_input else None))

    def arrays(self) -> dict[str, np.ndarray]:
        """Return a trained ridge as plain arrays, for a file of weights.

        Raises
        ------
        BadInput
            For a regressor that is not linear: those are not stored.
        """
        if isinstance(self.pipeline, _StoredRidge):  # from a file: written back as it was
            return dict(self.pipeline.stored)
        if self.regressor != "ridge" or self.pipeline is None:
            raise BadInput(f"A {self.regressor} regressor is not kept on disk.", "Use ridge.")
        scaler, ridge = self.pipeline[0], self.pipeline[-1]
        return {
            "mean": scaler.mean_.astype(np.float32),
            "scale": scaler.scale_.astype(np.float32),
            "coefficients": ridge.coef_.astype(np.float32),
            "intercept": np.array([ridge.intercept_], dtype=np.float32),
            "sex_input": np.array([int(self.sex_input)], dtype=np.uint8),
        }

    @classmethod
    def from_arrays(cls, features: str, arrays: Mapping[str, np.ndarray]) -> FeatureModel:
        """Return the model that :meth:`arrays` wrote down."""
        model = cls(features, sex_input=bool(arrays["sex_input"][0]))
        model.pipeline = _StoredRidge(arrays)
        return model


class _StoredRidge:
    """Standardise and multiply: what a stored ridge does."""

    def __init__(self, arrays: Mapping[str, np.ndarray]) -> None:
        self.stored = dict(arrays)
        self.arrays = {key: value.astype(np.float64) for key, value in arrays.items()}

    def predict(self, matrix: np.ndarray) -> np.ndarray:
        standard = (matrix - self.arrays["mean"]) / self.arrays["scale"]
        return standard @ self.arrays["coefficients"] + self.arrays["intercept"][0]
