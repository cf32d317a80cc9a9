"""What is known of a person: found, handed out, erased. ``personal:`` of the objects says where it may be.

A person is a record of an object whose ``personal`` names no ``about``. Of them tell: the record itself, records merged
into it, records of other objects that point at it by a lookup named in ``about`` (comments, files, activities …), and
perhaps records of other people's that a duplicate rule or the search takes for the same person: these are shown, and
erased only if they are chosen.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from jimu.access import SYSTEM, require_right
from jimu.bulk.results import tells_all
from jimu.care.anonymising import (
    REASON,
    anonymise,
    forget_past,
    is_personal,
    personal_columns,
)
from jimu.care.looking import looking
from jimu.definitions.manifest import Manifest
from jimu.definitions.model import ObjectDef
from jimu.errors import BadRequest, NotFound
from jimu.fieldtypes import registry
from jimu.fieldtypes.ids import encode_id
from jimu.messages import Message
from jimu.records import Context, ListRequest, read, write
from jimu.records.auditing import audit
from jimu.records.commands import Command, Delete, Update
from jimu.records.duplicates.asking import find_duplicates
from jimu.records.files import find_file
from jimu.records.redirects import OBJECT as REDIRECT
from jimu.records.redirects import find_merged
from jimu.storage.audit import AuditSearch

RIGHT = "erase"
NOT_PERSONAL = Message("Records of this object are no persons.")
NOT_PART = Message("This record does not tell of that person.")
FILES = "attachment"
UNITS = "mass_change"
_LONGEST_NAME = 120
_MOST_NAMES = 60
MOST = 5_000
_MOST_HISTORY = 500
_MOST_AUDIT = 1_000
_FEWEST_LETTERS = 6


@dataclass(frozen=True)
class Trace:
    """A record that tells of the person. ``values``: its personal values. ``how``: self, merged, about, or alike for
    one that may be the same person (erased only if chosen).
    """

    object: str
    id: int
    title: str
    how: str
    values: Mapping[str, Any]
    history: int = 0


@dataclass(frozen=True)
class Traces:
    object: str
    id: int
    title: str
    found: Sequence[Trace]
    audit: int = 0

    @property
    def sure(self) -> list[Trace]:
        return [trace for trace in self.found if trace.how != "alike"]


@dataclass
class Erased:
    """``changed``: object → records anonymised; ``removed``: object → records and files removed for good."""

    changed: dict[str, int] = field(default_factory=dict)
    removed: dict[str, int] = field(default_factory=dict)


def personal_objects(manifest: Manifest) -> list[ObjectDef]:
    """The objects whose records are persons."""
    return [o for o in manifest.objects.values() if not o.retired and is_personal(manifest, o.name)]


def find_traces(object: str, id: int, context: Context) -> Traces:
    """Everything that tells of the person. Needs the right ``erase``; raises NotFound when there is no such record."""
    require_right(context.actor, context.manifest, RIGHT)
    if not is_personal(context.manifest, object):
        raise BadRequest(NOT_PERSONAL)
    with looking(context.as_actor(SYSTEM)) as inner:
        record = read.get(object, id, inner, titles=False)
        own, about = _self(object, record.id, inner), _about(object, [record.id], inner)
        found = [*own, *about, *_alike(object, record.id, inner)]
        return Traces(object, record.id, record.title, found, _audited(record.id, inner))


def _self(object: str, id: int, context: Context) -> Iterable[Trace]:
    """The record, and those merged into it, which lie in the recycle bin."""
    merged = _merged(id, context)
    rows = context.transaction.fetch(object, [id, *merged])
    for one in (id, *merged):
        if one in rows:
            yield _trace(context.manifest.objects[object], rows[one], "self" if one == id else "merged", context)


def _merged(id: int, context: Context) -> list[int]:
    found: dict[int, None] = {}
    waiting = [id]
    while waiting:
        for row in find_merged(context.transaction, context.manifest, waiting.pop()):
            if row["gone"] not in found:
                found[row["gone"]] = None
                waiting.append(row["gone"])
    return list(found)


def _about(object: str, ids: Sequence[int], context: Context) -> Iterable[Trace]:
    for definition in context.manifest.objects.values():
        personal = definition.personal
        if definition.retired or personal is None or not personal.fields:
            continue
        wanted = [n for n in personal.about if not definition.fields[n].target or object in definition.fields[n].target]
        hanging = {i for name in wanted for i in context.transaction.refs(definition.name, name, ids, limit=MOST)}
        for row in context.transaction.fetch(definition.name, hanging).values() if hanging else ():
            yield _trace(definition, row, "about", context)


def _alike(object: str, id: int, context: Context) -> Iterable[Trace]:
    """Persons (of any object) who may be this one: by the duplicate rules, and by a number or address they share."""
    row = context.transaction.fetch(object, [id])[id]
    pairs = {(told.object, told.id) for told in find_duplicates(object, [row], context)[0] if told.id}
    persons = [o.name for o in personal_objects(context.manifest)]
    for word in _words(context.manifest.objects[object], row):
        pairs |= {(hit.object, hit.id) for hit in read.search(word, context, persons)}
    for name, other in sorted(pairs - {(object, id)}):
        if is_personal(context.manifest, name):
            found = context.transaction.fetch(name, [other]).get(other)
            if found is not None and found["deleted_at"] is None:
                yield _trace(context.manifest.objects[name], found, "alike", context)


def _words(object: ObjectDef, row: Mapping[str, Any]) -> list[str]:
    """Addresses and numbers of the person, which are hardly anybody else's."""
    values = (row.get(n) for n in personal_columns(object) if object.fields[n].type in ("email", "phone"))
    return [value for value in values if isinstance(value, str) and len(value) >= _FEWEST_LETTERS]


