"""The page on which a record is converted: for each step what is there already, or the form of what would be new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from jimu.access.rules import action_allowed
from jimu.care.converting import EXISTING, NEW, SKIP, Choice, StepForecast
from jimu.definitions.kinds.conversion import ConversionStepDef
from jimu.fieldtypes.ids import decode_id, encode_id
from jimu.messages import Message
from jimu.records import read, write
from jimu.records.commands import Create
from jimu.web.pages.fieldviews import form_view
from jimu.web.pages.form import views_of
from jimu.web.pages.model import FieldShape, FieldView
from jimu.web.pages.reader import Reader, any_record_url
from jimu.web.pages.sent import Sent, read_form
from jimu.web.pages.shapes import PageShape, page_shape

_BETWEEN = "__"
_HAS = "_has_"
_REASONS = {"link": Message("linked already"), "key": Message("same key"), "chosen": Message("chosen")}


@dataclass(frozen=True)
class FoundChoice:
    id: str
    title: str
    href: str
    percent: int
    why: str
    is_chosen: bool


@dataclass
class ConvertStep:
    """``fields``: of what would be new, those that are mapped or required."""

    name: str
    label: str
    icon: str
    found: Sequence[FoundChoice]
    fields: list[FieldView]
    optional: bool
    can_make: bool
    is_new: bool
    is_skipped: bool
    problems: list[str] = field(default_factory=list)


def step_shape(step: ConversionStepDef, reader: Reader) -> PageShape:
    """The fields that the form of the step has, under names of its own."""
    shape = page_shape(step.object, reader)
    needed = [n for n, one in shape.fields.items() if one.required and n not in step.links and n != "owner"]
    names = [n for n in dict.fromkeys([*step.map, *needed]) if n in shape.fields and shape.fields[n].state == "edit"]
    return shape.only([n for n in names if shape.fields[n].widget not in ("file", "image", "secret")])


def build_step(found: StepForecast, choice: Choice, reader: Reader, sent: Sent | None = None) -> ConvertStep:
    step = found.step
    definition = reader.manifest.object(step.object)
    values = {**_defaults(found, reader), **found.values, **choice.values}
    titles = read.resolve_titles(_ids(values), reader.context)
    fields = [_field(one, step.name, values, titles, reader, sent) for one in step_shape(step, reader).fields.values()]
    can_make = action_allowed(reader.actor, reader.manifest, step.object, "create")
    return ConvertStep(
        step.name,
        reader.label(step.label),
        definition.icon,
        [_found(one, choice, step, reader) for one in found.found],
        fields if can_make else [],
        step.optional,
        can_make,
        choice.how == NEW,
        choice.how == SKIP,
    )


def _defaults(found: StepForecast, reader: Reader) -> dict[str, Any]:
    """What a new record would get besides."""
    if not action_allowed(reader.actor, reader.manifest, found.step.object, "create"):
        return {}
    return dict(write.preview(Create(found.step.object, dict(found.values)), reader.context).values)


def _field(
    shape: FieldShape, step: str, values: Mapping[str, Any], titles: Any, reader: Reader, sent: Sent | None
) -> FieldView:
    view = form_view(shape, values, titles, reader, sent.typed if sent else None)
    _rename(view, step)
    return view


def _rename(view: FieldView, step: str) -> None:
    """Several steps may have a field of one name on the page."""
    view.shape = replace(view.shape, name=f"{step}{_BETWEEN}{view.shape.name}")
    for part in view.parts:
        _rename(part, step)


def _found(one: Any, choice: Choice, step: ConversionStepDef, reader: Reader) -> FoundChoice:
    rule = next((d for d in reader.manifest.object(step.object).duplicates if d.name == one.why), None)
    why = reader.label(rule.label) if rule else reader.render(_REASONS.get(one.why, Message("same key")))
    is_chosen = choice.how == EXISTING and choice.id == one.id
    percent = round(min(one.score, 1.0) * 100)
    return FoundChoice(encode_id(one.id), one.title, any_record_url(one.id), percent, why, is_chosen)


def _ids(values: Mapping[str, Any]) -> set[int]:
    return {v for v in values.values() if isinstance(v, int) and not isinstance(v, bool)}


class StepForm:
    """The part of a sent form that is about one step: its names without the step's."""

    def __init__(self, form: Any, step: str) -> None:
        self.form, self.prefix = form, step + _BETWEEN

    def __contains__(self, name: str) -> bool:
        asked = _HAS + self.prefix + name.removeprefix(_HAS) if name.startswith(_HAS) else self.prefix + name
        return asked in self.form

    def getlist(self, name: str) -> list[str]:
        return list(self.form.getlist(self.prefix + name))


def read_choice(step: ConversionStepDef, form: Any, reader: Reader) -> tuple[Choice, Sent]:
    """What was chosen for the step, and what was typed for a new record."""
    how = form.get(f"_do.{step.name}", NEW)
    if how == SKIP:
        return Choice(SKIP), Sent()
    if how != NEW:
        return Choice(EXISTING, decode_id(how)), Sent()
    sent = read_form(step_shape(step, reader), StepForm(form, step.name), reader)
    return Choice(NEW, values=dict(sent.values)), sent


def place_step_problems(step: ConvertStep, problems: Sequence[Any], reader: Reader) -> None:
    """Problems of a step's fields beside them, others above the step."""
    views = views_of(step.fields)
    for problem in problems:
        view = views.get((problem.field or "").replace(".", _BETWEEN, 1))
        text = reader.render(problem.message)
        if view is not None:
            view.errors.append(text)
        else:
            step.problems.append(text)

