"""What happened to records in a wave that their followers may want to hear of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from jimu.access.approvals import APPROVAL
from jimu.access.per_manifest import PerManifest
from jimu.definitions.default_layouts import default_page
from jimu.definitions.manifest import Manifest
from jimu.fieldtypes.ids import decode_id, encode_id
from jimu.flows.stages.finding import stages_of
from jimu.flows.stages.moves import TAKEN_OVER
from jimu.records.commands import Update
from jimu.records.draft import Draft
from jimu.records.followed import can_be_followed
from jimu.records.mentions import COMMENT, RECORD
from jimu.records.wave import Wave

CHANGED, COMMENTED, DECIDED, DELETED = "changed", "commented", "decided", "deleted"
FIELDS, STAGE, OWNER, TOLD = "fields", "stage", "owner", "told"
_DECISIONS = frozenset({"approved", "rejected", "withdrawn", "terminated", "expired", "revoked"})


@dataclass(frozen=True, slots=True)
class Happening:
    """``data`` is JSON. Of a change: the ``fields`` that people follow, the ``stage`` as [field, before, after], the
    new ``owner``, and whether that person is ``told`` by whoever gave it to them; of a comment and a decision: which
    one.
    """

    record: int
    kind: str
    data: Mapping[str, Any] = field(default_factory=dict)

    def dump(self) -> list[Any]:
        return [encode_id(self.record), self.kind, dict(self.data)]

    @classmethod
    def load(cls, given: list[Any]) -> Happening:
        return cls(decode_id(given[0]), given[1], given[2])


def happenings_of(wave: Wave) -> list[Happening]:
    """What to tell of the wave. Nothing of what a bulk unit notes, which tells of itself when it is over, nor of what
    is taken over from elsewhere.
    """
    if wave.context.unit is not None or wave.context.actor.via in TAKEN_OVER:
        return []
    if wave.object == COMMENT:
        return list(_comments(wave))
    if wave.object == APPROVAL:
        return list(_decisions(wave))
    if not can_be_followed(wave.context.manifest, wave.object):
        return []
    if wave.action == "update":
        return [h for d in wave.judged if (h := _change(wave, d)) is not None]
    return [Happening(d.id, DELETED) for d in wave.open] if wave.action == "delete" else []


def _comments(wave: Wave) -> Iterable[Happening]:
    for draft in wave.judged if wave.action == "create" else ():
        if draft.values.get(RECORD):
            yield Happening(draft.values[RECORD], COMMENTED, {"comment": encode_id(draft.id)})


def _decisions(wave: Wave) -> Iterable[Happening]:
    for draft in wave.judged if wave.action == "update" else ():
        record, state = draft.values.get("record"), draft.values.get("state")
        if record and state in _DECISIONS and (draft.before or {}).get("state") != state:
            yield Happening(record, DECIDED, {"result": state, "approval": encode_id(draft.id)})


def _change(wave: Wave, draft: Draft) -> Happening | None:
    data: dict[str, Any] = {}
    stages = stages_of(wave.context.manifest, wave.object, draft.values)
    if stages is not None and stages.field in draft.changed:
        data[STAGE] = [stages.field, (draft.before or {}).get(stages.field), draft.values.get(stages.field)]
    if OWNER in draft.changed:
        owner = draft.values.get(OWNER)
        data[OWNER] = encode_id(owner) if owner else None
        if tells_owner(draft):
            data[TOLD] = True
    tracked = tracked_fields(wave.context.manifest, wave.object, draft.values.get("record_type"))
    told = {OWNER, stages.field if stages is not None else OWNER}
    fields = [name for name in draft.changed if name in tracked and name not in told]
    if fields:
        data[FIELDS] = list(dict.fromkeys(tracked[name] for name in fields))
    return Happening(draft.id, CHANGED, data) if data else None


def tells_owner(draft: Draft) -> bool:
    """Whether pools and assignments, which tell the people concerned themselves, gave the record to somebody."""
    return isinstance(draft.command, Update) and draft.command.note is not None and OWNER in draft.changed


def tracked_fields(manifest: Manifest, object: str, record_type: str | None = None) -> Mapping[str, str]:
    """The columns whose changes are told of -> the field that is named: a composite for its parts."""
    known = _tracked.get(manifest)
    key = (object, record_type)
    found = known.get(key)
    if found is None:
        found = known[key] = _build(manifest, object, record_type)
    return found


def _build(manifest: Manifest, object: str, record_type: str | None) -> dict[str, str]:
    definition = manifest.objects[object]
    names = definition.follow
    if names is None:
        names = default_page(manifest, object, record_type).highlights
    found: dict[str, str] = {}
    for name in names:
        field = definition.fields.get(name)
        if field is not None and not field.retired and field.type != "secret":
            found |= {name: name, **dict.fromkeys(field.parts, name)}
    return found


_tracked: PerManifest[dict[tuple[str, str | None], dict[str, str]]] = PerManifest(lambda manifest: {})