def _trace(object: ObjectDef, row: Mapping[str, Any], how: str, context: Context) -> Trace:
    fields = object.fields
    values = {
        name: registry.get(fields[name].type).dump(row[name], fields[name])
        for name in personal_columns(object)
        if row.get(name) not in (None, "", []) and fields[name].type != "secret"
    }
    names = set(personal_columns(object))
    entries = context.transaction.history(row["id"], _MOST_HISTORY)
    history = sum(not names.isdisjoint(entry.changes) for entry in entries)
    return Trace(object.name, row["id"], str(row.get("title") or ""), how, values, history)


def _audited(id: int, context: Context) -> int:
    """How many entries of the audit name the record (none holds values of it, and none is changed)."""
    return len(context.transaction.search_audit(AuditSearch(record=id), _MOST_AUDIT).rows)


def export_traces(object: str, id: int, context: Context, *, also: Iterable[int] = ()) -> bytes:
    """A ZIP of what is known of the person: ``data.json`` with values and history, and the files. ``also``: ids of
    those alike that are the same person. Audited.
    """
    traces = find_traces(object, id, context)
    chosen = _chosen(traces, also)
    stream = io.BytesIO()
    with looking(context.as_actor(SYSTEM)) as inner, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        told = {
            "object": object,
            "id": encode_id(traces.id),
            "title": traces.title,
            "exported_at": context.clock().isoformat(),
            "records": [_told(trace, inner) for trace in chosen],
        }
        archive.writestr("data.json", orjson.dumps(told, option=orjson.OPT_INDENT_2))
        for trace in chosen:
            if trace.object == FILES:
                _add_file(archive, trace, inner)
    details = {"records": len(chosen)}
    audit(context, "data.subject_exported", object=object, record=traces.id, details=details)
    return stream.getvalue()


def _add_file(archive: zipfile.ZipFile, trace: Trace, context: Context) -> None:
    try:
        stored = find_file(trace.id, context)
    except NotFound:
        return  # the file itself is gone; its name is in the data
    archive.write(stored.path, f"files/{encode_id(trace.id)}-{stored.name.replace('/', '_')}")


def _told(trace: Trace, context: Context) -> dict[str, Any]:
    names = set(personal_columns(context.manifest.objects[trace.object]))
    past = [
        {
            "at": entry.at.isoformat(),
            "action": entry.action,
            "changes": {name: pair for name, pair in entry.changes.items() if name in names},
        }
        for entry in context.transaction.history(trace.id, _MOST_HISTORY)
        if not names.isdisjoint(entry.changes)
    ]
    return {
        "object": trace.object,
        "id": encode_id(trace.id),
        "title": trace.title,
        "how": trace.how,
        "values": dict(trace.values),
        "history": past,
    }


def _chosen(traces: Traces, also: Iterable[int]) -> list[Trace]:
    alike = {trace.id: trace for trace in traces.found if trace.how == "alike"}
    wanted = list(dict.fromkeys(also))
    if any(id not in alike for id in wanted):
        raise BadRequest(NOT_PART)
    return [*traces.sure, *(alike[id] for id in wanted)]


