"""From features to years: scikit-learn's regressors by name, with the child's sex beside them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import RegressorMixin
from sklearn.decomposition import PCA
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVR

from ..errors import BadInput
from ..records import parse_sex

NAMES = ("ridge", "svr", "gradient_boosting")
ALPHAS = np.logspace(0, 6, 25)


def regressor(name: str, seed: int = 0) -> RegressorMixin:
    """Return an untrained regressor of features to years.

    Parameters
    ----------
    name
        ``"ridge"`` (its alpha chosen by leave-one-out on the training rows only), ``"svr"``
        (support vectors with a radial kernel, on the principal components that hold 95 % of the
        variance) or
        ``"gradient_boosting"`` (trees by histograms, absolute error).
    seed
        Of the random parts of the boosted trees.

    Raises
    ------
    BadInput
        For any other name.

    >>> regressor("ridge").fit([[0.0], [1.0], [2.0]], [4.0, 5.0, 6.0]).predict([[1.0]]).round(2)
    array([5.])
    """
    if name == "ridge":
        return make_pipeline(SteadyScaler(), RidgeCV(alphas=ALPHAS, gcv_mode="svd"))
    if name == "svr":
        components = PCA(0.95, svd_solver="full")
        return make_pipeline(StandardScaler(), components, SVR(C=8.0, epsilon=0.2))
    if name == "gradient_boosting":
        return HistGradientBoostingRegressor(
            loss="absolute_error", max_iter=100, max_bins=32, max_features=0.05, random_state=seed
        )
    raise BadInput(f"There is no regressor {name!r}.", f"Use one of {', '.join(NAMES)}.")


class SteadyScaler(StandardScaler):
    """Standardise, but divide no feature by less than half the median feature's SD.

    A feature that hardly varies in the training images (SD 1e-5) and is large in one new image
    would otherwise be 20,000 SD away, and the predicted age hundreds of years.
    """

    scale_: np.ndarray

    def fit(self, x: ArrayLike, y: ArrayLike | None = None) -> SteadyScaler:
        """Learn means and standard deviations of float [n, d]."""
        super().fit(x, y)
        varying = self.scale_[self.var_ > 0]
        if varying.size:
            self.scale_ = np.maximum(self.scale_, np.median(varying) / 2)
        return self


def with_sex(features: ArrayLike, sexes: Sequence[object] | None) -> np.ndarray:
    """Return float32 [n, d + 1]: the features, and -1 for F or +1 for M as the last column.

    ``None`` leaves the sex out (the paper's way).

    >>> with_sex([[0.5], [0.7]], ["F", "M"]).tolist()
    [[0.5, -1.0], [0.699999988079071, 1.0]]
    """
    matrix = np.asarray(features, dtype=np.float32)
    if sexes is None:
        return matrix
    if len(sexes) != len(matrix):
        raise BadInput(
            f"There are {len(matrix)} rows of features and {len(sexes)} sexes.",
            'Give "F" or "M" for each image.',
        )
    sign = np.array([1.0 if parse_sex(sex) == "M" else -1.0 for sex in sexes], dtype=np.float32)
    return np.hstack([matrix, sign[:, None]])
