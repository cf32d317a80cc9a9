"""How one file becomes records of one object: a step of an import plan, or a map file, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jimu.exchange.readers import ReadOptions
from jimu.messages import Text

BLANK = "blank"
"""What texts that are no option mean where they mean nothing."""


@dataclass(frozen=True, slots=True)
class ColumnRule:
    """What a column becomes. ``fields`` get its value; ``values`` replaces texts (``*``: every other); ``unknown`` is
    meant by texts that are no option (``BLANK``: nothing); see docs/import.md.
    """

    fields: tuple[str, ...] = ()
    match: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    default: Any = None
    empty: tuple[str, ...] = ()
    multiply: Any = None
    dates: str | None = None
    separator: str | None = None
    create: bool = False
    unknown: str | None = None


@dataclass(frozen=True, slots=True)
class ImportStep:
    """``columns`` None: matched by their headers. A column mapped to None is left out. ``decisions``: row number ->
    skip, update or create, for rows that were asked about.
    """

    object: str
    file: str = ""
    label: Text | None = None
    key: tuple[str, ...] = ()
    existing: str = "update"  # update, skip or refuse
    blanks: str = "keep"  # keep or clear: what an empty cell does to an existing record
    columns: Mapping[str, ColumnRule | None] | None = None
    constants: Mapping[str, Any] = field(default_factory=dict)
    formulas: Mapping[str, str] = field(default_factory=dict)
    where: str = ""
    distinct: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()
    dates: str | None = None
    options: ReadOptions = field(default_factory=ReadOptions)
    duplicates: str = "judge"  # judge, skip, update, create or ask: of rows like a record, by the object's rules
    decisions: Mapping[int, str] = field(default_factory=dict)


def read_step(raw: Mapping[str, Any], *, object: str = "", file: str = "") -> ImportStep:
    """The step written as ``raw``, which keeps to the schema of import plans; ``object`` and ``file`` where it names
    none.
    """
    columns = raw.get("columns")
    return ImportStep(
        object=object or raw["object"],
        file=file or raw.get("file", ""),
        label=Text.of(raw["label"]) if "label" in raw else None,
        key=names(raw.get("key")),
        existing=raw.get("existing", "update"),
        blanks=raw.get("blanks", "keep"),
        columns=None if columns is None else {header: _rule(rule) for header, rule in columns.items()},
        constants=dict(raw.get("set") or {}),
        formulas=dict(raw.get("formulas") or {}),
        where=raw.get("where", ""),
        distinct=tuple(raw.get("distinct") or ()),
        empty=tuple(raw.get("empty") or ()),
        dates=raw.get("dates"),
        options=ReadOptions(raw.get("encoding"), raw.get("delimiter"), raw.get("sheet")),
        duplicates=raw.get("duplicates", "judge"),
        decisions={int(row): said for row, said in (raw.get("decisions") or {}).items()},
    )


def names(value: Any) -> tuple[str, ...]:
    """One name, a list of names or nothing, as a tuple."""
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


def _rule(raw: Any) -> ColumnRule | None:
    if raw is None:
        return None
    if isinstance(raw, str):
        return ColumnRule((raw,))
    return ColumnRule(
        fields=names(raw.get("field")),
        match=raw.get("match"),
        values=dict(raw.get("values") or {}),
        default=raw.get("default"),
        empty=tuple(raw.get("empty") or ()),
        multiply=raw.get("multiply"),
        dates=raw.get("dates"),
        separator=raw.get("separator"),
        create=bool(raw.get("create")),
        unknown=raw.get("unknown"),
    )
