"""``boneage-kit phantom``: one phantom radiograph as PNG or DICOM."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .. import maturity, phantom
from .._io import check_writable
from ..errors import BadInput
from ..phantom.children import read_plates
from ..records import parse_sex
from . import console, options

if TYPE_CHECKING:
    from ..phantom.rendering import PhantomRadiograph

_EXAMPLE = "example: boneage-kit phantom --sex F --age 8.5 --seed 3 -o hand.png"


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser(
        "phantom",
        epilog=_EXAMPLE,
        help="draw one phantom radiograph (PNG or DICOM)",
        description="Draws one left hand of known maturity and says what it shows.",
    )
    parser.add_argument("--sex", required=True, help="F or M")
    parser.add_argument("--age", required=True, type=float, help="bone age in years, 0 to 19")
    parser.add_argument("--seed", type=options.seed, default=0, help="another seed, another child")
    parser.add_argument(
        "--size", type=options.whole_number(32, 4096), default=512, help="pixels of the longer side"
    )
    parser.add_argument(
        "--difficulty",
        type=float,
        default=0.0,
        help="0 (atlas plate, the default) to 1 (everyday films)",
    )
    parser.add_argument(
        "--readers", action="store_true", help="also say what two simulated readers answer"
    )
    parser.add_argument("--bits", type=int, help="8 or 16, of a PNG (8)")
    parser.add_argument("--monochrome1", action="store_true", help="DICOM stored inverted")
    parser.add_argument("-o", "--out", required=True, type=Path, help="hand.png or hand.dcm")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Draw, write, and describe the phantom on standard output."""
    sex = parse_sex(arguments.sex)
    out, kind = arguments.out, arguments.out.suffix.lower()
    if kind not in (".png", ".dcm"):
        raise BadInput(
            f"The file {out.name!r} is neither .png nor .dcm.", "Name it hand.png or hand.dcm."
        )
    if kind == ".png" and arguments.monochrome1:
        raise BadInput("A PNG is not stored inverted.", "Leave --monochrome1 away, or write .dcm.")
    if kind == ".dcm" and arguments.bits is not None:
        raise BadInput("A DICOM film is written with 12 bits.", "Leave --bits away, or write .png.")
    check_writable(out, option="-o", is_folder=False)
    drawn = phantom.render(
        sex=sex,
        bone_age=arguments.age,
        seed=arguments.seed,
        size=arguments.size,
        difficulty=arguments.difficulty,
    )
    if kind == ".png":
        phantom.write_png(drawn, out, bits=arguments.bits or 8)
    else:
        phantom.write_dicom(drawn, out, "MONOCHROME1" if arguments.monochrome1 else "MONOCHROME2")
    lines = [f"{out}: {sex}, bone age {drawn.bone_age:g} years", *_methods(drawn)]
    if arguments.readers:
        lines += _readers(drawn, arguments.seed)
    console.say("\n".join(lines))
    return 0


def _methods(drawn: PhantomRadiograph) -> list[str]:
    plate = maturity.nearest_gp_plate(drawn.bone_age, drawn.sex)
    score = maturity.tw3_rus_score(drawn.stages, drawn.sex)
    return [
        f"nearest Greulich and Pyle plate: {plate:.2f} years",
        f"TW3 RUS score {score}: {maturity.tw3_rus_age_text(score, drawn.sex)}",
    ]


def _readers(drawn: PhantomRadiograph, seed: int) -> list[str]:
    rng = np.random.default_rng([seed, 2])
    said = [
        read_plates(np.array([drawn.bone_age]), np.array([drawn.sex]), rng, reader)[0]
        for reader in (1, 2)
    ]
    return [
        f"simulated readers: {said[0]:.2f} and {said[1]:.2f} years, mean {np.mean(said):.2f} years"
    ]
