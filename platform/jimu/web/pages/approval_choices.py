"""People that somebody chooses for a step of an approval, as controls show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from jimu.access.loading import organisation_at
from jimu.access.organisation import Organisation, Person
from jimu.flows.approvals.panel import Pick
from jimu.records.reading import reading
from jimu.web.pages.reader import Reader

MOST_PEOPLE = 1000


@dataclass(frozen=True, slots=True)
class ChoiceRow:
    node: str
    label: str
    least: int
    most: int | None
    people: list[tuple[int, str]]
    chosen: tuple[int, ...]


def choice_rows(
    picks: Iterable[Pick], reader: Reader, chosen: Mapping[str, tuple[int, ...]] | None = None
) -> list[ChoiceRow]:
    """``chosen``: what was chosen just now, over what is kept."""
    return [
        ChoiceRow(
            p.node, reader.label(p.label) or p.node, p.least, p.most, people(reader, p.range),
            (chosen or {}).get(p.node, p.chosen),
        )
        for p in picks
    ]  # fmt: skip


def people(reader: Reader, among: Iterable[str] = ()) -> list[tuple[int, str]]:
    """Active users by name, for choosing; ``among``: role:…, group:… or addresses (none: all)."""
    rules = tuple(r for r in among if r)
    with reading(reader.context) as transaction:
        organisation = organisation_at(transaction, reader.manifest, at=reader.context.clock())
    found = [
        (p.id, p.name)
        for p in organisation.people.values()
        if p.active and (not rules or any(_fits(p, rule, organisation) for rule in rules))
    ]
    return sorted(found, key=lambda item: item[1])[:MOST_PEOPLE]


def _fits(person: Person, rule: str, organisation: Organisation) -> bool:
    kind, _, name = rule.partition(":")
    if kind == "role":
        return name in person.roles
    if kind == "group":
        places = (organisation.departments.get(d) for d in person.departments)
        return any(place.code == name for place in places if place is not None)
    return person.email.lower() == rule.lower()
