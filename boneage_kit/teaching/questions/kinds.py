"""The three kinds of question, as data. None of them shows itself: see ``asking``."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Choice", "Hand", "Item", "Mark", "Option", "Order", "Place", "Question"]


@dataclass(frozen=True)
class Option:
    """One answer that can be chosen, whether it is right, and the reason."""

    text: str
    why: str
    right: bool = False


@dataclass(frozen=True)
class Choice:
    """A question with three to five options, of which exactly one is right.

    The options are shown in a seeded order; with ``keep_order`` they stay as in the file.
    """

    number: str
    text: str
    options: tuple[Option, ...]
    keep_order: bool = False
    kind = "choice"

    def shown(self) -> tuple[Option, ...]:
        """Return the options in the order in which a student sees them.

        >>> two = (Option("yes", "It is."), Option("no", "It is not.", right=True))
        >>> sorted(option.text for option in Choice("00.a", "Is it?", two).shown())
        ['no', 'yes']
        """
        if self.keep_order:
            return self.options
        return tuple(self.options[i] for i in _drawn(self.number, len(self.options)))


@dataclass(frozen=True)
class Item:
    """One item of an order, and why it stands before the next one (may be empty)."""

    text: str
    why_before_next: str = ""


@dataclass(frozen=True)
class Order:
    """Three to six items, given in the right order, and why this order is right."""

    number: str
    text: str
    items: tuple[Item, ...]
    why: str
    kind = "order"

    def shown(self) -> list[int]:
        """Return the places in the right order of the items as shown; never the right order.

        >>> items = tuple(Item(text) for text in "abc")
        >>> shown = Order("00.b", "Sort.", items, "The alphabet.").shown()
        >>> sorted(shown), shown == [0, 1, 2]
        ([0, 1, 2], False)
        """
        places = _drawn(self.number, len(self.items))
        return places if places != sorted(places) else places[::-1]

    def wrong_pair(self, texts: Sequence[str]) -> tuple[Item, Item] | None:
        """Return the first neighbours of the right order that an answer has the wrong way round.

        >>> question = Order("00.b", "Sort.", tuple(Item(text) for text in "abc"), "The alphabet.")
        >>> [item.text for item in question.wrong_pair(["b", "a", "c"])]
        ['a', 'b']
        >>> question.wrong_pair(["a", "b", "c"]) is None
        True
        """
        for before, after in zip(self.items, self.items[1:], strict=False):
            if texts.index(after.text) < texts.index(before.text):
                return before, after
        return None


@dataclass(frozen=True)
class Hand:
    """The phantom hand of a question: ``bone_age`` in years, ``size`` in pixels.

    ``around`` names a place; then only ``width_mm`` of the film around this place are shown.
    """

    sex: str
    bone_age: float
    seed: int
    size: int = 512
    around: str = ""
    width_mm: float = 70.0


@dataclass(frozen=True)
class Place:
    """A place that a student may mark wrongly, and why it is wrong."""

    name: str
    why: str


@dataclass(frozen=True)
class Mark:
    """A hand on which a student marks one or several right places.

    ``find`` of the places in ``right`` are to be found. ``otherwise`` is said about every place
    that is neither in ``right`` nor in ``wrong``.
    """

    number: str
    text: str
    hand: Hand
    right: tuple[str, ...]
    why: str
    wrong: tuple[Place, ...]
    otherwise: str
    find: int
    kind = "mark"

    @property
    def places(self) -> tuple[str, ...]:
        """The names of all places that the file names, right ones first."""
        return (*self.right, *(place.name for place in self.wrong))


Question = Choice | Order | Mark


def _drawn(number: str, size: int) -> list[int]:
    """Return 0 to ``size`` - 1 in an order that depends on the question's number only."""
    order = list(range(size))
    random.Random(f"question {number}").shuffle(order)
    return order
