"""Default teams: when a record comes to be somebody's, those whom they always want in its team join it."""

from __future__ import annotations

from typing import Any

from jimu.access.teams import DEFAULT_TEAM, TEAM, has_team
from jimu.records.commands import Create
from jimu.records.draft import Draft
from jimu.records.wave import Wave
from jimu.storage.query import AnyOf, Compare, Query

# More than anybody wants in a team; the store wants a bound.
_MOST = 2_000
_FIELDS = ("owner", "member", "access", "team_role")


def add_default_teams(wave: Wave) -> None:
    """For each record that got an owner, their default team members are to be written after the wave."""
    if not has_team(wave.plan.object) or DEFAULT_TEAM not in wave.context.manifest.objects:
        return
    drafts = [d for d in wave.judged if d.values.get("owner") and (d.is_new or "owner" in d.changed)]
    wanted = _wanted(wave, {d.values["owner"] for d in drafts}) if drafts else {}
    drafts = [d for d in drafts if d.values["owner"] in wanted]
    if not drafts:
        return
    there = _members(wave, [d.id for d in drafts if not d.is_new])
    for draft in drafts:
        for row in wanted[draft.values["owner"]]:
            if (draft.id, row["member"]) not in there:
                there.add((draft.id, row["member"]))
                wave.unit.follow_ups.append(_joining(draft, row))


def _wanted(wave: Wave, owners: set[int]) -> dict[int, list[dict[str, Any]]]:
    """Owner -> their default members for the object, themselves left out."""
    of_object = AnyOf((Compare("of_object", "eq", wave.object), Compare("of_object", "blank")))
    filter = Compare("owner", "in", sorted(owners)) & of_object
    found: dict[int, list[dict[str, Any]]] = {}
    for row in wave.transaction.select(Query(DEFAULT_TEAM, filter, fields=_FIELDS, limit=_MOST)).rows:
        if row["member"] is not None and row["member"] != row["owner"]:
            found.setdefault(row["owner"], []).append(row)
    return found


def _members(wave: Wave, ids: list[int]) -> set[tuple[int, int]]:
    if not ids:
        return set()
    query = Query(TEAM, Compare("record", "in", ids), fields=("record", "member"), limit=_MOST * 5)
    return {(row["record"], row["member"]) for row in wave.transaction.select(query).rows}


def _joining(draft: Draft, row: dict[str, Any]) -> Create:
    values = {"record": draft.id, "member": row["member"], "access": row["access"], "team_role": row["team_role"]}
    return Create(TEAM, values)
