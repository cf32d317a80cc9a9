"""Quick filters: fields of the layout that a list is filtered by with one click, several choices at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from jimu.definitions.model import FieldDef, ListLayoutDef
from jimu.fieldtypes.kinds import Kind
from jimu.messages import Message
from jimu.records.followed import FOLLOWER, can_be_followed
from jimu.web.pages.list_address import Asked
from jimu.web.pages.list_conditions import Condition
from jimu.web.pages.list_fields import field_at
from jimu.web.pages.list_operators import PERIOD_WORDS, RECORD_ID, can_filter, family_of
from jimu.web.pages.list_words import Titles, value_words
from jimu.web.pages.own_records import is_known
from jimu.web.pages.reader import Reader

_FOLLOWED = Condition(RECORD_ID, "followed")
_PERIODS = ("today", "this_week", "next_week", "last_month", "this_month", "next_month", "this_quarter", "this_year")


@dataclass(frozen=True, slots=True)
class QuickOption:
    """``value`` for choices of which several may hold; '' for those that stand alone."""

    label: str
    css: str
    href: str
    is_on: bool
    value: str = ""


@dataclass
class QuickFilter:
    """A field that is filtered by in one click.

    ``by_text``: what it contains may be typed; ``source``: where records to choose are searched; ``operator``: what
    several chosen values make (in, has_any).
    """

    name: str
    label: str
    options: list[QuickOption] = field(default_factory=list)
    chosen: list[str] = field(default_factory=list)
    operator: str = "in"
    by_text: bool = False
    source: str = ""
    clear: str = ""

    @property
    def is_on(self) -> bool:
        return bool(self.clear)


def quick_filters(layout: ListLayoutDef, asked: Asked, reader: Reader, titles: Titles) -> list[QuickFilter]:
    made = []
    for name in layout.quick_filters:
        found = field_at(name, layout.object, reader)
        if found is not None and can_filter(found):
            made.append(_quick_filter(name, found, layout.object, asked, reader, titles))
    return made


def followed_filter(object: str, asked: Asked, reader: Reader) -> QuickOption | None:
    """What narrows the list to records that the reader follows; None where they cannot be followed."""
    if not can_be_followed(reader.manifest, object) or not is_known(FOLLOWER, reader):
        return None
    others = tuple(c for c in asked.conditions if c != _FOLLOWED)
    is_on = len(others) < len(asked.conditions)
    href = asked.address(object, conditions=others if is_on else (*others, _FOLLOWED))
    return QuickOption(reader.render(Message("Followed")), "", href, is_on)


def _quick_filter(name: str, found: FieldDef, object: str, asked: Asked, reader: Reader, titles: Titles) -> QuickFilter:
    now = next((c for c in asked.conditions if c.field == name), None)
    others = tuple(c for c in asked.conditions if c is not now)
    operator = "has_any" if found.kind is Kind.TEXTS else "in"
    is_reference = found.kind is Kind.REFERENCE
    quick = QuickFilter(
        name,
        reader.label(found.label),
        operator=operator,
        by_text=(found.kind is Kind.TEXT and found.choices is None) or is_reference,
        source=f"/o/{found.object}/choose/{found.name}" if is_reference else "",
        clear=asked.address(object, conditions=others) if now else "",
    )
    for label, css, condition in _offers(name, found, reader):
        is_on = condition == now
        quick.options.append(
            QuickOption(label, css, asked.address(object, conditions=others if is_on else (*others, condition)), is_on)
        )
    chosen = now.values if now and now.operator == operator else ()
    for value, label, css in _choices(found, chosen, reader, titles):
        values = tuple(v for v in chosen if v != value) if value in chosen else (*chosen, value)
        rest = (*others, Condition(name, operator, values)) if values else others
        address = asked.address(object, conditions=rest)
        quick.options.append(QuickOption(label, css, address, value in chosen, value))
    quick.chosen = [o.label for o in quick.options if o.is_on]
    return quick


def _offers(name: str, found: FieldDef, reader: Reader) -> Iterator[tuple[str, str, Condition]]:
    """Conditions that stand alone: (label, css, condition)."""
    family = family_of(found)
    if family == "boolean":
        yield reader.render(Message("Yes")), "", Condition(name, "is_true")
        yield reader.render(Message("No")), "", Condition(name, "is_false")
    elif family == "date":
        for period in _PERIODS:
            yield reader.render(PERIOD_WORDS[period]), "", Condition(name, "within", (period,))
    elif family == "person":
        yield reader.render(Message("Me")), "", Condition(name, "me")
        yield reader.render(Message("My team")), "", Condition(name, "my_team")
        yield reader.render(Message("My department")), "", Condition(name, "my_department")
    elif family == "department":
        yield reader.render(Message("My department")), "", Condition(name, "mine")
    if family in ("reference", "person", "department"):
        yield reader.render(Message("Blank")), "", Condition(name, "blank")


def _choices(
    found: FieldDef, chosen: tuple[str, ...], reader: Reader, titles: Titles
) -> Iterator[tuple[str, str, str]]:
    """Values of which several may hold: (value, label, css); of records those that are chosen already."""
    if found.choices is not None:
        for choice in found.choices:
            if not choice.retired or choice.value in chosen:
                css = f"choice-{choice.color}" if choice.color else ""
                yield choice.value, reader.label(choice.label) or choice.value, css
    else:
        for value in chosen:
            yield value, value_words(value, found, reader, titles), ""
