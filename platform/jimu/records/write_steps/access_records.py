"""Records that decide who sees other records (team members, shares, absences): what they may say; that it is noted."""

from __future__ import annotations

from collections.abc import Iterable

from jimu.access import has_right
from jimu.access.audit import AuditEntry, record_audit
from jimu.access.delegation import ABSENCE
from jimu.access.managing import TO_THE_MIGHTIER, is_mightier
from jimu.access.restrictions import restrictions_on
from jimu.access.scopes import USER_OBJECT, Question
from jimu.access.teams import ACCESS, ON_RECORDS, RECORD, SHARE, TEAM, has_team, is_shared_by_hand
from jimu.definitions.model import ObjectDef
from jimu.formulas import evaluate
from jimu.messages import Message
from jimu.records.draft import Draft
from jimu.records.wave import Wave

NO_TEAM = Message("These records have no team.")
NO_SHARING = Message("These records cannot be shared one by one.")
NOT_YOURS = Message("You may only say when you yourself are away.")
NO_SUCH_OBJECT = Message("There is no such object.")
OWNER = "owner"


def check_access_records(wave: Wave) -> None:
    """Team members and shares hang on records that can have them; whose absence it is, one says for oneself."""
    if wave.object in ON_RECORDS:
        _check_bearers(wave)
    elif wave.object == ABSENCE:
        _check_absences(wave)


def _check_bearers(wave: Wave) -> None:
    drafts = [d for d in wave.judged if d.values.get(RECORD) is not None and (d.is_new or RECORD in d.changed)]
    known = wave.transaction.titles([d.values[RECORD] for d in drafts]) if drafts else {}
    can_bear, problem = (has_team, NO_TEAM) if wave.object == TEAM else (is_shared_by_hand, NO_SHARING)
    for draft in drafts:
        found = known.get(draft.values[RECORD])
        bearer: ObjectDef | None = wave.context.manifest.objects.get(found.object) if found else None
        if bearer is not None and not can_bear(bearer):
            draft.add_problem("not_shareable", problem, RECORD)


def _check_absences(wave: Wave) -> None:
    """Who manages accounts may write down others', but for those with more rights: their access would come along."""
    actor, manifest = wave.context.actor, wave.context.manifest
    if actor.is_system:
        return
    for draft in wave.judged:
        _check_objects(wave, draft)
        found = (draft.values.get(OWNER), (draft.before or {}).get(OWNER))
        owners = {int(id) for id in found if id is not None and id != actor.id}
        if not owners:
            continue
        if not has_right(actor, manifest, "users"):
            draft.add_problem("not_yours", NOT_YOURS, OWNER)
        elif any(_is_mightier(wave, id) for id in owners):
            draft.add_problem("grant_exceeded", TO_THE_MIGHTIER, OWNER)


def _check_objects(wave: Wave, draft: Draft) -> None:
    names = draft.values.get("objects")
    if names and not (isinstance(names, list) and all(n in wave.context.manifest.objects for n in names)):
        draft.add_problem("unknown_object", NO_SUCH_OBJECT, "objects")


def _is_mightier(wave: Wave, id: int) -> bool:
    row = wave.transaction.fetch(USER_OBJECT, [id]).get(id)
    return row is not None and is_mightier(wave.context.actor, wave.context.manifest, row.get("roles") or ())


def check_restrictions(wave: Wave) -> None:
    """What a restriction rule keeps somebody from they can neither make nor turn a record into."""
    actor = wave.context.actor
    if actor.is_system or wave.action not in ("create", "update"):
        return
    rules = restrictions_on(Question(actor, wave.context.manifest, wave.plan.object, wave.action))
    for draft in wave.judged if rules else ():
        get = wave.reader(draft)
        for rule in rules:
            if not evaluate(rule.only, get, wave.environment):
                message = Message("The restriction “{rule}” keeps you from this.", {"rule": rule.label})
                draft.add_problem(f"restriction:{rule.name}", message)


_KINDS = {SHARE: "access.shared", TEAM: "access.team", ABSENCE: "access.delegated"}


def audit_access(wave: Wave) -> None:
    """Whom a record was opened to, by whom, is in the audit."""
    kind = _KINDS.get(wave.object)
    if kind is None:
        return
    if wave.object == SHARE and wave.action == "delete":
        kind = "access.unshared"
    for draft in wave.judged:
        record = draft.values.get(RECORD) if wave.object in ON_RECORDS else draft.id
        details = {"action": wave.action, **dict(_told(draft))}
        entry = AuditEntry(
            kind,
            wave.context.actor,
            wave.unit.now,
            object=_object_of(wave, record),
            record=record,
            subject=next((draft.values[n] for n in _TO_PERSON if draft.values.get(n) is not None), None),
            text=_to_many(wave, draft),
            details=details,
        )
        record_audit(wave.transaction, entry)


_TO_PERSON = ("member", "with_user", "agent")


def _to_many(wave: Wave, draft: Draft) -> str:
    """The department or role to which a record was opened, in words; '' where it was one person."""
    department, role = draft.values.get("with_department"), draft.values.get("with_role")
    if department is not None:
        found = wave.transaction.titles([department]).get(department)
        return (found.title or "") if found is not None else ""
    return str(role or "")


_TOLD = ("member", "with_user", "with_department", "with_role", ACCESS, "until", "agent", OWNER, "delegates_access")


def _told(draft: Draft) -> Iterable[tuple[str, str]]:
    return ((name, str(draft.values[name])) for name in _TOLD if draft.values.get(name) is not None)


def _object_of(wave: Wave, record: int | None) -> str:
    found = wave.transaction.titles([record]).get(record) if record is not None else None
    return found.object if found is not None else wave.object
