"""Checking formulas as they are typed: what is wrong and where, what it gives, what it reads."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from jimu.access import readable_fields
from jimu.api.answers import Answer
from jimu.api.bodies import read_object
from jimu.api.call import Call
from jimu.api.endpoints import Endpoint
from jimu.api.metadata import visible_object
from jimu.api.parameters import ParameterSet
from jimu.errors import Invalid, Problem
from jimu.formulas import check, types
from jimu.formulas.types import Symbol, Type
from jimu.messages import Message
from jimu.settings import Settings

MAX_FORMULA = 20_000
EXPECTED: Mapping[str, Type] = {
    t.name: t for t in (types.TEXT, types.NUMBER, types.BOOLEAN, types.DATE, types.DATETIME, types.TIME, types.DURATION)
}


@dataclass(frozen=True)
class ReadableScope:
    """The fields that the caller may read; the others do not exist for a formula that is typed."""

    call: Call

    def find(self, object: str, name: str) -> Symbol | None:
        return self.call.snapshot.schema.find(object, name) if self._may_read(object, name) else None

    def names(self, object: str) -> list[str]:
        return [name for name in self.call.snapshot.schema.names(object) if self._may_read(object, name)]

    @property
    def calendars(self) -> Collection[str]:
        return self.call.manifest.all("calendar")

    def _may_read(self, object: str, name: str) -> bool:
        known = self.call.manifest.objects.get(object)
        return (
            known is not None
            and not known.retired
            and name in readable_fields(self.call.actor, self.call.manifest, object)
        )


def check_view(call: Call, parameters: Mapping[str, Any]) -> Answer:
    body = read_object()
    source, object, expected = _wanted(body)
    visible_object(call, object)
    formula, diagnostics = check(source, ReadableScope(call), object, EXPECTED.get(expected or ""))
    return Answer(
        {
            "valid": formula is not None,
            "type": str(formula.type) if formula else None,
            "reads": sorted(".".join(path) for path in formula.paths) if formula else [],
            "diagnostics": [d.dump(call.translate) for d in diagnostics],
        }
    )


def _wanted(body: Mapping[str, Any]) -> tuple[str, str, str | None]:
    """Formula, object and expected type; raises Invalid with every problem."""
    problems = [
        Problem("unknown_field", Message("There is no such field."), k)
        for k in body
        if k not in ("formula", "object", "expected")
    ]
    for name in ("formula", "object"):
        if not isinstance(body.get(name), str) or not body[name].strip():
            problems.append(Problem("required", Message("This must be text."), name))
        elif len(body[name]) > MAX_FORMULA:
            problems.append(
                Problem(
                    "too_long",
                    Message("{name} is longer than {max} characters.", {"name": name, "max": MAX_FORMULA}),
                    name,
                )
            )
    expected = body.get("expected")
    if expected is not None and expected not in EXPECTED:
        choices = Message("{name} must be one of: {values}.", {"name": "expected", "values": list(EXPECTED)})
        problems.append(Problem("unknown_choice", choices, "expected"))
    if problems:
        raise Invalid(Message("Some values are not right."), problems)
    return body["formula"], body["object"], expected


def endpoints(settings: Settings) -> tuple[Endpoint, ...]:
    return (
        Endpoint(
            "POST",
            "/formulas/check",
            check_view,
            "Check a formula",
            "formulas",
            "check_formula",
            ParameterSet(),
            body="formula",
            result="formula_check",
            errors=(404, 415, 422),
            asks=True,
        ),
    )
