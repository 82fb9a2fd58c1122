"""What the docstrings say of how often ``predict``'s notes are right is what was measured."""

from importlib.resources import files

import pandas as pd
import pytest

from boneage_kit.shelf import detail, orientation

MEASURED = pd.read_csv(str(files("boneage_kit") / "data" / "results" / "picture_notes.csv"))
FILMS = MEASURED[MEASURED["data"] == "RSNA 2017, 512 px"].set_index(["change", "dose"])


def share(change: str, dose: float, column: str = "named") -> str:
    return f"{100 * FILMS.loc[(change, dose), column]:.0f} %"


def said(module) -> str:
    return " ".join(module.__doc__.split())


def test_the_stratum_is_the_one_that_is_named():
    assert set(FILMS["n"]) == {200}


@pytest.mark.parametrize(
    "sentence",
    [
        f"the right note comes for {share('mirrored', 1)} of mirrored hands, and for "
        f"{share('turned by 90', 1)}, {share('turned by 180', 1)} and "
        f"{share('turned by 270', 1)} of hands turned",
        f"Of the films as they are {100 * FILMS.loc[('as it is', 0), 'noted']:.1f} % get a note",
    ],
)
def test_orientation_says_what_was_measured(sentence):
    assert sentence in said(orientation)


@pytest.mark.parametrize(
    "sentence",
    [
        f"{share('blur', 0.5)} of films blurred by 0.5 %",
        f"{share('blur', 1)} of those blurred by 1 %",
        f"{share('blur', 2)} of those blurred by 2 %",
        f"{share('resolution', 75)} of films with 75 %",
        f"{share('resolution', 50)} with 50 %",
        f"{share('resolution', 33)} with 33 %",
    ],
)
def test_detail_says_what_was_measured(sentence):
    assert sentence in said(detail)
