"""A wave: drafts of one object and one action that pass through the steps together, so that each step asks the store
once.

A single write is a wave of one. ``write`` cuts a batch into waves such that no record occurs twice in one of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from jimu.access import field_access
from jimu.errors import JimuError
from jimu.fieldtypes.base import LoadContext
from jimu.fieldtypes.secret import key_from
from jimu.formulas import Environment
from jimu.records.commands import Command
from jimu.records.context import Context
from jimu.records.draft import Draft
from jimu.records.environment import build_environment, region_trees
from jimu.records.events import Event
from jimu.records.object_plan import ObjectPlan, plan_of
from jimu.records.world import Get, World

if TYPE_CHECKING:
    from jimu.storage import Transaction


@dataclass(slots=True, eq=False)
class Unit:
    """What all waves of one transaction share. ``events`` are told after the commit.

    ``is_single``: one command that owns the transaction, so a conflict may simply end it. ``follow_ups``: what steps
    want the engine to write once all commands are through; ``moves``: the same, where what cannot be written is left.
    """

    context: Context
    transaction: Transaction
    now: datetime
    environment: Environment
    load_context: LoadContext
    is_preview: bool = False
    is_single: bool = False
    events: list[Event] = field(default_factory=list)
    follow_ups: list[Command] = field(default_factory=list)
    moves: list[Command] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Wave:
    """``access``: what the actor may do to each field. ``carried``: what a hook worked out before the records are
    stored and needs again after it, under the hook's own name.
    """

    unit: Unit
    plan: ObjectPlan
    action: str
    drafts: list[Draft]
    access: Mapping[str, str]
    world: World
    removal: Any = None  # dependents.Removal, while records are deleted or restored
    carried: dict[str, Any] = field(default_factory=dict)

    @property
    def context(self) -> Context:
        return self.unit.context

    @property
    def transaction(self) -> Transaction:
        return self.unit.transaction

    @property
    def environment(self) -> Environment:
        return self.unit.environment

    @property
    def object(self) -> str:
        return self.plan.object.name

    @property
    def open(self) -> list[Draft]:
        """The drafts that nothing has stopped."""
        return [d for d in self.drafts if d.error is None]

    @property
    def judged(self) -> list[Draft]:
        """The open drafts that write something: an update that changes nothing is let through."""
        if self.action != "update":
            return self.open
        return [d for d in self.drafts if d.error is None and not d.is_unchanged]

    def stop(self, error: JimuError) -> None:
        """Refuse every draft that is still open."""
        for draft in self.open:
            draft.error = error

    def reader(self, draft: Draft) -> Get:
        """How formulas read the draft's values."""
        values = draft.values
        if not self.plan.needs_world:
            return lambda path: values.get(path[0])
        return self.world.reader(self.plan, values)

    def environment_of(self, draft: Draft) -> Environment:
        """The environment with the draft's earlier values, for ``prior()`` and ``changed()``."""
        shared = self.unit.environment
        return Environment(
            now=shared.now,
            zone=shared.zone,
            user=shared.user,
            prior=draft.before,
            holidays=shared.holidays,
            workdays=shared.workdays,
            calendars=shared.calendars,
            regions=shared.regions,
            language=shared.language,
        )


def build_unit(
    context: Context,
    transaction: Transaction,
    *,
    is_preview: bool = False,
    is_single: bool = False,
) -> Unit:
    now = context.clock()
    environment = build_environment(context, now)
    return Unit(
        context,
        transaction,
        now,
        environment,
        build_load_context(context, environment),
        is_preview,
        is_single and context.transaction is None,
    )


def build_wave(unit: Unit, object: str, action: str, drafts: list[Draft]) -> Wave:
    manifest = unit.context.manifest
    plan = plan_of(manifest, object)
    access = field_access(unit.context.actor, manifest, object)
    return Wave(unit, plan, action, drafts, access, World(unit.transaction, manifest, unit.environment))


def build_load_context(context: Context, environment: Environment) -> LoadContext:
    """How values from outside are understood.

    Retired options are let through: ``check_choices`` knows what was there.
    """
    workspace, settings = context.manifest.workspace, context.settings
    secret = settings.get("secret_key")
    return LoadContext(
        locale=context.actor.locale,
        time_zone=environment.zone,
        now=environment.now,
        currency=workspace.currency,
        currencies=workspace.currencies,
        country=workspace.country,
        settings=settings,
        secret_key=key_from(secret.decode("latin-1") if isinstance(secret, bytes) else secret) if secret else None,
        keeps_retired=True,
        regions=region_trees(context),
    )
