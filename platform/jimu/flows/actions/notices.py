"""The action that tells people: a notification each, in their own language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jimu.definitions.kinds.actions import ActionDef
from jimu.flows.actions.people import find_people, organisation
from jimu.flows.actions.subject import Doing, Subject
from jimu.formulas.formula import Formula
from jimu.records import Context, write
from jimu.records.commands import Create

NOTIFICATION = "notification"
_MOST_SUBJECT, _MOST_TEXT = 255, 5000


@dataclass(frozen=True, slots=True)
class Notice:
    """``people`` are told of ``record``, each once; ``words``: language -> subject and text in it. ``channels``: by
    which they are told at once; () leaves it to what each of them chose.
    """

    record: int
    people: Sequence[int]
    words: Callable[[str], tuple[str, str]]
    reason: str
    channels: Sequence[str] = ()


def notify(action: ActionDef, subjects: Sequence[Subject], doing: Doing) -> None:
    """One notification for each person and subject."""
    today = organisation(doing)

    def words_for(subject: Subject) -> Callable[[str], tuple[str, str]]:
        return lambda language: (
            text_in(language, action.subject, subject, doing),
            text_in(language, action.text, subject, doing),
        )

    people = {s.id: find_people(action.people, s, doing, today) for s in subjects}
    tell([Notice(s.id, people[s.id], words_for(s), "automation", action.channels) for s in subjects], doing.context)


def tell(notices: Sequence[Notice], context: Context) -> None:
    """Write the notifications, each in the language of who is told. Within ``context``'s transaction."""
    rows = context.transaction.fetch("user", {person for n in notices for person in n.people}, ("language",))
    commands = []
    for notice in notices:
        for person in notice.people:
            language = (rows.get(person) or {}).get("language") or context.manifest.workspace.locale
            subject, text = notice.words(language)
            values: dict[str, Any] = {
                "owner": person,
                "subject": subject[:_MOST_SUBJECT],
                "text": text[:_MOST_TEXT] or None,
                "reason": notice.reason,
                "record": notice.record,
                "channels": ",".join(notice.channels) or None,
            }
            commands.append(Create(NOTIFICATION, values))
    if commands:
        write.write_many(commands, context, values=False)


def template_in(language: str, templates: Mapping[str, Formula]) -> Formula | None:
    """The template in ``language``, else the one for all, the English or any one; None: there is none."""
    found = (templates.get(name) for name in (language, "", "en", *templates))
    return next((t for t in found if t is not None), None)


def text_in(language: str, templates: Mapping[str, Formula], subject: Subject, doing: Doing) -> str:
    """The template that fits ``language`` best, filled in."""
    template = template_in(language, templates)
    return "" if template is None else str(doing.value(template, subject) or "")
