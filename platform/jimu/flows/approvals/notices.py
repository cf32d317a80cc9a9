"""What people are told of: notifications, written with the event that causes them, in the language of each reader."""

from __future__ import annotations

from collections.abc import Iterable

from jimu.access.scopes import USER_OBJECT
from jimu.flows.approvals.keeping import Kept, task_ids
from jimu.flows.approvals.model import Effect
from jimu.messages import Message
from jimu.records import Context, Create
from jimu.records.commands import Command
from jimu.translation import translator

NOTIFICATION = "notification"

TEXTS = {
    "asked": Message("Your approval is asked for: {subject}"),
    "delegated": Message("Your opinion is asked for: {subject}"),
    "opinion": Message("An opinion was given: {subject}"),
    "copied": Message("You were sent a copy: {subject}"),
    "urged": Message("You are reminded to decide: {subject}"),
    "remind": Message("This is due soon: {subject}"),
    "overdue": Message("This is overdue: {subject}"),
    "stopped": Message("Its time ran out, and it stands still until it is let go on: {subject}"),
    "returned": Message("This was returned to you: {subject}"),
    "comment": Message("There is a comment for you: {subject}"),
    "voided": Message("A change made your approval void: {subject}"),
    "kept": Message("Not all of a change that was not approved could be taken back: {subject}"),
    "error": Message("This approval needs repair: {subject}"),
    "said": Message("{text}"),
}
ENDED = {
    "approved": Message("This was approved: {subject}"),
    "rejected": Message("This was rejected: {subject}"),
    "withdrawn": Message("This was withdrawn: {subject}"),
    "terminated": Message("This was terminated: {subject}"),
    "expired": Message("Its time is over: {subject}"),
}


def notices(kept: Kept, effects: Iterable[Effect], context: Context) -> list[Command]:
    """The notifications of ``effects``; nobody is told of what they did themselves."""
    told = [(person, e) for e in effects if e.kind == "notice" for person in e.people]
    wanted = [(person, e) for person, e in told if person != context.actor.id]
    users = context.transaction.fetch(USER_OBJECT, {p for p, _ in wanted}, ("language", "active"))
    tasks = task_ids(kept.id, {e.task for _, e in wanted if e.task}, context)
    found: list[Command] = []
    for person, effect in wanted:
        user = users.get(person)
        if user is None or not user.get("active"):
            continue
        locale = user.get("language") or context.manifest.workspace.locale
        text = _text(effect).render(translator(locale))
        if effect.point != "said":
            text = text.replace("{subject}", f"{kept.flow.label.get(locale)}: {kept.row.get('subject') or ''}")
        values = {
            "owner": person, "subject": text[:255], "reason": f"approval.{effect.point}",
            "record": kept.record or None, "source": tasks.get(effect.task or 0, kept.id),
        }  # fmt: skip
        found.append(Create(NOTIFICATION, values))
    return found


def _text(effect: Effect) -> Message:
    if effect.point == "said":
        return Message("{text}", {"text": effect.data.get("text", "")})
    if effect.point == "ended":
        text = ENDED.get(str(effect.data.get("result")), ENDED["terminated"])
    else:
        text = TEXTS[effect.point]
    return Message(text.template, {"subject": "{subject}"})
