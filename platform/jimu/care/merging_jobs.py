"""The job that merges many groups of duplicates, as whoever asked for it, with the rights of that moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from jimu.bulk.jobs import carry_unit
from jimu.care.merging_many import JOB, carry_merges_on
from jimu.hookspecs import hookimpl


def run_merges(job: Any, context: Any) -> None:
    carry_unit(job, context, carry_merges_on)


@hookimpl
def jimu_job_handlers() -> Mapping[str, Callable[[Any, Any], None]]:
    return {JOB: run_merges}
