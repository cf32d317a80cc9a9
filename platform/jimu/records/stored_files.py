"""What a stored file is: where its bytes lie, and how it may be looked at, judged by them and not by what was claimed.

Knows no records and nobody's rights: ``files.find_file`` says who may have one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ATTACHMENT = "attachment"

# First bytes of the pictures that browsers may show in place; whatever else is called an image is only downloaded.
PICTURES = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
    b"RIFF": "image/webp",
}
_PICTURE_ENDINGS = frozenset({"png", "jpg", "jpeg", "gif", "webp"})
_TEXTS = frozenset({"application/json", "application/x-yaml", "application/yaml", "application/sql"})
_TEXT_ENDINGS = frozenset({"txt", "md", "csv", "tsv", "log", "json", "yaml", "yml", "ini", "sql"})


@dataclass(frozen=True)
class StoredFile:
    name: str
    content_type: str
    size: int
    digest: str
    path: Path

    @property
    def is_picture(self) -> bool:
        return self.content_type in PICTURES.values()

    @property
    def preview(self) -> str:
        """How it may be looked at in place: picture, pdf, text or ''. Judged by the bytes, not by what was claimed."""
        kind = preview_kind(self.content_type, self.name)
        return "" if kind == "pdf" and not _starts_with(self.path, b"%PDF-") else kind


def is_picture_name(name: str) -> bool:
    """Whether a file of this name is likely to be a picture; what it is is judged by its bytes when it is asked for."""
    return name.rpartition(".")[2].lower() in _PICTURE_ENDINGS


def preview_kind(content_type: str, name: str) -> str:
    """How a file of this type may be looked at: picture, pdf, text or ''."""
    if content_type in PICTURES.values():
        return "picture"
    if content_type == "application/pdf":
        return "pdf"
    ending = name.rpartition(".")[2].lower()
    is_text = content_type.startswith("text/") or content_type in _TEXTS or ending in _TEXT_ENDINGS
    return "text" if is_text and "officedocument" not in content_type else ""


def _starts_with(path: Path, start: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(len(start)) == start


def folder_of(settings: Mapping[str, Any]) -> Path:
    """The folder of all files."""
    return Path(settings["home"]) / "files"


def path_of(digest: str, settings: Mapping[str, Any]) -> Path:
    """Where the bytes with this digest lie, or would."""
    return folder_of(settings) / digest[:2] / digest
