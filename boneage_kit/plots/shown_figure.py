"""Show a figure with its description in words, and keep both.

JupyterLab and nbconvert give a plain ``image/png`` output no alt attribute, whatever its metadata
say, so a figure is shown as HTML: an ``<img>`` with its ``alt`` and the PNG inside. Its plain-text
form is the description too.
"""

from __future__ import annotations

import base64
import html
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from .._io import write_atomically
from ..errors import BadInput

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: A description shorter than this says no more than a title does.
SHORTEST_ALT = 30


class ShownFigure:
    """A PNG with its description and caption, as a notebook shows it.

    >>> ShownFigure(b"...", "A hand with open growth plates.", "Phantom.")
    Figure: A hand with open growth plates.
    """

    def __init__(self, png: bytes, alt: str, caption: str) -> None:
        self.png = png
        self.alt = alt
        self.caption = caption

    def _repr_html_(self) -> str:
        caption = f"<figcaption>{html.escape(self.caption)}</figcaption>" if self.caption else ""
        return (
            f'<figure style="margin:0"><img alt="{html.escape(self.alt)}" '
            f'style="max-width:100%" src="{to_data_url(self.png)}">{caption}</figure>'
        )

    def __repr__(self) -> str:
        return f"Figure: {self.alt}"


def to_data_url(png: bytes) -> str:
    """Return a PNG as a ``data:`` address, which a page shows without a file.

    >>> to_data_url(b"PNG")
    'data:image/png;base64,UE5H'
    """
    return f"data:image/png;base64,{base64.b64encode(png).decode('ascii')}"


def check_alt(alt: str) -> str:
    """Return the description, or refuse one that describes nothing.

    >>> check_alt("Plot")
    Traceback (most recent call last):
    boneage_kit.errors.BadInput: The alt text 'Plot' describes nothing. Say in a sentence ...
    """
    text = " ".join(str(alt).split())
    if len(text) < SHORTEST_ALT:
        raise BadInput(
            f"The alt text {text!r} describes nothing.",
            "Say in a sentence what the figure shows to somebody who cannot see it.",
        )
    return text


def figure_of(drawn: Figure | Axes) -> Figure:
    """Return a figure itself, or the figure that some axes stand on."""
    figure = drawn.get_figure(root=True)
    assert figure is not None  # axes without a figure cannot be drawn on
    return figure


def to_png(figure: Figure | Axes, dpi: int = 100) -> bytes:
    """Return a figure (or the figure of some axes) as a small PNG.

    Colours beyond 256 are reduced to 256: invisible on charts and radiographs, and a third of
    the bytes, which thirty students download. At 100 dpi a 9 inch figure is 900 px wide.

    >>> import matplotlib.figure
    >>> to_png(matplotlib.figure.Figure(figsize=(1, 1), layout="none"))[:4]
    b'\\x89PNG'
    """
    raw = io.BytesIO()
    figure_of(figure).savefig(raw, format="png", dpi=dpi, facecolor="white")
    image = Image.open(raw).convert("RGB")
    small = image.quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    out = io.BytesIO()
    small.save(out, format="PNG", optimize=True)
    return out.getvalue()


def save(folder: Path, name: str, png: bytes, alt: str, caption: str) -> None:
    """Write ``name.png`` and ``name.json`` (its ``alt`` and ``caption``) into ``folder``.

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> save(folder, "hand", b"...", "A hand.", "")
    >>> sorted(path.name for path in folder.iterdir())
    ['hand.json', 'hand.png']
    """
    description = json.dumps({"alt": alt, "caption": caption}, ensure_ascii=False, indent=1)
    write_atomically(folder / f"{name}.png", lambda path: path.write_bytes(png))
    write_atomically(folder / f"{name}.json", lambda path: path.write_text(description, "utf-8"))
