"""Pictures for tests: as a camera makes them, moving, broken, and made to harm whoever opens them."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image

RED, BLUE = (200, 30, 30), (30, 30, 200)
TURNED = 6  # "the top of the picture is on its right side"
_ORIENTATION, _PLACE, _MAKER = 0x0112, 0x8825, 0x010F


def photo(width: int = 400, height: int = 200, kind: str = "JPEG") -> bytes:
    """Its left half is red, its right half blue, as the sensor lay; taken upright, at a place that it tells."""
    picture = Image.new("RGB", (width, height), RED)
    picture.paste(BLUE, (width // 2, 0, width, height))
    notes = picture.getexif()
    notes[_ORIENTATION], notes[_MAKER] = TURNED, "Sample Camera"
    notes.get_ifd(_PLACE)[1] = "N"
    out = io.BytesIO()
    picture.save(out, kind, exif=notes)
    return out.getvalue()


def moving() -> bytes:
    frames = [Image.new("RGB", (300, 150), colour) for colour in (RED, BLUE)]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    return out.getvalue()


def bomb(side: int = 60_000) -> bytes:
    """A few hundred bytes that say they are a picture of 3.6 thousand million pixels."""
    parts = ((b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)), (b"IDAT", zlib.compress(bytes(1000))))
    made = b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in (*parts, (b"IEND", b""))
    )
    return b"\x89PNG\r\n\x1a\n" + made
