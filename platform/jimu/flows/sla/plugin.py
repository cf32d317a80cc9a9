"""Service levels on the write path, and the look at them each minute."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from jimu.flows.sla.following import follow_clocks, keep_in_record
from jimu.flows.sla.watching import JOB, watch_clocks
from jimu.hookspecs import hookimpl
from jimu.jobs.timers import Timer


@hookimpl(trylast=True)
def jimu_prepare_write(wave: Any) -> None:
    """Last, so that clocks go by what automations and stages have set."""
    keep_in_record(wave)


@hookimpl
def jimu_follow_write(wave: Any) -> None:
    follow_clocks(wave)


@hookimpl
def jimu_timers(manifest: Any) -> list[Timer]:
    return [Timer("sla", "* * * * *", JOB)] if manifest.all("sla") else []


@hookimpl
def jimu_job_handlers() -> Mapping[str, Callable[[Any, Any], None]]:
    return {JOB: watch_clocks}
