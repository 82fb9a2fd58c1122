"""Which format a file has: told from its first bytes, never from its name.

A file of a data set and a file given by itself are recognised by the same list.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from ..errors import BadInput

#: How many of a file's first bytes :func:`recognise` looks at.
FIRST_BYTES = 4096

#: Every format that is read -> the endings it usually has. Files of DICOM often have none, or a
#: name made of a UID, which ends in digits.
FORMATS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "DICOM": (".dcm", ".dicom", ".dic", ".ima"),
        "PNG": (".png",),
        "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif"),
        "JPEG-LS": (".jls",),
        "JPEG 2000": (".jp2", ".j2k", ".j2c", ".jpc", ".jpx"),
        "TIFF": (".tif", ".tiff"),
        "BMP": (".bmp",),
        "GIF": (".gif",),
        "WebP": (".webp",),
        "MetaImage": (".mha", ".mhd"),
    }
)
_SIGNATURES = {
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"\xff\xd8\xff\xf7": "JPEG-LS",
    b"\xff\xd8\xff": "JPEG",
    b"GIF87a": "GIF",
    b"GIF89a": "GIF",
    b"\x00\x00\x00\x0cjP  \r\n\x87\n": "JPEG 2000",
    b"\xff\x4f\xff\x51": "JPEG 2000",  # the bare codestream
    b"II*\x00": "TIFF",
    b"MM\x00*": "TIFF",
    b"II+\x00": "TIFF",
    b"MM\x00+": "TIFF",
}
_FOREIGN = {
    b"%PDF": ("a PDF", "Export the image itself from the viewer, as DICOM or PNG."),
    b"PK\x03\x04": ("a zip archive", 'Unpack it, or load a data set with "rsna:FILE.zip".'),
    b"\x1f\x8b": ("a gzip archive", "Unpack it first."),
    b"Rar!": ("a RAR archive", "Unpack it first."),
    b"7z\xbc\xaf\x27\x1c": ("a 7z archive", "Unpack it first."),
    b"<": ("a web page or XML", "A download was answered with a page: download it again."),
    b"version https://git-lfs": ("a git-lfs pointer", "Fetch the file itself with git lfs pull."),
    b"\x93NUMPY": ("a NumPy array", "Save it as PNG: PIL.Image.fromarray(array).save(...)."),
    b"\x89HDF": ("an HDF5 file", "Save the image itself as PNG."),
    b"MATLAB": ("a MATLAB file", "Save the image itself as PNG: imwrite in MATLAB."),
    b"8BPS": ("a Photoshop document", "Save it as PNG."),
    b"NRRD": ("an NRRD volume", "Save the image as PNG or MetaImage."),
    b"\xff\x0a": ("a JPEG XL picture", "Export it as PNG."),
    b"\x00\x00\x00\x0cJXL ": ("a JPEG XL picture", "Export it as PNG."),
}
#: Value representations of explicit DICOM that elements of group 2 or 8 have (PS3.5 6.2).
_VALUE_REPRESENTATIONS = (
    b"UL",
    b"OB",
    b"UI",
    b"SH",
    b"AE",
    b"CS",
    b"DA",
    b"TM",
    b"LO",
    b"DT",
    b"ST",
    b"LT",
    b"PN",
    b"SQ",
    b"UN",
    b"US",
    b"IS",
)


def recognise(first_bytes: bytes) -> str | None:
    """Return the format of a file by its first bytes, or None if it is none of :data:`FORMATS`.

    Parameters
    ----------
    first_bytes
        The first :data:`FIRST_BYTES` of the file, or all of it where it is shorter.

    Returns
    -------
    str or None
        A key of :data:`FORMATS`. It says what the file claims to be, not that it is whole.

    >>> recognise(b"\\x89PNG\\r\\n\\x1a\\n"), recognise(b"id,boneage,male\\n")
    ('PNG', None)
    """
    head = bytes(first_bytes[:FIRST_BYTES])
    if b"DICM" in (head[128:132], head[:4]) or _is_bare_dicom(head):
        return "DICOM"
    for signature, format_ in _SIGNATURES.items():
        if head.startswith(signature):
            return format_
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WebP"
    if head[:2] == b"BM" and head[15:18] == b"\x00\x00\x00" and head[14:15] in b"\x0c(8@l|4":
        return "BMP"  # the size of its second header follows: a table may begin with "BMI"
    text = head.lstrip()
    keys = (b"ObjectType", b"NDims", b"Comment", b"CompressedData", b"BinaryData", b"DimSize")
    if text.startswith(keys) and b"=" in text.split(b"\n", 1)[0]:
        return "MetaImage"
    return None


def _is_bare_dicom(head: bytes) -> bool:
    """Tell whether DICOM begins without its preamble: with an element of group 2 or 8."""
    if len(head) < 132 or head[:2] not in (b"\x02\x00", b"\x08\x00", b"\x00\x02", b"\x00\x08"):
        return False
    little = head[1] == 0
    if head[4:6] in _VALUE_REPRESENTATIONS:
        return True
    return int.from_bytes(head[4:8], "little" if little else "big") <= 1024  # implicit: a length


def refuse_unknown(data: bytes, name: str) -> BadInput:
    """Return the error for a file that is no radiograph; common mistakes are named.

    >>> refuse_unknown(b"%PDF-1.7", "film.pdf").problem
    'film.pdf is a PDF, not a radiograph.'
    """
    head = data[:FIRST_BYTES].removeprefix(b"\xef\xbb\xbf").lstrip()
    for signature, (what, remedy) in _FOREIGN.items():
        if head.startswith(signature):
            return BadInput(f"{name} is {what}, not a radiograph.", remedy)
    if not data:
        return BadInput(f"{name} is empty (0 bytes).", "Copy, download or export it again.")
    if not data[:FIRST_BYTES].strip(b"\x00"):
        return BadInput(f"{name} begins with nothing but zeros.", "Copy or download it again.")
    if data[4:8] == b"ftyp":
        return BadInput(f"{name} is a HEIC or AVIF photo or a film.", "Export it as PNG or JPEG.")
    return BadInput(
        f"{name} is no image format that is known here.", f"Give one of {', '.join(FORMATS)}."
    )


def wrong_ending(path: Path, format_: str) -> str:
    """Return a note where the ending of a file promises another format, else ""."""
    ending = path.suffix.lower()
    promised = [other for other, endings in FORMATS.items() if ending in endings]
    if promised and format_ not in promised:
        return f"the file ends in {ending} but holds {format_}"
    return ""
