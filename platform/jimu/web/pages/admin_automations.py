"""Automations, service levels and stages in words, for those who look after them."""

from __future__ import annotations

from dataclasses import dataclass

from jimu.definitions.kinds.actions import ActionDef, Person
from jimu.definitions.kinds.automation import BEFORE, AutomationDef, Trigger
from jimu.messages import Message
from jimu.web.pages.reader import Reader

_TRIGGERS = {
    "created": Message("is made"),
    "updated": Message("is changed"),
    "saved": Message("is made or changed"),
    "deleted": Message("is deleted"),
    "restored": Message("is restored"),
    "webhook": Message("another system says so"),
    "stuck": Message("a record stays too long in a stage"),
}
_CHANGED = Message("{field} changes")
_CHANGED_TO = Message("{field} changes to {values}")
_CHANGED_FROM = Message("{field} changes from {before} to {values}")
_SCHEDULE = Message("by the clock: {cron}")
_BEFORE_DAY = Message("{days} days before {field}, at {time}")
_AFTER_DAY = Message("{days} days after {field}, at {time}")
_APPROVAL = Message("an approval ends: {values}")
_ANY = Message("whatever comes")
_ACTIONS = {
    "set": Message("set {what}"),
    "create": Message("create {what}"),
    "update": Message("change {what}"),
    "delete": Message("delete the record"),
    "notify": Message("tell {what}"),
    "webhook": Message("call {what}"),
    "call": Message("do {what}"),
    "convert": Message("convert: {what}"),
    "assign": Message("assign by {what}"),
    "approve": Message("ask for approval: {what}"),
    "wait": Message("wait {what}"),
    "refuse": Message("refuse: {what}"),
}

_PEOPLE = {
    "owner": Message("the owner"),
    "manager": Message("the owner's manager"),
    "head": Message("the head of the owner's department"),
    "creator": Message("who created it"),
    "actor": Message("who changed it"),
}


@dataclass(frozen=True, slots=True)
class AutomationRow:
    definition: AutomationDef
    label: str
    object: str
    when: list[str]
    condition: str
    steps: list[str]
    is_before: bool
    failed: int


def automation_rows(reader: Reader, failed: dict[str, int]) -> list[AutomationRow]:
    """Every automation, by object and order; ``failed``: how many runs of each wait for somebody."""
    found = sorted(reader.manifest.all("automation").values(), key=lambda a: (a.object, a.order, a.name))
    return [
        AutomationRow(
            a,
            reader.label(a.label),
            reader.label(reader.manifest.objects[a.object].plural),
            [_when(t, a.object, reader) for t in a.triggers],
            a.condition.source if a.condition is not None else "",
            [_step(action, reader) for action in a.actions],
            a.at == BEFORE,
            failed.get(a.name, 0),
        )
        for a in found
    ]


def _when(trigger: Trigger, object: str, reader: Reader) -> str:
    if trigger.kind in _TRIGGERS:
        return reader.render(_TRIGGERS[trigger.kind])
    label = reader.label(reader.manifest.objects[object].fields[trigger.field].label) if trigger.field else ""
    params = {
        "field": label,
        "before": _values(trigger.before, trigger, object, reader),
        "values": _values(trigger.after, trigger, object, reader),
        "cron": trigger.cron,
        "days": abs(trigger.days),
        "time": trigger.time,
    }
    if trigger.kind == "changed":
        template = _CHANGED_FROM if trigger.before else _CHANGED_TO if trigger.after else _CHANGED
    elif trigger.kind == "date":
        template = _BEFORE_DAY if trigger.days < 0 else _AFTER_DAY
    else:
        template = _SCHEDULE if trigger.kind == "schedule" else _APPROVAL
    return reader.render(Message(template.template, params))


def _values(values: tuple[object, ...], trigger: Trigger, object: str, reader: Reader) -> str:
    if not values:
        return reader.render(_ANY)
    field = reader.manifest.objects[object].fields.get(trigger.field)
    found = []
    for value in values:
        choice = field.choice(str(value)) if field is not None and field.choices else None
        found.append(reader.label(choice.label) if choice else str(value))
    return ", ".join(found)


def _step(action: ActionDef, reader: Reader) -> str:
    params = {"what": _what(action, reader)}
    return reader.render(Message(_ACTIONS[action.kind].template, params))


def _person(person: Person, action: ActionDef, reader: Reader) -> str:
    """Whom an action tells: as a part of the record, a role by its label, else by its name."""
    if person.kind in _PEOPLE:
        return reader.render(_PEOPLE[person.kind])
    object = reader.manifest.objects.get(action.object)
    if person.kind == "field" and object is not None and person.name in object.fields:
        return reader.label(object.fields[person.name].label)
    if person.kind == "role" and person.name in reader.manifest.roles:
        return reader.label(reader.manifest.roles[person.name].label)
    return person.name


def _what(action: ActionDef, reader: Reader) -> str:
    if action.kind == "set":
        fields = reader.manifest.objects[action.object].fields
        return ", ".join(reader.label(fields[name].label) for name in action.values)
    if action.kind in ("create", "update"):
        return reader.label(reader.manifest.objects[action.object].label)
    if action.kind == "notify":
        return ", ".join(_person(person, action, reader) for person in action.people)
    if action.kind == "wait":
        return str(action.after)
    if action.kind == "refuse":
        return reader.label(action.message)
    return action.name
