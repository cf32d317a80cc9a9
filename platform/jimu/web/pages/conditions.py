"""Whether the conditions of a layout hold for a record: ``visible_when`` of fields and sections, judged for its
reader."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from jimu.definitions.model import Formula
from jimu.formulas import Path, evaluate
from jimu.records.environment import build_environment
from jimu.records.object_plan import plan_of
from jimu.records.world import World
from jimu.web.pages.model import FieldShape
from jimu.web.pages.reader import Reader

Judge = Callable[[Formula | None], bool]


def judge_for(object: str, values: Mapping[str, Any], reader: Reader) -> Judge:
    """``judge(formula)`` on the record with ``values``; no formula always holds.

    Paths over lookups are read with the engine's own eyes, as all conditions of a definition are; only yes or no gets
    out.
    """
    environment = build_environment(reader.context)
    virtual = plan_of(reader.manifest, object).virtuals

    def own(path: Path) -> Any:
        return values.get(path[0])

    def judge(formula: Formula | None) -> bool:
        if formula is None:
            return True
        if formula.is_local and all(path[0] in values or path[0] not in virtual for path in formula.paths):
            return bool(evaluate(formula, own, environment))
        with reader.context.store.read() as transaction:
            world = World(transaction, reader.manifest, environment)
            return bool(evaluate(formula, world.reader(plan_of(reader.manifest, object), values), environment))

    return judge


def is_visible(shape: FieldShape, judge: Judge) -> bool:
    """By the field's own condition and by the layout's."""
    layout = shape.layout.visible_when if shape.layout else None
    return judge(shape.field.visible_when) and judge(layout)
