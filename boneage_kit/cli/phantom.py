"""``boneage-kit phantom``: one phantom radiograph as PNG or DICOM."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from ..errors import BadInput

EXAMPLE = "example: boneage-kit phantom --sex F --age 8.5 --seed 3 -o hand.png"


def add_parser(subparsers: Any) -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser(
        "phantom", help="draw one phantom radiograph (PNG or DICOM)", epilog=EXAMPLE,
        description="Draws one left hand of known maturity and says what it shows.")
    parser.add_argument("--sex", required=True, help="F or M")
    parser.add_argument("--age", required=True, type=float, help="bone age in years, 0 to 19")
    parser.add_argument("--seed", type=int, default=0, help="another seed, another child")
    parser.add_argument("--size", type=int, default=512, help="pixels of the longer side")
    parser.add_argument("--difficulty", type=float, default=0.0,
                        help="0 (atlas plate, the default) to 1 (everyday films)")
    parser.add_argument("--readers", action="store_true",
                        help="also say what two simulated readers answer")
    parser.add_argument("--bits", type=int, default=8, help="8 or 16, for PNG")
    parser.add_argument("--monochrome1", action="store_true", help="DICOM stored inverted")
    parser.add_argument("-o", "--out", required=True, type=Path, help="hand.png or hand.dcm")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Draw, write, and describe the phantom on standard output."""
    from .. import phantom
    from ..phantom.files import write_dicom, write_png
    from ..records import parse_sex

    sex = parse_sex(args.sex)
    kind = args.out.suffix.lower()
    if kind not in (".png", ".dcm"):
        raise BadInput(f"The file {args.out.name!r} is neither .png nor .dcm.",
                       "Name it hand.png or hand.dcm.")
    drawn = phantom.render(sex=sex, bone_age=args.age, seed=args.seed, size=args.size,
                           difficulty=args.difficulty)
    if kind == ".png":
        write_png(drawn, args.out, bits=args.bits)
    else:
        write_dicom(drawn, args.out, "MONOCHROME1" if args.monochrome1 else "MONOCHROME2")
    lines = [f"{args.out}: {sex}, bone age {drawn.bone_age:g} years", *_methods(drawn)]
    if args.readers:
        lines += _readers(drawn, args.seed)
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


def _methods(drawn: Any) -> list[str]:
    from .. import maturity

    plate = maturity.nearest_gp_plate(drawn.bone_age, drawn.sex)
    score = maturity.tw3_rus_score(drawn.stages, drawn.sex)
    return [f"nearest Greulich and Pyle plate: {plate:.2f} years",
            f"TW3 RUS score {score}: {maturity.tw3_rus_age_text(score, drawn.sex)}"]


def _readers(drawn: Any, seed: int) -> list[str]:
    import numpy as np

    from ..phantom.children import read_plates

    rng = np.random.default_rng([seed, 2])
    said = [read_plates(np.array([drawn.bone_age]), np.array([drawn.sex]), rng, reader)[0]
            for reader in (1, 2)]
    return [f"simulated readers: {said[0]:.2f} and {said[1]:.2f} years, "
            f"mean {np.mean(said):.2f} years"]
