"""A leak makes an error look small, and the sentence about it follows the numbers."""

import numpy as np
import pandas as pd
import pytest

from boneage_kit import teaching
from boneage_kit.errors import BadInput


def records(n=60, seed=0):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "image_id": [f"child{k}" for k in range(n)],
            "sex": ["F", "M"] * (n // 2),
            "bone_age": rng.uniform(1, 17, n),
        }
    )
    return teaching.second_films(rng.integers(0, 255, (n, 24, 24), dtype=np.uint8), table)


def test_the_leak_grows_with_the_share_of_second_films_and_a_split_by_child_has_none():
    errors = {share: teaching.memory_errors(*records(), share)["value"] for share in (0, 0.5, 1)}
    by_film = [errors[share]["split by film"] for share in (0, 0.5, 1)]
    assert by_film[0] > by_film[1] > by_film[2]
    assert errors[1]["split by child"] > 2 * errors[1]["split by film"]
    assert errors[0]["split by child"] == pytest.approx(errors[0]["split by film"], abs=2)


def test_an_impossible_share_is_refused():
    with pytest.raises(BadInput, match="share of 2"):
        teaching.memory_errors(*records(), 2)


def test_the_sentence_says_the_opposite_where_the_opposite_holds():
    leak = teaching.leak_in_words(by_film=1.4, by_child=4.5, new=4.8, floor=4.2)
    assert "seems to read" in leak and "does not beat the floor" in leak and "3.1 years" in leak
    none = teaching.leak_in_words(by_film=1.5, by_child=1.5, new=1.6, floor=4.2)
    assert "so it beats the floor" in none and "changed little" in none
    by_luck = teaching.leak_in_words(by_film=0.6, by_child=4.0, new=5.5, floor=4.3)
    assert "so it does not beat the floor" in by_luck
    useless = teaching.leak_in_words(by_film=4.4, by_child=4.5, new=4.5, floor=4.2)
    assert "does not even seem" in useless and "changed little" not in useless.split("floor's")[0]
