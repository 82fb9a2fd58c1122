"""Store the pixels of a dozen phantoms again, after a change of the drawing that you want.

    python tools/golden.py

Also raise PHANTOM_VERSION in boneage_kit/phantom/version.py. Then the kit draws the images in its
caches again.
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
    np.savez_compressed(phantom_golden.KEPT, version=PHANTOM_VERSION, pixels=phantom_golden.drawn())


if __name__ == "__main__":
    main()
