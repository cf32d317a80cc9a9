"""The nightly run of all pools, as a job by timer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from jimu.definitions.manifest import Manifest
from jimu.flows.pools.preview import RUN_AT
from jimu.flows.pools.running import run_pool
from jimu.hookspecs import hookimpl
from jimu.jobs.timers import Timer

KIND = "pools.run"


def run_pools(job: Any, context: Any) -> None:
    """Run every pool that takes records back, for the present day."""
    for pool in sorted(context.manifest.all("pool").values(), key=lambda p: p.name):
        if pool.returns:
            run_pool(pool, context)


@hookimpl
def jimu_timers(manifest: Manifest) -> Iterable[Timer]:
    if any(pool.returns for pool in manifest.all("pool").values()):
        cron = f"{RUN_AT.minute} {RUN_AT.hour} * * *"
        return [Timer("pools", cron, KIND, manifest.workspace.time_zone)]
    return []


@hookimpl
def jimu_job_handlers() -> Mapping[str, Callable[[Any, Any], None]]:
    return {KIND: run_pools}
