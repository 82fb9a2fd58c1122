"""Does the kit show a DICOM film as DCMTK does? It compares all objects of folders and archives.

    apt-get install dcmtk
    python studies/dcmtk_agreement.py [FOLDER_OR_ZIP ...]

Without arguments it takes pydicom's bundled files, ../shared/cases and
../shared/real/dicom_public.zip, if they are there. ``dcmj2pnm`` renders each file by the kit's own
rule: with the first VOI LUT, else with the first usable window, else with the range of the values.
It computes the depth of tables from their entries (+Mm, +Mv), because the depth in the header is
often wrong. Two renderings agree if their correlation is 0.97 or more. The comparison leaves out
padding: DCMTK shows it as if it had been measured (PS3.3 C.7.5.1.1.2 says it was not). The last
line counts the single-frame greyscale objects that both render.
"""

from __future__ import annotations

import argparse
import math
import shutil
import subprocess
import sys
import tempfile
import warnings
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np
import pydicom
from PIL import Image

import boneage_kit as bk

AGREES = 0.97
GREY = ("MONOCHROME1", "MONOCHROME2")
SOURCES = (
    Path(pydicom.__file__).parent / "data" / "test_files",
    Path("../shared/cases"),
    Path("../shared/real/dicom_public.zip"),
)


def number(value):
    """Return a float, or NaN where the value is no number."""
    try:
        return float(str(value).replace(",", "."))
    except ValueError:
        return math.nan


def listed(header, keyword):
    """Return an element's values as a list of floats."""
    try:
        value = header.get(keyword)
    except (ValueError, TypeError):
        value = header.get_item(keyword).value.decode()
    if value is None:
        return []
    several = value if isinstance(value, pydicom.multival.MultiValue) else [value]
    return [number(each) for each in several]


def options(header):
    """Return dcmj2pnm's options for the first table, else the first usable window, else all."""
    if header.get("VOILUTSequence") and header.VOILUTSequence[0].get("LUTData") is not None:
        return ["+Wl", "1"]
    exact = str(header.get("VOILUTFunction") or "") == "LINEAR_EXACT"
    pairs = zip(listed(header, "WindowCenter"), listed(header, "WindowWidth"), strict=False)
    for centre, width in pairs:
        if exact and width > 0:
            return exact_window(header, centre, width)
        if width >= 1:
            return ["+Ww", f"{centre:.9g}", f"{width:.9g}"]
    return ["+Wm"]


def exact_window(header, centre, width):
    """Return options for LINEAR_EXACT, which DCMTK does not know.

    The window has the same ends as LINEAR, in stored values: DCMTK rounds what a small slope gives.
    """
    slope = (listed(header, "RescaleSlope") or [1.0])[0]
    intercept = (listed(header, "RescaleIntercept") or [0.0])[0]
    centre, width = (centre - intercept) / slope, width / abs(slope)
    turned = ["+P"] if slope < 0 else []
    return ["-M", "+Ww", f"{centre + 0.5:.9g}", f"{width + 1:.9g}", *turned]


def by_dcmtk(path, chosen):
    """Return what DCMTK shows, float [H, W] in 0..1, or None (JPEG-LS needs another program)."""
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "picture.png"
        for program in ("dcmj2pnm", "dcml2pnm"):
            subprocess.run(
                [program, "-q", "-O", "+G", "+Mm", "+Mv", "+on2", *chosen, path, picture],
                capture_output=True,
            )
            if picture.exists():
                return np.asarray(Image.open(picture), dtype=float) / 65535
        return None


def measured(header):
    """Return the mask of pixels that are not padding, or None for all."""
    if header.get("PixelPaddingValue") is None:
        return None
    pixels = header.pixel_array
    low = int(header.PixelPaddingValue) % 65536
    high = int(header.get("PixelPaddingRangeLimit", low)) % 65536
    words = pixels.astype(np.int64) % 65536
    keep = (words < min(low, high)) | (words > max(low, high))
    return keep if keep.any() else None


def compare(path):
    """Return (what came of it, photometric, correlation or None, why the kit refuses)."""
    header = pydicom.dcmread(path, force=True)
    if "PixelData" not in header:
        return "no image", "", None, ""
    photometric = str(header.get("PhotometricInterpretation", ""))
    kind = "".join(photometric.upper().split())
    shown = by_dcmtk(path, options(header))
    try:
        ours, why = bk.read_radiograph(path).pixels, ""
    except bk.BadInput as error:
        ours, why = None, str(error).replace(str(path), "it")
    if shown is None or ours is None:
        return (
            (
                "neither"
                if shown is None and ours is None
                else "the kit alone"
                if shown is None
                else "DCMTK alone"
            ),
            kind,
            None,
            why,
        )
    if shown.shape != ours.shape:
        return "other size", kind, None, f"{shown.shape} and {ours.shape}"
    keep = measured(header)
    pair = (shown, ours) if keep is None else (shown[keep], ours[keep])
    if min(np.ptp(each) for each in pair) == 0:
        return "one is flat", kind, None, ""
    correlation = np.corrcoef(pair[0].ravel(), pair[1].ravel())[0, 1]
    return ("agree" if correlation >= AGREES else "DISAGREE"), kind, correlation, ""


def files(source, folder):
    """Return the DICOM files of a folder or of a zip, which is unpacked into ``folder``."""
    if source.suffix == ".zip":
        with zipfile.ZipFile(source) as archive:
            archive.extractall(folder)
        source = Path(folder)
    for path in sorted(path for path in source.rglob("*") if path.is_file()):
        with open(path, "rb") as file:
            if bk.radiograph.recognise(file.read(bk.radiograph.FIRST_BYTES)) == "DICOM":
                yield path


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sources", nargs="*", type=Path)
    sources = parser.parse_args().sources or [path for path in SOURCES if path.exists()]
    if shutil.which("dcmj2pnm") is None:
        sys.exit("dcmj2pnm is not installed: apt-get install dcmtk.")
    warnings.simplefilter("ignore")
    agree = compared = 0
    for source in sources:
        counts, colours = Counter(), Counter()
        print(f"\n{source.name}")
        with tempfile.TemporaryDirectory() as folder:
            for path in files(source, folder):
                came, kind, correlation, why = compare(path)
                (counts if kind in GREY or not kind else colours)[came] += 1
                if came in ("DISAGREE", "DCMTK alone", "other size", "one is flat"):
                    value = "" if correlation is None else f"{correlation:.3f}"
                    print(f"  {came:12} {path.parent.name}/{path.name} {kind} {value} {why}")
        print("  greyscale:", ", ".join(f"{n} {came}" for came, n in sorted(counts.items())))
        print("  colour:   ", ", ".join(f"{n} {came}" for came, n in sorted(colours.items())))
        agree += counts["agree"]
        compared += counts["agree"] + counts["DISAGREE"] + counts["other size"]
    print(f"\n{agree} agree / {compared} compared")


if __name__ == "__main__":
    main()
