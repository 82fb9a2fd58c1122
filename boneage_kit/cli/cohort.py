"""``boneage-kit cohort``: a phantom cohort in the Digital Hand Atlas's own folders."""

from __future__ import annotations

import argparse
import logging
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import BadInput

if TYPE_CHECKING:
    import pandas as pd

EXAMPLE = "example: boneage-kit cohort --n 1390 --size 256 -o phantom_dha"
TABLE, META = "phantom.csv", "meta.csv"


def add_parser(subparsers: Any) -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser(
        "cohort", help="draw a phantom cohort as a Digital Hand Atlas folder", epilog=EXAMPLE,
        description="Writes JPEGimages/<GROUP><SEX>/<GROUP><SEX><AGE>/<id>.jpg, the 12-column "
        f"{META} (no header, as the atlas's downloader leaves it) and {TABLE} with the truth. "
        "The same command goes on where it was interrupted.")
    parser.add_argument("--n", type=int, default=1390, help="children (default 1390)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--size", type=int, default=256, help="pixels of the longer side")
    parser.add_argument("--difficulty", type=float, default=0.4,
                        help="0 (atlas plates) to 1 (everyday films); default 0.4")
    parser.add_argument("--group-effect", choices=("none", "published"), default="none",
                        help="published: groups mature as in the literature (for teaching)")
    parser.add_argument("-o", "--out", required=True, type=Path, help="folder to write")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the table, then every radiograph that is not there yet."""
    from ..phantom.children import cohort

    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        table = cohort(args.n, args.seed, args.group_effect, args.difficulty)
    for one in said:  # in plain words, without the line of code that Python adds
        logging.getLogger(__name__).warning("%s", one.message)
    table["path"] = [f"JPEGimages/{g}{s}/{g}{s}{int(age):02d}/{name}.jpg" for g, s, age, name
                     in zip(table["group"], table["sex"], table["chronological_age"],
                            table["image_id"], strict=True)]
    table["size"] = args.size
    _write_tables(table, args.out)
    drawn = _draw_missing(table, args.out, args.size)
    sys.stdout.write(f"{args.out}: {len(table)} phantom radiographs ({drawn} drawn now), "
                     f"{META}, {TABLE}\n")
    return 0


def _write_tables(table: pd.DataFrame, out: Path) -> None:
    from .. import _io

    text = table.to_csv(index=False, lineterminator="\n")
    there = out / TABLE
    if there.exists() and there.read_text(encoding="utf-8") != text:
        raise BadInput(f"{out} already holds another cohort (other size, seed or settings).",
                       "Name an empty folder, or repeat the first command to go on with it.")
    if not there.exists() and (out / META).exists():
        raise BadInput(f"{out} already holds a {META} that is not a phantom's.",
                       "Name an empty folder.")
    _io.write_atomically(
        out / META, lambda file: file.write_text(_meta(table), encoding="utf-8"))
    _io.write_atomically(there, lambda file: file.write_text(text, encoding="utf-8"))


def _meta(table: pd.DataFrame) -> str:
    """12 unquoted fields: link, race, gender, age, then what a phantom has not, two readings."""
    return "".join(
        f"{row.path},{row.group},{row.sex},{row.chronological_age:.2f},,,,,,,"
        f"{row.reader_1:.2f},{row.reader_2:.2f}\n"
        for row in table.itertuples())


def _draw_missing(table: pd.DataFrame, out: Path, size: int) -> int:
    from PIL import Image
    from tqdm.auto import tqdm

    from .. import _io
    from ..phantom.children import render_row

    missing = [row for row in table.to_dict("records") if not (out / row["path"]).exists()]
    for row in tqdm(missing, desc="phantoms", unit="hand", disable=not missing):
        pixels = render_row(row, size).pixels
        image = Image.fromarray((pixels.clip(0, 1) * 255 + 0.5).astype("uint8"))
        _io.write_atomically(
            out / row["path"],
            lambda file, image=image: image.save(file, format="JPEG", quality=92))
    return len(missing)
