"""What a record would compute if the records that hang on it were others: for a form whose lines are not saved yet.

Nothing is stored or locked. Roll-ups are moved by the difference that the lines at hand make, so that lines which the
asker may not see still count; formulas that read them are computed anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from jimu.definitions.model import FieldDef, RollupDef
from jimu.formulas import evaluate, fit
from jimu.records.context import Context
from jimu.records.environment import build_environment
from jimu.records.object_plan import plan_of
from jimu.records.world import World

Row = Mapping[str, Any]


def foresee(
    object: str,
    values: Mapping[str, Any],
    child: tuple[str, str],
    rows: tuple[Sequence[Row], Sequence[Row]],
    context: Context,
) -> dict[str, Any]:
    """The values of a record of ``object`` that would change, if its children ``(object, lookup)`` were the second of
    ``rows`` instead of the first (as they are stored)."""
    plan = plan_of(context.manifest, object)
    environment = build_environment(context)
    with context.store.read() as transaction:
        world = World(transaction, context.manifest, environment)
        inner = plan_of(context.manifest, child[0])

        def reader(rollup: RollupDef, row: Row) -> Callable[[tuple[str, ...]], Any]:
            stored = world.reader(inner, row)

            def get(path: tuple[str, ...]) -> Any:
                if rollup.currency_of and path == (rollup.lookup, rollup.currency_of):
                    return values.get(rollup.currency_of)
                is_new = path == ("created_at",) and row.get("created_at") is None
                return environment.now if is_new else stored(path)

            return get

        def counted(rollup: RollupDef, rows: Sequence[Row]) -> list[Row]:
            """Those of ``rows`` that it counts, money in its currency."""
            reads = {id(row): reader(rollup, row) for row in rows}
            where, measure, name = rollup.where, rollup.measure, rollup.field
            rows = [r for r in rows if where is None or evaluate(where, reads[id(r)], environment)]
            if measure is None or name is None:
                return list(rows)
            there = [r for r in rows if r.get(name) is not None]
            return [{**r, name: evaluate(measure, reads[id(r)], environment)} for r in there]

        changed: dict[str, Any] = {}
        for name, _ in plan.rollups:
            field = plan.fields[name]
            if name in values and field.rollup and (field.rollup.object, field.rollup.lookup) == child:
                after = _moved(field, values[name], rows, counted)
                if after != values[name]:
                    changed[name] = after
        now = {**values, **changed}
        read = world.reader(plan, now)
        for computed in (*plan.formulas, *plan.virtuals.values()):
            # A formula of fields that the asker may not read is left as it was: it could only be guessed.
            if not computed.reads.isdisjoint(changed) and computed.reads <= now.keys():
                value = fit(evaluate(computed.formula, read, environment), computed.field.kind, computed.field.scale)
                now[computed.name] = changed[computed.name] = value
    return changed


def _moved(
    field: FieldDef,
    stored: Any,
    rows: tuple[Sequence[Row], Sequence[Row]],
    counted: Callable[[RollupDef, Sequence[Row]], Sequence[Row]],
) -> Any:
    rollup = field.rollup
    assert rollup is not None
    known = [counted(rollup, some) for some in rows]
    is_open = rollup.measure is not None and any(r[rollup.field or ""] is None for some in known for r in some)
    if is_open or (rollup.measure is not None and stored is None and known[0]):
        return None  # of several currencies: there is no sum to move
    before, after = (_over(rollup, some) for some in known)
    if rollup.function in ("sum", "count"):
        nothing: Any = timedelta(0) if isinstance(before or after, timedelta) else Decimal(0)
        return fit((stored or nothing) + (after or nothing) - (before or nothing), field.kind, field.scale)
    # The others can be told only where the rows at hand are all there are.
    return fit(after, field.kind, field.scale) if before == stored or not rows[0] else stored


def _over(rollup: RollupDef, rows: Sequence[Row]) -> Any:
    if rollup.function == "count":
        return Decimal(len(rows))
    found = [row[rollup.field] for row in rows if rollup.field and row.get(rollup.field) is not None]
    if not found:
        return None
    if rollup.function == "sum":
        return sum(found[1:], found[0])
    if rollup.function == "avg":
        return sum(found[1:], found[0]) / len(found)
    if rollup.function in ("min", "max"):
        return {"min": min, "max": max}[rollup.function](found)
    return None
