"""A class's readings on the projector while they come: python instructor/class_live.py FOLDER

FOLDER holds one readings file per student, as the reading room writes it. The command reads the
folder again every few seconds and prints what the readings show together. It prints no names
unless --names is given. Ctrl-C ends it.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import pandas as pd

from boneage_kit import phantom, widgets
from boneage_kit.errors import BadInput


def shown(folder: Path, hands: pd.DataFrame, *, names: bool = False) -> str:
    """Return what the readings in a folder show now, or what is still missing."""
    try:
        readings = widgets.load_class(folder)
        together = widgets.class_agreement(readings, hands)
    except BadInput as error:
        return f"Not yet. {error}"
    lines = [
        f"{readings['reader'].nunique()} readers, {len(readings)} readings.",
        f"All of them have read {together.hands} hands.",
        f"Two readers differ by {together.mean_difference:.2f} years on average.",
        f"95 of 100 differences lie within {together.limits:.2f} years.",
        f"ICC {together.icc.value:.2f} ({together.icc.lower:.2f} to {together.icc.upper:.2f}).",
    ]
    return "\n".join([*lines, *([together.readers.round(2).to_string()] if names else [])])


def main(arguments: list[str] | None = None) -> None:
    """Print what the readings of a folder show, again and again."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--hands", type=int, default=12, help="as in the reading room (12)")
    parser.add_argument("--seed", type=int, default=5, help="of the hands (5: unit 03)")
    parser.add_argument("--every", type=float, default=5.0, metavar="SECONDS", help="default: 5")
    parser.add_argument("--names", action="store_true", help="also print each reader's error")
    parser.add_argument("--once", action="store_true", help="print once and end")
    given = parser.parse_args(arguments)
    hands = phantom.cohort(given.hands, seed=given.seed)
    clear = "\033[2J\033[H" if sys.stdout.isatty() else ""
    while True:
        print(clear + shown(given.folder, hands, names=given.names), flush=True)
        if given.once:
            return
        time.sleep(given.every)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        pass
