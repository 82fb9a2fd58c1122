"""What a Bland-Altman analysis shows, in sentences that follow from its numbers."""

from __future__ import annotations

from .agreement import BlandAltman

__all__ = ["agreement_in_words"]


def agreement_in_words(agreement: BlandAltman) -> str:
    """Return what bias and limits of agreement (years) show, and how sure that is.

    Parameters
    ----------
    agreement
        Of :func:`boneage_kit.evaluation.bland_altman`, reading minus truth.

    >>> from boneage_kit.evaluation import bland_altman
    >>> agreement = bland_altman([9.0, 10.1, 11.0, 12.1], [8.0, 9.0, 10.1, 11.0])
    >>> print(agreement_in_words(agreement))  # doctest: +NORMALIZE_WHITESPACE
    The bias is +1.02 years: on average these readings are too old. The 95 % interval of the bias
    is +0.87 to +1.18 years and does not include 0.
    95 of 100 differences lie between +0.84 and +1.21 years. With 4 hands each of these two limits
    is uncertain by about 0.26 years.
    """
    low, high = agreement.bias_interval
    bias = round(agreement.bias, 2) + 0.0  # no -0.00
    interval = f"The 95 % interval of the bias is {low:+.2f} to {high:+.2f} years and"
    if low > 0 or high < 0:
        word = "old" if agreement.bias > 0 else "young"
        first = (
            f"The bias is {bias:+.2f} years: on average these readings are too {word}. "
            f"{interval} does not include 0."
        )
    else:
        first = (
            f"The bias is {bias:+.2f} years. {interval} includes 0, so these "
            f"{agreement.n} hands do not show that the readings are too old or too young on "
            "average."
        )
    around = (agreement.upper_interval[1] - agreement.upper_interval[0]) / 2
    return (
        f"{first}\n95 of 100 differences lie between {agreement.lower:+.2f} and "
        f"{agreement.upper:+.2f} years. With {agreement.n} hands each of these two limits is "
        f"uncertain by about {around:.2f} years."
    )
