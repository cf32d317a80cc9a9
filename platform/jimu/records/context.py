"""What every read and write gets handed: there is no ambient state below the faces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from jimu.access.actor import Actor
from jimu.clock import Clock, system_clock
from jimu.definitions.manifest import Manifest

if TYPE_CHECKING:
    from jimu.storage import Store


@dataclass(frozen=True)
class Context:
    """``store`` is bound to the manifest's schema. ``hooks`` is the plugin manager's hook relay.

    ``transaction`` is set while a caller holds one open, so that several writes become one unit
    (``write.unit_of_work``); ``told`` then gathers the events of all of them, to be told after the commit.
    ``reason`` goes into history ("import 42", "approval contract/legal"). ``journal`` gathers (command, result) of all
    that is written within the transaction, for whoever may have to take it back. ``read_before``: what of audited
    reading was told already in this request.
    ``duplicates``: judge (a rule that warns only warns), stop (it stops too), ignore. ``duplicates_reason``: why a
    duplicate is wanted, where a rule lets it be with a reason. ``rollups_later``: of a long run, which works out the
    roll-ups of what it writes once for each record, at its end (``records.rollups_due``). ``caused_by``: whose doing
    it follows from that the engine acts now.
    """

    actor: Actor
    manifest: Manifest
    store: Store
    hooks: Any = None
    clock: Clock = system_clock
    transaction: Any = None
    reason: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    told: list[Any] | None = None
    journal: list[Any] | None = None
    read_before: set[Any] = field(default_factory=set, compare=False, repr=False)
    duplicates: str = "judge"
    duplicates_reason: str = ""
    rollups_later: bool = False
    caused_by: int | None = None
    unit: int | None = None

    def as_actor(self, actor: Actor) -> Context:
        """The same for another actor. Who is looked through (``viewed_by``) stays so: nothing is written on the way."""
        if self.actor.viewed_by is not None:
            actor = replace(actor, viewed_by=self.actor.viewed_by)
        caused_by = self.actor.id if actor.is_system and not self.actor.is_system else self.caused_by
        return replace(self, actor=actor, caused_by=caused_by)
