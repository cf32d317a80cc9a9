"""Records that are there already, which a step of a conversion could join instead of making a new one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jimu.access import readable_fields
from jimu.definitions.kinds.conversion import ConversionStepDef
from jimu.records import Context
from jimu.records.duplicates import Searching, Telling, find_rule
from jimu.records.environment import build_environment
from jimu.records.titles import find_titles

_SURE = 0.999
MOST = 10


@dataclass(frozen=True, slots=True)
class Found:
    """``why``: the rule, or ``key``, or ``link`` for what the source points at already."""

    id: int
    title: str
    score: float
    why: str

    @property
    def is_sure(self) -> bool:
        return self.score >= _SURE


def find_matches(
    step: ConversionStepDef, values: Mapping[str, Any], source: Mapping[str, Any], context: Context
) -> list[Found]:
    """Only records that the actor may read, the best first. ``context`` holds a transaction."""
    best: dict[int, Found] = {}
    for found in (*_linked(step, source, context), *_by_key(step, values, context), *_by_rules(step, values, context)):
        if found.id not in best or best[found.id].score < found.score:
            best[found.id] = found
    return sorted(best.values(), key=lambda one: (-one.score, one.id))[:MOST]


def _linked(step: ConversionStepDef, source: Mapping[str, Any], context: Context) -> Iterator[Found]:
    id = source.get(step.found_by) if step.found_by else None
    if id is not None:
        yield from _titled([id], 2.0, "link", context)


def _by_key(step: ConversionStepDef, values: Mapping[str, Any], context: Context) -> Iterator[Found]:
    key = tuple(values.get(name) for name in step.key)
    readable = readable_fields(context.actor, context.manifest, step.object)
    if not key or None in key or not readable.issuperset(step.key):
        return
    single = len(key) == 1
    names: Any = step.key[0] if single else step.key
    wanted = key[0] if single else key
    ids = context.transaction.find_ids(step.object, names, [wanted]).get(wanted, [])
    yield from _titled(ids[:MOST], 1.0, "key", context)


def _by_rules(step: ConversionStepDef, values: Mapping[str, Any], context: Context) -> Iterator[Found]:
    environment = build_environment(context)
    searching = Searching(context.transaction, context.manifest, environment)
    telling = Telling(context.transaction, context, environment)
    for name in step.match:
        rule = find_rule(context.manifest, step.object, name)
        if rule is None:
            continue
        (told,) = telling.tell(searching.find(rule, step.object, [{**values, "id": -1}]))
        yield from (Found(t.id, t.title, t.score, t.rule) for t in told if t.id and t.object == step.object)


def _titled(ids: list[int], score: float, why: str, context: Context) -> Iterator[Found]:
    titles = find_titles(context.transaction, ids, context, build_environment(context))
    yield from (Found(id, titles[id], score, why) for id in ids if id in titles)
