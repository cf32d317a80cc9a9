"""What follows from a change of the organisation, written by the engine in the same transaction: the history of
departments, and the main membership and the user record in step with each other, whichever of them was written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from jimu.access.organisation_loading import DEPARTMENT, MEMBERSHIP, MOST_ROWS, USER
from jimu.access.organisation_past import PERIOD
from jimu.clock import day_in
from jimu.messages import Message
from jimu.records.commands import Command, Create, Delete, Update
from jimu.records.draft import Draft
from jimu.records.wave import Wave
from jimu.storage.query import AllOf, Compare, Query

_PERIOD_FIELDS = ("name", "above", "head", "company", "active")
_PLACE_FIELDS = ("department", "position")
_Row = Mapping[str, Any]
_MAIN_DAYS = (
    ("since", Message("A main department holds from today or an earlier day on.")),
    ("until", Message("A main department is ended on its last day or later.")),
)


def follow_organisation(wave: Wave) -> None:
    """Ask for what follows from the wave; nothing for objects that are no part of the organisation."""
    follow = _FOLLOW.get(wave.object)
    # A database that was not brought to this version's objects yet keeps no history.
    if follow is not None and wave.judged and wave.transaction.columns_of(_KEPT_IN[wave.object]):
        wave.unit.follow_ups.extend(follow(wave, _today(wave)))


def check_memberships(wave: Wave) -> None:
    """Refuse main memberships that begin or end on a day to come: the user record says where somebody is now.

    Tomorrow is let pass, for it is somebody's today.
    """
    if wave.object != MEMBERSHIP:
        return
    latest = _today(wave) + timedelta(days=1)
    for draft in wave.judged:
        for name, message in _MAIN_DAYS:
            value = draft.values.get(name) if draft.values.get("is_main") else None
            if isinstance(value, date) and value > latest:
                draft.add_problem("main_in_future", message, name)


def _today(wave: Wave) -> date:
    return day_in(wave.unit.now, wave.context.manifest.workspace.time_zone)


def _note_periods(wave: Wave, day: date) -> Iterator[Command]:
    """A department that stands otherwise than before begins a new period."""
    drafts = [d for d in wave.judged if _is_told(wave, d, _PERIOD_FIELDS)]
    open = _open_rows(wave, PERIOD, "department", [d.id for d in drafts], (*_PERIOD_FIELDS, "since"))
    for draft in drafts:
        values = {name: draft.values.get(name) for name in _PERIOD_FIELDS}
        row = next(iter(open.get(draft.id, ())), None)
        if row is not None and row["since"] >= day:
            yield Update(PERIOD, row["id"], values)
            continue
        if row is not None:
            yield _ended(PERIOD, row, day)
        elif draft.before is not None:
            yield from _earlier(wave, PERIOD, draft.before, {"department": draft.id}, _PERIOD_FIELDS, day)
        yield Create(PERIOD, {"department": draft.id, "since": day, **values})


def _place_people(wave: Wave, day: date) -> Iterator[Command]:
    """The main membership goes where the user record says."""
    drafts = [d for d in wave.judged if _is_told(wave, d, _PLACE_FIELDS)]
    open = _open_rows(wave, MEMBERSHIP, "person", [d.id for d in drafts], (*_PLACE_FIELDS, "since", "is_main"))
    for draft in drafts:
        rows = open.get(draft.id, [])
        if draft.before is not None and draft.before.get("department") and not any(row["is_main"] for row in rows):
            person = {"person": draft.id, "is_main": True}
            yield from _earlier(wave, MEMBERSHIP, draft.before, person, _PLACE_FIELDS, day)
        yield from _place(draft, rows, day)


def _earlier(
    wave: Wave, object: str, before: _Row, whose: Mapping[str, Any], fields: tuple[str, ...], day: date
) -> Iterator[Command]:
    """What held until yesterday, where no history was kept of it: it is older than the keeping."""
    since = day_in(before["created_at"], wave.context.manifest.workspace.time_zone)
    if since < day:
        values = {name: before.get(name) for name in fields}
        yield Create(object, {**whose, **values, "since": since, "until": day - timedelta(days=1)})


def _place(draft: Draft, open: list[_Row], day: date) -> Iterator[Command]:
    place = {name: draft.values.get(name) for name in _PLACE_FIELDS}
    mains = [row for row in open if row["is_main"]]
    if any(_is_at(row, place) for row in mains):
        return
    if place["department"] is None:
        yield from (_ended(MEMBERSHIP, row, day) for row in mains)
        return
    today = next((row for row in mains if row["since"] >= day), None)
    if today is not None:
        yield Update(MEMBERSHIP, today["id"], place)
    else:
        yield Create(MEMBERSHIP, {"person": draft.id, "is_main": True, "since": day, **place})
    further = (row for row in open if not row["is_main"] and row["department"] == place["department"])
    yield from (_ended(MEMBERSHIP, row, day) for row in further)


def _place_users(wave: Wave, day: date) -> Iterator[Command]:
    """The user record goes where the main membership says; there is one main membership that lasts."""
    drafts = [d for d in wave.judged if d.values.get("is_main") or (d.before or {}).get("is_main")]
    people = {v["person"] for d in drafts for v in (d.values, d.before or {}) if v.get("person") is not None}
    open = _open_rows(wave, MEMBERSHIP, "person", people, (*_PLACE_FIELDS, "since", "is_main"))
    users = wave.transaction.fetch(USER, people, list(_PLACE_FIELDS))
    written = {d.id for d in drafts}
    for person in sorted(people & set(users)):
        mains = [row for row in open.get(person, ()) if row["is_main"]]
        mains.sort(key=lambda row: (row["id"] in written, row["since"], row["id"]))
        chosen = mains[-1] if mains else None
        yield from (_ended(MEMBERSHIP, row, day) for row in mains[:-1])
        place = {"department": None} if chosen is None else {n: chosen[n] for n in _PLACE_FIELDS}
        if not _is_at(users[person], place):
            yield Update(USER, person, place)


_FOLLOW: Mapping[str, Callable[[Wave, date], Iterable[Command]]] = {
    DEPARTMENT: _note_periods,
    USER: _place_people,
    MEMBERSHIP: _place_users,
}


_KEPT_IN = {DEPARTMENT: PERIOD, USER: MEMBERSHIP, MEMBERSHIP: USER}


def _is_told(wave: Wave, draft: Draft, fields: Iterable[str]) -> bool:
    """Whether the draft says something new of ``fields``; a blank place of a new user is nothing new."""
    if wave.action == "create":
        return wave.object != USER or draft.values.get("department") is not None
    return wave.action == "update" and any(name in draft.changed for name in fields)


def _is_at(row: _Row, place: _Row) -> bool:
    return all((row.get(name) or None) == (value or None) for name, value in place.items())


def _open_rows(
    wave: Wave, object: str, column: str, ids: Iterable[int], fields: tuple[str, ...]
) -> dict[int, list[_Row]]:
    """The rows of ``object`` that have no end, by whose they are."""
    found: dict[int, list[_Row]] = {}
    listed = tuple(ids)
    if not listed or not wave.transaction.columns_of(object):
        return found
    filter = AllOf((Compare(column, "in", listed), Compare("until", "blank")))
    for row in wave.transaction.select(Query(object, filter, fields=(column, *fields), limit=MOST_ROWS)).rows:
        found.setdefault(row[column], []).append(row)
    return found


def _ended(object: str, row: _Row, day: date) -> Command:
    """It ended yesterday; what began today never was."""
    if row["since"] >= day:
        return Delete(object, row["id"], purge=True)
    return Update(object, row["id"], {"until": day - timedelta(days=1)})
