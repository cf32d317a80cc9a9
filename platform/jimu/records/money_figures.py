"""Figures over money whose currency each record says itself: per currency, and no figure over several together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from jimu.definitions.money import is_money, money_of
from jimu.records.names import Names
from jimu.storage.query import Aggregate, Group, Measure

_MOST = 10_000
_FIGURES = frozenset({"sum", "avg", "min", "max"})


def split_money(
    question: Aggregate, rows: Sequence[dict[str, Any]], names: Names, transaction: Any
) -> dict[str, list[Mapping[str, Any]]]:
    """For each measure of money its figures per currency, row by row. In ``rows`` what is of several becomes None.

    Empty where the workspace has one currency, and for what is grouped by the currency anyway.
    """
    found: dict[str, list[Mapping[str, Any]]] = {}
    if len(names.scope.manifest.workspace.currencies) < 2:
        return found
    for measure in question.measures:
        codes = _codes(measure, question.groups, names)
        if codes is None:
            continue
        per_row = _figures(question, measure, codes, names, transaction)
        keys = [tuple(row[g.name] for g in question.groups) for row in rows]
        for row, key in zip(rows, keys, strict=True):
            figures = {} if per_row is None else per_row.get(key, {})
            if per_row is None or len(figures) > 1 or None in figures:
                row[measure.name] = None
        if per_row is not None and all(names.scope.find_path(names.object, path) for path in codes):
            found[measure.name] = [{c: v for c, v in per_row.get(key, {}).items() if c is not None} for key in keys]
    return found


def _codes(measure: Measure, groups: Sequence[Group], names: Names) -> list[tuple[str, ...]] | None:
    """Where the currencies of the measured amounts are; None: they are all in one, or apart already."""
    if measure.path is None or measure.function not in _FIGURES:
        return None
    field = names.scope.find_path(names.object, measure.path)
    if field is None or not is_money(field):
        return None
    codes = [(*measure.path[:-1], name) for name in money_of(field, names.scope.manifest).fields]
    grouped = {g.path for g in groups}
    return codes if codes and not all(code in grouped for code in codes) else None


def _figures(
    question: Aggregate, measure: Measure, codes: Sequence[tuple[str, ...]], names: Names, transaction: Any
) -> Mapping[tuple[Any, ...], Mapping[str | None, Any]] | None:
    """The figures by group and currency (None: of several in one record); None: there are too many to be told."""
    own = names.scope.manifest.workspace.currency
    more = [Group(path, None, f"code_{i}") for i, path in enumerate(codes)]
    counted = Measure("count", measure.path, "there")
    groups = [*question.groups, *more]
    asked = replace(question, groups=groups, measures=[measure, counted], having_limit=_MOST, order=())
    rows = transaction.aggregate(asked)
    if len(rows) >= _MOST:
        return None
    field = names.scope.find_path(names.object, measure.path or ())
    assert field is not None
    fixed = money_of(field, names.scope.manifest).fixed
    found: dict[tuple[Any, ...], dict[str | None, Any]] = defaultdict(dict)
    parts: dict[tuple[Any, ...], int] = {}
    for row in rows:
        if row[measure.name] is None:
            continue
        held = {*fixed, *(row[g.name] or own for g in more)}
        code = next(iter(held)) if len(held) == 1 else None
        key = tuple(row[g.name] for g in question.groups)
        found[key][code] = _together(measure, found[key].get(code), parts.get((*key, code), 0), row)
        parts[(*key, code)] = parts.get((*key, code), 0) + row["there"]
    return found


def _together(measure: Measure, before: Any, count: int, row: Mapping[str, Any]) -> Any:
    """Blank codes and those of the workspace's own currency are one."""
    value = row[measure.name]
    if before is None:
        return value
    if measure.function == "avg":
        return (before * count + value * row["there"]) / (count + row["there"])
    return before + value if measure.function == "sum" else {"min": min, "max": max}[measure.function](before, value)
