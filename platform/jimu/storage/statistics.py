"""How large things are, and what runs below: for the people who look after the system."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from jimu.storage.binding import Catalog
from jimu.storage.connection import Connection
from jimu.storage.query import Count
from jimu.storage.tables import from_instant

# A statement may join only so many selects.
_AT_ONCE = 200

# Product, its version, bytes on disk, the moment by the database's clock.
_FACTS: Mapping[str, str] = {
    "sqlite": "SELECT 'SQLite', sqlite_version(), p.page_count * s.page_size, {moment}"
    " FROM pragma_page_count() p, pragma_page_size() s",
    "postgresql": "SELECT 'PostgreSQL', current_setting('server_version'), pg_database_size(current_database()),"
    " {moment}",
}


@dataclass(frozen=True, slots=True)
class DatabaseFacts:
    """``bytes``: on disk. ``now``: by the database's own clock. ``has_trigrams``: whether searches inside words use an
    index (None: the question does not arise here).
    """

    product: str
    version: str
    bytes: int
    now: datetime
    has_trigrams: bool | None


def read_facts(connection: Connection, has_trigrams: bool) -> DatabaseFacts:
    """See ``Database.facts``."""
    capabilities = connection.capabilities
    text = _FACTS[capabilities.name].format(moment=capabilities.moment)
    product, version, size, now = connection.rows(text)[0]
    asked = connection.capabilities.text_search_in_row
    return DatabaseFacts(product, version, int(size), from_instant(int(now)), has_trigrams if asked else None)


def sizes(connection: Connection, catalog: Catalog, objects: Sequence[str], cap: int) -> dict[str, Count]:
    """See ``Transaction.sizes``."""
    found: dict[str, Count] = {}
    for start in range(0, len(objects), _AT_ONCE):
        names = objects[start : start + _AT_ONCE]
        counts = connection.ask(" UNION ALL ".join(_counting(catalog, i, name, cap) for i, name in enumerate(names)))
        found |= {names[place]: Count(min(n, cap), n <= cap) for place, n in counts}
    return found


def _counting(catalog: Catalog, place: int, object: str, cap: int) -> str:
    table = catalog.table(object)
    deleted_at = table.text("deleted_at")
    return (
        f"SELECT {place}, count(*) FROM"  # noqa: S608 - names come from the column map
        f' (SELECT 1 FROM "{table.sql.name}" WHERE {deleted_at} IS NULL LIMIT {int(cap) + 1}) t{place}'
    )
