"""Keeping titles right that nobody saves: after a change of the template, or of a record that they read over a lookup.

Templates are computed by the database, a batch of rows at a time; those that only Python can compute, by the same
reading of the records around that the write path has. A refreshed title raises no version and leaves no history.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jimu.definitions.manifest import Manifest
from jimu.fieldtypes.ids import decode_id, encode_id
from jimu.formulas import Environment, evaluate
from jimu.records.object_plan import plan_of
from jimu.records.title_feeds import TitleFeed, title_feeds
from jimu.records.world import World
from jimu.storage.entries import BULK, JobRow

if TYPE_CHECKING:
    from jimu.storage import Transaction

MAX_TITLE = 255  # longer titles would only be cut wherever they are shown
BATCH = 5000
MOST_AT_ONCE = 2000  # titles that one write refreshes itself; more are left to a job
_DEEPEST = 10  # titles that read titles

FOLLOW_JOB = "jimu.titles_follow"
ALL_JOB = "jimu.titles_all"


def title_text(value: Any, id: int) -> str:
    """What a template's value becomes as the title of the record ``id``; one without is called by its id."""
    return " ".join(str(value or "").split())[:MAX_TITLE].rstrip() or encode_id(id)


@dataclass(frozen=True)
class TitleRefresh:
    """``most``: titles that are refreshed in this transaction for one change."""

    transaction: Transaction
    manifest: Manifest
    environment: Environment
    most: int = MOST_AT_ONCE

    def all(self, object: str) -> None:
        """Every title of ``object``, in this transaction; of those that read them the rest follows."""
        after = 0
        while (last := self.batch(object, after)) is not None:
            after = last

    def batch(self, object: str, after: int) -> int | None:
        """The titles of the next rows after the id ``after``; the last id, None: there are no more."""
        found = self._values(object, None, after)
        if not found:
            return None
        self._store(object, found, 0)
        return found[-1][0]

    def some(self, object: str, ids: Sequence[int], depth: int = 0) -> None:
        """The titles of ``ids``, and of what reads them."""
        for start in range(0, len(ids), BATCH):
            self._store(object, self._values(object, ids[start : start + BATCH], 0), depth)

    def follow(self, object: str, ids: Iterable[int], fields: Iterable[str], depth: int = 0) -> None:
        """``fields`` of the records ``ids`` have changed: refresh the titles that read them, or have a job do it."""
        changed, sources = frozenset(fields), sorted(ids)
        if not sources or depth > _DEEPEST:
            return
        reached = {(f.object, f.via) for f in title_feeds(self.manifest, object) if f.via and f.field in changed}
        for target, via in sorted(reached):
            feed = TitleFeed(target, via, "")
            found = self.reached(feed, sources, self.most + 1)
            if len(found) > self.most:
                payload = {"object": target, "via": list(via), "ids": [encode_id(id) for id in sources]}
                self.transaction.emit([JobRow(FOLLOW_JOB, payload, priority=BULK)])
            else:
                self.some(target, found, depth + 1)

    def reached(self, feed: TitleFeed, sources: Sequence[int], limit: int | None = None) -> list[int]:
        """Rows of ``feed.object`` whose lookups lead to one of ``sources``, those in the recycle bin too."""
        ids: list[int] = list(sources)
        for at in range(len(feed.via) - 1, -1, -1):
            owner = _object_at(self.manifest, feed.object, feed.via[:at])
            ids = self.transaction.refs(owner, feed.via[at], ids, limit=limit) if ids else []
        return sorted(set(ids))

    def _store(self, object: str, found: list[tuple[int, str | None, Any]], depth: int) -> None:
        texts = ((id, before, title_text(value, id)) for id, before, value in found)
        titles = {id: text for id, before, text in texts if text != before}
        self.transaction.set_titles(object, titles)
        self.follow(object, titles, ("title",), depth)

    def _values(self, object: str, ids: Sequence[int] | None, after: int) -> list[tuple[int, str | None, Any]]:
        """(id, title, what the template makes now)."""
        template = self.manifest.objects[object].title
        if template.python_only is None:
            return self.transaction.title_values(template, ids, after, BATCH, self.environment)
        return list(self._in_python(object, ids, after))

    def _in_python(self, object: str, ids: Sequence[int] | None, after: int) -> Iterator[tuple[int, str | None, Any]]:
        plan = plan_of(self.manifest, object)
        wanted = self.transaction.ids_after(object, after, BATCH) if ids is None else ids
        rows = self.transaction.fetch(object, wanted)
        world = World(self.transaction, self.manifest, self.environment)
        world.prefetch(plan, rows.values(), plan.far_paths)
        for id, row in sorted(rows.items()):
            yield id, row["title"], evaluate(plan.object.title, world.reader(plan, row), self.environment)


def _object_at(manifest: Manifest, object: str, lookups: Sequence[str]) -> str:
    for name in lookups:
        object = manifest.objects[object].fields[name].target[0]
    return object


def ids_of(payload: Any) -> list[int]:
    """The records named in a job's payload."""
    return [decode_id(text) for text in payload["ids"]]
