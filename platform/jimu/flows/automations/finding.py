"""Which automations there are for an object, in their order, and whether one is set off by a write."""

from __future__ import annotations

from collections.abc import Mapping

from jimu.access.per_manifest import PerManifest
from jimu.definitions.kinds.automation import AutomationDef, Trigger
from jimu.definitions.manifest import Manifest
from jimu.formulas import evaluate
from jimu.records.draft import Draft
from jimu.records.wave import Wave

_KINDS = {
    "create": ("created", "saved", "changed"),
    "update": ("updated", "saved", "changed"),
    "delete": ("deleted",),
    "restore": ("restored",),
}

Index = Mapping[tuple[str, str], tuple[AutomationDef, ...]]


def _index(manifest: Manifest) -> Index:
    found: dict[tuple[str, str], list[AutomationDef]] = {}
    for _, automation in sorted(manifest.all("automation").items(), key=lambda item: (item[1].order, item[0])):
        if automation.active:
            found.setdefault((automation.object, automation.at), []).append(automation)
    return {key: tuple(listed) for key, listed in found.items()}


_known: PerManifest[Index] = PerManifest(_index)


def automations_of(manifest: Manifest, object: str, at: str) -> tuple[AutomationDef, ...]:
    """Those of ``object`` that come before or after a write, in order."""
    return _known.get(manifest).get((object, at), ())


def may_hear(automation: AutomationDef, action: str) -> bool:
    """Whether a write of this kind can set it off at all."""
    kinds = _KINDS.get(action, ())
    return any(trigger.kind in kinds for trigger in automation.triggers)


def is_set_off(automation: AutomationDef, draft: Draft, wave: Wave) -> bool:
    """Whether what ``draft`` does sets the automation off: one of its triggers, and its condition."""
    kinds = _KINDS.get(draft.action, ())
    if not any(t.kind in kinds and _fits(t, draft) for t in automation.triggers):
        return False
    if automation.condition is None:
        return True
    values = draft.values or draft.before or {}
    reader = wave.world.reader(wave.plan, values)
    return bool(evaluate(automation.condition, reader, wave.environment_of(draft)))


def _fits(trigger: Trigger, draft: Draft) -> bool:
    before, after = draft.before or {}, draft.values
    if trigger.kind == "changed":
        was, now = before.get(trigger.field), after.get(trigger.field)
        return (
            was != now
            and (not trigger.before or was in trigger.before)
            and (not trigger.after or now in trigger.after)
        )
    if trigger.fields and draft.action == "update":
        return any(before.get(name) != after.get(name) for name in trigger.fields)
    return True
