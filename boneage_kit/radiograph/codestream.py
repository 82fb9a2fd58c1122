"""What a JPEG or JPEG 2000 stream says of itself: its kind, its size and its bits."""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace

#: JPEG frame markers -> the process they stand for (ISO 10918-1 table B.1; ISO 14495-1 for 0xF7).
PROCESSES = {
    0xC0: "baseline JPEG",
    0xC1: "extended JPEG",
    0xC2: "progressive JPEG",
    0xC3: "lossless JPEG",
    0xC5: "hierarchical JPEG",
    0xC6: "hierarchical JPEG",
    0xC7: "hierarchical JPEG",
    0xC9: "arithmetic-coded JPEG",
    0xCA: "arithmetic-coded JPEG",
    0xCB: "arithmetic-coded JPEG",
    0xCD: "hierarchical JPEG",
    0xCE: "hierarchical JPEG",
    0xCF: "hierarchical JPEG",
    0xF7: "JPEG-LS",
}
_START_OF_SCAN = 0xDA
_CODESTREAM = b"\xff\x4f\xff\x51"  # SOC and SIZ; a .jp2 has boxes before it
_FIRST = 1024  # a JPEG begins within these bytes


@dataclass(frozen=True)
class Codestream:
    """What the stream states; it may contradict the file around it, and decoders believe it."""

    kind: str
    height: int
    width: int
    bits: int
    components: int = 1
    scan: int | None = None  # where the first scan's header begins: its marker's first byte


def describe(data: bytes) -> Codestream | None:
    """Return what a JPEG or JPEG 2000 stream or file states, or None for anything else.

    (ISO 10918-1 B.2.2, ISO 14495-1 C.2.2, ISO 15444-1 A.5.1.)

    >>> stated = describe(bytes.fromhex("ff4fff51002900000000020000000100" + "00" * 24 + "00010b"))
    >>> stated.kind, stated.height, stated.width, stated.bits
    ('JPEG 2000', 256, 512, 12)
    """
    start = data.find(_CODESTREAM) if data[4:8] == b"jP  " else 0
    if data.startswith(_CODESTREAM, start) and len(data) >= start + 43:
        width, height, left, top = struct.unpack(">IIII", data[start + 8 : start + 24])
        bits = (data[start + 42] & 0x7F) + 1  # Ssiz of the first component
        components = int.from_bytes(data[start + 40 : start + 42], "big")
        return Codestream("JPEG 2000", height - top, width - left, bits, components)
    return _jpeg(data)


def _jpeg(data: bytes) -> Codestream | None:
    """Walk the marker segments up to the first scan."""
    at = data.find(b"\xff\xd8\xff", 0, _FIRST) + 2
    frame = None
    while 2 <= at <= len(data) - 9 and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == 0xFF:  # a fill byte
            at += 1
            continue
        if marker in PROCESSES:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            components = data[at + 9] if at + 9 < len(data) else 1
            frame = Codestream(PROCESSES[marker], height, width, data[at + 4], components)
        if marker == _START_OF_SCAN and frame is not None:
            return replace(frame, scan=at)
        at += 2 + length
    return frame
