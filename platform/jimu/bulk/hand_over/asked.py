"""What a hand-over is asked to do, as data, and as JSON and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from jimu.fieldtypes.ids import decode_id, encode_id

Rule = Literal["one", "round_robin", "cases", "together"]
STAY = "stay"


@dataclass(frozen=True)
class Part:
    """Records of ``object`` that hold the person in ``field``. ``where``: a formula; '' for all."""

    object: str
    field: str
    where: str = ""

    @property
    def key(self) -> str:
        return f"{self.object}.{self.field}"

    def dump(self) -> list[str]:
        return [self.object, self.field, self.where]


@dataclass(frozen=True)
class HandOver:
    """``rule``: *one* (the first of ``people`` gets everything), *round_robin* (in turn), *cases* (the first of
    ``cases``, (formula, person), that holds of a record; else the first of ``people``), *together* (in turn, but
    records that point at the same record of ``together`` go to one person, with it). ``exceptions``: record -> person,
    or None to stay. ``on``: a day to come.
    """

    leaver: int
    parts: tuple[Part, ...]
    people: tuple[int, ...]
    rule: Rule = "one"
    cases: tuple[tuple[str, int], ...] = ()
    together: str = ""
    exceptions: Mapping[int, int | None] = field(default_factory=dict)
    note: str = ""
    on: date | None = None
    comment: bool = False
    deactivate: bool = False

    def dump(self) -> dict[str, Any]:
        return {
            "leaver": encode_id(self.leaver),
            "parts": [part.dump() for part in self.parts],
            "people": [encode_id(id) for id in self.people],
            "rule": self.rule,
            "cases": [[when, encode_id(id)] for when, id in self.cases],
            "together": self.together,
            "exceptions": {encode_id(k): encode_id(v) if v else STAY for k, v in self.exceptions.items()},
            "note": self.note,
            "on": self.on.isoformat() if self.on else "",
            "comment": self.comment,
            "deactivate": self.deactivate,
        }

    @classmethod
    def load(cls, given: Mapping[str, Any]) -> HandOver:
        """Raises ValueError or KeyError for what cannot be read."""
        exceptions = (given.get("exceptions") or {}).items()
        on = given.get("on")
        return cls(
            decode_id(given["leaver"]),
            tuple(_part(one) for one in given["parts"]),
            tuple(decode_id(id) for id in given["people"]),
            given.get("rule") or "one",
            tuple((str(when), decode_id(id)) for when, id in given.get("cases") or ()),
            given.get("together") or "",
            {decode_id(k): None if v == STAY else decode_id(v) for k, v in exceptions},
            str(given.get("note") or ""),
            date.fromisoformat(on) if on else None,
            bool(given.get("comment")),
            bool(given.get("deactivate")),
        )


def _part(given: Any) -> Part:
    if isinstance(given, str):
        object, _, name = given.partition(".")
        return Part(object, name)
    if isinstance(given, Mapping):
        return Part(str(given["object"]), str(given["field"]), str(given.get("where") or ""))
    return Part(*(str(x) for x in given))
