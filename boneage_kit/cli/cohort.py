"""``boneage-kit cohort``: a phantom cohort in the Digital Hand Atlas's own folders."""

from __future__ import annotations

import argparse
import io
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image
from tqdm.auto import tqdm

from .._io import check_writable, held_alone, write_bytes, write_text
from .._progress import is_interactive
from ..errors import BadInput
from ..phantom.children import cohort, render_row
from . import console, options

_EXAMPLE = "example: boneage-kit cohort --n 1390 --size 256 -o phantom_dha"
TABLE, META = "phantom.csv", "meta.csv"


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser(
        "cohort",
        epilog=_EXAMPLE,
        help="draw a phantom cohort as a Digital Hand Atlas folder",
        description="Writes JPEGimages/<GROUP><SEX>/<GROUP><SEX><AGE>/<id>.jpg, the 12-column "
        f"{META} (no header, as the atlas's downloader leaves it) and {TABLE} with the truth. "
        "The same command goes on where it was interrupted.",
    )
    parser.add_argument(
        "--n", type=options.whole_number(1), default=1390, help="children (default 1390)"
    )
    parser.add_argument("--seed", type=options.seed, default=0)
    parser.add_argument(
        "--size", type=options.whole_number(32, 4096), default=256, help="pixels of the longer side"
    )
    parser.add_argument(
        "--difficulty",
        type=float,
        default=0.4,
        help="0 (atlas plates) to 1 (everyday films); default 0.4",
    )
    parser.add_argument(
        "--group-effect",
        choices=("none", "published"),
        default="none",
        help="published: groups mature as in the literature (for teaching)",
    )
    parser.add_argument("-o", "--out", required=True, type=Path, help="folder to write")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the table, then every radiograph that is not there yet."""
    out = arguments.out
    check_writable(out, option="-o")
    table = cohort(arguments.n, arguments.seed, arguments.group_effect, arguments.difficulty)
    table["path"] = [
        f"JPEGimages/{g}{s}/{g}{s}{int(age):02d}/{name}.jpg"
        for g, s, age, name in zip(
            table["group"], table["sex"], table["chronological_age"], table["image_id"], strict=True
        )
    ]
    table["size"] = arguments.size
    with held_alone(out):
        _write_tables(table, out)
        drawn = _draw_missing(table, out, arguments.size)
    console.say(f"{out}: {len(table)} phantom radiographs ({drawn} drawn now), {META}, {TABLE}")
    return 0


def _write_tables(table: pd.DataFrame, out: Path) -> None:
    text = table.to_csv(index=False, lineterminator="\n")
    there = out / TABLE
    if there.exists() and there.read_bytes() != text.encode():
        raise BadInput(
            f"{out} already holds another cohort (other size, seed or settings).",
            "Name an empty folder, or repeat the first command to go on with it.",
        )
    before = (out / META).read_bytes() if (out / META).exists() else None
    if not there.exists() and before not in (None, _meta(table).encode()):
        raise BadInput(
            f"{out} already holds a {META} that is not a phantom's.", "Name an empty folder."
        )
    write_text(out / META, _meta(table))
    write_text(there, text)


def _meta(table: pd.DataFrame) -> str:
    """Return 12 unquoted fields per child: link, race, gender, age, seven blanks, two readers."""
    return "".join(
        f"{row.path},{row.group},{row.sex},{row.chronological_age:.2f},,,,,,,"
        f"{row.reader_1:.2f},{row.reader_2:.2f}\n"
        for row in table.itertuples()
    )


def _draw_missing(table: pd.DataFrame, out: Path, size: int) -> int:
    missing = [row for row in table.to_dict("records") if not (out / row["path"]).exists()]
    for row in tqdm(
        missing, desc="phantoms", unit="hand", disable=not (missing and is_interactive())
    ):
        pixels = render_row(row, size).pixels
        image = Image.fromarray((pixels.clip(0, 1) * 255 + 0.5).astype(np.uint8))
        jpeg = io.BytesIO()  # Pillow, writing a JPEG itself, does not notice a disk that fills
        image.save(jpeg, format="JPEG", quality=92)
        write_bytes(out / row["path"], jpeg.getvalue())
    return len(missing)
