"""The picture of a question in which a student marks a place on a phantom hand."""

from __future__ import annotations

from dataclasses import dataclass

from ...errors import BadInput
from ...phantom import PhantomRadiograph, render
from ...plots import hand_places
from ...plots.hand_pictures import hand_box, png_bytes
from ...plots.shown_figure import to_data_url
from ...plots.style import SEX_WORD
from .kinds import Mark

__all__ = ["Picture", "picture"]


@dataclass(frozen=True)
class Picture:
    """A cropped film with its places.

    ``box`` is (left, top, width, height) in pixels of the film; ``outlines`` holds an SVG path for
    each named place of the question, ``bones`` one for every bone of the hand.
    """

    address: str
    alt: str
    box: tuple[int, int, int, int]
    outlines: dict[str, str]
    bones: dict[str, str]


def picture(question: Mark) -> Picture:
    """Draw the hand of a question and find its places.

    Raises
    ------
    BadInput
        If the hand cannot be drawn, or a place does not lie on the shown part of it.
    """
    hand = question.hand
    drawn = render(hand.sex, hand.bone_age, seed=hand.seed, size=hand.size)
    top, bottom, left, right = _shown(drawn, question)
    lines = {name: hand_places.place_outline(drawn, name) for name in question.places}
    for name, polygons in lines.items():
        inside = [
            (left < polygon[:, 0]) & (polygon[:, 0] < right)
            & (top < polygon[:, 1]) & (polygon[:, 1] < bottom)
            for polygon in polygons
        ]  # fmt: skip
        if not any(part.any() for part in inside):
            raise BadInput(
                f"Question {question.number}: the {hand_places.place_name(name)} is not on the "
                "shown part of the hand.",
                "Make width_mm larger, or take out around.",
            )
    what = "Part of a phantom radiograph" if hand.around else "Phantom radiograph"
    return Picture(
        to_data_url(png_bytes(drawn.pixels[top:bottom, left:right])),
        f"{what} of the left hand of a {SEX_WORD[hand.sex]}, on which a place is to be marked.",
        (int(left), int(top), int(right - left), int(bottom - top)),
        {name: hand_places.path_data(polygons) for name, polygons in lines.items()},
        {
            name: hand_places.path_data(polygons)
            for name, polygons in hand_places.bone_places(drawn).items()
        },
    )


def _shown(drawn: PhantomRadiograph, question: Mark) -> tuple[int, int, int, int]:
    hand = question.hand
    if not hand.around:
        return hand_box(drawn.labels)
    around = hand_places.place_outline(drawn, hand.around)
    return hand_places.window_around(drawn, around, hand.width_mm)
