"""Every extension point, one sentence each. Built-ins use the same hooks; docs/plugins.md shows each at work.

A plugin is a module with functions of these names marked ``@hookimpl``; it implements only those that it needs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pluggy

from jimu.diagnostics import Diagnostic

hookspec = pluggy.HookspecMarker("jimu")
hookimpl = pluggy.HookimplMarker("jimu")


@hookspec
def jimu_field_types() -> Iterable[Any]:
    """Field types (``fieldtypes.base.FieldType`` instances) to be usable as ``type:`` in YAML."""
    return ()


@hookspec
def jimu_formula_functions() -> Iterable[Any]:
    """Functions (``formulas.FunctionDef``) to be usable in every formula."""
    return ()


@hookspec
def jimu_checks() -> Iterable[Callable[[Any], Iterable[Diagnostic]]]:
    """Checks of a whole configuration (``Manifest`` -> diagnostics), run whenever it is read; an error stops it."""
    return ()


@hookspec
def jimu_region_trees() -> Mapping[str, Any]:
    """Trees of regions for addresses: country code -> ``fieldtypes.regions.RegionTree``."""
    return {}


@hookspec
def jimu_before_write(draft: Any, context: Any) -> None:
    """Sees a record about to be written, inside the transaction; may change its values or refuse it with problems."""


@hookspec
def jimu_prepare_write(wave: Any) -> None:
    """Sees a wave of records about to be written (``records.wave.Wave``) as a whole; may change values, and refuse."""


@hookspec
def jimu_judge_write(wave: Any) -> None:
    """Judges the drafts of a wave (``records.wave.Wave``) by their final values, inside the transaction; may refuse."""


@hookspec
def jimu_locks(object: str, ids: Any, context: Any) -> Mapping[int, Any]:
    """Records that are not to be merged, given away or taken back now: id -> why (a ``JimuError``), whoever asks."""
    return {}


@hookspec
def jimu_work_of(person: int, context: Any) -> Iterable[Any]:
    """Work that a person has besides records (``bulk.hand_over.OtherWork``), to be counted and handed over."""
    return ()


@hookspec
def jimu_follow_write(wave: Any) -> None:
    """Sees the drafts of a wave that are stored now, inside the transaction; may ask for further writes by it."""


@hookspec
def jimu_after_write(events: Any, context: Any) -> None:
    """Is told what was written, after the commit; can no longer refuse anything."""


@hookspec
def jimu_event_listeners() -> Iterable[Any]:
    """Listeners (``records.events.EventListener``), each heard by a job queued in the transaction of the write."""
    return ()


@hookspec
def jimu_job_handlers() -> Mapping[str, Callable[[Any, Any], None]]:
    """Handlers of queued jobs: kind -> ``handler(job, context)``; a job may run twice, so they are idempotent."""
    return {}


@hookspec
def jimu_actions() -> Mapping[str, Callable[[str, int, Mapping[str, Any], Any], Any]]:
    """Actions that automations may call: name -> ``action(object, record id, parameters, context)``, within it all."""
    return {}


@hookspec
def jimu_seeded(step: Mapping[str, Any], ids: Any, context: Any) -> None:
    """Is told the ids of the records that a step of a seed has created, to do what else the step asks for."""


@hookspec
def jimu_channels(settings: Mapping[str, Any]) -> Iterable[Any]:
    """Channels (``flows.notices.Channel``) by which notices reach people outside the system, such as SMS or a chat."""
    return ()


@hookspec
def jimu_timers(manifest: Any) -> Iterable[Any]:
    """Timers (``jobs.timers.Timer``) that queue a job whenever a cron line says so, each slot once in all processes."""
    return ()


@hookspec
def jimu_commands() -> Iterable[Any]:
    """Commands (click) to be added under ``jimu``."""
    return ()


@hookspec
def jimu_api_blueprints() -> Iterable[Any]:
    """Flask blueprints to be mounted under ``/api/v1``, behind the API's sign-in, limits and error envelope."""
    return ()


@hookspec
def jimu_page_blueprints() -> Iterable[Any]:
    """Flask blueprints of pages, behind the pages' session, CSRF protection and content policy."""
    return ()


@hookspec
def jimu_translations() -> Mapping[str, Mapping[str, str]]:
    """Texts in other languages: locale (zh-CN, zh-TW) -> English template -> translation."""
    return {}
