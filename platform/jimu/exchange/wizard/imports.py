"""Imports as records: begun with a file, mapped, remembered. The engine writes them, for whoever they belong to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, Any

from jimu.access.rules import require_action
from jimu.bulk.noting import as_engine
from jimu.bulk.results import Run, load_run
from jimu.definitions.model import ObjectDef
from jimu.errors import BadRequest, Conflict, NotFound
from jimu.exchange.importing.step import ImportStep, read_step
from jimu.exchange.readers import ReadOptions, open_table
from jimu.exchange.wizard.files import local_file
from jimu.exchange.wizard.profile import FileProfile, profile_of
from jimu.exchange.wizard.suggestions import Plan, remembered_plan, suggest_plan
from jimu.fieldtypes.ids import encode_id
from jimu.messages import Message, kept_message
from jimu.records import Context, Create, Delete, ListRequest, Update, read, write
from jimu.records.commands import Record
from jimu.records.files import Upload, store_file

IMPORT = "data_import"
NOT_NOW = Message("This import has begun already.")
MOST_REMEMBERED = 20


@dataclass(frozen=True)
class DataImport:
    """``state``: mapping, checking, checked or started. ``unit``: what took it in, once it has begun.

    ``problem``: why it could not be checked. ``forecast``: what a check found.
    """

    id: int
    version: int
    owner: int | None
    file_name: str
    object: str
    state: str
    rows: int
    checked_rows: int
    unit: int | None
    problem: Message | None
    shape: str
    at: datetime | None = None
    plan: Mapping[str, Any] = field(default_factory=dict)
    forecast: Mapping[str, Any] = field(default_factory=dict)
    profile: FileProfile | None = None

    @property
    def is_open(self) -> bool:
        """Whether its mapping can still be changed."""
        return self.state in ("mapping", "checking", "checked")

    @property
    def step(self) -> ImportStep:
        return read_step(self.plan, object=self.object, file=self.file_name)


def receive(
    name: str, stream: IO[bytes], object: str, context: Context, options: ReadOptions | None = None
) -> DataImport:
    """Keep the file, look through it, suggest a mapping. Raises UnreadableFile, TooLarge, Forbidden, NotFound."""
    require_action(context.actor, context.manifest, object, "create")
    most = int(context.settings.get("max_request_mb") or 32) << 20
    values = {"file_name": name[:255], "of_object": object, "state": "mapping", "owner": context.actor.id or None}
    with write.unit_of_work(context) as unit:
        id = write.write(Create(IMPORT, values), as_engine(unit)).id
        store_file(Upload(name, "", stream, max_bytes=most), id, unit)
        look_through(id, object, options or ReadOptions(), unit)
    return load_import(id, context)


def look_through(id: int, object: str, options: ReadOptions, unit: Context) -> None:
    """Reads the file (again) as ``options`` say, and starts its mapping from what is known."""
    definition = unit.manifest.object(object)
    profile = profile_of(open_table(local_file(id, as_engine(unit)), options))
    told = _remembered(profile.shape, definition, unit)
    plan = remembered_plan(profile, told, definition, unit) if told else suggest_plan(profile, definition, unit)
    said = {"encoding": options.encoding, "delimiter": options.delimiter, "sheet": options.sheet}
    plan |= {name: value for name, value in said.items() if value}
    values = {
        "of_object": object,
        "rows": profile.rows,
        "shape": profile.shape,
        "profile": profile.dump(),
        "plan": plan,
        "state": "mapping",
        "forecast": None,
        "problem": None,
    }
    write.write(Update(IMPORT, id, values), as_engine(unit))


def _remembered(shape: str, object: ObjectDef, context: Context) -> Mapping[str, Any]:
    """The mapping of the actor's last import of a file with these headers that was carried out."""
    if not context.actor.id:
        return {}
    where = f"shape == '{shape}' and of_object == '{object.name}' and state == 'started'"
    owned = f"owner == '{encode_id(context.actor.id)}'"
    request = ListRequest(
        IMPORT, where=where, also=[owned], order=("-created_at",), fields=("plan",), limit=1, titles=False
    )
    records = read.list_records(request, as_engine(context)).records
    return (records[0].values.get("plan") or {}) if records else {}


def load_import(id: int, context: Context) -> DataImport:
    """Raises NotFound if there is none, or none that the actor may see."""
    seen = read.get(IMPORT, id, context, fields=("owner",), titles=False)
    if context.actor.id is None:
        raise NotFound(Message("There is no such record."))
    return import_of(read.get(IMPORT, seen.id, as_engine(context), titles=False))


def import_of(record: Record) -> DataImport:
    v = record.values
    profile, forecast = v.get("profile"), v.get("forecast") or {}
    problem = forecast.get("problem") or v.get("problem")
    return DataImport(
        record.id,
        record.version,
        v.get("owner"),
        v.get("file_name") or "",
        v.get("of_object") or "",
        v.get("state") or "mapping",
        v.get("rows") or 0,
        v.get("checked_rows") or 0,
        v.get("unit"),
        kept_message(problem) if problem else None,
        v.get("shape") or "",
        v.get("created_at"),
        v.get("plan") or {},
        forecast,
        FileProfile.load(profile) if profile else None,
    )


def set_plan(data: DataImport, plan: Plan, context: Context) -> DataImport:
    """Keep another mapping; what a check found of the old one holds no longer. Raises Conflict once it has begun."""
    _require_open(data)
    object = plan.get("object", data.object)
    values = {"plan": plan, "of_object": object, "state": "mapping", "forecast": None, "problem": None}
    write.write(Update(IMPORT, data.id, values), as_engine(context))
    return load_import(data.id, context)


def read_anew(data: DataImport, object: str, options: ReadOptions, context: Context) -> DataImport:
    """Take the file for one of other records, or read it in another way; the mapping begins anew."""
    _require_open(data)
    require_action(context.actor, context.manifest, object, "create")
    with write.unit_of_work(context) as unit:
        look_through(data.id, object, options, unit)
    return load_import(data.id, context)


def discard(data: DataImport, context: Context) -> None:
    """An import that was never carried out goes into the recycle bin."""
    _require_open(data)
    write.write(Delete(IMPORT, data.id), as_engine(context))


def run_of_import(data: DataImport, context: Context) -> Run | None:
    return load_run(data.unit, as_engine(context)) if data.unit else None


def note(data: DataImport, values: Mapping[str, Any], context: Context) -> None:
    write.write(Update(IMPORT, data.id, dict(values)), as_engine(context))


def _require_open(data: DataImport) -> None:
    if not data.is_open:
        raise Conflict(NOT_NOW)


def require_mapped(data: DataImport) -> None:
    """Raises BadRequest if no column means anything yet."""
    if not any((data.plan.get("columns") or {}).values()) and not data.plan.get("set"):
        raise BadRequest(Message("Say first what at least one column means."))
