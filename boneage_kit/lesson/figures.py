"""Show a figure with its description in words, and keep both.

A notebook's PNG reaches JupyterLab, GitHub, nbconvert and a screen reader in different ways, so
the description goes three ways: as ``alt`` in the image's metadata (nbconvert and Jupyter Book
make it the image's alt attribute), as the plain-text form of the output, and as a line under the
figure that anybody can open.
"""

from __future__ import annotations

import html
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING

from ..cache import write_atomically
from ..errors import BadInput

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: A description shorter than this says no more than a title does.
SHORTEST_ALT = 30


class ShownFigure:
    """A PNG with its description, as a notebook shows it."""

    def __init__(self, png: bytes, alt: str, caption: str) -> None:
        self.png = png
        self.alt = alt
        self.caption = caption

    def _repr_mimebundle_(self, **_: object) -> tuple[dict[str, object], dict[str, object]]:
        return {"text/plain": f"Figure: {self.alt}", "image/png": self.png}, {
            "image/png": {"alt": self.alt}
        }

    def __repr__(self) -> str:
        return f"Figure: {self.alt}"


class Description:
    """The line under a figure: its caption, and its description in words to open."""

    def __init__(self, alt: str, caption: str) -> None:
        self.alt = alt
        self.caption = caption

    def _repr_html_(self) -> str:
        caption = f"<p><em>{html.escape(self.caption)}</em></p>" if self.caption else ""
        return (f"{caption}<details><summary>The figure in words</summary>"
                f"{html.escape(self.alt)}</details>")

    def __repr__(self) -> str:
        return self.caption or "(described above)"


def check_alt(alt: str) -> str:
    """Return the description, or refuse one that describes nothing.

    >>> check_alt("Plot")
    Traceback (most recent call last):
    boneage_kit.errors.BadInput: The alt text 'Plot' describes nothing. Say in a sentence ...
    """
    text = " ".join(str(alt).split())
    if len(text) < SHORTEST_ALT:
        raise BadInput(f"The alt text {text!r} describes nothing.",
                       "Say in a sentence what the figure shows to somebody who cannot see it.")
    return text


def to_png(figure: Figure | Axes, dpi: int = 100) -> bytes:
    """Return a figure (or the figure of some axes) as a small PNG.

    Colours beyond 256 are reduced to 256: invisible on charts and radiographs, and a third of
    the bytes, which thirty students download. At 100 dpi a 9 inch figure is 900 px wide.

    >>> import matplotlib.figure
    >>> to_png(matplotlib.figure.Figure(figsize=(1, 1)))[:4]
    b'\\x89PNG'
    """
    from PIL import Image

    figure = getattr(figure, "figure", figure)
    raw = io.BytesIO()
    figure.savefig(raw, format="png", dpi=dpi, facecolor="white")
    image = Image.open(raw).convert("RGB")
    small = image.quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    out = io.BytesIO()
    small.save(out, format="PNG", optimize=True)
    return out.getvalue()


def save(folder: Path, name: str, png: bytes, alt: str, caption: str) -> None:
    """Write ``name.png`` and ``name.json`` (its ``alt`` and ``caption``) into ``folder``.

    >>> import tempfile
    >>> place = Path(tempfile.mkdtemp())
    >>> save(place, "hand", b"...", "A hand.", "")
    >>> sorted(path.name for path in place.iterdir())
    ['hand.json', 'hand.png']
    """
    words = json.dumps({"alt": alt, "caption": caption}, ensure_ascii=False, indent=1)
    write_atomically(folder / f"{name}.png", lambda path: path.write_bytes(png))
    write_atomically(folder / f"{name}.json", lambda path: path.write_text(words, "utf-8"))
