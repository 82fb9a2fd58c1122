"""A small data set with known faults, to see what loading one finds."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image

from ..datasets.dataset import Dataset

#: What is wrong in :func:`faulty_copy`, in the order of its rows.
FAULTS = (
    "no image",
    "unreadable image",
    "sex missing",
    "age is not a number",
    "age out of range",
    "id twice, contradicting",
    "the same image under another id",
)


def faulty_copy(dataset: Dataset, folder: str | Path, n: int = 24, size: int = 64) -> str:
    """Write ``n`` radiographs in Kaggle's RSNA layout with seven faults; return the ``data`` text.

    Rows 0 to 6 have the faults of :data:`FAULTS`, one each; there is one image too many as well.

    Parameters
    ----------
    dataset
        Where images and labels come from; it stays as it is.
    folder
        Folder to write to, a temporary one.
    n, size
        Radiographs, at least 12, and pixels of their side.

    >>> from boneage_kit import datasets
    >>> import tempfile
    >>> spec = faulty_copy(datasets.load("phantom", n=12), tempfile.mkdtemp(), n=12, size=32)
    >>> broken = datasets.load(spec)
    >>> len(broken), len(broken.problems)
    (5, 8)
    """
    rows = np.linspace(0, len(dataset) - 1, n).astype(int)
    films = [_png(film) for film in dataset.images(size, rows=rows, progress=False)]
    ids = [str(2001 + k) for k in range(n)]
    months = [str(round(age * 12)) for age in dataset.table["bone_age"].iloc[rows]]
    male = [str(sex == "M") for sex in dataset.table["sex"].iloc[rows]]
    male[2], months[3], months[4] = "", "unknown", "1321"
    films[1], films[6] = films[1][:150], films[7]
    lines = [",".join(row) for row in zip(ids, months, male, strict=True)]
    lines.append(f"{ids[5]},{int(months[5]) + 24},{male[5]}")
    images = Path(folder) / "boneage-training-dataset" / "boneage-training-dataset"
    images.mkdir(parents=True, exist_ok=True)
    for image_id, film in list(zip(ids, films, strict=True))[1:]:
        (images / f"{image_id}.png").write_bytes(film)
    (images / "9999.png").write_bytes(_png(np.eye(size, dtype=np.uint8) * 200))
    table = Path(folder) / "boneage-training-dataset.csv"
    table.write_text("id,boneage,male\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return f"rsna:{folder}"


def _png(film: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(film).save(file, "PNG")
    return file.getvalue()
