"""Whose titles read what: worked out from the manifest, so that a change of a record finds the titles that it moves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from jimu.access.per_manifest import PerManifest
from jimu.definitions.manifest import Manifest
from jimu.formulas import Path
from jimu.records.object_plan import object_at, stored_paths


@dataclass(frozen=True, slots=True)
class TitleFeed:
    """Titles of ``object`` read ``field`` of the record that its lookups ``via`` lead to; () for its own."""

    object: str
    via: Path
    field: str


def title_feeds(manifest: Manifest, object: str) -> tuple[TitleFeed, ...]:
    """The titles that a change of a record of ``object`` may move, over lookups or (roll-ups) its own."""
    return _feeds.get(manifest).get(object, ())


def title_paths(manifest: Manifest, object: str) -> frozenset[Path]:
    """What the title of ``object`` reads, as stored fields."""
    return stored_paths(manifest, object, manifest.objects[object].title.paths)


def _build(manifest: Manifest) -> dict[str, tuple[TitleFeed, ...]]:
    found: dict[str, dict[TitleFeed, None]] = {}
    for object in manifest.objects.values():
        for source, feed in _of(manifest, object.name) if not object.retired else ():
            found.setdefault(source, {})[feed] = None
    return {source: tuple(feeds) for source, feeds in found.items()}


def _of(manifest: Manifest, object: str) -> Iterator[tuple[str, TitleFeed]]:
    """(object that is read, feed): each step of each path may change."""
    if manifest.objects[object].title.uses_actor:
        return  # whoever saved the record is in its title
    for path in title_paths(manifest, object):
        for at in range(len(path)):
            source = object_at(manifest, object, path[:at])
            if source:
                yield source, TitleFeed(object, path[:at], path[at])


_feeds: PerManifest[dict[str, tuple[TitleFeed, ...]]] = PerManifest(_build)
