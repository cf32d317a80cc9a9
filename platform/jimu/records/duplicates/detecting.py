"""Finding the like of records: candidates by their keys, scored by what they hold. Nobody's rights are asked here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jimu.definitions.manifest import Manifest
from jimu.formulas import Environment
from jimu.records.duplicates.comparing import Comparable
from jimu.records.duplicates.rules import Rule
from jimu.storage.query import Where

if TYPE_CHECKING:
    from jimu.storage import Transaction

MOST_FOUND = 20
"""So many matches of one record are told of by one rule, the best first."""

APART = "not_duplicate"
_MOST_CANDIDATES = 500


@dataclass(frozen=True, slots=True)
class Match:
    """``object`` and ``id`` of a record that is taken for the same by ``rule``. ``scores``: the rule's field → how far
    the two agree in it. ``row``: the values compared, with owner. ``place``: that of a record in the same batch, which
    is not stored yet (-1: it is stored).
    """

    rule: Rule
    object: str
    id: int
    score: float
    scores: Mapping[str, float]
    row: Mapping[str, Any]
    place: int = -1


@dataclass(frozen=True)
class Searching:
    """What looking for duplicates needs."""

    transaction: Transaction
    manifest: Manifest
    environment: Environment

    def find(self, rule: Rule, object: str, rows: Sequence[Mapping[str, Any]]) -> list[list[Match]]:
        """The matches of each of ``rows`` (records of the rule's object as they would be stored, with ``id``), best
        first; those earlier in ``rows`` count too.
        """
        own = [rule.comparison.comparable(row, rule.fields_of(object)) for row in rows]
        wanted = [rule.keys.wanted(values) for values in own]
        texts = [rule.keys.text(values) for values in own]
        stored = self._stored(rule, wanted, texts, {row["id"] for row in rows})
        batch = _in_batch(rule, own, wanted, texts) if rule.definition.own and len(rows) > 1 else [[] for _ in rows]
        held = self._hold(rule, {id for ids in stored for id in ids})
        made = []
        for i in range(len(rows)):
            found = [m for id in stored[i] if id in held and (m := _match(rule, own[i], *held[id])) is not None]
            for j in batch[i]:
                one = _match(rule, own[i], own[j], Match(rule, object, rows[j]["id"], 0, {}, rows[j], j))
                found += [one] if one is not None else []
            found.sort(key=lambda match: (-match.score, match.id))
            made.append(found)
        self._leave_out_apart(rows, made)
        return [found[:MOST_FOUND] for found in made]

    def _stored(
        self, rule: Rule, wanted: Sequence[Sequence[int]], texts: Sequence[str], own: set[int]
    ) -> list[list[int]]:
        """The stored records under the keys of each row that are like it; the rows themselves left out."""
        keys = list({key for some in wanted for key in some})
        under: dict[int, dict[int, str]] = {}
        if keys:
            for key, id, text in self.transaction.find_match_keys(rule.number, keys):
                if id not in own:
                    under.setdefault(key, {})[id] = text
        found = []
        for some, mine in zip(wanted, texts, strict=True):
            near = (id for key in some if key in under for id in rule.keys.like_ids(mine, under[key]))
            found.append(list(dict.fromkeys(near))[:_MOST_CANDIDATES])
        return found

    def _hold(self, rule: Rule, ids: set[int]) -> dict[int, tuple[Comparable, Match]]:
        """The living ones of ``ids`` that count, with their values made comparable."""
        held: dict[int, tuple[Comparable, Match]] = {}
        for object in rule.definition.objects if ids else ():
            fields = rule.fields_of(object)
            definition = self.manifest.objects[object]
            names = {*fields.values(), "deleted_at", *({"owner"} & definition.fields.keys())}
            rows = self.transaction.fetch(object, ids - held.keys(), sorted(names))
            alive = {id: row for id, row in rows.items() if row["deleted_at"] is None}
            for id in self._among(rule, object, alive):
                row = alive[id]
                held[id] = rule.comparison.comparable(row, fields), Match(rule, object, id, 0, {}, row)
        return held

    def _among(self, rule: Rule, object: str, rows: Mapping[int, Any]) -> Iterable[int]:
        if object == rule.definition.object:
            formula = rule.definition.among
        else:
            formula = next(across.where for across in rule.definition.across if across.object == object)
        if formula is None or not rows:
            return rows
        return self.transaction.matching(object, rows, Where(formula), self.environment, "alive")

    def _leave_out_apart(self, rows: Sequence[Mapping[str, Any]], made: list[list[Match]]) -> None:
        """Pairs of which somebody said that they are not the same."""
        ids = {row["id"] for row, found in zip(rows, made, strict=True) if found}
        apart = self.apart(ids)
        if apart:
            for i, row in enumerate(rows):
                made[i] = [m for m in made[i] if pair(row["id"], m.id) not in apart]

    def apart(self, ids: Iterable[int]) -> set[tuple[int, int]]:
        """The pairs with one of ``ids`` that are known not to be the same."""
        wanted = frozenset(ids)
        if not wanted or APART not in self.manifest.objects:
            return set()
        found = {id for side in ("one", "other") for id in self.transaction.refs(APART, side, wanted, deleted=False)}
        rows = self.transaction.fetch(APART, found, ("one", "other")).values() if found else ()
        return {pair(row["one"], row["other"]) for row in rows}


def pair(one: int, other: int) -> tuple[int, int]:
    return (one, other) if one < other else (other, one)


def _match(rule: Rule, own: Comparable, theirs: Comparable, match: Match) -> Match | None:
    found = rule.comparison.score(own, theirs)
    if found is None:
        return None
    return Match(rule, match.object, match.id, found[0], found[1], match.row, match.place)


def _in_batch(
    rule: Rule, own: Sequence[Comparable], wanted: Sequence[Sequence[int]], texts: Sequence[str]
) -> list[list[int]]:
    """For each row the earlier rows that it may be the same as."""
    under: dict[int, dict[int, str]] = {}
    found: list[list[int]] = []
    for i, values in enumerate(own):
        near = (j for key in wanted[i] if key in under for j in rule.keys.like_ids(texts[i], under[key]))
        found.append(list(dict.fromkeys(near))[:_MOST_CANDIDATES])
        for key in rule.keys.own(values):
            under.setdefault(key, {})[i] = texts[i]
    return found
