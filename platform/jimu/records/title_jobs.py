"""Jobs that refresh titles, too many for the transaction of their cause: in batches, each a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from jimu.hookspecs import hookimpl
from jimu.records.environment import build_environment
from jimu.records.title_feeds import TitleFeed
from jimu.records.title_refresh import ALL_JOB, BATCH, FOLLOW_JOB, TitleRefresh, ids_of


def follow_titles(job: Any, context: Any) -> None:
    """The titles that read the records in the payload over ``via``."""
    object, via = job.payload["object"], tuple(job.payload["via"])
    if not _is_there(context, object, via):
        return
    with context.store.read() as transaction:
        found = _refresh(context, transaction).reached(TitleFeed(object, via, ""), ids_of(job.payload))
    for start in range(0, len(found), BATCH):
        with context.store.write() as transaction:
            _refresh(context, transaction).some(object, found[start : start + BATCH])


def refresh_all(job: Any, context: Any) -> None:
    """Every title of an object."""
    object, after = job.payload["object"], 0
    while _is_there(context, object, ()):
        with context.store.write() as transaction:
            last = _refresh(context, transaction).batch(object, after)
        if last is None:
            return
        after = last


def _refresh(context: Any, transaction: Any) -> TitleRefresh:
    environment = build_environment(context)
    return TitleRefresh(transaction, context.manifest, replace(environment, user=None))


def _is_there(context: Any, object: str, via: tuple[str, ...]) -> bool:
    """Whether the configuration in force still has what the job was queued for."""
    for name in via:
        definition = context.manifest.objects.get(object)
        field = definition.fields.get(name) if definition and not definition.retired else None
        if field is None or field.retired or len(field.target) != 1:
            return False
        object = field.target[0]
    definition = context.manifest.objects.get(object)
    return definition is not None and not definition.retired


@hookimpl
def jimu_job_handlers() -> Mapping[str, Callable[[Any, Any], None]]:
    return {FOLLOW_JOB: follow_titles, ALL_JOB: refresh_all}
