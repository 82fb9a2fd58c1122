"""What a room shows: the names of its stub, loaded when first used; help with a misspelt one."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from typing import Any

import lazy_loader


def attach(name: str, file: str, *extra: str) -> tuple[Callable, Callable, list[str]]:
    """Return ``__getattr__``, ``__dir__`` and ``__all__`` for a package with a stub beside it.

    Parameters
    ----------
    name, file
        The package's ``__name__`` and ``__file__``; the stub is ``__init__.pyi`` beside it.
    extra
        Public names that the package defines itself.

    >>> import boneage_kit
    >>> boneage_kit.plots.bland_altmann
    Traceback (most recent call last):
    AttributeError: boneage_kit.plots has no bland_altmann. Did you mean bland_altman?
    """
    load, _, names = lazy_loader.attach_stub(name, file)
    public = sorted([*names, *extra])

    def __getattr__(attribute: str) -> Any:
        if attribute in names:
            return load(attribute)
        close = difflib.get_close_matches(attribute, public, n=1)
        hint = f" Did you mean {close[0]}?" if close else ""
        raise AttributeError(f"{name} has no {attribute}.{hint}", name=attribute)

    def __dir__() -> list[str]:
        return list(public)

    return __getattr__, __dir__, public
