"""What somebody may be told of matches: all of records that they may read, of others only what the rule says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jimu.access import readable_fields, record_filter
from jimu.fieldtypes.ids import encode_id
from jimu.formulas import Environment
from jimu.records.context import Context
from jimu.records.duplicates.detecting import Match
from jimu.records.masking import masked_in
from jimu.records.titles import find_titles
from jimu.storage.query import EVERYTHING

if TYPE_CHECKING:
    from jimu.storage import Transaction


@dataclass(frozen=True, slots=True)
class Told:
    """A match as its reader may know of it. ``id`` 0: a record that they may not see. ``fields``: of their own record,
    the field → how far the two agree in it. ``place``: of a record in the same batch; else -1.
    """

    rule: str
    object: str
    id: int
    title: str
    score: float
    fields: Mapping[str, float]
    on_match: str
    owner: int = 0
    owner_name: str = ""
    place: int = -1

    def dump(self) -> dict[str, Any]:
        """As JSON, for details of errors and for the API."""
        return {
            "rule": self.rule,
            "object": self.object,
            "id": encode_id(self.id) if self.id else None,
            "title": self.title or None,
            "score": round(self.score, 4),
            "fields": {name: round(score, 4) for name, score in self.fields.items()},
            "on_match": self.on_match,
            "owner": encode_id(self.owner) if self.owner else None,
            "owner_name": self.owner_name or None,
            **({"row": self.place} if self.place >= 0 else {}),
        }


@dataclass(frozen=True)
class Telling:
    """Judges matches for the actor of ``context``, set-wise."""

    transaction: Transaction
    context: Context
    environment: Environment

    def tell(self, found: Sequence[list[Match]]) -> list[list[Told]]:
        """For the matches of each record: what is told. Those of which nothing may be told at all are left out."""
        every = [match for matches in found for match in matches if match.place < 0]
        seen = self.seen(every)
        titles = self._titles(every, seen)
        return [[told for m in matches if (told := self._told(m, seen, titles)) is not None] for matches in found]

    def seen(self, matches: Sequence[Match]) -> set[int]:
        """The records that the actor may read, and in which nothing by which they were found is hidden or masked."""
        by_object: dict[str, dict[int, set[str]]] = {}
        for match in matches:
            fields = match.rule.fields_of(match.object)
            compared = by_object.setdefault(match.object, {}).setdefault(match.id, set())
            compared.update(fields[name] for name in match.scores)
        return {id for object, compared in by_object.items() for id in self._seen_of(object, compared)}

    def _seen_of(self, object: str, compared: Mapping[int, set[str]]) -> set[int]:
        actor, manifest = self.context.actor, self.context.manifest
        readable = readable_fields(actor, manifest, object)
        ids = {id for id, fields in compared.items() if fields <= readable}
        masked = masked_in(self.transaction, object, ids, self.context, self.environment)
        ids = {id for id in ids if compared[id].isdisjoint(masked.get(id, ()))}
        rule = record_filter(actor, manifest, object)
        if rule == EVERYTHING or not ids:
            return ids
        return self.transaction.matching(object, ids, rule, self.environment, "alive")

    def _titles(self, matches: Sequence[Match], seen: set[int]) -> dict[int, str]:
        """Of the records that are told of by title, and of owners that are named."""
        wanted: set[int] = set()
        for match in matches:
            tell = match.rule.definition.tell
            if match.id not in seen and tell == "full":
                wanted.add(match.id)
            if (match.id in seen or tell in ("owner", "full")) and match.row.get("owner"):
                wanted.add(match.row["owner"])
        known = {id: found.title for id, found in self.transaction.titles(wanted).items()} if wanted else {}
        # Those that the actor may see as the actor may see them.
        return known | find_titles(self.transaction, seen, self.context, self.environment)

    def _told(self, match: Match, seen: set[int], titles: Mapping[int, str]) -> Told | None:
        rule = match.rule.definition
        if match.place >= 0:
            title = str(match.row.get("title") or "")
            return Told(rule.name, match.object, 0, title, match.score, match.scores, rule.on_match, place=match.place)
        is_seen = match.id in seen
        if not is_seen and rule.tell == "none":
            return None
        names_owner = is_seen or rule.tell in ("owner", "full")
        owner = match.row.get("owner") or 0 if names_owner else 0
        shows = is_seen or rule.tell == "full"
        return Told(
            rule.name,
            match.object,
            match.id if is_seen else 0,
            titles.get(match.id, "") if shows else "",
            match.score if shows else 1.0,
            match.scores if shows else {},
            rule.on_match,
            owner,
            titles.get(owner, "") if owner else "",
        )