def erase(object: str, id: int, context: Context, *, also: Iterable[int] = ()) -> Erased:
    """Make the person nameless everywhere, in one transaction; files and merged records are removed for good. Cannot be
    taken back. Audited, without any value.
    """
    traces = find_traces(object, id, context)
    chosen = _chosen(traces, also)
    with write.unit_of_work(context) as unit:
        names = _names(chosen, unit)
        _remove_links(chosen, unit)
        done = _erase([(t.object, t.id, t.how) for t in chosen], unit)
        for trace in chosen:
            if trace.how == "alike":
                below = _about(trace.object, [trace.id], unit)
                more = _erase([(t.object, t.id, t.how) for t in below], unit)
                _add(done, more)
        _rename_units(names, unit)
        audit(
            unit,
            "data.erased",
            object=object,
            record=traces.id,
            details={"changed": done.changed, "removed": done.removed},
        )
    return done


def _names(traces: Sequence[Trace], context: Context) -> list[str]:
    """What the persons are and were called, and their other short values: what subjects elsewhere may hold."""
    found: dict[str, None] = {}
    for trace in traces:
        if trace.how == "about":
            continue
        names = set(personal_columns(context.manifest.objects[trace.object]))
        history = context.transaction.history(trace.id, _MOST_HISTORY)
        past = [v for e in history for name, pair in e.changes.items() if name in names for v in pair]
        values = [trace.title, *trace.values.values(), *past]
        found.update(dict.fromkeys(v for v in values if isinstance(v, str) and 1 < len(v) <= _LONGEST_NAME))
    return list(found)[:_MOST_NAMES]


def _rename_units(names: Sequence[str], context: Context) -> None:
    """Bulk actions that have a name of the person in their subject."""
    engine = context.as_actor(SYSTEM)
    for name in names:
        where = f"contains(subject, {json.dumps(name, ensure_ascii=False)})"
        page = read.list_records(ListRequest(UNITS, where=where, fields=("id",), limit=200, titles=False), engine)
        nameless = {"subject": REASON, **({"told": None} if tells_all(context) else {})}
        commands: list[Command] = [Update(UNITS, record.id, nameless) for record in page.records]
        write.write_many(commands, engine, values=False)


def _add(done: Erased, more: Erased) -> None:
    for one, other in ((done.changed, more.changed), (done.removed, more.removed)):
        for object, count in other.items():
            one[object] = one.get(object, 0) + count


def _erase(traces: Sequence[tuple[str, int, str]], context: Context) -> Erased:
    done = Erased()
    by_object: dict[tuple[str, bool], list[int]] = {}
    for object, id, how in traces:
        by_object.setdefault((object, how == "merged" or object == FILES), []).append(id)
    engine = context.as_actor(SYSTEM)
    for (object, goes), ids in by_object.items():
        if goes:
            _remove(object, ids, engine)
            done.removed[object] = done.removed.get(object, 0) + len(ids)
        else:
            done.changed[object] = _make_nameless(object, ids, engine)
    return done


def _remove_links(traces: Sequence[Trace], context: Context) -> None:
    """What says nothing of the persons but that it is about them, such as who follows them."""
    engine = context.as_actor(SYSTEM)
    for definition in context.manifest.objects.values():
        personal = definition.personal
        if definition.retired or personal is None or personal.fields:
            continue
        ids = [trace.id for trace in traces]
        links = {i for name in personal.about for i in context.transaction.refs(definition.name, name, ids, limit=MOST)}
        _remove(definition.name, sorted(links), engine)


def _make_nameless(object: str, ids: Sequence[int], context: Context) -> int:
    """Living ones are written; those in the recycle bin are removed, since nobody may write them."""
    rows = context.transaction.fetch(object, ids, ("deleted_at",))
    gone = [id for id, row in rows.items() if row["deleted_at"] is not None]
    if gone:
        _remove(object, gone, context)
    anonymise(object, [id for id in rows if id not in gone], context)
    return len(rows)


def _remove(object: str, ids: Sequence[int], context: Context) -> None:
    """For good, with their history's values and the titles that redirects keep of them."""
    definition = context.manifest.objects[object]
    commands: list[Command] = [Delete(object, id, purge=True) for id in ids]
    result = write.write_many(commands, context, values=False)
    if result.failed:
        raise result.failed[0].error
    forget_past(definition, ids, context)
    found = context.transaction.find_ids(REDIRECT, "gone", [encode_id(id) for id in ids])
    renamed: list[Command] = [
        Update(REDIRECT, one, {"gone_title": REASON}) for some in found.values() for one in some
    ]
    write.write_many(renamed, context, values=False)

