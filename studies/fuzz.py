"""Coverage-guided fuzzing of the decoders with atheris (libFuzzer): decoded or refused.

    pip install atheris
    python studies/fuzz.py image --seconds 60
    python studies/fuzz.py table --seconds 60

``image`` sends bytes to ``read_radiograph``, and ``table`` to ``read_table``. The script starts
from small whole files of every format and deletes its corpus at the end. Three outcomes are
allowed: a film in 0..1, a table of text, or a ``BadInput`` in two sentences. Anything else stops
the script, and the input is written to a file.
"""

from __future__ import annotations

import argparse
import logging
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INSTRUMENTED = ["boneage_kit.radiograph", "boneage_kit.datasets.tables", "pydicom", "tifffile"]
#: No film of the corpus has more bytes, and a short input is tried more often in a minute.
LONGEST = 20_000


def image(data: bytes) -> None:
    import numpy as np

    from boneage_kit.errors import BadInput
    from boneage_kit.radiograph import read_radiograph

    try:
        pixels = read_radiograph(data).pixels
    except BadInput as error:
        assert error.problem.endswith(".") and error.remedy and "\n" not in str(error)
    else:
        assert pixels.ndim == 2 and pixels.dtype == np.float32
        assert np.isfinite(pixels).all() and 0 <= pixels.min() and pixels.max() <= 1


def table(data: bytes) -> None:
    from boneage_kit.datasets.tables import read_table
    from boneage_kit.errors import BadInput

    for name in ("t.csv", "t.xlsx"):
        try:
            cells = read_table(data, name)
        except BadInput as error:
            assert error.problem.endswith(".") and error.remedy
        else:
            assert cells.columns.is_unique
            assert all(isinstance(cell, str) for cell in cells.to_numpy().ravel())


def corpus(what: str, folder: Path) -> None:
    sys.path.insert(0, str(ROOT / "tests" / "support"))
    if what == "image":
        from whole_files import WHOLE

        seeds = WHOLE
    else:
        from dataset_layouts import TRAINING_CSV, excel

        text = TRAINING_CSV[:200]
        seeds = {
            "csv": text.encode(),
            "utf16": text.encode("utf-16"),
            "semicolons": text.replace(",", ";").encode("latin-1"),
            "xlsx": excel([["id", "boneage"], [1, 60]]),
        }
    for name, data in seeds.items():
        (folder / name.replace(" ", "_")).write_bytes(data)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["image", "table"])
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--in", dest="folder", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.folder is None:
        with tempfile.TemporaryDirectory() as folder:
            corpus(arguments.what, Path(folder))
            return subprocess.run(
                [
                    sys.executable,
                    __file__,
                    arguments.what,
                    "--seconds",
                    str(arguments.seconds),
                    "--in",
                    folder,
                ],
                check=False,
            ).returncode
    import atheris

    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    with atheris.instrument_imports(include=INSTRUMENTED):
        import boneage_kit.datasets.tables
        import boneage_kit.radiograph.dicom
        import boneage_kit.radiograph.metaimage
        import boneage_kit.radiograph.plain
        import boneage_kit.radiograph.tiff  # noqa: F401
    limits = [
        f"-max_total_time={arguments.seconds}",
        f"-max_len={LONGEST}",
        "-timeout=20",
        "-rss_limit_mb=2000",
        f"-artifact_prefix={tempfile.gettempdir()}/fuzz-",
        "-seed=1",
        "-print_final_stats=1",
    ]
    atheris.Setup([sys.argv[0], *limits, arguments.folder], globals()[arguments.what])
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
