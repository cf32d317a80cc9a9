"""Stages on the write path, and the hourly look at records that stay too long."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from jimu.flows.stages.entering import set_values
from jimu.flows.stages.following import follow_stages
from jimu.flows.stages.judging import judge_stages
from jimu.flows.stages.watching import JOB, has_expectations, watch_stages
from jimu.hookspecs import hookimpl
from jimu.jobs.timers import Timer


@hookimpl
def jimu_prepare_write(wave: Any) -> None:
    set_values(wave)


@hookimpl
def jimu_judge_write(wave: Any) -> None:
    judge_stages(wave)


@hookimpl
def jimu_follow_write(wave: Any) -> None:
    follow_stages(wave)


@hookimpl
def jimu_timers(manifest: Any) -> list[Timer]:
    return [Timer("stages", "7 * * * *", JOB)] if has_expectations(manifest) else []


@hookimpl
def jimu_job_handlers() -> Mapping[str, Callable[[Any, Any], None]]:
    return {JOB: watch_stages}
