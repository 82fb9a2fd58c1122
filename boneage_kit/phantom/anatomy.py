"""Names of the bones a hand radiograph shows, and the number each carries on the label map."""

from __future__ import annotations

ROWS = {
    "MC": "metacarpal",
    "PP": "proximal_phalanx",
    "MP": "middle_phalanx",
    "DP": "distal_phalanx",
}
#: The 19 long bones of the hand, ray by ray.
HAND_BONES = tuple(
    f"{ROWS[row]}_{ray}"
    for ray in range(1, 6)
    for row in ("MC", "PP", "MP", "DP")
    if not (row == "MP" and ray == 1)
)
FOREARM = ("radius", "ulna")
#: Bones that grow at a plate.
LONG_BONES = (*HAND_BONES, *FOREARM)
CARPALS = (
    "capitate",
    "hamate",
    "triquetral",
    "lunate",
    "scaphoid",
    "trapezium",
    "trapezoid",
    "pisiform",
)
SESAMOIDS = ("adductor_sesamoid", "flexor_sesamoid")
HOOK = "hamate_hook"
EPIPHYSES = tuple(f"{bone}_epiphysis" for bone in LONG_BONES)
#: Everything that can stand on a label map; the id is the position counted from 1.
STRUCTURES = (*LONG_BONES, *EPIPHYSES, *CARPALS, *SESAMOIDS, HOOK)
LABEL_IDS = {name: number for number, name in enumerate(STRUCTURES, start=1)}
BONES = {number: name for name, number in LABEL_IDS.items()}


def short_code(bone: str) -> str:
    """Return the code that the geometry table uses, for example ``MC3``.

    >>> short_code("metacarpal_3"), short_code("distal_phalanx_1")
    ('MC3', 'DP1')
    """
    row, ray = bone.rsplit("_", 1)
    return {name: code for code, name in ROWS.items()}[row] + ray
