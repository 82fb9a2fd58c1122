"""Agreement of two sets of ages of the same children: limits of agreement and the ICC.

Agreement is not correlation: two readers a year apart on every child correlate perfectly. The ICC
is written out (McGraw and Wong's table), since pingouin would bring seaborn, statsmodels and
scikit-learn into every install; the tests compare the two.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from ..errors import BadInput
from .metrics import Interval, pair


@dataclass(frozen=True)
class BlandAltman:
    """Bias and 95 % limits of agreement of ``a - b`` in years, each with its 95 % interval.

    ``slope`` is the change of the difference per year of mean age: where its interval leaves out
    zero, one pair of limits does not describe all ages. ``spread`` is the same for the absolute
    residuals: above zero, the differences of older children scatter more.
    """

    n: int
    bias: float
    lower: float
    upper: float
    sd: float
    bias_interval: tuple[float, float]
    lower_interval: tuple[float, float]
    upper_interval: tuple[float, float]
    slope: Interval
    spread: Interval


def bland_altman(
    a: ArrayLike, b: ArrayLike, level: float = 0.95, *, children: ArrayLike | None = None
) -> BlandAltman:
    """Return the agreement of two ages per child, difference ``a - b`` (model minus reader).

    Parameters
    ----------
    a, b
        Ages in years of the same children in the same order, at least three.
    level
        Coverage of the intervals; the limits themselves are always bias ± 1.96 SD.
    children
        Whose age each row is, where a child has several rows (seeds): ``n`` and every interval then
        count a child once, which makes the intervals wide rather than narrow.

    Raises
    ------
    BadInput
        On unequal shapes, missing values or fewer than three children.

    Source: Bland and Altman 1986, Lancet 1:307-310 (standard error of a limit: sqrt(3 s²/n)) and
    1999, Stat Methods Med Res 8:135-160 (regression of the difference on the mean).

    >>> agreement = bland_altman([8.5, 9.0, 10.2, 12.0], [8.0, 9.2, 10.0, 11.5])
    >>> round(agreement.bias, 2), round(agreement.lower, 2), round(agreement.upper, 2)
    (0.25, -0.4, 0.9)
    """
    second, first = pair(b, a)
    n = first.size if children is None else pd.Series(np.asarray(children)).nunique()
    if n < 3:
        raise BadInput(f"{n} children are too few for limits of agreement.", "Give at least three.")
    difference, mean = first - second, (first + second) / 2
    bias, sd = difference.mean(), difference.std(ddof=1)
    t = stats.t.ppf((1 + level) / 2, n - 1)
    lower, upper = bias - 1.96 * sd, bias + 1.96 * sd
    around_bias, around_limit = t * sd / np.sqrt(n), t * sd * np.sqrt(3 / n)
    slope = line_slope(mean, difference, level, n)
    residual = difference - bias - slope.value * (mean - mean.mean())
    return BlandAltman(
        n=n,
        bias=float(bias),
        lower=float(lower),
        upper=float(upper),
        sd=float(sd),
        bias_interval=_around(bias, around_bias),
        lower_interval=_around(lower, around_limit),
        upper_interval=_around(upper, around_limit),
        slope=slope,
        spread=line_slope(mean, np.abs(residual), level, n),
    )


def _around(value: float, half: float) -> tuple[float, float]:
    return float(value - half), float(value + half)


def line_slope(
    x: np.ndarray, y: np.ndarray, level: float = 0.95, children: int | None = None
) -> Interval:
    """Return the least-squares slope of ``y`` on ``x`` with its t interval.

    ``children`` below the number of rows widens it as if each child had one row.

    >>> line_slope(np.array([0.0, 1, 2, 3]), np.array([1.0, 3, 5, 7])).value
    2.0
    """
    children = children or x.size
    if children < 3 or np.ptp(x) == 0:
        return Interval(0.0, -np.inf, np.inf)
    fit = stats.linregress(x, y)
    error = float(fit.stderr) * np.sqrt((x.size - 2) / (children - 2))
    half = stats.t.ppf((1 + level) / 2, children - 2) * error
    return Interval(float(fit.slope), float(fit.slope - half), float(fit.slope + half))


def icc(*readings: ArrayLike, kind: str = "A1", level: float = 0.95) -> Interval:
    """Return the intraclass correlation of two or more readers of the same children.

    Parameters
    ----------
    readings
        One array of ages in years per reader, all of the same children in the same order.
    kind
        ``"1"`` one-way random, ``"A1"`` two-way random, absolute agreement (a shift between readers
        counts; the default), ``"C1"`` two-way, consistency (a constant shift does not count); each
        for a single reading.

    Source: McGraw and Wong 1996, Psychol Methods 1:30-46.

    >>> [round(x, 2) for x in icc([8, 9, 10.5, 12, 13], [8.2, 9.1, 10, 12.4, 13])]
    [0.99, 0.9, 1.0]
    """
    if len(readings) < 2:
        raise BadInput("An ICC needs at least two readers.", "Pass one array of ages per reader.")
    if kind not in ("1", "A1", "C1"):
        raise BadInput(f"There is no ICC kind {kind!r}.", 'Use "1", "A1" or "C1".')
    table = np.column_stack([pair(readings[0], ages)[1] for ages in readings])  # (n, k)
    n, k = table.shape
    if n < 3:
        raise BadInput(f"{n} children are too few for an ICC.", "Give at least three.")
    centre = table.mean()
    children = k * np.square(table.mean(1) - centre).sum() / (n - 1)
    raters = n * np.square(table.mean(0) - centre).sum() / (k - 1)
    within = np.square(table - table.mean(1, keepdims=True)).sum() / (n * (k - 1))
    error = (within * n * (k - 1) - raters * (k - 1)) / ((n - 1) * (k - 1))
    if error <= 1e-12 * max(children, 1e-12):
        error = 0.0
    if kind == "1":
        return _ratio_interval(children, within, n, k, n * (k - 1), level)
    if kind == "C1":
        return _ratio_interval(children, error, n, k, (n - 1) * (k - 1), level)
    return _absolute_interval(children, raters, error, n, k, level)


def _ratio_interval(
    children: float, error: float, n: int, k: int, freedom: int, level: float
) -> Interval:
    """Return (F - 1) / (F + k - 1) and its interval from the F distribution."""
    if error == 0:
        return Interval(1.0, 1.0, 1.0)
    ratio, tail = children / error, (1 + level) / 2
    bounds = ratio / stats.f.ppf(tail, n - 1, freedom), ratio * stats.f.ppf(tail, freedom, n - 1)
    low, high = ((f - 1) / (f + k - 1) for f in bounds)
    return Interval(float((ratio - 1) / (ratio + k - 1)), float(low), float(high))


def _absolute_interval(
    children: float, raters: float, error: float, n: int, k: int, level: float
) -> Interval:
    """Return ICC(A,1) with McGraw and Wong's interval (their table 7)."""
    spread = children + (k - 1) * error + k * (raters - error) / n
    if spread == 0:
        raise BadInput(
            "All readers give one and the same age.", "An ICC needs children of different ages."
        )
    value = (children - error) / spread
    if error == 0 and raters == 0:
        return Interval(1.0, 1.0, 1.0)
    a = k * value / (n * (1 - value))
    b = 1 + k * value * (n - 1) / (n * (1 - value))
    freedom = (a * raters + b * error) ** 2 / (
        (a * raters) ** 2 / (k - 1) + (b * error) ** 2 / ((n - 1) * (k - 1))
    )
    tail = (1 + level) / 2
    f_low, f_high = stats.f.ppf(tail, n - 1, freedom), stats.f.ppf(tail, freedom, n - 1)
    noise = k * raters + (k * n - k - n) * error
    low = n * (children - f_low * error) / (f_low * noise + n * children)
    high = n * (f_high * children - error) / (noise + n * f_high * children)
    return Interval(float(value), float(low), float(high))
