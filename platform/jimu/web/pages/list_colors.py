"""Rows in colour: which of the layout's conditions holds for a row, judged on what the page has read anyway.

A condition over fields that the reader may not read is left out: a colour would tell of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from jimu.access.per_manifest import PerManifest
from jimu.definitions.model import ListLayoutDef
from jimu.formulas import Environment, Formula, Path, evaluate, fit
from jimu.records.commands import Record
from jimu.records.environment import build_environment
from jimu.records.object_plan import plan_of
from jimu.web.pages.list_fields import fields_on
from jimu.web.pages.reader import Reader


@dataclass(frozen=True)
class ColorPlan:
    """``fields`` and ``expand``: what must be read besides. ``virtuals``: own fields that are computed here."""

    rules: tuple[tuple[str, Formula], ...] = ()
    fields: tuple[str, ...] = ()
    expand: tuple[str, ...] = ()
    virtuals: frozenset[str] = frozenset()


_plans: PerManifest[dict[Any, ColorPlan]] = PerManifest(lambda manifest: {})


def color_plan(layout: ListLayoutDef, reader: Reader) -> ColorPlan:
    if not layout.colors:
        return ColorPlan()
    known = _plans.get(reader.manifest)
    key = (layout.object, layout.name, *reader.key)
    found = known.get(key)
    if found is None:
        found = known[key] = _build(layout, reader)
    return found


def _build(layout: ListLayoutDef, reader: Reader) -> ColorPlan:
    virtual = plan_of(reader.manifest, layout.object).virtuals
    rules, paths, computed = [], set[Path](), set[str]()
    for rule in layout.colors:
        if rule.when is None or not all(_may_read(p, layout.object, reader) for p in rule.when.paths):
            continue
        rules.append((rule.color, rule.when))
        for path in rule.when.paths:
            inner = _own_fields(path, virtual)
            computed.update([path[0]] if inner is not None else [])
            paths |= {path} if inner is None else inner
    return ColorPlan(
        tuple(rules),
        tuple(sorted({p[0] for p in paths})),
        tuple(sorted({p[0] for p in paths if len(p) > 1})),
        frozenset(computed),
    )


def _may_read(path: Path, object: str, reader: Reader) -> bool:
    return fields_on(".".join(path), object, reader) is not None


def _own_fields(path: Path, virtual: Any) -> set[Path] | None:
    """The stored fields that a computed field of the record is made of; None where it is read as it is: it is stored,
    or looks further than the record.
    """
    if len(path) > 1 or path[0] not in virtual:
        return None
    found: set[Path] = set()
    for inner in virtual[path[0]].formula.paths:
        if len(inner) > 1 or inner[0] in virtual:
            return None
        found.add(inner)
    return found


def colors_of(plan: ColorPlan, records: Sequence[Record], reader: Reader) -> list[str]:
    """One colour per record, '' for none; nothing at all where the list has no colours."""
    if not plan.rules or not records:
        return []
    judging = _Judging(plan, build_environment(reader.context), plan_of(reader.manifest, records[0].object).virtuals)
    return [judging.color(record) for record in records]


class _Judging:
    def __init__(self, plan: ColorPlan, environment: Environment, virtuals: Any) -> None:
        self.plan, self.environment, self.virtuals = plan, environment, virtuals

    def color(self, record: Record) -> str:
        def get(path: Path) -> Any:
            return self.value(record, path)

        return next((color for color, when in self.plan.rules if evaluate(when, get, self.environment)), "")

    def value(self, record: Record, path: Path) -> Any:
        if len(path) == 2:
            inner = record.expanded.get(path[0])
            return inner.values.get(path[1]) if isinstance(inner, Record) else None
        if path[0] not in self.plan.virtuals:
            return record.values.get(path[0])
        computed = self.virtuals[path[0]]
        raw = evaluate(computed.formula, lambda inner: record.values.get(inner[0]), self.environment)
        return fit(raw, computed.field.kind, computed.field.scale)
