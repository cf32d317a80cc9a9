"""A hand-over from its beginning to its end: part after part, page after page, each in a transaction that notes it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from jimu.access.rights import has_right
from jimu.access.scopes import USER_OBJECT
from jimu.bulk.changing import write_all
from jimu.bulk.hand_over.asked import HandOver, Part
from jimu.bulk.hand_over.holdings import RIGHT, acting, holdings_of, places_in, require_hand_over
from jimu.bulk.hand_over.others import find_other_work, give_other_work
from jimu.bulk.hand_over.sharing_out import SharingOut, pages_of
from jimu.bulk.hand_over.telling import tell_receivers
from jimu.bulk.model import Item
from jimu.bulk.noting import as_engine, item_of
from jimu.bulk.results import Run, create_run, end_run, load_run, note_items, update_run
from jimu.bulk.running import JOBS
from jimu.errors import BadRequest, Problem, StaleVersion
from jimu.fieldtypes.ids import encode_id
from jimu.messages import Message
from jimu.records import Context, Create, Delete, Update, read, write
from jimu.records.auditing import audit
from jimu.records.commands import Command, Record
from jimu.records.guarding import find_locks
from jimu.storage.entries import JobRow
from jimu.translation import translator

ACTION = "hand_over"
MOST_FORESEEN = 20_000
_TEAMS = frozenset({"team_member", "default_team_member"})


@dataclass
class Forecast:
    """``shares``: person -> part -> how many records they would get. ``first``: some records, each with its receiver
    (None: it stays)."""

    shares: dict[int, Counter[str]] = field(default_factory=dict)
    stay: int = 0
    total: int = 0
    first: list[tuple[Part, int, int | None]] = field(default_factory=list)


def check_hand_over(asked: HandOver, context: Context) -> None:
    """Raises Forbidden, or BadRequest with everything that is wrong with what is asked."""
    require_hand_over(asked.leaver, context)
    problems: list[Problem] = []
    if not asked.parts and not find_other_work(asked.leaver, context):
        problems.append(Problem("nothing_chosen", Message("Choose what is to be handed over."), "parts"))
    if not asked.people:
        problems.append(Problem("nobody_chosen", Message("Choose who is to get it."), "people"))
    people = context.actor.organisation.people
    receivers = {*asked.people, *(id for _, id in asked.cases), *(id for id in asked.exceptions.values() if id)}
    if asked.leaver in receivers:
        problems.append(Problem("leaver_receives", Message("Nobody can hand over to themselves."), "people"))
    active = read.resolve_titles(receivers, context)
    if any(id not in active or (id in people and not people[id].active) for id in receivers):
        problems.append(Problem("not_active", Message("Somebody who is to get something is not active."), "people"))
    if asked.deactivate and not has_right(context.actor, context.manifest, "users"):
        said = Message("Only who manages users can deactivate the account.")
        problems.append(Problem("may_not_deactivate", said, "deactivate"))
    known = {f"{object.name}.{found.name}" for object, found in places_in(acting(context))}
    for part in asked.parts:
        if part.key not in known:
            said = Message("{name} cannot be handed over.", {"name": part.key})
            problems.append(Problem("unknown_part", said, "parts"))
    if problems:
        raise BadRequest(Message("The hand-over cannot be done like this."), problems)


def foresee(asked: HandOver, context: Context, most_shown: int = 100) -> Forecast:
    """Who would get how much, by now."""
    check_hand_over(asked, context)
    made, own = Forecast(), acting(context)
    sharing = SharingOut(asked, own)
    for part in asked.parts:
        for records, _ in pages_of(part, asked, own):
            for id, person in sharing.receivers(part, records).items():
                made.total += 1
                made.stay += person is None
                if person is not None:
                    made.shares.setdefault(person, Counter())[part.key] += 1
                if len(made.first) < most_shown:
                    made.first.append((part, id, person))
            if made.total >= MOST_FORESEEN:
                return made
    return made


def start_hand_over(asked: HandOver, context: Context) -> Run:
    """The unit, left to a job: at once, or at the beginning of the day ``on`` in the workspace's time zone."""
    check_hand_over(asked, context)
    total = sum(h.count for h in holdings_of(asked.leaver, context) if h.part.key in {p.key for p in asked.parts})
    name = read.resolve_titles([asked.leaver], as_engine(context)).get(asked.leaver, "")
    is_planned = asked.on is not None and _moment(asked, context) > context.clock()
    values = {
        "of_object": asked.parts[0].object if asked.parts else USER_OBJECT,
        "action": ACTION,
        "total": total,
        "plan": {**asked.dump(), "by_right": RIGHT if acting(context) is not context else None},
        "state": "planned" if is_planned else "running",
        "planned_for": asked.on if is_planned else None,
    }
    subject = Message("Hand-over of {name} ({count})", {"name": name, "count": total})
    with write.unit_of_work(context) as unit:
        run = load_run(create_run(subject, values, unit), as_engine(unit))
        details = {"count": total, "to": [encode_id(id) for id in asked.people], "unit": encode_id(run.id)}
        audit(unit, "data.handed_over", object=USER_OBJECT, record=asked.leaver, details=details)
        payload = {"run": encode_id(run.id), "user": encode_id(unit.actor.id or 0)}
        run_at = _moment(asked, context) if is_planned else None
        unit.transaction.emit([JobRow(JOBS[ACTION], payload, run_at)])
        return run


