"""The difference of methods is compared with the difference of seeds."""

import pandas as pd

from boneage_kit import probing


def _errors(a, b):
    return pd.DataFrame({"method": ["A"] * len(a) + ["B"] * len(b), "mae_years": [*a, *b]})


def test_the_sentence_follows_the_sign_and_the_spread():
    say = probing.trainings_in_words
    clear = say(_errors([2.0, 2.1], [3.0, 3.1]), "A", "B")
    assert "1.00 years smaller" in clear and "0.10 years apart: less than the methods" in clear
    unclear = say(_errors([2.0, 3.0], [2.4, 2.4]), "A", "B")
    assert "0.10 years larger" in unclear and "as much as the methods or more" in unclear
    assert "larger than that of" in say(_errors([2.0, 2.1], [3.0, 3.1]), "B", "A")
    assert "one training each" in say(_errors([2.0], [3.0]), "A", "B")
