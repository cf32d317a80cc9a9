"""Forms: reading what was sent, without ever losing it; showing it again with every problem beside its field."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jimu.definitions.model import ObjectDef
from jimu.errors import JimuError, Problem
from jimu.fieldtypes import registry
from jimu.fieldtypes.errors import FieldError
from jimu.fieldtypes.kinds import Kind
from jimu.records.draft import Preview
from jimu.web.pages.conditions import judge_for
from jimu.web.pages.display import Titles, Values
from jimu.web.pages.fieldviews import form_view, typed_of, value_of
from jimu.web.pages.model import FieldShape, FieldView, SectionView
from jimu.web.pages.reader import Reader
from jimu.web.pages.record import is_visible
from jimu.web.pages.shapes import PageShape

Typed = dict[str, list[str]]


@dataclass
class Sent:
    """What a form brought. ``values``: what could be read, by field name; ``problems``: of what could not."""

    typed: Typed = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


@dataclass
class FormPage:
    """``problems``: those that belong to no field shown. ``summary``: all, with the id of the control that each is
    about."""

    object: ObjectDef
    title: str
    action: str
    back: str
    sections: list[SectionView]
    version: int | None = None
    record_type: str = ""
    record_type_label: str = ""
    draft: str = ""
    base: str = ""
    summary: list[tuple[str, str]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    is_new: bool = True
    came_back: bool = False


def read_form(shape: PageShape, form: Any, reader: Reader, base: Typed | None = None) -> Sent:
    """The values in ``form`` (getlist by name) of the fields that the reader may edit.

    With ``base``, what stood in the form when it was made, only what the person changed is a value: nobody overwrites
    by
    saving a form what others wrote meanwhile. Files are not read here.
    """
    sent = Sent()
    context = reader.load_context()
    for field_shape in shape.fields.values():
        if field_shape.state != "edit" or field_shape.widget in ("file", "image"):
            continue
        for part in (field_shape, *field_shape.parts):
            if part.name in form or f"_has_{part.name}" in form:
                sent.typed[part.name] = [v.replace("\r\n", "\n") for v in form.getlist(part.name) if v != ""]
        if base is not None and not _differs(field_shape, sent.typed, base):
            continue
        if _is_asked(field_shape, sent.typed):
            _read_field(field_shape, sent, context)
    return sent


def _is_asked(shape: FieldShape, typed: Typed) -> bool:
    return shape.name in typed or any(part.name in typed for part in shape.parts)


def _differs(shape: FieldShape, typed: Typed, base: Typed) -> bool:
    names = [shape.name, *(part.name for part in shape.parts)]
    return any(name in typed and typed[name] != base.get(name, []) for name in names)


def _read_field(shape: FieldShape, sent: Sent, context: Any) -> None:
    if shape.field.kind is Kind.COMPOSITE:
        parts = {part.name.removeprefix(f"{shape.name}_"): part for part in shape.parts}
        whole = {suffix: _read_one(part, sent, context) for suffix, part in parts.items()}
        sent.values[shape.name] = whole if any(v is not None for v in whole.values()) else None
        return
    for one in (shape, *shape.parts):
        if one.name in sent.typed and one.state == "edit":
            value = _read_one(one, sent, context)
            if one is not shape and (value is None or not sent.typed.get(shape.name)):
                continue  # a currency left blank is the default one, and one without an amount says nothing
            sent.values[one.name] = value


def _read_one(shape: FieldShape, sent: Sent, context: Any) -> Any:
    texts = sent.typed.get(shape.name, [])
    type_, kind = registry.get(shape.field.type), shape.field.kind
    try:
        if kind is Kind.BOOLEAN:
            return bool(texts)
        if not texts:
            return None
        if shape.widget == "secret":
            return texts[0]
        if kind in (Kind.TEXTS, Kind.REFERENCES):
            return type_.load(texts, shape.field, context)
        if kind is Kind.REFERENCE:
            return type_.load(texts[0], shape.field, context)
        return type_.parse_text(texts[0], shape.field, context)
    except FieldError as error:
        sent.problems.append(Problem(error.code, error.message, shape.name))
        return None


def base_of(shape: PageShape, values: Values, reader: Reader) -> Typed:
    """What stands in the controls of a form on ``values``: sent along, so that it is known later what was changed."""
    found: Typed = {}
    for field_shape in shape.fields.values():
        if field_shape.state != "edit" or field_shape.widget == "secret":
            continue
        whole = value_of(field_shape, values)
        inside = {f"{field_shape.name}_{k}": v for k, v in whole.items()} if isinstance(whole, dict) else {}
        if field_shape.field.kind is not Kind.COMPOSITE:
            found[field_shape.name] = typed_of(field_shape, whole, reader)
        for part in field_shape.parts:
            found[part.name] = typed_of(part, inside.get(part.name, values.get(part.name)), reader)
    return {name: texts for name, texts in found.items() if texts}


def read_base(text: str | None) -> Typed | None:
    """The base that a form sent back; None when it is unreadable, so that everything counts as changed."""
    try:
        given = json.loads(text or "")
    except (ValueError, RecursionError):
        return None
    if not isinstance(given, dict):
        return None
    return {str(k): [str(x) for x in v] for k, v in given.items() if isinstance(v, list)}


def build_sections(
    shape: PageShape,
    values: Values,
    titles: Titles,
    reader: Reader,
    typed: Typed | None = None,
    preview: Preview | None = None,
) -> list[SectionView]:
    """The sections of a form; which fields are shown, needed and locked is judged on ``values`` or was by
    ``preview``."""
    judge = judge_for(shape.object.name, values, reader)
    made = []
    for section in shape.sections:
        views = []
        for field_shape in section.fields:
            if field_shape.state == "read" and field_shape.field.system:
                continue  # stamps of the engine are for the record page
            view = form_view(field_shape, values, titles, reader, typed)
            view.visible = is_visible(field_shape, judge)
            view.required = field_shape.required or (
                field_shape.field.required_when is not None and judge(field_shape.field.required_when)
            )
            view.read_only = view.read_only or (
                field_shape.field.read_only_when is not None and judge(field_shape.field.read_only_when)
            )
            views.append(view)
        if views:
            is_visible_now = judge(section.section.visible_when) and any(v.visible for v in views)
            made.append(
                SectionView(
                    section.key,
                    section.label,
                    section.help,
                    section.columns,
                    section.collapsed,
                    views,
                    is_visible_now,
                )
            )
    return made


def add_problems(page: FormPage, problems: Sequence[Problem], reader: Reader) -> None:
    """Put each problem beside its field (a part's beside its part) and all of them into the summary."""
    views: dict[str, FieldView] = {}
    for section in page.sections:
        for view in section.fields:
            views[view.name] = view
            for part in view.parts:
                views[part.name] = part
    places = {name: at for at, name in enumerate(views)}
    seen = set()
    for problem in sorted(problems, key=lambda p: places.get(p.field or "", len(places))):
        text = reader.render(problem.message)
        if (problem.field, text) in seen:
            continue
        seen.add((problem.field, text))
        found = _view_of(problem.field, views)
        if found is None:
            absent = page.object.fields.get(problem.field or "")
            page.summary.append(("", f"{reader.label(absent.label)}: {text}" if absent else text))
            continue
        found.errors.append(text)
        page.summary.append((found.shape.input_id, f"{found.shape.label}: {text}"))


def _view_of(name: str | None, views: Mapping[str, FieldView]) -> FieldView | None:
    if name is None:
        return None
    return views.get(name) or views.get(name.replace(".", "_"))


def problems_of(error: JimuError) -> list[Problem]:
    """The problems that an error of writing carries; one of the whole record where it lists none."""
    return list(error.problems) or [Problem(error.code, error.message)]


def live_state(shape: PageShape, preview_values: Values, titles: Titles, reader: Reader) -> dict[str, Any]:
    """What the form in the browser must know after a change: per field shown, needed, locked, choices, computed
    text."""
    judge = judge_for(shape.object.name, preview_values, reader)
    fields = {}
    for field_shape in shape.fields.values():
        definition = field_shape.field
        state: dict[str, Any] = {
            "visible": is_visible(field_shape, judge),
            "required": field_shape.required
            or (definition.required_when is not None and judge(definition.required_when)),
            "read_only": field_shape.state != "edit"
            or (definition.read_only_when is not None and judge(definition.read_only_when)),
        }
        if field_shape.state == "computed":
            state["text"] = text_of(field_shape, preview_values, titles, reader)
        if definition.controller:
            now = preview_values.get(definition.controller)
            state["choices"] = [o.value for o in field_shape.options if o.depends is None or now in o.depends]
        fields[field_shape.name] = state
    hidden = [s.key for s in shape.sections if not judge(s.section.visible_when)]
    return {"fields": fields, "hidden_sections": hidden}


def text_of(shape: FieldShape, values: Values, titles: Titles, reader: Reader) -> str:
    """A computed field as plain text."""
    shown = shape.present(values.get(shape.name), values, titles)
    return shown.text or ", ".join(item.text for item in shown.items)
