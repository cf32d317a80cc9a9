"""Finding out in which encoding a text file is written.

A byte order mark decides. Else the whole file is tried strictly as UTF-8, and if that fails the multi-byte encodings of
Chinese are tried over the whole file and told apart by how common the characters are that they give. gb18030 stands for
gbk and gb2312 as well: it holds all their characters and the rare ones that gb2312 lacks.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path

CHUNK = 1 << 18
SAMPLE = 1 << 18

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Names under which people ask for an encoding -> the widest codec that reads it.
_WIDEST = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "cp936": "gb18030",
    "ansi": "gb18030",
    "utf8": "utf-8-sig",
    "utf-8": "utf-8-sig",
    "utf16": "utf-16",
    "utf-16": "utf-16",
    "big5": "cp950",
    "latin1": "cp1252",
    "iso-8859-1": "cp1252",
}


def known_encoding(name: str) -> str | None:
    """The codec to read what is called ``name``, or None."""
    name = _WIDEST.get(name.strip().lower(), name.strip().lower())
    try:
        codecs.lookup(name)
    except LookupError:
        return None
    return name


def find_encoding(path: Path) -> str:
    """The Python codec that reads the whole of ``path`` without an error. Never raises for what the file holds."""
    with path.open("rb") as file:
        head = file.read(SAMPLE)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    wide = _unmarked_utf16(head)
    if wide:
        return wide
    if _decodes(path, "utf-8"):
        return "utf-8"
    candidates = [name for name in ("gb18030", "cp950", "big5hkscs") if _decodes(path, name)]
    if not candidates:
        return "cp1252" if _decodes(path, "cp1252") else "latin-1"
    return max(candidates, key=lambda name: _commonness(head, name))


def decode_sample(path: Path, encoding: str, size: int = SAMPLE) -> tuple[str, bool]:
    """The beginning of the file as text, and whether that is all of it."""
    with path.open("rb") as file:
        raw = file.read(size)
        whole = not file.read(1)
    return codecs.getincrementaldecoder(encoding)(errors="replace").decode(raw, final=whole), whole


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)(errors="strict")
    try:
        for chunk in _chunks(path):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _unmarked_utf16(head: bytes) -> str | None:
    """Text of mostly Latin letters in UTF-16 has a zero in every second byte; no other text file has zeros at all."""
    half = len(head) // 2
    if half < 4:
        return None
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > half * 0.4 and even < half * 0.05:
        return "utf-16-le"
    if even > half * 0.4 and odd < half * 0.05:
        return "utf-16-be"
    return None


def _commonness(head: bytes, encoding: str) -> float:
    """The share of two-byte characters of ``head`` that belong to the level of common characters of their encoding.

    GB 2312 level 1 (by pronunciation, 3,755 characters) is B0A1-D7F9; Big5 level 1 (5,401 characters) is A440-C67E.
    Read by the wrong one of the two, a text hits the right range less often than by the right one. Punctuation and
    full-width signs (A1-A3) count for neither.
    """
    common = total = 0
    position = 0
    while position < len(head) - 1:
        lead = head[position]
        if lead < 0x80:
            position += 1
            continue
        trail = head[position + 1]
        position += 2
        if 0xA1 <= lead <= 0xA3:
            continue
        total += 1
        if encoding == "gb18030":
            common += 0xB0 <= lead <= 0xD7 and trail >= 0xA1
        else:
            common += 0xA4 <= lead <= 0xC6 and (0x40 <= trail <= 0x7E or trail >= 0xA1)
    # A plain text is read by more than one; the order of trial (gb18030 first) decides a tie.
    return common / total if total else 0.0
