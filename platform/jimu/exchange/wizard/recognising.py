"""Columns that name records: told by looking their commonest texts up, as the actor may read what there is.

``ts_code`` is the company of a row because most of its texts are codes of companies, whatever its header says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from jimu.definitions.model import FieldDef, ObjectDef
from jimu.exchange.importing.lookups import Lookups, Question
from jimu.exchange.wizard.profile import PLACEHOLDERS, ColumnProfile
from jimu.fieldtypes.kinds import Kind
from jimu.records import Context
from jimu.records.reading import reading

_TEXTS = 12
"""Of each column, the commonest: what most of them are, the column is."""

_LONGEST = 120
_MOST = 0.5


@dataclass(frozen=True)
class Recognised:
    """``known``: target object → header → which share of the column's looked-up texts name one of its records;
    ``empty``: target objects of which there is no record yet.
    """

    known: Mapping[str, Mapping[str, float]]
    empty: frozenset[str] = frozenset()

    def share(self, object: str, header: str) -> float:
        return self.known.get(object, {}).get(header, 0.0)

    def is_named(self, object: str, header: str) -> bool:
        return self.share(object, header) >= _MOST


def lookups_of(object: ObjectDef, allowed: Iterable[str]) -> list[FieldDef]:
    """The fields that point at records of one object."""
    fields = (object.fields[name] for name in allowed)
    return [f for f in fields if f.kind in (Kind.REFERENCE, Kind.REFERENCES) and len(f.target) == 1 and f.name != "id"]


def recognise(columns: Sequence[ColumnProfile], fields: Sequence[FieldDef], context: Context) -> Recognised:
    """Looks the texts of ``columns`` up among the records that ``fields`` point at; one question for each object."""
    texts = {column.header: _texts(column) for column in columns}
    every = list(dict.fromkeys(text for listed in texts.values() for text in listed))
    known: dict[str, dict[str, float]] = {}
    empty = set()
    with reading(context) as transaction:
        for target in sorted({field.target[0] for field in fields}):
            if not transaction.ids_after(target, 0, 1):
                empty.add(target)
                continue
            answers = Lookups(context).resolve(Question((target,)), every, transaction)
            named = {text for text in every if not _is_unknown(answers[text])}
            known[target] = {h: sum(t in named for t in listed) / len(listed) for h, listed in texts.items() if listed}
    return Recognised(known, frozenset(empty))


def _is_unknown(answer: object) -> bool:
    return getattr(answer, "code", "") == "unknown_reference"


def _texts(column: ColumnProfile) -> list[str]:
    """What to look up of a column: nothing of one that holds dates, long texts, or numbers that count something."""
    if column.moments * 2 > column.filled or column.longest > _LONGEST:
        return []
    texts = [str(t) for t, _ in column.values if str(t).strip().casefold() not in PLACEHOLDERS][:_TEXTS]
    lengths = {len(text) for text in texts}
    if column.numbers * 2 > column.filled and (lengths == {1} or len(lengths) > 1):
        return []
    return texts
