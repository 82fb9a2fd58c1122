"""The sentences on agreement follow the numbers, also where the opposite is true."""

import numpy as np
import pytest

from boneage_kit.evaluation import agreement_in_words, bland_altman

TRUTH = np.array([3.0, 5.0, 7.0, 9.0, 11.0, 13.0, 15.0, 17.0])
SCATTER = np.array([0.4, -0.4, 0.3, -0.3, 0.5, -0.5, 0.2, -0.2])


@pytest.mark.parametrize(
    ("shift", "said", "not_said"),
    [
        (0.0, "includes 0, so these 8 hands do not show", "does not include"),
        (1.0, "on average these readings are too old", "too young"),
        (-1.0, "on average these readings are too young", "too old"),
    ],
)
def test_a_bias_is_claimed_only_where_its_interval_excludes_zero(shift, said, not_said):
    words = agreement_in_words(bland_altman(TRUTH + shift + SCATTER, TRUTH))
    assert said in words and not_said not in words
    assert f"The bias is {shift:+.2f} years" in words and "With 8 hands" in words


def test_limits_are_those_of_the_analysis():
    agreement = bland_altman(TRUTH + 0.2 + SCATTER, TRUTH)
    words = agreement_in_words(agreement)
    assert f"between {agreement.lower:+.2f} and {agreement.upper:+.2f} years" in words
