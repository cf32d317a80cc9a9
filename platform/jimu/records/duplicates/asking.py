"""Asking for duplicates without writing: for an import's rows, a form, the API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jimu.formulas import evaluate
from jimu.records.context import Context
from jimu.records.duplicates.detecting import Searching
from jimu.records.duplicates.rules import rules_of
from jimu.records.duplicates.telling import Telling, Told
from jimu.records.environment import build_environment
from jimu.records.object_plan import plan_of
from jimu.records.reading import reading
from jimu.records.world import World


def find_duplicates(object: str, rows: Sequence[Mapping[str, Any]], context: Context) -> list[list[Told]]:
    """What the actor may be told of records like each of ``rows`` (typed values by field name, ``id`` 0 or missing for
    new ones), over all rules of ``object``, best first. A match within ``rows`` has ``place``, the index of the other.
    """
    environment, manifest = build_environment(context), context.manifest
    plan = plan_of(manifest, object)
    named = [{**row, "id": row.get("id") or -1 - i} for i, row in enumerate(rows)]
    told: list[list[Told]] = [[] for _ in rows]
    with reading(context) as transaction:
        world = World(transaction, manifest, environment)
        searching = Searching(transaction, manifest, environment)
        telling = Telling(transaction, context, environment)
        for rule in rules_of(manifest, object):
            when = rule.definition.when
            asked = [
                i for i, row in enumerate(named) if when is None or evaluate(when, world.reader(plan, row), environment)
            ]
            found = searching.find(rule, object, [named[i] for i in asked])
            for i, known in zip(asked, telling.tell(found), strict=True):
                told[i] += known
    for known in told:
        known.sort(key=lambda one: (-one.score, one.id))
    return told
