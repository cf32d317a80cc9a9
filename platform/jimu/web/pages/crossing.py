"""Records that are like those of other objects, as the page of duplicates shows them, with what can be done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jimu.care.crossing import Crossing, Other, Ways, ways_of
from jimu.fieldtypes.ids import encode_id
from jimu.web.pages.reader import Reader, record_url


@dataclass(frozen=True)
class OtherRow:
    """``conversions``: label and address; ``links``: name and label of a lookup that could point here."""

    id: str
    title: str
    href: str
    mark: str
    kind: str
    percent: int
    conversions: Sequence[tuple[str, str]]
    links: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class CrossingView:
    id: str
    rule: str
    title: str
    href: str
    mark: str
    hidden: int
    others: Sequence[OtherRow]


def build_crossing(crossing: Crossing, reader: Reader) -> CrossingView:
    ways = ways_of(crossing, reader.context)
    return CrossingView(
        encode_id(crossing.id),
        crossing.rule,
        crossing.title,
        record_url(crossing.object, crossing.about),
        reader.manifest.objects[crossing.object].icon,
        crossing.hidden,
        [_other(crossing, other, ways, reader) for other in crossing.others],
    )


def _other(crossing: Crossing, other: Other, ways: Ways, reader: Reader) -> OtherRow:
    about, id = record_url(crossing.object, crossing.about), encode_id(other.id)
    definition = reader.manifest.objects[other.object]
    return OtherRow(
        id,
        other.title,
        record_url(other.object, other.id),
        definition.icon,
        reader.label(definition.label),
        round(other.score * 100),
        [
            (
                reader.label(conversion.label),
                f"{about}/convert/{conversion.name}?onto.{step}={id}&cluster={encode_id(crossing.id)}",
            )
            for conversion, step in ways.conversions.get(other.id, ())
        ],
        [(field.name, reader.label(field.label)) for field in ways.links.get(other.id, ())],
    )
