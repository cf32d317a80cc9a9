"""The action that tells people: a notification each, in their own language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jimu.definitions.kinds.actions import ActionDef
from jimu.flows.actions.people import find_people, organisation
from jimu.flows.actions.subject import Doing, Subject
from jimu.formulas.formula import Formula
from jimu.records import write
from jimu.records.commands import Create

NOTIFICATION = "notification"
_MOST_SUBJECT, _MOST_TEXT = 255, 5000


def notify(action: ActionDef, subjects: Sequence[Subject], doing: Doing) -> None:
    """One notification for each person and subject."""
    today = organisation(doing)
    wanted = [(s, person) for s in subjects for person in find_people(action.people, s, doing, today)]
    rows = doing.context.transaction.fetch("user", {person for _, person in wanted}, ("language",))
    workspace = doing.context.manifest.workspace.locale
    commands = []
    for subject, person in wanted:
        language = (rows.get(person) or {}).get("language") or workspace
        values: dict[str, Any] = {
            "owner": person,
            "subject": text_in(language, action.subject, subject, doing)[:_MOST_SUBJECT],
            "text": text_in(language, action.text, subject, doing)[:_MOST_TEXT] or None,
            "reason": "automation",
            "record": subject.id,
        }
        commands.append(Create(NOTIFICATION, values))
    if commands:
        write.write_many(commands, doing.context, values=False)


def template_in(language: str, templates: Mapping[str, Formula]) -> Formula | None:
    """The template in ``language``, else the one for all, the English or any one; None: there is none."""
    found = (templates.get(name) for name in (language, "", "en", *templates))
    return next((t for t in found if t is not None), None)


def text_in(language: str, templates: Mapping[str, Formula], subject: Subject, doing: Doing) -> str:
    """The template that fits ``language`` best, filled in."""
    template = template_in(language, templates)
    return "" if template is None else str(doing.value(template, subject) or "")
