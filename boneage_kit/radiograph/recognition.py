"""Which format a file has: told from its first bytes, never from its ending."""

from __future__ import annotations

from pathlib import Path

from ..errors import BadInput

#: First bytes -> (format, module that decodes it). DICOM and MetaImage have their own tests.
_SIGNATURES = {
    b"\x89PNG\r\n\x1a\n": ("PNG", "plain"),
    b"\xff\xd8\xff": ("JPEG", "plain"),
    b"BM": ("BMP", "plain"),
    b"GIF8": ("GIF", "plain"),
    b"\x00\x00\x00\x0cjP  ": ("JPEG 2000", "plain"),
    b"II*\x00": ("TIFF", "tiff"),
    b"MM\x00*": ("TIFF", "tiff"),
    b"II+\x00": ("TIFF", "tiff"),
    b"MM\x00+": ("TIFF", "tiff"),
}
_FOREIGN = {
    b"%PDF": ("a PDF", "Export the image itself from the viewer, as DICOM or PNG."),
    b"PK\x03\x04": ("a zip archive", 'Unpack it, or load a data set with "rsna:FILE.zip".'),
    b"\x1f\x8b": ("a gzip archive", "Unpack it first."),
    b"<": ("a web page or XML", "A download was answered with a page: download it again."),
    b"version https://git-lfs": ("a git-lfs pointer", "Fetch the file itself with git lfs pull."),
}
_ENDINGS = {
    "PNG": {".png"},
    "JPEG": {".jpg", ".jpeg", ".jpe", ".jfif"},
    "TIFF": {".tif", ".tiff"},
    "DICOM": {".dcm", ".dicom", ".dic", ".ima", ""},
    "MetaImage": {".mha", ".mhd"},
}


def recognise(data: bytes, name: str) -> tuple[str, str]:
    """Return a file's format and the module that decodes it.

    Raises
    ------
    BadInput
        If it is none that can hold a radiograph; common mistakes are named.

    >>> recognise(b"\\x89PNG\\r\\n\\x1a\\n", "film.dcm")
    ('PNG', 'plain')
    """
    bare = data[:2] in (b"\x02\x00", b"\x08\x00", b"\x00\x08") and len(data) > 132
    if data[128:132] == b"DICM" or bare:  # bare: without preamble, group 2 or 8 comes first
        return "DICOM", "dicom"
    for signature, found in _SIGNATURES.items():
        if data.startswith(signature):
            return found
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WebP", "plain"
    head = data[:4096].lstrip()
    if head.startswith((b"ObjectType", b"NDims", b"Comment", b"CompressedData", b"BinaryData")):
        return "MetaImage", "metaimage"
    for signature, (what, remedy) in _FOREIGN.items():
        if head.startswith(signature):
            raise BadInput(f"{name} is {what}, not a radiograph.", remedy)
    if not data.strip(b"\x00"):
        raise BadInput(f"{name} holds nothing but zeros.", "Copy or download it again.")
    if data[4:8] == b"ftyp":
        raise BadInput(f"{name} is a HEIC photo or a film.", "Export it as PNG or JPEG.")
    raise BadInput(f"{name} is no image format that is known here.",
                   "Give DICOM, PNG, JPEG, TIFF or MetaImage (.mha, .mhd).")


def wrong_ending(path: Path, format_: str) -> str:
    """Return a note where the ending of a file promises another format, else ""."""
    ending = path.suffix.lower()
    known = ending in set().union(*_ENDINGS.values())
    if known and ending and ending not in _ENDINGS.get(format_, {ending}):
        return f"the file ends in {ending} but holds {format_}"
    return ""
