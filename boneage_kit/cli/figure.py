"""``boneage-kit figure``: one figure of the lessons or of the paper's claims, by its name."""

from __future__ import annotations

import argparse
from pathlib import Path

from .. import execution, paper, presets
from .._io import check_writable, write_bytes, write_text
from .._progress import is_interactive
from ..errors import BadInput
from ..execution.figure_list import NamedFigure
from . import console

_EXAMPLE = """examples:
  boneage-kit figure                                    list the names
  boneage-kit figure error_ruler                        as committed: error_ruler.png
  boneage-kit figure features                           the figure of a claim of the paper
  boneage-kit figure leak --data rsna:PATH -o leak.png  drawn again, on real radiographs

Beside the picture, .txt holds its description for those who cannot see it, and its caption.
Without --data or --preset the figure is the committed one: phantom data, preset binder."""


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser(
        "figure",
        epilog=_EXAMPLE,
        help="write one figure of the notebooks, by name, with its description",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Writes one figure as PNG with its alt text; without a name lists them all.",
    )
    parser.add_argument("name", nargs="?", metavar="NAME", help="of a figure or of a claim")
    parser.add_argument("-o", "--out", type=Path, metavar="PNG", help="default: NAME.png")
    parser.add_argument("--preset", choices=presets.NAMES, help="draw it again at this size")
    parser.add_argument("--data", metavar="SPEC", help="draw it again on these data")
    parser.add_argument(
        "--run",
        dest="folder",
        type=Path,
        metavar="DIR",
        help="folder of the run that draws it (default: out/PRESET-DATA)",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """List the figures, or write one; return 0."""
    if arguments.name is None:
        console.say(_listing())
        return 0
    path = arguments.out or Path(f"{arguments.name}.png")
    if path.suffix.lower() != ".png":
        raise BadInput(f"The file {path.name!r} is no .png.", f"Name it {path.stem}.png.")
    check_writable(path, option="-o", is_folder=False)
    _refuse_foreign(path.with_suffix(".txt"), path)
    figure = execution.by_name(arguments.name)
    if arguments.preset or arguments.data or arguments.folder:
        figure = execution.drawn_again(
            figure,
            preset=arguments.preset or presets.DEFAULT,
            data=arguments.data or "phantom",
            out=arguments.folder,
            progress=is_interactive(),
        )
    _write(figure, path)
    console.say(f"{path}")
    return 0


def _write(figure: NamedFigure, path: Path) -> None:
    description = "\n\n".join(part for part in (figure.alt, figure.caption) if part) + "\n"
    write_bytes(path, figure.png)
    write_text(path.with_suffix(".txt"), description)


def _refuse_foreign(text: Path, picture: Path) -> None:
    """Refuse a description over a text that stands there without its picture.

    Raises
    ------
    BadInput
        If the text was not written beside such a picture, or cannot be written.
    """
    if text.exists() and not picture.exists():
        raise BadInput(
            f"{text} would be replaced by the description of {picture.name}.",
            "Choose another name with -o.",
        )
    check_writable(text, option="-o", is_folder=False)


def _listing() -> str:
    claims = paper.claims()
    lines = []
    notebook = ""
    for figure in execution.committed().values():
        if figure.notebook != notebook:
            notebook = figure.notebook
            lines.append(f"\n{notebook}")
        shows = claims.loc[claims["figure"] == figure.name, "claim"].tolist()
        claimed = f" [{', '.join(shows)}]" if shows else ""
        lines.append(f"  {figure.name:26}{figure.caption or figure.alt}{claimed}")
    return "\n".join(lines).lstrip() + "\n\nIn brackets: the paper's claims that it shows.\n"
