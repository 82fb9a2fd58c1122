"""How long the kit takes to decode a radiograph, beside bare pydicom and Pillow, in one run.

    python studies/decode.py [--repeats 15] [--thumbnails ../shared/real/rsna_thumbnails.zip]

``bk.read_radiograph`` and the shortest correct code on the bare libraries decode each file in
turns, and the script compares the medians. A ratio of 1 means that the kit takes no extra time;
below 1 the kit is slower. The script checks that both give the same pixels. The kit does more: it
recognises the format, checks sizes, decides the polarity of plain pictures and notes what it did.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
import pydicom
from PIL import Image
from pydicom.pixels import apply_modality_lut, apply_voi_lut
from pydicom.uid import JPEG2000Lossless, JPEGLSLossless, RLELossless

import boneage_kit as bk

SIZE = 2000


def by_pillow(path):
    values = np.asarray(Image.open(path))
    top = 255 if values.dtype == np.uint8 else 2 ** int(values.max()).bit_length() - 1
    return values.astype(np.float32) / top


def by_pydicom(path):
    header = pydicom.dcmread(path)
    values = apply_voi_lut(apply_modality_lut(header.pixel_array, header), header)
    pixels = values.astype(np.float32) / (2**header.BitsStored - 1)
    return 1 - pixels if header.PhotometricInterpretation == "MONOCHROME1" else pixels


def files(folder):
    """Return {what: (path, the shortest code on the libraries)}."""
    phantom = bk.phantom.render(sex="F", bone_age=10.0, seed=0, size=SIZE)
    made = {
        "PNG, 8 bits": (bk.phantom.write_png(phantom, folder / "8.png"), by_pillow),
        "PNG, 16 bits": (bk.phantom.write_png(phantom, folder / "16.png", bits=16), by_pillow),
    }
    Image.open(folder / "8.png").save(folder / "8.jpg", quality=92)
    made["JPEG"] = (folder / "8.jpg", by_pillow)
    plain = bk.phantom.write_dicom(phantom, folder / "plain.dcm")
    made["DICOM, uncompressed"] = (plain, by_pydicom)
    one = bk.phantom.write_dicom(phantom, folder / "one.dcm", photometric="MONOCHROME1")
    made["DICOM, MONOCHROME1"] = (one, by_pydicom)
    for syntax in (RLELossless, JPEGLSLossless, JPEG2000Lossless):
        header = pydicom.dcmread(plain)
        header.compress(syntax, generate_instance_uid=False)
        path = folder / f"{syntax.keyword}.dcm"
        header.save_as(path)
        made[f"DICOM, {syntax.keyword}"] = (path, by_pydicom)
    return made


def compare(path, other, repeats):
    """Return the median seconds of both, which decode in turns."""
    ours, theirs = bk.read_radiograph(path).pixels, other(path)
    assert np.abs(ours - theirs).max() < 2e-3, path
    seconds = {"kit": [], "libraries": []}
    for _ in range(repeats):
        for who, read in (("kit", bk.read_radiograph), ("libraries", other)):
            start = time.perf_counter()
            read(path)
            seconds[who].append(time.perf_counter() - start)
    return statistics.median(seconds["kit"]), statistics.median(seconds["libraries"])


def thumbnails(path):
    """Print images per second out of the zip to 128 px: decoded, and from the cache."""
    with tempfile.TemporaryDirectory() as folder:
        import os

        os.environ["BONEAGE_KIT_CACHE"] = folder
        dataset = bk.datasets.load(f"rsna:{path}", verify=False)
        for what in ("decoded and prepared", "from the cache"):
            start = time.perf_counter()
            dataset.images(128)
            seconds = time.perf_counter() - start
            print(
                f"{len(dataset):,} thumbnails to 128 px, {what}: {seconds:.1f} s, "
                f"{len(dataset) / seconds:,.0f} images/s"
            )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--thumbnails", default="../shared/real/rsna_thumbnails.zip")
    arguments = parser.parse_args()
    print(f"{SIZE} x {SIZE} px; decoded {arguments.repeats} times in turns, medians\n")
    print(f"{'file':28}{'libraries':>12}{'kit':>12}{'ratio':>8}")
    with tempfile.TemporaryDirectory() as folder:
        for what, (path, other) in files(Path(folder)).items():
            kit, libraries = compare(path, other, arguments.repeats)
            print(f"{what:28}{libraries * 1e3:9.1f} ms{kit * 1e3:9.1f} ms{libraries / kit:8.2f}")
    if Path(arguments.thumbnails).exists():
        print()
        thumbnails(arguments.thumbnails)


if __name__ == "__main__":
    main()
