"""From features to years: scikit-learn's regressors by name, with the child's sex beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from ..errors import BadInput
from ..records import parse_sex

if TYPE_CHECKING:
    from sklearn.base import RegressorMixin
    from sklearn.preprocessing import StandardScaler

NAMES = ("ridge", "svr", "gradient_boosting")
ALPHAS = np.logspace(0, 6, 25)


def regressor(name: str, seed: int = 0) -> RegressorMixin:
    """Return an untrained regressor of features to years.

    Parameters
    ----------
    name
        ``"ridge"`` (its alpha chosen by leave-one-out on the training rows alone), ``"svr"``
        (support vectors with a radial kernel, on the principal components that hold 95 % of the
        variance) or
        ``"gradient_boosting"`` (trees by histograms, absolute error).
    seed
        Of what is random in them.

    Raises
    ------
    BadInput
        For any other name.

    >>> regressor("ridge").fit([[0.0], [1.0], [2.0]], [4.0, 5.0, 6.0]).predict([[1.0]]).round(2)
    array([5.])
    """
    from sklearn.decomposition import PCA
    from sklearn.ensemble import HistGradientBoostingRegressor
    from sklearn.linear_model import RidgeCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVR

    if name == "ridge":
        return make_pipeline(_steady_scaler(), RidgeCV(alphas=ALPHAS, gcv_mode="svd"))
    if name == "svr":
        components = PCA(0.95, svd_solver="full")
        return make_pipeline(StandardScaler(), components, SVR(C=8.0, epsilon=0.2))
    if name == "gradient_boosting":
        return HistGradientBoostingRegressor(
            loss="absolute_error", max_iter=100, max_bins=32, max_features=0.05, random_state=seed)
    raise BadInput(f"There is no regressor {name!r}.", f"Use one of {', '.join(NAMES)}.")


def _steady_scaler() -> StandardScaler:
    """Standardise, but divide no feature by less than half the median feature's SD.

    A network's feature that is all but silent in training (SD 1e-5) and speaks once in a new
    image would otherwise be 20,000 SD away and carry the reading to hundreds of years.
    """
    from sklearn.preprocessing import StandardScaler

    class SteadyScaler(StandardScaler):
        def fit(self, x: ArrayLike, y: ArrayLike | None = None) -> SteadyScaler:
            super().fit(x, y)
            spoken = self.scale_[self.var_ > 0]
            if spoken.size:
                self.scale_ = np.maximum(self.scale_, np.median(spoken) / 2)
            return self

    return SteadyScaler()


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
        raise BadInput(f"There are {len(matrix)} rows of features and {len(sexes)} sexes.",
                       'Give "F" or "M" for each image.')
    sign = np.array([1.0 if parse_sex(sex) == "M" else -1.0 for sex in sexes], dtype=np.float32)
    return np.hstack([matrix, sign[:, None]])

