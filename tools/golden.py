"""Keep the pixels of a dozen phantoms anew, after a wanted change of the drawing.

    python tools/golden.py

Raise PHANTOM_VERSION in boneage_kit/phantom/version.py with it: kept images of the old drawing are
then drawn again.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "support"))


def main() -> None:
    import phantom_golden

    from boneage_kit.phantom import PHANTOM_VERSION

    phantom_golden.KEPT.parent.mkdir(exist_ok=True)
    np.savez_compressed(
        phantom_golden.KEPT, version=PHANTOM_VERSION, pixels=phantom_golden.drawn()
    )


if __name__ == "__main__":
    main()
