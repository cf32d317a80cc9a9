"""What the endpoints for care take and give, read and written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from jimu.api.call import Call
from jimu.api.schemas import record_schema
from jimu.care.children import Moved
from jimu.care.converting import EXISTING, NEW, SKIP, Choice
from jimu.care.erasing import Trace
from jimu.care.merge_rules import SURVIVORS, VALUES, MergeRule
from jimu.care.merging import Merge, MergeForecast
from jimu.care.merging_many import ManyMerges
from jimu.care.scanning import scanned_rules
from jimu.definitions.kinds.conversion import ConversionDef
from jimu.errors import BadRequest, Invalid, Problem
from jimu.fieldtypes.ids import decode_id, encode_id
from jimu.messages import Message
from jimu.records.draft import INVALID

BAD_BODY = Message("The request cannot be understood.")
NEEDS_ID = Message("Name a record by its id.")
NEEDS_NAME = Message("This must be text.")
NEEDS_OBJECT = Message("This must be a JSON object.")
NEEDS_CHOICE = Message("This must be new, existing or skip.")
NEEDS_ONE_OF = Message("This must be one of: {values}.")
NEEDS_SHARE = Message("This must be a number from 0 to 1.")


def _bad(message: Message, field: str) -> BadRequest:
    return BadRequest(BAD_BODY, [Problem("bad_parameter", message, field)])


def read_id(value: Any, field: str) -> int:
    try:
        return decode_id(value)
    except (ValueError, TypeError, AttributeError):
        raise _bad(NEEDS_ID, field) from None


def read_ids(body: Mapping[str, Any], name: str) -> list[int]:
    listed = body.get(name, [])
    if not isinstance(listed, list):
        raise _bad(NEEDS_ID, name)
    return [read_id(value, name) for value in listed]


def read_name(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise _bad(NEEDS_NAME, name)
    return value


def read_mapping(body: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = body.get(name) or {}
    if not isinstance(value, dict):
        raise _bad(NEEDS_OBJECT, name)
    return value


def read_names(body: Mapping[str, Any], name: str) -> list[str]:
    listed = body.get(name, [])
    if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
        raise _bad(NEEDS_NAME, name)
    return listed


def read_values(call: Call, object: str, given: Mapping[str, Any], prefix: str = "") -> Mapping[str, Any]:
    values, problems = record_schema(call.actor, call.manifest, object).load_values(given, call.load_context())
    if problems:
        named = [Problem(p.code, p.message, f"{prefix}{p.field}") for p in problems] if prefix else problems
        raise Invalid(INVALID, named)
    return values


def read_merge(call: Call, object: str, body: Mapping[str, Any]) -> Merge:
    """``fields``: field → id of the record whose value is taken; "all" unites lists."""
    ids, master = read_ids(body, "ids"), read_id(body.get("master"), "master")
    chosen = {
        name: 0 if value == "all" else read_id(value, "fields") for name, value in read_mapping(body, "fields").items()
    }
    values = read_values(call, object, read_mapping(body, "values"))
    return Merge(object, tuple(dict.fromkeys(ids)), master, chosen, dict(values))


def read_merges(call: Call, object: str, body: Mapping[str, Any]) -> ManyMerges:
    """Without ``clusters`` and ``alike`` only groups whose records are wholly alike."""
    rules = [rule.name for rule in scanned_rules(call.manifest, object)]
    how = MergeRule(_one_of(body, "survivor", SURVIVORS), _one_of(body, "values", VALUES))
    ids = tuple(dict.fromkeys(read_ids(body, "clusters")))
    alike = body.get("alike", 0 if ids else 1)
    if isinstance(alike, bool) or not isinstance(alike, int | float | Decimal) or not 0 <= alike <= 1:
        raise _bad(NEEDS_SHARE, "alike")
    return ManyMerges(object, how, _one_of(body, "rule", ("", *rules)), float(alike), ids)


def _one_of(body: Mapping[str, Any], name: str, values: Sequence[str]) -> str:
    """The first of ``values`` where nothing is said."""
    value = body.get(name, values[0])
    if value not in values:
        raise _bad(replace(NEEDS_ONE_OF, params={"values": [v for v in values if v]}), name)
    return str(value)


def read_choices(call: Call, conversion: ConversionDef, given: Mapping[str, Any]) -> dict[str, Choice]:
    """Step → ``{"do": "new" | "existing" | "skip", "id", "values"}``."""
    choices: dict[str, Choice] = {}
    for name, raw in given.items():
        step = conversion.steps.get(name)
        if step is None or not isinstance(raw, dict) or raw.get("do", NEW) not in [NEW, EXISTING, SKIP]:
            raise _bad(NEEDS_CHOICE, f"steps.{name}")
        how = raw.get("do", NEW)
        id = read_id(raw.get("id"), f"steps.{name}.id") if how == EXISTING else 0
        values = read_values(call, step.object, read_mapping(raw, "values"), f"{name}.")
        choices[name] = Choice(how, id, dict(values))
    return choices


def dump_forecast(call: Call, forecast: MergeForecast) -> dict[str, Any]:
    """Of fields that the actor may read in all of the records."""
    schema = record_schema(call.actor, call.manifest, forecast.merge.object)
    values = {name: value for name, value in forecast.values.items() if name in forecast.readable}
    return {
        "values": schema.dump_values(values),
        "fields": {
            p.field.name: "all" if p.source == 0 else encode_id(p.source)
            for p in forecast.proposals
            if p.differs and p.field.name in forecast.readable
        },
        "moved": dict(forecast.children),
    }


def dump_moved(moved: Moved) -> dict[str, Any]:
    return {"moved": dict(moved.by_object), "dropped": moved.dropped}


def dump_trace(trace: Trace) -> dict[str, Any]:
    return {
        "object": trace.object,
        "id": encode_id(trace.id),
        "title": trace.title,
        "how": trace.how,
        "values": dict(trace.values),
        "history_entries": trace.history,
    }
