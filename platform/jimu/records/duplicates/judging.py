"""The step of the write path that looks for records like those about to be stored, and what it says of them."""

from __future__ import annotations

from collections.abc import Sequence

from jimu.formulas import evaluate
from jimu.messages import Message
from jimu.records.draft import Draft
from jimu.records.duplicates.detecting import Match, Searching
from jimu.records.duplicates.rules import Rule, rules_of
from jimu.records.duplicates.telling import Telling, Told
from jimu.records.wave import Wave

POSSIBLE = Message("There may be a record of the same already: {title}.")
POSSIBLE_HIDDEN = Message("There may be a record of the same already that you cannot see.")
POSSIBLE_OWNED = Message("There may be a record of the same already that you cannot see; {owner} has it.")
BLOCKED = Message("There is a record of the same already: {title}.")
BLOCKED_HIDDEN = Message("There is a record of the same already that you cannot see.")
BLOCKED_OWNED = Message("There is a record of the same already that you cannot see; {owner} has it.")
NEEDS_REASON = Message("Say why a record of the same is needed.")
NEEDS_REQUEST = Message("A record of the same has to be approved; save it to ask for that.")
NOBODY_ASKS = Message("A record of the same has to be approved, which cannot be asked for in this way.")

WARN, ALLOW, REQUEST = "warn", "allow_with_reason", "request"


def check_duplicates(wave: Wave) -> None:
    """Records that a rule takes for the same: a warning, or a problem, as the rule says. The engine is not asked."""
    if wave.context.actor.is_system or wave.context.duplicates == "ignore":
        return
    drafts = wave.judged
    for rule in rules_of(wave.context.manifest, wave.object):
        asked = [d for d in drafts if _is_asked(wave, rule, d)]
        if asked:
            _judge(wave, rule, asked)


def check_restored(wave: Wave) -> None:
    """A step: out of the recycle bin comes nothing that a rule keeps from being there twice, unless an administrator
    fetches it.
    """
    if not wave.context.actor.is_admin:
        check_duplicates(wave)
        refuse_unasked(wave)


def _is_asked(wave: Wave, rule: Rule, draft: Draft) -> bool:
    compared = rule.fields_of(wave.object).values()
    if draft.action == "update" and set(compared).isdisjoint(draft.changed):
        return False
    when = rule.definition.when
    return when is None or bool(evaluate(when, wave.world.reader(wave.plan, draft.values), wave.environment_of(draft)))


def _judge(wave: Wave, rule: Rule, drafts: list[Draft]) -> None:
    manifest, environment = wave.context.manifest, wave.unit.environment
    searching = Searching(wave.transaction, manifest, environment)
    found = searching.find(rule, wave.object, [{**d.values, "id": d.id} for d in drafts])
    if not any(found):
        return
    told = Telling(wave.transaction, wave.context, environment).tell(found)
    for draft, matches, known in zip(drafts, found, told, strict=True):
        if known:
            draft.duplicates.extend(known)
            _say(wave, rule, draft, matches, known)


def _say(wave: Wave, rule: Rule, draft: Draft, matches: Sequence[Match], told: Sequence[Told]) -> None:
    """One problem or warning for the rule, beside the field that agrees most."""
    policy, definition = wave.context.duplicates, rule.definition
    is_warning = definition.on_match == WARN
    message = _message(told[0], is_warning)
    if definition.message.by_locale:
        message = Message("{text}", {"text": definition.message})
    field = next(iter(rule.fields_of(wave.object).values()))
    if is_warning and policy != "stop":
        draft.add_warning("duplicate", message, field)
        return
    if wave.context.duplicates_reason and definition.on_match in (WARN, ALLOW):
        draft.allowed_duplicates = True
        return
    if definition.on_match == REQUEST and policy != "stop":
        draft.requests.append(definition)
        return
    draft.add_problem("duplicate_warning" if is_warning else "duplicate", message, field)
    if definition.on_match == ALLOW:
        draft.add_problem("duplicate_reason", NEEDS_REASON)
    elif definition.on_match == REQUEST:
        draft.add_problem("duplicate_request", NEEDS_REQUEST)


def refuse_unasked(wave: Wave) -> None:
    """A step: what has to be approved is not stored where nobody took it on to have it approved."""
    for draft in wave.open:
        if draft.requests and not draft.waits:
            draft.add_problem("duplicate_request", NOBODY_ASKS)


def _message(told: Told, is_warning: bool) -> Message:
    if told.title:
        return Message((POSSIBLE if is_warning else BLOCKED).template, {"title": told.title})
    if told.owner_name:
        template = POSSIBLE_OWNED if is_warning else BLOCKED_OWNED
        return Message(template.template, {"owner": told.owner_name})
    return POSSIBLE_HIDDEN if is_warning else BLOCKED_HIDDEN
