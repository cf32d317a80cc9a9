"""The records around a record, as formulas see them: values over lookups and computed fields, fetched set-wise.

Formulas on a record may read ``account.owner.name``. ``World`` fetches what is needed for a whole batch, one query per
step of a path, and keeps it; a single value that was not foreseen is fetched when it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from jimu.definitions.manifest import Manifest
from jimu.formulas import Environment, Path, evaluate, fit
from jimu.records.object_plan import ObjectPlan, plan_of

if TYPE_CHECKING:
    from jimu.storage import Transaction

Values = Mapping[str, Any]
Get = Callable[[Path], Any]


class World:
    """Rows of other records, by object and id; filled as formulas ask."""

    def __init__(self, transaction: Transaction, manifest: Manifest, environment: Environment) -> None:
        self._transaction = transaction
        self._manifest = manifest
        self._environment = environment
        self._rows: dict[str, dict[int, Values | None]] = {}

    def reader(self, plan: ObjectPlan, values: Values) -> Get:
        """``get(path)`` on the record of ``plan.object`` that has ``values``."""
        if not plan.virtuals and not plan.targets:
            return lambda path: values.get(path[0])
        return lambda path: self.read(plan, values, path)

    def read(self, plan: ObjectPlan, values: Values, path: Path) -> Any:
        """The value at the end of ``path``; None where a lookup on the way is blank."""
        name = path[0]
        computed = plan.virtuals.get(name)
        if computed is None:
            value = values.get(name)
        else:
            raw = evaluate(computed.formula, self.reader(plan, values), self._environment)
            value = fit(raw, computed.field.kind, computed.field.scale)
        if len(path) == 1 or value is None:
            return value
        target = plan.targets.get(name)
        row = self._row(target, value) if target else None
        return None if row is None or target is None else self.read(plan_of(self._manifest, target), row, path[1:])

    def _row(self, object: str, id: int) -> Values | None:
        known = self._rows.setdefault(object, {})
        if id not in known:
            self._fetch(object, [id])
        return known[id]

    def _fetch(self, object: str, ids: Iterable[int]) -> None:
        known = self._rows.setdefault(object, {})
        missing = {id for id in ids if id not in known}
        if missing:
            found = self._transaction.fetch(object, missing)
            known.update({id: found.get(id) for id in missing})

    def prefetch(self, plan: ObjectPlan, rows: Iterable[Values], paths: Iterable[Path]) -> None:
        """Fetch what ``paths`` (of stored fields) lead to from ``rows``: one query per lookup and step."""
        by_first: dict[str, set[Path]] = {}
        for path in paths:
            if len(path) > 1 and path[0] in plan.targets:
                by_first.setdefault(path[0], set()).add(path[1:])
        rows = list(rows)
        for name, rest in by_first.items():
            target = plan.targets[name]
            ids = {row[name] for row in rows if row.get(name) is not None}
            if not ids:
                continue
            self._fetch(target, ids)
            reached = [row for id in ids if (row := self._rows[target][id]) is not None]
            self.prefetch(plan_of(self._manifest, target), reached, rest)
