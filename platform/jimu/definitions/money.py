"""In which currency an amount is: the field that says it, also for amounts that formulas make of others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jimu.definitions.manifest import Manifest
from jimu.definitions.model import FieldDef, ObjectDef
from jimu.formulas.formula import Formula


@dataclass(frozen=True, slots=True)
class MoneyOf:
    """``fields``: those of the same record that hold codes; ``fixed``: codes that are written in the definitions.

    Neither: the workspace's own currency. ``is_open``: an amount over a lookup has part in it, whose code is not here.
    """

    fields: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    is_open: bool = False

    def code(self, values: Mapping[str, Any], own: str) -> str | None:
        """The one currency of the amount in a record with ``values``; None: of several, or not to be told."""
        found = {*self.fixed, *(values.get(name) or own for name in self.fields)} or {own}
        return next(iter(found)) if len(found) == 1 and not (self.is_open and found != {own}) else None


def money_of(field: FieldDef, manifest: Manifest) -> MoneyOf:
    """Where the code of ``field`` (money, or a formula that gives money) is found. Roll-ups, which add up amounts
    whatever their codes, count as the workspace's own currency.
    """
    names: dict[str, None] = {}
    fixed: dict[str, None] = {}
    is_open = False
    for source in _sources(field, manifest, frozenset()):
        if source is None:
            is_open = True
        elif source.options.get("currency"):
            fixed[source.options["currency"]] = None
        elif source.type == "currency":
            names[f"{source.name}_currency"] = None
    return MoneyOf(tuple(names), tuple(fixed), is_open)


def _sources(field: FieldDef, manifest: Manifest, seen: frozenset[str]) -> list[FieldDef | None]:
    """The amounts that ``field`` is made of; None: one that lies over a lookup."""
    if not isinstance(field.formula, Formula):
        return [field]
    found: list[FieldDef | None] = []
    for path in sorted(field.formula.paths):
        end = _end_of(path, manifest.objects[field.object], manifest)
        if end is None or not is_money(end) or end.name in seen:
            continue
        found += [None] if len(path) > 1 else _sources(end, manifest, seen | {field.name})
    return found


def is_money(field: FieldDef) -> bool:
    return "currency" in (field.type, field.options.get("returns"))


def _end_of(path: tuple[str, ...], object: ObjectDef, manifest: Manifest) -> FieldDef | None:
    """The field that ``path`` ends at; of a lookup to several objects that of the first one."""
    field = object.fields.get(path[0])
    for step in path[1:]:
        target = manifest.objects.get(field.target[0]) if field is not None and field.target else None
        field = target.fields.get(step) if target is not None else None
    return field
