"""Actions that write records: all of a kind in one batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jimu.definitions.kinds.actions import ActionDef
from jimu.errors import JimuError
from jimu.flows.actions.subject import Doing, Subject
from jimu.messages import Message
from jimu.records import write
from jimu.records.commands import Command, Create, Delete, Update
from jimu.storage.query import AllOf, Compare, Filter, Query, Where
from jimu.translation import translator

# Records that hang together with one batch of subjects; more are not changed by one action.
MOST_RELATED = 10_000
TOO_MANY = Message("More than {number} records hang together with these.", {"number": MOST_RELATED})


def set_values(action: ActionDef, subjects: Sequence[Subject], doing: Doing) -> None:
    _write([(s, Update(doing.object, s.id, doing.values(action.values, s))) for s in subjects], doing)
    doing.read_again()


def create_records(action: ActionDef, subjects: Sequence[Subject], doing: Doing) -> None:
    _write([(s, Create(action.object, doing.values(action.values, s))) for s in subjects], doing)


def delete_records(action: ActionDef, subjects: Sequence[Subject], doing: Doing) -> None:
    _write([(s, Delete(doing.object, s.id)) for s in subjects], doing)


def update_related(action: ActionDef, subjects: Sequence[Subject], doing: Doing) -> None:
    """The records that a lookup of the subject points at, or whose lookup points at it."""
    commands: list[tuple[Subject, Command]] = []
    for subject, id in _related(action, subjects, doing):
        commands.append((subject, Update(action.object, id, doing.values(action.values, subject))))
    _write(commands, doing)


def _related(action: ActionDef, subjects: Sequence[Subject], doing: Doing) -> list[tuple[Subject, int]]:
    by_id = {s.id: s for s in subjects}
    where: tuple[Filter, ...] = (Where(action.where),) if action.where is not None else ()
    if "." not in action.via:
        wanted = [(s, id) for s in subjects for id in _ids(s.values.get(action.via))]
        filter = AllOf((Compare("id", "in", tuple({id for _, id in wanted})), *where))
        found = {row["id"] for row in _select(action, filter, (), doing)}
        return [(s, id) for s, id in wanted if id in found]
    field = action.via.split(".", 1)[1]
    rows = _select(action, AllOf((Compare(field, "in", tuple(by_id)), *where)), (field,), doing)
    return [(by_id[id], row["id"]) for row in rows for id in _ids(row[field]) if id in by_id]


def _ids(value: Any) -> Sequence[int]:
    return () if value is None else (value,) if isinstance(value, int) else tuple(value)


def _select(action: ActionDef, filter: Filter, fields: Sequence[str], doing: Doing) -> list[dict[str, Any]]:
    query = Query(action.object, filter, fields=fields, limit=MOST_RELATED, environment=doing.environment)
    page = doing.context.transaction.select(query)
    if page.next is not None:
        for subject in doing.standing:
            subject.error = str(TOO_MANY)
        return []
    rows: list[dict[str, Any]] = page.rows
    return rows


def _write(commands: Sequence[tuple[Subject, Command]], doing: Doing) -> None:
    if not commands:
        return
    result = write.write_many([c for _, c in commands], doing.context, atomic=False, values=False)
    for (subject, _), row in zip(commands, result.rows, strict=True):
        if row.error is not None:
            subject.error = reason_of(row.error, doing)


def reason_of(error: JimuError, doing: Doing) -> str:
    """What went wrong, in the workspace's language, for the log."""
    say = translator(doing.context.manifest.workspace.locale)
    texts = [f"{p.field}: {p.message.render(say)}" if p.field else p.message.render(say) for p in error.problems]
    return " ".join(dict.fromkeys(texts)) or error.message.render(say)
