"""Titles of records that are there when their template changes, or a formula or title that it reads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from jimu.definitions import Manifest
from jimu.definitions.model import FieldDef, ObjectDef
from jimu.fieldtypes.kinds import Kind
from jimu.formulas import Environment, Path
from jimu.messages import Message
from jimu.records.title_refresh import ALL_JOB, TitleRefresh
from jimu.revisions.findings import Finding, Severity
from jimu.revisions.questions import Questions
from jimu.storage import BULK, JobRow, Transaction

_NOW = Message("Titles of {object} are computed anew; records: {n}.")
_LATER = Message("Titles of {object} are computed anew by a job, since only Python can; records: {n}.")


def stale_titles(running: Manifest, manifest: Manifest) -> list[str]:
    """Objects whose records would be called otherwise now, each after those whose titles its own reads."""
    found = {}
    for object in manifest.objects.values():
        before = _before(running, object)
        if before is None or object.retired or object.title.uses_actor or object.title.uses_prior:
            continue
        read: dict[str, None] = {}
        if _spelt(manifest, object, read) != _spelt(running, before, {}):
            found[object.name] = list(read)
    return sorted(found, key=lambda name: (len(found[name]), name))


def title_findings(running: Manifest, manifest: Manifest, questions: Questions) -> Iterator[Finding]:
    """What a plan says of them."""
    for name in stale_titles(running, manifest):
        count = questions.total(name)
        message = _NOW if manifest.objects[name].title.python_only is None else _LATER
        if count:
            told = Message(message.template, {"object": name, "n": count})
            yield Finding("titles_recomputed", Severity.SAFE, name, told, count)


def refresh_stale_titles(transaction: Transaction, running: Manifest, manifest: Manifest, now: datetime) -> None:
    """In the transaction of the apply, by the database; what only Python can compute is left to a job."""
    environment = Environment(now=now, zone=ZoneInfo(manifest.workspace.time_zone))
    for name in stale_titles(running, manifest):
        if manifest.objects[name].title.python_only is None:
            TitleRefresh(transaction, manifest, environment).all(name)
        else:
            transaction.emit([JobRow(ALL_JOB, {"object": name}, key=f"{ALL_JOB}:{name}", priority=BULK)])


def _before(running: Manifest, object: ObjectDef) -> ObjectDef | None:
    names = (object.name, *object.was)
    return next((running.objects[name] for name in names if name in running.objects), None)


def _spelt(manifest: Manifest, object: ObjectDef, read: dict[str, None]) -> str:
    """The template with all formulas and titles that it reads; ``read``: gets the objects whose titles those are."""
    parts = [object.title_source]
    for path in sorted(object.title.paths):
        parts.append(_spelt_path(manifest, object.name, path, read, frozenset()))
    return "\n".join(parts)


def _spelt_path(manifest: Manifest, object: str, path: Path, read: dict[str, None], above: frozenset[str]) -> str:
    field: FieldDef | None = None
    for name in path:
        definition = manifest.objects.get(object)
        field = definition.fields.get(name) if definition else None
        if field is None:
            return ""
        owner = object
        object = field.target[0] if len(field.target) == 1 else ""
    if field is None:
        return ""
    shown = owner if path[-1] == "title" else object if field.kind is Kind.REFERENCE else ""
    if shown and shown not in read and shown in manifest.objects:
        read[shown] = None
        return _spelt(manifest, manifest.objects[shown], read)
    if field.formula is None or field.address in above:
        return ""
    inner = (_spelt_path(manifest, owner, p, read, above | {field.address}) for p in sorted(field.formula.paths))
    return "\n".join([field.formula.source, *inner])
