"""Titles of other records that read what was stored: refreshed in the same transaction, many of them by a job."""

from __future__ import annotations

from jimu.records.title_feeds import title_feeds
from jimu.records.title_refresh import TitleRefresh
from jimu.records.wave import Unit, Wave


def refresh_titles(wave: Wave) -> None:
    """Follow the fields that have changed to the titles that read them over lookups; nobody refers to a new record."""
    read = {feed.field for feed in title_feeds(wave.context.manifest, wave.object) if feed.via}
    if not read or wave.action != "update":
        return
    by_fields: dict[frozenset[str], list[int]] = {}
    for draft in wave.judged:
        moved = read.intersection(draft.changed)
        if moved:
            by_fields.setdefault(frozenset(moved), []).append(draft.id)
    for fields, ids in by_fields.items():
        _refresh(wave.unit).follow(wave.object, ids, fields)


def rollup_changed(unit: Unit, object: str, field: str, ids: list[int]) -> None:
    """A roll-up has other values in ``ids``: their own titles may show it, and titles of others."""
    feeds = [feed for feed in title_feeds(unit.context.manifest, object) if feed.field == field]
    if any(not feed.via for feed in feeds):
        _refresh(unit).some(object, ids)
    if any(feed.via for feed in feeds):
        _refresh(unit).follow(object, ids, (field,))


def _refresh(unit: Unit) -> TitleRefresh:
    return TitleRefresh(unit.transaction, unit.context.manifest, unit.environment)
