"""The last active user with an indispensable right keeps it: else nobody inside could give it to anyone any more.

The engine itself (commands, seeds) is let pass, so that a shell always gets out of any corner.
"""

from __future__ import annotations

from collections.abc import Iterable

from jimu.access.managing import INDISPENSABLE, rights_of_roles
from jimu.access.per_manifest import PerManifest
from jimu.access.scopes import USER_OBJECT
from jimu.definitions.manifest import Manifest
from jimu.definitions.symbols import ObjectScope
from jimu.errors import Conflict
from jimu.formulas import check
from jimu.formulas.types import BOOLEAN
from jimu.messages import Message
from jimu.records.draft import Draft
from jimu.records.wave import Wave
from jimu.storage.query import AllOf, Compare, Filter, Not, Where

LAST_HOLDER = Message("This is the last active user with the right {right}; give it to somebody else first.")


def check_last_holder(wave: Wave) -> None:
    """Refuse to deactivate the last holder, or to take the role away."""
    if wave.object != USER_OBJECT or wave.context.actor.is_system:
        return
    for right in INDISPENSABLE:
        for draft in _losers(wave, wave.judged, right):
            field = "active" if "active" in draft.changed else "roles"
            draft.add_problem("last_holder", _message(right), field)


def check_last_removed(wave: Wave) -> None:
    """Refuse to delete the last holder."""
    if wave.object != USER_OBJECT or wave.context.actor.is_system:
        return
    for right in INDISPENSABLE:
        for draft in _losers(wave, wave.open, right):
            draft.error = Conflict(_message(right))


def _message(right: str) -> Message:
    return Message(LAST_HOLDER.template, {"right": right})


def _losers(wave: Wave, drafts: Iterable[Draft], right: str) -> list[Draft]:
    """The drafts by which ``right`` would be lost, if nobody else has it."""
    manifest, removing = wave.context.manifest, wave.action in ("delete", "purge")
    holding = {d.id for d in drafts if not removing and _holds(manifest, d.values, right)}
    losers = [d for d in drafts if _holds(manifest, d.before or {}, right) and d.id not in holding]
    if not losers or holding:
        return []
    if not wave.unit.is_preview:
        # Every change of users moves the pulse: holding it now keeps two who remove each other from both succeeding.
        wave.transaction.bump_pulse()
    others = AllOf((_holders(manifest, right), Not(Compare("id", "in", tuple(d.id for d in losers)))))
    return [] if wave.transaction.count(USER_OBJECT, others, wave.environment, cap=1).value else losers


def _holds(manifest: Manifest, user: object, right: str) -> bool:
    values = user if isinstance(user, dict) else {}
    is_there = bool(values.get("active")) and values.get("deleted_at") is None
    return is_there and right in rights_of_roles(manifest, values.get("roles") or ())


_known: PerManifest[dict[str, Filter]] = PerManifest(lambda manifest: {})


def _holders(manifest: Manifest, right: str) -> Filter:
    """Active users with a role that brings ``right``."""
    known = _known.get(manifest)
    if right not in known:
        names = [name for name, role in manifest.roles.items() if right in role.system]
        source = f"active and ({' or '.join(f'{name!r} in roles' for name in names)})"
        formula, _ = check(source, ObjectScope(USER_OBJECT, manifest.objects), USER_OBJECT, BOOLEAN)
        known[right] = Where(formula)
    return known[right]
