"""Automations on the write path, their jobs and their timers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from jimu.flows.automations.before import run_before
from jimu.flows.automations.following import JOB as RUN_JOB
from jimu.flows.automations.following import follow_automations
from jimu.flows.automations.running import run_automation
from jimu.flows.automations.schedules import JOB as TIMED_JOB
from jimu.flows.automations.schedules import run_timed, timers_of
from jimu.hookspecs import hookimpl
from jimu.jobs.timers import Timer


@hookimpl
def jimu_prepare_write(wave: Any) -> None:
    run_before(wave)


@hookimpl
def jimu_follow_write(wave: Any) -> None:
    follow_automations(wave)


@hookimpl
def jimu_timers(manifest: Any) -> list[Timer]:
    return timers_of(manifest)


@hookimpl
def jimu_job_handlers() -> Mapping[str, Callable[[Any, Any], None]]:
    return {RUN_JOB: run_automation, TIMED_JOB: run_timed}
