"""Thumbnails: small pictures of stored pictures, kept beside the file under the same digest.

Made when first asked for, turned upright by what the camera noted and without any of its notes (places!). What claims
to be a picture and is none, is too large to be opened safely or is broken has no thumbnail, which is kept in mind by
an empty file. Who may fetch the file may fetch its thumbnails; ``files.find_file`` judges. Knows no records, no HTTP.
"""

from __future__ import annotations

import os
import tempfile
import threading
from pathlib import Path

from PIL import Image, ImageOps

from jimu.records.stored_files import StoredFile

SIZES = (96, 320, 1280)
CONTENT_TYPE = "image/webp"
# What a picture may unfold to. Two hundred megabytes are in use while one of this size is made small.
MOST_PIXELS = 50_000_000
MOST_BYTES = 60 << 20
_FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
_NONE = ".none"

# Pillow warns above this bound and refuses above its double, also where a frame is larger than the picture said.
Image.MAX_IMAGE_PIXELS = MOST_PIXELS

# However many pages ask at once, a process unfolds one picture at a time.
_TURN = threading.Lock()

# What Pillow raises for input that is broken, lies about itself or is a bomb.
_UNFIT = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    IndexError,
    KeyError,
    EOFError,
    OverflowError,
    MemoryError,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)


def find_thumbnail(file: StoredFile, size: int) -> Path | None:
    """The picture of at most ``size`` by ``size`` pixels (one of ``SIZES``), made now if it was not yet; None where the
    file can have none.
    """
    if not file.is_picture or size not in SIZES:
        return None
    made, refused = _place(file, f".{size}.webp"), _place(file, _NONE)
    if made.is_file():
        return made
    if refused.is_file():
        return None
    with _TURN:
        if made.is_file():
            return made
        picture = _small(file, size)
        if picture is None:
            refused.touch()
            return None
        _keep(picture, made)
    return made


def thumbnails_of(path: Path) -> list[Path]:
    """All that was kept beside the file at ``path``: what goes when it goes."""
    return [path.with_name(path.name + end) for end in (_NONE, *(f".{size}.webp" for size in SIZES))]


def _place(file: StoredFile, end: str) -> Path:
    return file.path.with_name(file.digest + end)


def _small(file: StoredFile, size: int) -> Image.Image | None:
    """The first frame made small, upright, as plain colours."""
    if file.path.stat().st_size > MOST_BYTES:
        return None
    try:
        with Image.open(file.path, formats=_FORMATS) as opened:
            width, height = opened.size
            if width * height > MOST_PIXELS:
                return None
            opened.thumbnail((size, size), Image.Resampling.LANCZOS)
            upright = ImageOps.exif_transpose(opened)
            has_holes = upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info
            return _bare(upright.convert("RGBA" if has_holes else "RGB"))
    except _UNFIT:
        return None


def _bare(picture: Image.Image) -> Image.Image:
    """Its pixels and nothing else: no notes of the camera, no profile, no comment."""
    bare = Image.new(picture.mode, picture.size)
    bare.paste(picture)
    return bare


def _keep(picture: Image.Image, target: Path) -> None:
    """Written beside its place, then moved there: nobody is sent half a picture."""
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".coming-")
    try:
        with os.fdopen(handle, "wb") as out:
            picture.save(out, "WEBP", quality=82, method=4)
        os.replace(temporary, target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
