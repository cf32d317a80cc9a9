"""Forms: sections of fields with their state, every problem beside its field, and the state of all that is computed.

What a form brought is read in ``sent``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from jimu.definitions.model import ObjectDef
from jimu.errors import JimuError, Problem
from jimu.web.pages.approval_notice import Holding
from jimu.web.pages.conditions import Judge, is_visible, judge_for
from jimu.web.pages.display import Titles, Values
from jimu.web.pages.echo import echo_of, has_echo
from jimu.web.pages.fieldviews import form_view
from jimu.web.pages.model import FieldShape, FieldView, SectionView
from jimu.web.pages.reader import Reader
from jimu.web.pages.sent import Sent, Typed
from jimu.web.pages.shapes import PageShape


@dataclass
class FormPage:
    """``summary``: all problems, each with the id of the control that it is about ('' for none). ``once``: what makes
    a form sent twice be taken once. ``lines``: the grids of records that hang on this one. ``conditions``: what the
    page judges by itself while one types. ``approvals``: what holds the record.
    """

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
    once: str = ""
    zone: str = ""
    lines: list[Any] = field(default_factory=list)
    conditions: dict[str, Any] = field(default_factory=dict)
    summary: list[tuple[str, str]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    notice: str = ""
    duplicates: str = ""
    approvals: Holding | None = None
    is_new: bool = True
    came_back: bool = False

    @property
    def parts(self) -> list[tuple[list[SectionView], list[Any]]]:
        """The sections of each tab, and the grids that follow them."""
        tabs: dict[str, tuple[list[SectionView], list[Any]]] = {}
        for section in self.sections:
            tabs.setdefault(section.key.replace("s", "t", 1).split("-")[0], ([], []))[0].append(section)
        for grid in self.lines:
            tabs.setdefault(grid.tab, ([], []))[1].append(grid)
        return list(tabs.values())


def build_sections(
    shape: PageShape,
    values: Values,
    titles: Titles,
    reader: Reader,
    typed: Typed | None = None,
    *,
    stored: Values | None = None,
) -> list[SectionView]:
    """The sections of a form; which fields are shown and needed is judged on ``values``, which are locked on ``stored``
    where they differ, as the write path does.
    """
    judge = judge_for(shape.object.name, values, reader)
    holds = judge if stored is None else judge_for(shape.object.name, stored, reader)
    made = []
    for section in shape.sections:
        views = [
            field_view(one, values, titles, reader, judge, typed)
            for one in section.fields
            if not (one.state == "read" and one.field.system)  # stamps of the engine are for the record page
        ]
        for view in views:
            view.read_only = view.shape.state == "read" or is_locked(view.shape, holds)
        if views:
            shown = judge(section.section.visible_when) and any(v.visible for v in views)
            made.append(
                SectionView(section.key, section.label, section.help, section.columns, section.collapsed, views, shown)
            )
    return made


def field_view(
    shape: FieldShape,
    values: Values,
    titles: Titles,
    reader: Reader,
    judge: Judge,
    typed: Typed | None = None,
    place: str = "f",
) -> FieldView:
    """One field of a form on ``values``: what stands in it, and whether it is shown, needed and locked."""
    view = form_view(shape, values, titles, reader, typed, place)
    view.visible = is_visible(shape, judge)
    view.required = is_required(shape, judge)
    view.read_only = view.read_only or is_locked(shape, judge)
    return view


def is_required(shape: FieldShape, judge: Judge) -> bool:
    return shape.required or (shape.field.required_when is not None and judge(shape.field.required_when))


def is_locked(shape: FieldShape, judge: Judge) -> bool:
    return shape.field.read_only_when is not None and judge(shape.field.read_only_when)


def add_problems(page: FormPage, problems: Sequence[Problem], reader: Reader) -> None:
    """Put each problem beside its field (a part's beside its part) and all of them into the summary."""
    views = views_of(view for section in page.sections for view in section.fields)
    page.summary.extend(place_problems(views, problems, page.object, reader))


def views_of(fields: Any) -> dict[str, FieldView]:
    """The views and those of their parts, by name."""
    views: dict[str, FieldView] = {}
    for view in fields:
        views[view.name] = view
        for part in view.parts:
            views[part.name] = part
    return views


def place_problems(
    views: Mapping[str, FieldView], problems: Sequence[Problem], object: ObjectDef, reader: Reader
) -> list[tuple[str, str]]:
    """Each problem beside its view; returns all in the order of the fields: (id of the control or '', text)."""
    places = {name: at for at, name in enumerate(views)}
    seen: set[tuple[str | None, str]] = set()
    summary = []
    for problem in sorted(problems, key=lambda p: places.get(p.field or "", len(places))):
        text = reader.render(problem.message)
        if (problem.field, text) in seen:
            continue
        seen.add((problem.field, text))
        found = _view_of(problem.field, views)
        if found is None:
            absent = object.fields.get(problem.field or "")
            summary.append(("", f"{reader.label(absent.label)}: {text}" if absent else text))
            continue
        found.errors.append(text)
        summary.append((found.input_id, f"{found.shape.label}: {text}"))
    return summary


def _view_of(name: str | None, views: Mapping[str, FieldView]) -> FieldView | None:
    if name is None:
        return None
    return views.get(name) or views.get(name.replace(".", "_"))


def problems_of(error: JimuError) -> list[Problem]:
    """The problems that an error of writing carries; one of the whole record where it lists none."""
    return list(error.problems) or [Problem(error.code, error.message)]


class Seen(Protocol):
    """What a write would come to."""

    @property
    def values(self) -> dict[str, Any]: ...
    @property
    def titles(self) -> Titles: ...
    @property
    def problems(self) -> tuple[Problem, ...]: ...


def live_state(
    shape: PageShape, seen: Seen, reader: Reader, sent: Sent, stored: Values | None = None
) -> dict[str, Any]:
    """What the form in the browser must know after a change: per field shown, needed, locked, choices, computed text,
    how what was typed is understood, and what is wrong with it. ``stored``: the record as it is (None: a new one).
    """
    values, titles = seen.values, seen.titles
    judge = judge_for(shape.object.name, values, reader)
    holds = judge_for(shape.object.name, stored, reader) if stored is not None else None
    wrong: dict[str, str] = {}
    for problem in (*sent.problems, *seen.problems):
        wrong.setdefault((problem.field or "").replace(".", "_"), reader.render(problem.message))
    fields = {}
    for one in shape.fields.values():
        state = fields[one.name] = _state_of(one, values, titles, reader, judge)
        if one.state == "edit" and one.field.read_only_when is not None:
            is_held = holds is not None and is_locked(one, holds)
            # What the stored record locks is refused when it is saved. What was typed locks a field from now on; what
            # stands in it is kept and sent.
            state["kept"] = state["read_only"] and not is_held
            state["read_only"] = state["read_only"] or is_held
        if one.state == "edit":
            if has_echo(one):
                state["echo"] = "" if one.name in wrong else echo_of(one, values, sent, reader)
            text = next((wrong[n] for n in (one.name, *(p.name for p in one.parts)) if n in wrong), None)
            if text:
                state["problem"] = text
    hidden = [s.key for s in shape.sections if not judge(s.section.visible_when)]
    return {"fields": fields, "hidden_sections": hidden}


def _state_of(shape: FieldShape, values: Values, titles: Titles, reader: Reader, judge: Judge) -> dict[str, Any]:
    state: dict[str, Any] = {
        "visible": is_visible(shape, judge),
        "required": is_required(shape, judge),
        "read_only": shape.state != "edit" or is_locked(shape, judge),
    }
    if shape.state == "computed":
        state["text"] = text_of(shape, values, titles)
    if shape.field.controller:
        now = values.get(shape.field.controller)
        state["choices"] = [o.value for o in shape.options if o.depends is None or now in o.depends]
    return state


def text_of(shape: FieldShape, values: Values, titles: Titles) -> str:
    """A computed field as plain text."""
    shown = shape.present(values.get(shape.name), values, titles)
    return shown.text or ", ".join(item.text for item in shown.items)
