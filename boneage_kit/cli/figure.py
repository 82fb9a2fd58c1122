"""``boneage-kit figure``: one figure of the lessons or of the paper's claims, by its name."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from .. import presets

EXAMPLE = """examples:
  boneage-kit figure                                    list the names
  boneage-kit figure error_ruler                        as committed: error_ruler.png
  boneage-kit figure features                           the figure of a claim of the paper
  boneage-kit figure leak --data rsna:PATH -o leak.png  drawn again, on real radiographs

Beside the picture, .txt holds its description for those who cannot see it, and its caption.
Without --data or --preset the figure is the committed one: phantom data, preset binder."""


def add_parser(subparsers: Any) -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser(
        "figure", help="write one figure of the notebooks, by name, with its description",
        epilog=EXAMPLE, formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Writes one figure as PNG with its alt text; without a name lists them all.")
    parser.add_argument("name", nargs="?", metavar="NAME", help="of a figure or of a claim")
    parser.add_argument("-o", "--out", type=Path, metavar="PNG", help="default: NAME.png")
    parser.add_argument("--preset", choices=presets.NAMES, help="draw it again at this size")
    parser.add_argument("--data", metavar="SPEC", help="draw it again on these data")
    parser.add_argument("--run", dest="folder", type=Path, metavar="DIR",
                        help="folder of the run that draws it (default: out/PRESET-DATA)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """List the figures, or write one; return 0."""
    from ..execution import figure_list

    if arguments.name is None:
        sys.stdout.write(_listing())
        return 0
    figure = figure_list.by_name(arguments.name)
    if arguments.preset or arguments.data or arguments.folder:
        from ..execution.runner import interactive

        figure = figure_list.drawn_again(
            figure, preset=arguments.preset or presets.DEFAULT, data=arguments.data or "phantom",
            out=arguments.folder, progress=interactive())
    sys.stdout.write(f"{_write(figure, arguments.out or Path(f'{figure.name}.png'))}\n")
    return 0


def _write(figure: Any, path: Path) -> Path:
    from .._io import write_atomically
    from ..errors import BadInput

    if path.suffix.lower() != ".png":
        raise BadInput(f"The file {path.name!r} is no .png.", f"Name it {path.stem}.png.")
    words = "\n\n".join(part for part in (figure.alt, figure.caption) if part) + "\n"
    try:
        write_atomically(path, lambda place: place.write_bytes(figure.png))
        write_atomically(path.with_suffix(".txt"),
                         lambda place: place.write_text(words, encoding="utf-8"))
    except OSError as error:
        raise BadInput(f"{path} cannot be written ({error.strerror}).",
                       "Choose another place with -o.") from None
    return path


def _listing() -> str:
    from ..execution import figure_list
    from ..paper import claims

    table = claims()
    lines = []
    notebook = ""
    for figure in figure_list.committed().values():
        if figure.notebook != notebook:
            notebook = figure.notebook
            lines.append(f"\n{notebook}")
        shows = table.loc[table["figure"] == figure.name, "claim"].tolist()
        claimed = f" [{', '.join(shows)}]" if shows else ""
        lines.append(f"  {figure.name:26}{figure.caption or figure.alt}{claimed}")
    return "\n".join(lines).lstrip() + "\n\nIn brackets: the paper's claims that it shows.\n"
