"""Which image file a row of a table means: by path, name, name without ending or zeros.

Names are compared without regard to case and to how an accent is stored (macOS stores ``é`` as
``e`` and an accent). A looser comparison counts only where it leads to one file that no other row
has a better claim to; what was matched so is said.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from ..radiograph import FORMATS

_ENDINGS = frozenset(ending for endings in FORMATS.values() for ending in endings)


class Match(NamedTuple):
    """What a cell means.

    ``file`` is "" where nothing or no single file fits; ``several`` holds the files where more
    than one fits; ``how`` is "" for a match by name, else how the names differ.
    """

    file: str = ""
    several: tuple[str, ...] = ()
    how: str = ""


def match_files(
    cells: Sequence[str], files: Iterable[str], same: Callable[[list[str]], bool]
) -> list[Match]:
    """Return the match of each cell of a table's image column.

    Parameters
    ----------
    cells
        Paths, file names or names without ending, as the table has them.
    files
        The paths of the image files; ``!`` stands between an archive and its member.
    same
        Whether files hold the same bytes; then the first of them is taken.

    >>> both = match_files(["1", "b.dcm"], ["0001.png", "x/B.png"], lambda files: False)
    >>> [match.file for match in both], both[0].how
    (['0001.png', 'x/B.png'], 'without its zeros')
    """
    files = sorted(files)
    matches: dict[str, Match] = {}
    for how, key_of_cell, key_of_file in _COMPARISONS:
        taken = {match.file for match in matches.values()} if how else set()
        by_key = defaultdict(list)
        for file in files:
            if file not in taken and (key := key_of_file(comparable(file))):
                by_key[key].append(file)
        keys = {cell: key_of_cell(comparable(cell)) for cell in cells if cell not in matches}
        claims = Counter(keys.values()) if how else {}
        for cell, key in keys.items():
            if key in by_key and claims.get(key, 1) == 1:  # "1" and "01" both want 001.png: neither
                matches[cell] = _chosen(cell, by_key[key], how, same)
    return [matches.get(cell, Match()) for cell in cells]


def comparable(name: str) -> str:
    """Return a path for comparisons: lower case, composed accents, forward slashes.

    >>> comparable("Films/Re\u0301my.PNG") == "films/r\u00e9my.png"
    True
    """
    name = unicodedata.normalize("NFC", name.strip()).casefold()
    return name.replace("\\", "/").replace("!", "/").removeprefix("./")


def stem(name: str) -> str:
    """Return a file's name without folders, archives and the ending of an image.

    >>> stem("outer.zip!train/1377.PNG"), stem("1.2.840.113619.103")
    ('1377', '1.2.840.113619.103')
    """
    path = PurePosixPath(name.replace("\\", "/").replace("!", "/"))
    return path.stem if path.suffix.lower() in _ENDINGS else path.name


def _number(name: str) -> str:
    """Return the number that a name is, without zeros before it and ".0" behind it; else ""."""
    digits = re.fullmatch(r"0*(\d+?)(\.0+)?", stem(name))
    return digits[1] if digits else ""


def _base(name: str) -> str:
    return PurePosixPath(name).name


_COMPARISONS: tuple[tuple[str, Callable[[str], str], Callable[[str], str]], ...] = (
    ("", str, str),
    ("", _base, _base),
    ("", _base, stem),
    ("with another ending", stem, stem),
    ("without its zeros", _number, _number),
)


def _chosen(cell: str, files: list[str], how: str, same: Callable[[list[str]], bool]) -> Match:
    """Return the match of a cell that several files fit: by its folders, by case, or by content."""
    wanted = cell.strip().replace("\\", "/")
    for fits in (
        [file for file in files if comparable(file).endswith(f"/{comparable(cell)}")],
        [file for file in files if wanted in (_base(file), stem(file))],
    ):
        if len(fits) == 1:
            return Match(fits[0], (), how)
    if len(files) == 1 or same(files):
        return Match(files[0], tuple(files) if len(files) > 1 else (), how)
    return Match("", tuple(files), how)
