"""What requests about approvals bring: decisions, people, choices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from jimu.api.care_bodies import read_id, read_ids, read_mapping, read_name
from jimu.errors import BadRequest, Problem
from jimu.flows.approvals.service import Answer as Decision
from jimu.messages import Message

BAD_BODY = Message("The request cannot be understood.")

Reader = Callable[[Mapping[str, Any]], dict[str, Any]]


def read_to(body: Mapping[str, Any]) -> dict[str, Any]:
    return {"to": read_id(body.get("to"), "to")}


def read_handing(body: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(body.get("later", False), bool):
        raise bad("later")
    return {**read_to(body), "later": body.get("later", False)}


def read_adding(body: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "people": tuple(read_ids(body, "people")), "relation": read_name(body, "relation"),
        "method": str(body.get("method") or "all"),
    }  # fmt: skip


def read_target(body: Mapping[str, Any]) -> dict[str, Any]:
    return {"target": read_name(body, "target")}


def read_nothing(body: Mapping[str, Any]) -> dict[str, Any]:
    return {}


def read_people(body: Mapping[str, Any]) -> dict[str, Any]:
    return {"people": tuple(read_ids(body, "people"))}


def bad(field: str) -> BadRequest:
    return BadRequest(BAD_BODY, [Problem("bad_parameter", Message("{name} is not right.", {"name": field}), field)])


def read_comment(body: Mapping[str, Any]) -> str:
    given = body.get("comment") or ""
    if not isinstance(given, str):
        raise bad("comment")
    return given[:20_000]


def read_picks(body: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    given = read_mapping(body, "picks")
    return {node: tuple(read_ids(given, node)) for node in given}


def read_department(body: Mapping[str, Any]) -> int | None:
    given = body.get("department")
    return None if given in (None, "") else read_id(given, "department")


def read_decision(answer: str, body: Mapping[str, Any]) -> Decision:
    version = body.get("record_version")
    if version is not None and (not isinstance(version, int) or isinstance(version, bool)):
        raise bad("record_version")
    return Decision(
        answer, read_comment(body), read_mapping(body, "changes"), read_picks(body),
        tuple(read_ids(body, "attachments")), str(body.get("signature") or "")[:2000], version,
        str(body.get("key") or "")[:100],
    )  # fmt: skip
