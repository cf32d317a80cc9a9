"""Reading records page by page and writing them into a file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal

from jimu.access import require_action
from jimu.definitions.manifest import Manifest
from jimu.errors import BadRequest
from jimu.exchange.exporting.columns import ExportColumn, OutCell, choose_columns
from jimu.exchange.exporting.csv_writer import write_csv
from jimu.exchange.exporting.excel_writer import write_excel
from jimu.fieldtypes.base import FormatContext
from jimu.fieldtypes.kinds import Kind
from jimu.messages import Message
from jimu.records import Context, ListRequest
from jimu.records import read as records
from jimu.records.auditing import audit
from jimu.records.environment import build_environment

PAGE = 500
FileFormat = Literal["csv", "xlsx"]


@dataclass(frozen=True)
class ExportRequest:
    """``where``: formula text or a checked Formula; ``also``: more conditions, as in ListRequest. ``fields`` None:
    all readable.

    ``labels``: headers, options and references as people read them, instead of names, values and ids. ``mark``: CSV
    begins with a byte order mark, which Excel needs.
    """

    object: str
    where: Any = None
    also: Sequence[Any] = ()
    order: Sequence[str] = ()
    fields: Sequence[str] | None = None
    search: str = ""
    labels: bool = False
    mark: bool = True
    format: FileFormat = "csv"


def format_of(path: Path) -> FileFormat:
    """What a file of this name is to be; raises BadRequest."""
    suffix = path.suffix.lower()
    if suffix in (".csv", ".txt", ".tsv", ""):
        return "csv"
    if suffix == ".xlsx":
        return "xlsx"
    raise BadRequest(Message("A file can be exported as .csv or .xlsx, not as {suffix}.", {"suffix": suffix}))


def export_file(
    path: Path, request: ExportRequest, context: Context, progress: Callable[[int], None] | None = None
) -> int:
    """Writes the records into ``path``, which appears only once it is whole; returns how many. Raises Forbidden,
    BadRequest.
    """
    temporary = path.with_name(f".{path.name}.part")
    try:
        with temporary.open("wb") as file:
            count = export_to(file, request, context, progress)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    return count


def export_to(
    file: IO[bytes], request: ExportRequest, context: Context, progress: Callable[[int], None] | None = None
) -> int:
    """The same into an open binary file."""
    object = context.manifest.object(request.object)
    require_action(context.actor, context.manifest, object.name, "export")
    environment = build_environment(context)
    format = FormatContext(
        locale=context.actor.locale, time_zone=environment.zone, currency=context.manifest.workspace.currency
    )
    columns = choose_columns(object, request.fields, context, labels=request.labels, format=format)
    rows = _rows(request, columns, context, progress)
    if request.format == "xlsx":
        count = write_excel(file, columns, rows, environment.zone)
    else:
        count = write_csv(file, columns, rows, mark=request.mark)
    _note(request, columns, count, context)
    return count


def _note(request: ExportRequest, columns: Sequence[ExportColumn], count: int, context: Context) -> None:
    """Who took what out of the house; without this entry nobody gets the file."""
    asked = [str(text) for text in (request.where, *request.also) if text]
    told = {
        "count": count,
        "format": request.format,
        "where": " and ".join(asked),
        "search": request.search,
        "fields": sorted({column.field.name for column in columns}),
    }
    audit(context, "export.records", object=request.object, details={k: v for k, v in told.items() if v})


def _rows(
    request: ExportRequest, columns: Sequence[ExportColumn], context: Context, progress: Callable[[int], None] | None
) -> Iterator[list[OutCell]]:
    fields = list(dict.fromkeys(_read_as(c, context.manifest, request.object) for c in columns))
    after: str | None = None
    done = 0
    while True:
        page = records.list_records(
            ListRequest(
                request.object,
                where=request.where,
                also=request.also,
                order=request.order or ("id",),
                fields=[f for f in fields if f != "id"],
                limit=PAGE,
                after=after,
                search=request.search,
                action="export",
            ),
            context,
        )
        for record in page.records:
            yield [column.value(record) for column in columns]
        done += len(page.records)
        if progress is not None:
            progress(done)
        if page.next is None:
            return
        after = page.next


def _read_as(column: ExportColumn, manifest: Manifest, object: str) -> str:
    """The field to read for a column: a part of a composite is read with the whole."""
    whole = manifest.object(object).fields.get(column.field.part_of or "")
    return whole.name if whole is not None and whole.kind is Kind.COMPOSITE else column.field.name
