"""The sex of a child in the words that tables use: ``"F"``, ``"M"``, or a question.

A column that could be read both ways (``sex`` with 0 and 1) is refused, never guessed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

import pandas as pd

from ..errors import BadInput
from .schema import is_missing

_WORDS = {
    "F": (
        "f female girl woman w weiblich mädchen femme fille féminin mujer niña femenino "
        "feminino femminile femmina vrouw vrouwelijk meisje ♀ 女"
    ),
    "M": (
        "m male boy man männlich maennlich junge homme garçon masculin hombre niño masculino "
        "maschile maschio mannelijk jongen ♂ 男"
    ),
}
_SEX_OF = {word: sex for sex, words in _WORDS.items() for word in words.split()}
_TRUE = frozenset("true 1 1.0 t yes y wahr ja vrai oui verdadero vero sì".split())
_FALSE = frozenset("false 0 0.0 f no n falsch nein faux non falso".split())
_TWO = frozenset(("2", "2.0"))
_CODES = (_TRUE | _FALSE | _TWO) - {"f"}
#: Names that say what 1 and true mean.
_ABOUT_BOYS = ("male", "ismale", "boy")
_ABOUT_GIRLS = ("female", "isfemale", "girl")


def parse_sex(value: object) -> str:
    """Return ``"F"`` or ``"M"`` for any unambiguous word for a child's sex.

    Accepts F/M, female/male, girl/boy and the words of some other languages, in any case.
    Numbers and true/false say nothing by themselves: pass a whole column with its name through
    :func:`sexes`, or RSNA's ``male`` through :func:`sex_from_male`.

    Raises
    ------
    BadInput
        If the value is missing or ambiguous; it is never replaced by a default.

    >>> parse_sex("Female"), parse_sex("m")
    ('F', 'M')
    """
    sex = _SEX_OF.get(_lower(value))
    if sex is None:
        raise BadInput(f"The sex {value!r} is not known.", 'Give "F" or "M"; it is never assumed.')
    return sex


def sex_from_male(value: object) -> str:
    """Return ``"F"`` or ``"M"`` from a cell of a column named ``male``: true/false, 1/0, M/F.

    >>> sex_from_male("TRUE"), sex_from_male(0), sex_from_male("M")
    ('M', 'F', 'M')
    """
    word = _lower(value)
    if word in _TRUE or _SEX_OF.get(word) == "M":
        return "M"
    if word in _FALSE or _SEX_OF.get(word) == "F":
        return "F"
    raise BadInput(
        f"The value {value!r} in column male is neither true nor false.",
        "Correct the table, or give a column sex with F or M.",
    )


def sexes(values: pd.Series, column: str, option: str = "call the column male") -> pd.Series:
    """Return ``"F"``, ``"M"`` or ``""`` (missing or unknown) for each cell of a column.

    Parameters
    ----------
    values
        The cells, of any type.
    column
        What the column is called. ``male`` and ``female`` hold true and false (or 1 and 0, yes
        and no) or words; any other name holds words.
    option
        What the user does where 1 is male, for the message that asks.

    Raises
    ------
    BadInput
        If a column holds codes only and its name does not say which of them is which, or H and M
        without F.

    >>> sexes(pd.Series(["F", "boy", None, "x"]), "sex").tolist()
    ['F', 'M', '', '']
    >>> sexes(pd.Series([1, 0]), "sex", option="add ,male=sex")
    Traceback (most recent call last):
    boneage_kit.errors.BadInput: Column sex holds 0, 1, which do not say who is female. ...
    """
    codes, cells = pd.factorize(values, use_na_sentinel=True)
    words = [_lower(cell) for cell in cells]
    meaning = _meaning_of(column, {word for word in words if not is_missing(word)})
    if meaning is None:
        held = ", ".join(sorted(str(cell) for cell in cells if not is_missing(cell)))
        remedy = f"Write F and M; or, if 1 or true means male, {option}."
        if "h" in words:
            remedy = "Write F and M in the table: M is a girl in Spanish (mujer), a boy elsewhere."
        elif _TWO & set(words):  # no option says what 2 means
            remedy = "Write F and M in the table: 2 means girls in some tables, boys in others."
        raise BadInput(f"Column {column} holds {held}, which do not say who is female.", remedy)
    sex_of_code = [meaning.get(word, "") for word in words] + [""]  # the last: code -1, missing
    return pd.Series([sex_of_code[code] for code in codes], index=values.index, dtype=object)


def _meaning_of(column: str, words: set[str]) -> Mapping[str, str] | None:
    """Return what the words of a column mean, by its name; None if they may mean either sex."""
    name = "".join(letter for letter in column.casefold() if letter.isalnum())
    if {"h", "m"} <= words and "f" not in words:
        return None  # hombre and mujer, or an H by mistake
    if name not in _ABOUT_BOYS + _ABOUT_GIRLS:
        codes = words - {"f"}
        return None if codes and codes <= _CODES else _SEX_OF
    if _TWO & words and words <= _CODES | {"f"}:
        return None
    yes_sex, no_sex = ("M", "F") if name in _ABOUT_BOYS else ("F", "M")
    answers = dict.fromkeys(_TRUE, yes_sex) | dict.fromkeys(_FALSE, no_sex)
    if name in _ABOUT_GIRLS and "f" in words and "t" not in words:
        if "m" not in words:
            return None  # F for false, or F for female
        answers.pop("f")
    return {**_SEX_OF, **answers}


def _lower(value: object) -> str:
    return unicodedata.normalize("NFC", str(value)).strip().casefold()
