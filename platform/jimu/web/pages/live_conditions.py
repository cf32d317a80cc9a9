"""The conditions of a form that its page can judge by itself while one types: which fields and sections are shown, and
which fields are needed. ``frontend/js/form-conditions.js`` reads them. The server judges all of them again in any case.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jimu.fieldtypes.kinds import Kind
from jimu.formulas import Formula
from jimu.formulas.in_page import PageTree, page_tree
from jimu.web.pages.model import FieldShape, SectionView
from jimu.web.pages.shapes import PageShape

# Where what stands in the control is the value itself, once it has been read as what it is.
_READ_AS = {
    Kind.INTEGER: "number",
    Kind.DECIMAL: "number",
    Kind.BOOLEAN: "boolean",
    Kind.DATE: "date",
    Kind.TEXTS: "texts",
    Kind.REFERENCE: "reference",
}
_TEXTS = frozenset({"text", "picklist"})
_OTHERWISE_WRITTEN = frozenset({"percent", "duration"})


def live_conditions(shape: PageShape, sections: list[SectionView]) -> dict[str, Any]:
    """{} where there is nothing to judge. ``reads``: how the values of the controls are read, by field."""
    known = {
        view.name: read
        for section in sections
        for view in section.fields
        if view.shape.state == "edit" and (read := _read_as(view.shape)) is not None
    }
    fields = {view.name: found for s in sections for view in s.fields if (found := _field(view.shape, known))}
    judged = {s.key: s.section.visible_when for s in shape.sections}
    parts = {s.key: tree for s in sections if (tree := _section(judged[s.key], known)) is not None}
    if not fields and not any(judged.values()):
        return {}
    return {"reads": known, "fields": fields, "sections": parts}


def _read_as(shape: FieldShape) -> list[Any] | None:
    """[how the control is read, places after the point]."""
    field = shape.field
    if field.type in _TEXTS:
        return ["text", 0]
    if field.type in _OTHERWISE_WRITTEN or field.kind not in _READ_AS:
        return None
    return [_READ_AS[field.kind], field.scale if field.kind is Kind.DECIMAL else 0]


def _field(shape: FieldShape, known: Mapping[str, Any]) -> dict[str, PageTree]:
    """``visible`` and ``required``, each only if the page can judge the whole of it."""
    if shape.state != "edit":
        return {}
    found: dict[str, PageTree] = {}
    layout = shape.layout.visible_when if shape.layout else None
    conditions = [c for c in (shape.field.visible_when, layout) if c is not None]
    trees = [_tree(c, known) for c in conditions]
    if trees and None not in trees:
        found["visible"] = ["and", *trees]
    needed = _tree(shape.field.required_when, known)
    if needed is not None and not shape.required:
        found["required"] = needed
    return found


def _section(condition: Formula | None, known: Mapping[str, Any]) -> PageTree | None:
    """A section without a condition is shown as long as one of its fields is."""
    return ["boolean", True] if condition is None else _tree(condition, known)


def _tree(condition: Formula | None, known: Mapping[str, Any]) -> PageTree | None:
    return None if condition is None else page_tree(condition, known)
