"""The kit's environment variables: one table, and a function per variable that checks its value.

A variable that is set to nothing counts as not set. A value that is not allowed is refused with
the variable's name, so that a slip in a shell script is not taken for a number.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, NoReturn

from .errors import BadInput


class Setting(NamedTuple):
    """One environment variable: what it decides, its values, and what holds where it is not set."""

    name: str
    meaning: str
    allowed: str
    default: str


_TABLE = (
    Setting("BONEAGE_KIT_CACHE", "folder for prepared images, features and phantoms",
            "a path", "the user's cache folder"),
    Setting("BONEAGE_KIT_OUT", "folder of the run; boneage-kit run sets it for its notebooks",
            "a path", "none: nothing is kept"),
    Setting("BONEAGE_KIT_SEED", "seed of the lessons",
            "a whole number from 0 to 4294967295", "0"),
    Setting("BONEAGE_KIT_THREADS", "threads of BLAS and torch in the lessons",
            "a whole number from 0 (the machine's own) to 1024", "the preset's"),
    Setting("BONEAGE_KIT_DEVICE", "where networks run",
            "a device of torch: cpu, cuda, cuda:1 or mps", "the best there is"),
    Setting("BONEAGE_KIT_PROCESSOR", "instructions that the notebooks' kernels may use",
            "native, avx2 or oldest", "avx2"),
    Setting("BONEAGE_KIT_WIDGETS", "live widgets (1) or pictures of them (0)",
            "0 or 1", "live where a person sits"),
    Setting("BONEAGE_KIT_TRACEBACK", "shows the traceback of an error in the kit itself",
            "0 or 1", "0"),
)  # fmt: skip
SETTINGS = {setting.name: setting for setting in _TABLE}
PROCESSORS = ("native", "avx2", "oldest")


def cache_folder() -> Path | None:
    """Return ``$BONEAGE_KIT_CACHE``, or None where it is not set."""
    text = _text("BONEAGE_KIT_CACHE")
    return Path(text) if text else None


def run_folder() -> Path | None:
    """Return ``$BONEAGE_KIT_OUT``: the run's folder, or None outside ``boneage-kit run``."""
    text = _text("BONEAGE_KIT_OUT")
    return Path(text) if text else None


def seed(default: int = 0) -> int:
    """Return ``$BONEAGE_KIT_SEED``, or ``default``.

    Raises
    ------
    BadInput
        If it is no whole number from 0 to 4294967295.

    >>> seed(default=3) >= 0
    True
    """
    return _number("BONEAGE_KIT_SEED", 2**32 - 1, default)


def threads(default: int = 0) -> int:
    """Return ``$BONEAGE_KIT_THREADS``, or ``default``; 0 leaves the machine's own number.

    Raises
    ------
    BadInput
        If it is no whole number from 0 to 1024.
    """
    return _number("BONEAGE_KIT_THREADS", 1024, default)


def device() -> str | None:
    """Return ``$BONEAGE_KIT_DEVICE``, or None; torch alone knows whether there is such a device."""
    return _text("BONEAGE_KIT_DEVICE")


def processor() -> str:
    """Return ``$BONEAGE_KIT_PROCESSOR``: one of ``PROCESSORS``; ``"avx2"`` where it is not set.

    Raises
    ------
    BadInput
        For any other name.

    >>> processor() in PROCESSORS
    True
    """
    return _choice("BONEAGE_KIT_PROCESSOR", PROCESSORS) or "avx2"


def live_widgets() -> bool | None:
    """Return whether ``$BONEAGE_KIT_WIDGETS`` asks for live widgets; None where it is not set.

    Raises
    ------
    BadInput
        For a value other than 0 and 1.
    """
    choice = _choice("BONEAGE_KIT_WIDGETS", ("0", "1"))
    return None if choice is None else choice == "1"


def shows_traceback() -> bool:
    """Return whether ``$BONEAGE_KIT_TRACEBACK`` is 1."""
    return _choice("BONEAGE_KIT_TRACEBACK", ("0", "1")) == "1"


def check() -> None:
    """Check every variable at once, before work begins.

    Raises
    ------
    BadInput
        For the first variable whose value is not allowed.

    >>> check()
    """
    checks: tuple[Callable[[], object], ...] = (
        seed,
        threads,
        processor,
        live_widgets,
        shows_traceback,
    )
    for read in checks:
        read()


def _text(name: str) -> str | None:
    return os.environ.get(name, "").strip() or None


def _number(name: str, largest: int, default: int) -> int:
    text = _text(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit()) or int(text[:20]) > largest:
        _refuse(name, text)
    return int(text)


def _choice(name: str, allowed: tuple[str, ...]) -> str | None:
    text = _text(name)
    if text is not None and text not in allowed:
        _refuse(name, text)
    return text


def _refuse(name: str, text: str) -> NoReturn:
    setting = SETTINGS[name]
    raise BadInput(
        f"{name} is {text[:40]!r}.",
        f"Set it to {setting.allowed}, or unset it (then: {setting.default}).",
    )