def _moment(asked: HandOver, context: Context) -> datetime:
    assert asked.on is not None
    return datetime.combine(asked.on, time(), ZoneInfo(context.manifest.workspace.time_zone))


def carry_hand_over_on(id: int, context: Context) -> Run:
    """The rest of a hand-over, as the context's actor. One that was planned is worked out anew."""
    context = replace(context, reason=f"mass {encode_id(id)}", unit=id)
    run = load_run(id, as_engine(context))
    if run.state == "planned":
        with write.unit_of_work(context) as unit:
            run = update_run(run, {"state": "running"}, unit)
    asked = HandOver.load(run.plan)
    check_hand_over(asked, context)
    while run.is_running:
        try:
            with write.unit_of_work(acting(context)) as unit:
                _step(run, asked, unit)
        except StaleVersion:
            pass  # another worker has done this page, or it was paused or stopped
        run = load_run(id, as_engine(context))
    return run


def _step(run: Run, asked: HandOver, unit: Context) -> None:
    """One page. ``progress``: the part's number and the place in it."""
    number, _, after = run.progress.partition(":")
    place = int(number or 0)
    if place >= len(asked.parts):
        _finish(run, asked, unit)
        return
    part = asked.parts[place]
    sharing = SharingOut(asked, unit)
    sharing.load(run.carry.get("sharing") or {})
    records, following = next(pages_of(part, asked, unit, after))
    receivers = sharing.receivers(part, records)
    items = _hand(records, part, receivers, run, asked, unit)
    got = Counter(run.carry.get("got") or {})
    for item in items:
        person = receivers.get(item.id)
        if person is not None and item.is_done and not item.along:
            got[f"{encode_id(person)}:{part.object}"] += 1
    progress = f"{place}:{following}" if following else f"{place + 1}:"
    note_items(run, items, unit, progress=progress, carry={"sharing": sharing.dump(), "got": dict(got)})


def _hand(
    records: Sequence[Record],
    part: Part,
    receivers: Mapping[int, int | None],
    run: Run,
    asked: HandOver,
    unit: Context,
) -> list[Item]:
    locked = find_locks(part.object, [r.id for r in records if receivers[r.id] is not None], unit)
    going = [r for r in records if receivers[r.id] is not None and r.id not in locked]
    commands: list[Command] = [_command(r, part, receivers[r.id] or 0, unit) for r in going]
    results = write_all(commands, unit)
    made = [item_of(c, result, run.object, run.begun, unit) for c, result in zip(commands, results, strict=True)]
    made += [Item(r.id, "skipped", object=_where(part, run)) for r in records if receivers[r.id] is None]
    where = _where(part, run)
    made += [Item(id, "failed", reason=e.message, object=where) for id, e in locked.items()]
    if asked.comment and "comments" in unit.manifest.object(part.object).features:
        done = [r for r, result in zip(going, results, strict=True) if result.status == "updated"]
        made += _comments(done, receivers, asked, run, unit)
    return made


def _where(part: Part, run: Run) -> str:
    return "" if part.object == run.object else part.object


def _command(record: Record, part: Part, receiver: int, unit: Context) -> Command:
    """Who is in a team already has two places in it otherwise: the leaver's goes."""
    if part.object in _TEAMS and _is_member(record, part, receiver, unit):
        return Delete(part.object, record.id, record.version)
    return Update(part.object, record.id, {part.field: encode_id(receiver)}, record.version)


def _is_member(record: Record, part: Part, receiver: int, unit: Context) -> bool:
    uniques = next((u for u in unit.manifest.object(part.object).uniques if part.field in u), ())
    row = unit.transaction.fetch(part.object, [record.id])[record.id]
    key = tuple(receiver if name == part.field else row[name] for name in uniques)
    return bool(uniques) and bool(unit.transaction.find_ids(part.object, uniques, [key]))


def _comments(
    records: Sequence[Record], receivers: Mapping[int, int | None], asked: HandOver, run: Run, unit: Context
) -> list[Item]:
    names = read.resolve_titles({asked.leaver, *(p for p in receivers.values() if p)}, as_engine(unit))
    say = translator(unit.actor.locale)
    commands = []
    for record in records:
        said = {"who": names.get(asked.leaver, ""), "to": names.get(receivers[record.id] or 0, "")}
        text = Message("Handed over from {who} to {to}.", said).render(say)
        commands.append(Create("comment", {"record": record.id, "text": f"{text} {asked.note}".strip()}))
    results = write_all(commands, unit)
    return [
        replace(item_of(c, result, run.object, run.begun, unit), along=True)
        for c, result in zip(commands, results, strict=True)
    ]


def _finish(run: Run, asked: HandOver, unit: Context) -> None:
    """The account is closed last, so that undoing opens it first; then those who got something are told."""
    others = give_other_work(asked, run.subject, unit)
    if others:
        run = note_items(run, others, unit)
    if asked.deactivate:
        command = Update(USER_OBJECT, asked.leaver, {"active": False})
        (result,) = write_all([command], unit)
        run = note_items(run, [replace(item_of(command, result, run.object, run.begun, unit), along=True)], unit)
    tell_receivers(run, asked, unit)
    end_run(run, "done", unit)


def require_plan(given: Mapping[str, Any]) -> HandOver:
    """A hand-over out of JSON. Raises BadRequest."""
    try:
        return HandOver.load(given)
    except (KeyError, ValueError, TypeError):
        raise BadRequest(Message("The hand-over cannot be understood.")) from None

