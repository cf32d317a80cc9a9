"""Files of a record: what each is, how large, and how it can be looked at without being saved."""

from __future__ import annotations

from dataclasses import dataclass

from babel.numbers import format_decimal

from jimu.access.likely import is_likely
from jimu.access.rules import action_allowed
from jimu.fieldtypes.ids import encode_id
from jimu.messages import Message
from jimu.records import read
from jimu.records.commands import Record
from jimu.records.files import Upload
from jimu.records.requests import ListRequest
from jimu.records.stored_files import ATTACHMENT, preview_kind
from jimu.web.pages.moments import When, when_of
from jimu.web.pages.people import Person, person_of
from jimu.web.pages.reader import Reader

PAGE_SIZE = 60
_UNITS = (("GB", 1 << 30), ("MB", 1 << 20), ("KB", 1 << 10))
_ICONS = {
    "pdf": "file-text",
    "word": "file-description",
    "sheet": "file-spreadsheet",
    "excel": "file-spreadsheet",
    "csv": "file-type-csv",
    "presentation": "presentation",
    "text": "file-text",
    "video": "video",
    "audio": "microphone",
}


@dataclass
class FileView:
    """``preview``: picture, pdf, text or '' (to be saved only)."""

    id: str
    name: str
    size: str
    kind: str
    icon: str
    preview: str
    who: Person
    when: When
    can_delete: bool


@dataclass
class FilesView:
    """``most``: how large a file may be, in bytes, and in words."""

    files: list[FileView]
    next: str
    may_add: bool
    most: int
    most_text: str


def build_files(object: str, id: int, reader: Reader, after: str | None = None) -> FilesView:
    """A page of the files that are no field's."""
    request = ListRequest(ATTACHMENT, also=("is_blank(field)",), order=("-created_at",), limit=PAGE_SIZE, after=after)
    page = read.related(object, id, ATTACHMENT, "record", request, reader.context)
    return FilesView(
        [file_view(r, reader) for r in page.records],
        page.next or "",
        action_allowed(reader.actor, reader.manifest, ATTACHMENT, "create"),
        Upload.max_bytes,
        size_text(Upload.max_bytes, reader),
    )


def file_view(record: Record, reader: Reader) -> FileView:
    values = record.values
    type_ = str(values.get("content_type") or "")
    name = str(values["name"])
    return FileView(
        encode_id(record.id),
        name,
        size_text(int(values.get("size") or 0), reader),
        name.rpartition(".")[2].upper()[:5] if "." in name else "",
        next((icon for part, icon in _ICONS.items() if part in type_), "file"),
        preview_kind(type_, name),
        person_of(values.get("created_by"), record.titles, reader),
        when_of(values["created_at"], reader),
        is_likely(reader.actor, reader.manifest, ATTACHMENT, "delete", {"id": record.id, **values}),
    )


def size_text(size: int, reader: Reader) -> str:
    """``size`` in the unit that people read most easily."""
    unit, each = next(((u, n) for u, n in _UNITS if size >= n), ("B", 1))
    amount = size / each
    pattern = "#,##0.#" if amount < 10 and each > 1 else "#,##0"
    number = format_decimal(amount, pattern, locale=reader.format_context().babel_locale)
    return reader.render(Message("{number} {unit}", {"number": number, "unit": unit}))
