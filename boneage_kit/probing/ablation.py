"""What single trainings say about parts that were taken out of a network, in words."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["SEEDS_APART", "ablations_in_words"]

#: Two single trainings of one BoNet on 400 phantoms may be so many years apart in MAE (95 %), if
#: only the seed differs (``studies/seed_spread.py``).
SEEDS_APART = 0.25


def ablations_in_words(worth: Mapping[str, float]) -> str:
    """Say for each part how much larger the error is without it, and if one training can tell.

    Parameters
    ----------
    worth
        Part to the MAE without it minus the MAE of the whole network, in years, one training each.

    >>> print(ablations_in_words({"the last layer": 0.6, "the deformation layer": -0.02}))
    Without the last layer the error is 0.60 years larger. This is more than another seed usually
    changes (0.25 years). Without the deformation layer the error is 0.02 years smaller. Another
    seed could change as much, so these trainings say nothing about this part.
    """
    sentences = []
    for part, years in worth.items():
        way = "larger" if years > 0 else "smaller"
        sentences.append(f"Without {part} the error is {abs(years):.2f} years {way}.")
        if abs(years) > SEEDS_APART:
            sentences.append(
                f"This is more than another seed usually changes ({SEEDS_APART:g} years)."
            )
        else:
            sentences.append(
                "Another seed could change as much, so these trainings say nothing about this part."
            )
    return " ".join(sentences)
