"""Who hears of what happened: the followers and owners of the records who may read them now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jimu.access import record_filter
from jimu.access.actor import Actor
from jimu.access.approvals import APPROVAL
from jimu.access.fields import field_access
from jimu.access.scopes import USER_OBJECT
from jimu.fieldtypes.ids import decode_id
from jimu.flows.followers.following import listeners_of, owners_told
from jimu.flows.followers.happenings import COMMENTED, DECIDED, DELETED, OWNER, TOLD, Happening
from jimu.flows.followers.words import SYSTEM_NAME, View
from jimu.records import Context
from jimu.records.environment import build_environment
from jimu.records.masking import masked_in
from jimu.records.mentions import COMMENT, MENTIONS, TEXT, active_actors
from jimu.records.titles import Titled, find_deleted, find_titled
from jimu.storage.query import NOTHING
from jimu.translation import translator


@dataclass(frozen=True, slots=True)
class Told:
    """What one person is to hear of one record."""

    record: int
    happenings: Sequence[Happening]
    view: View


@dataclass
class Audience:
    """``wanted``: person -> record -> what happened to it. ``comments``: the rows of those that are told of."""

    context: Context
    by: int | None
    wanted: dict[int, dict[int, list[Happening]]] = field(default_factory=dict)
    comments: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def people(self) -> set[int]:
        return set(self.wanted)

    @property
    def records(self) -> set[int]:
        return {record for happened in self.wanted.values() for record in happened}

    def told(self) -> Iterator[tuple[Actor, list[Told]]]:
        """Each active person with what they may hear of; those who may hear of nothing are left out."""
        transaction, context = self.context.transaction, self.context
        names = transaction.titles({self.by} if self.by else ())
        for actor in active_actors(transaction, sorted(self.wanted), context):
            mine = self.wanted[actor.id or 0]
            found = list(self._of(actor, mine, names.get(self.by or 0)))
            if found:
                yield actor, found

    def _of(self, actor: Actor, mine: Mapping[int, Sequence[Happening]], who: Any) -> Iterator[Told]:
        say, own = translator(actor.locale), self.context.as_actor(actor)
        name = who.title if who is not None else SYSTEM_NAME.render(say)
        titled = self._titled(mine, own)
        names = self._names(mine, own)
        comments = self._texts(actor)
        masked: dict[int, frozenset[str]] = {}
        for object in {t.object for t in titled.values()}:
            ids = [id for id, t in titled.items() if t.object == object]
            masked |= masked_in(self.context.transaction, object, ids, own, build_environment(own))
        for record, found in titled.items():
            view = View(
                actor.id or 0, say, actor.locale, name, found.title, self.context.manifest.objects[found.object],
                field_access(actor, self.context.manifest, found.object), masked.get(record, frozenset()), names,
                comments,
            )  # fmt: skip
            yield Told(record, mine[record], view)

    def _titled(self, mine: Mapping[int, Sequence[Happening]], own: Context) -> dict[int, Titled]:
        """The records that the person may read, with the titles that they may see."""
        environment, transaction = build_environment(own), self.context.transaction
        gone = {id for id, happened in mine.items() if any(h.kind == DELETED for h in happened)}
        found = find_titled(transaction, set(mine) - gone, own, environment)
        return found | (find_deleted(transaction, gone, own, environment) if gone else {})

    def _names(self, mine: Mapping[int, Sequence[Happening]], own: Context) -> dict[int, str]:
        owners = {decode_id(h.data[OWNER]) for hs in mine.values() for h in hs if h.data.get(OWNER)}
        if not owners:
            return {}
        found = find_titled(self.context.transaction, owners, own, build_environment(own))
        return {id: one.title for id, one in found.items() if one.object == USER_OBJECT}

    def _texts(self, actor: Actor) -> dict[int, str]:
        """Comments as far as the person may read comments at all; their records are judged by themselves."""
        if not self.comments or record_filter(actor, self.context.manifest, COMMENT) == NOTHING:
            return {}
        return {id: str(row[TEXT] or "") for id, row in self.comments.items() if row["deleted_at"] is None}


def audience_of(happenings: Sequence[Happening], by: int | None, context: Context) -> Audience:
    """Who would like to hear of it, but for who did it, and those who are told of the same by another notice."""
    comments = _rows(COMMENT, "comment", COMMENTED, happenings, ("created_by", MENTIONS, TEXT, "deleted_at"), context)
    approvals = _rows(APPROVAL, "approval", DECIDED, happenings, (OWNER,), context)
    listening = listening_to(happenings, context)
    found = Audience(context, by, {}, comments)
    for happening in happenings:
        left_out = {by}
        if happening.kind == COMMENTED:
            comment = comments.get(decode_id(happening.data["comment"]), {})
            left_out |= {comment.get("created_by"), *(comment.get(MENTIONS) or ())}
        elif happening.kind == DECIDED:
            left_out.add(approvals.get(decode_id(happening.data["approval"]), {}).get(OWNER))
        elif happening.data.get(TOLD) and happening.data[OWNER]:
            left_out.add(decode_id(happening.data[OWNER]))
        for person in listening.get(happening.record, set()) - left_out:
            found.wanted.setdefault(person, {}).setdefault(happening.record, []).append(happening)
    return found


def _rows(
    object: str, name: str, kind: str, happenings: Sequence[Happening], fields: tuple[str, ...], context: Context
) -> Mapping[int, Mapping[str, Any]]:
    ids = {decode_id(h.data[name]) for h in happenings if h.kind == kind}
    found: Mapping[int, Mapping[str, Any]] = context.transaction.fetch(object, ids, fields) if ids else {}
    return found


def listening_to(happenings: Sequence[Happening], context: Context) -> dict[int, set[int]]:
    """Record -> who follows it or owns it, and has not said that they do not want to hear of it."""
    transaction = context.transaction
    gone = {h.record for h in happenings if h.kind == DELETED}
    told = listeners_of({h.record for h in happenings} - gone, transaction)
    told |= listeners_of(gone, transaction, deleted=True) if gone else {}
    found = {record: {person for person, is_on in people.items() if is_on} for record, people in told.items()}
    by_object: dict[str, list[int]] = {}
    for id, title in transaction.titles({h.record for h in happenings}).items():
        if title.object in context.manifest.objects:
            by_object.setdefault(title.object, []).append(id)
    for object, ids in by_object.items():
        if OWNER in context.manifest.objects[object].fields:
            for record, owner in owners_told(object, ids, transaction).items():
                if owner not in told.get(record, {}):
                    found.setdefault(record, set()).add(owner)
    return found
