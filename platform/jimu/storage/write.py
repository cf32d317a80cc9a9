"""Adding, changing and removing rows: identity, columns, links and search entries together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from jimu.storage.binding import SEARCH_COLUMN, BoundTable
from jimu.storage.codecs import Encode, decoder, encoder
from jimu.storage.compiled import StatementCache
from jimu.storage.connection import Connection, UniqueViolation
from jimu.storage.ddl.indexes import IndexPlanner
from jimu.storage.errors import UniqueConflict, VersionConflict
from jimu.storage.ids import new_ids
from jimu.storage.links import insert_links, replace_links
from jimu.storage.names import quoted
from jimu.storage.places import assignment
from jimu.storage.search.document import DocumentMaker
from jimu.storage.search.index import add_documents, remove_documents
from jimu.storage.tables import to_instant

_COPY_FROM = 40       # rows from which COPY is faster than single statements
_CHUNK = 5000
_AT_ONCE = 250


@dataclass(frozen=True, slots=True)
class _Insertion:
    """How rows with one set of columns are added."""

    single: str
    copy: str
    encode: Encode


class Writer:
    """The writing half of a transaction."""

    def __init__(self, connection: Connection, cache: StatementCache) -> None:
        self.connection = connection
        self.cache = cache

    def insert(self, object: str, rows: Sequence[Mapping[str, Any]]) -> list[int]:
        """See ``Transaction.insert``."""
        if not rows:
            return []
        bound = self.cache.catalog.table(object)
        complete = _completed(rows)
        names = dict.fromkeys(name for row in complete for name in row)
        key = ("insert", object, tuple(n for n in bound.places if n in names))
        insertion: _Insertion = self.cache.get(key, True, partial(self._insertion, bound, key[2]))
        try:
            for start in range(0, len(complete), _CHUNK):
                self._insert_rows(bound, insertion, complete[start : start + _CHUNK])
        except UniqueViolation as error:
            raise self._conflict(bound, error, complete) from error
        return [row["id"] for row in complete]

    def _insert_rows(self, bound: BoundTable, insertion: _Insertion, rows: list[dict[str, Any]]) -> None:
        maker = self.document_maker(bound)
        records = [(r["id"], bound.name, r.get("title"), _instant(r.get("deleted_at"))) for r in rows]
        in_row = maker if self.cache.catalog.capabilities.text_search_in_row else None
        self._send(insertion, records, _encoded(insertion, rows, in_row))
        insert_links(self.connection, bound, rows)
        if maker is not None and in_row is None:
            add_documents(self.connection, bound, maker, rows, new_rows=True)

    def _send(self, insertion: _Insertion, records: list[Any], values: Iterable[list[Any]]) -> None:
        capabilities = self.cache.catalog.capabilities
        identity = "INSERT INTO record (id, object, title, deleted_at) VALUES (?, ?, ?, ?)"
        if capabilities.copy and len(records) >= _COPY_FROM:
            self.connection.copy("COPY record (id, object, title, deleted_at) FROM STDIN", records)
            self.connection.copy(insertion.copy, values)
        elif capabilities.one_statement_insert:
            # One round trip: foreign keys are checked when the whole statement is done.
            text = f"WITH identity AS ({identity}) {insertion.single}"
            both = [(*r, *v) for r, v in zip(records, values, strict=True)]
            if len(both) == 1:
                self.connection.do(text, *both[0])
            else:
                self.connection.do_many(text, both)
        else:
            self.connection.do_many(identity, records)
            self.connection.do_many(insertion.single, list(values))

    def _insertion(self, bound: BoundTable, names: tuple[str, ...]) -> _Insertion:
        own, keyed = bound.parted(names)
        columns = [bound.text(c.name) for c in own]
        if keyed:
            columns.append(quoted(bound.ext))
        marks = ["?"] * len(columns)
        if self.cache.catalog.capabilities.text_search_in_row and bound.table.search:
            columns.append(SEARCH_COLUMN)
            marks.append("?::tsvector")
        table, listed = quoted(bound.sql.name), ", ".join(columns)
        return _Insertion(
            f"INSERT INTO {table} ({listed}) VALUES ({', '.join(marks)})",  # noqa: S608 - names from the column map
            f"COPY {table} ({listed}) FROM STDIN",
            encoder(own, self.cache.catalog.capabilities, keyed),
        )

    def document_maker(self, bound: BoundTable) -> DocumentMaker | None:
        """None: the object is not searched."""
        if not bound.table.search:
            return None
        made: DocumentMaker = self.cache.get(
            ("documents", bound.name), True, lambda: DocumentMaker(bound, not self.cache.catalog.trigrams))
        return made

    def update(self, object: str, changes: Sequence[tuple[int, Mapping[str, Any], int | None]]) -> dict[int, int]:
        """See ``Transaction.update``."""
        if not changes:
            return {}
        bound = self.cache.catalog.table(object)
        try:
            versions = self._update_one(bound, *changes[0]) if len(changes) == 1 else self._update_many(bound, changes)
        except UniqueViolation as error:
            raise self._conflict(bound, error, [{**v, "id": id} for id, v, _ in changes]) from error
        titles = [(v["title"], id) for id, v, _ in changes if "title" in v]
        self.connection.do_many("UPDATE record SET title = ? WHERE id = ?", titles)
        replace_links(self.connection, bound, ((id, values) for id, values, _ in changes))
        maker = self.document_maker(bound)
        if maker is not None:
            self._update_documents(bound, maker, [id for id, v, _ in changes if not maker.names.isdisjoint(v)])
        return versions

    def _update_one(
        self, bound: BoundTable, id: int, values: Mapping[str, Any], expected: int | None
    ) -> dict[int, int]:
        names = _written(bound, values)
        key = ("update", bound.name, names, expected is not None)
        text, encode = self.cache.get(key, True, partial(_update_statement, self, bound, names, expected is not None))
        params = encode([values])[0]
        params.append(id)
        if expected is not None:
            params.append(expected)
        found = self.connection.ask(text, *params)
        if not found:
            raise VersionConflict(bound.name, [id])
        return {id: found[0][0]}

    def _update_many(
        self, bound: BoundTable, changes: Sequence[tuple[int, Mapping[str, Any], int | None]]
    ) -> dict[int, int]:
        current = self._versions(bound, [id for id, _, _ in changes])
        stale = [id for id, _, expected in changes
                 if id not in current or (expected is not None and current[id] != expected)]
        if stale:
            raise VersionConflict(bound.name, stale)
        by_names: dict[tuple[str, ...], list[tuple[int, Mapping[str, Any]]]] = {}
        for id, values, _ in changes:
            by_names.setdefault(_written(bound, values), []).append((id, values))
        for names, group in by_names.items():
            text, encode = self.cache.get(("update many", bound.name, names), True,
                                          partial(_update_statement, self, bound, names, False, False))
            encoded = encode([values for _, values in group])
            for row, (id, _) in zip(encoded, group, strict=True):
                row.append(id)
            self.connection.do_many(text, encoded)
        counts: dict[int, int] = {}
        for id, _, _ in changes:
            counts[id] = counts.get(id, 0) + 1
        return {id: current[id] + n for id, n in counts.items()}

    def _versions(self, bound: BoundTable, ids: list[int]) -> dict[int, int]:
        """Versions of rows, which others cannot change until this transaction ends; locked in the order of ids."""
        lock = " ORDER BY id FOR NO KEY UPDATE" if self.cache.catalog.capabilities.skip_locked else ""
        text = f"SELECT id, version FROM {quoted(bound.sql.name)} WHERE id {self.connection.among()}{lock}"  # noqa: S608
        return dict(self.connection.ask(text, self.connection.list_value(ids)))

    def index_anew(self, bound: BoundTable, ids: list[int]) -> None:
        """Search entries of rows whose title or searched columns have changed."""
        maker = self.document_maker(bound)
        if maker is not None:
            self._update_documents(bound, maker, ids)

    def _update_documents(self, bound: BoundTable, maker: DocumentMaker, ids: list[int]) -> None:
        if not ids:
            return
        columns = [bound.column(n) for n in ("id", *sorted(maker.names))]
        decode = decoder([(c.name, c) for c in columns], self.cache.catalog.capabilities)
        listed = ", ".join(bound.text(c.name) for c in columns)
        text = f"SELECT {listed} FROM {quoted(bound.sql.name)} WHERE id {self.connection.among()}"  # noqa: S608
        rows = decode(self.connection.ask(text, self.connection.list_value(ids)))
        add_documents(self.connection, bound, maker, rows, new_rows=False)

    def set_deleted(self, object: str, ids: Iterable[int], at: datetime | None) -> dict[int, int]:
        """See ``Transaction.set_deleted``."""
        bound = self.cache.catalog.table(object)
        listed = self.connection.list_value(ids)
        among = self.connection.among()
        text = (f"UPDATE {quoted(bound.sql.name)} SET deleted_at = ?, version = version + 1"  # noqa: S608
                f" WHERE id {among} RETURNING id, version")
        try:
            versions: dict[int, int] = dict(
                self.connection.ask(text, bound.encoders["deleted_at"](at), listed))
        except UniqueViolation as error:
            raise self._conflict(bound, error, []) from error
        self.connection.do(f"UPDATE record SET deleted_at = ? WHERE id {among}", _instant(at), listed)  # noqa: S608
        return versions

    def purge(self, object: str, ids: Iterable[int]) -> int:
        """See ``Transaction.purge``."""
        bound = self.cache.catalog.table(object)
        gone = list(ids)
        listed, among = self.connection.list_value(gone), self.connection.among()
        for column in ("from_id", "to_id"):
            self.connection.do(f"DELETE FROM link WHERE {column} {among}", listed)  # noqa: S608
        removed = self.connection.do(f"DELETE FROM {quoted(bound.sql.name)} WHERE id {among}", listed)  # noqa: S608
        if bound.table.search:
            remove_documents(self.connection, bound, gone)
        self.connection.do(f"DELETE FROM record WHERE id {among}", listed)  # noqa: S608
        return removed

    def refresh_statistics(self, object: str) -> None:
        """See ``Transaction.refresh_statistics``."""
        if self.connection.capabilities.plans_by_statistics:
            bound = self.cache.catalog.table(object)
            self.connection.do(f"ANALYZE {quoted(bound.sql.name)}, record, link")

    def _conflict(
        self, bound: BoundTable, error: UniqueViolation, rows: Sequence[Mapping[str, Any]]
    ) -> UniqueConflict:
        columns = self._key_columns(bound, error)
        row = rows[0] if len(rows) == 1 else {}
        values = {name: row[name] for name in columns if name in row}
        return UniqueConflict(bound.name, columns, values, row.get("id"))

    def _key_columns(self, bound: BoundTable, error: UniqueViolation) -> tuple[str, ...]:
        terms = {name: place.text() for name, place in bound.places.items()}
        planner = IndexPlanner(bound.table, bound.sql.name, terms, self.cache.catalog.capabilities, False)
        by_name = {i.name: i.columns for i in planner.wanted().values() if i.unique}
        if error.index in by_name:
            return by_name[error.index]
        logical = {place.physical: name for name, place in bound.places.items() if not place.key}
        found = tuple(logical[c.rpartition(".")[2]] for c in error.columns if c.rpartition(".")[2] in logical)
        return found or ("id",)


def _encoded(
    insertion: _Insertion, rows: Sequence[Mapping[str, Any]], maker: DocumentMaker | None
) -> Iterator[list[Any]]:
    """Rows as the driver wants them, made a few at a time: the database works on the first while the next are made."""
    for start in range(0, len(rows), _AT_ONCE):
        part = rows[start : start + _AT_ONCE]
        encoded = insertion.encode(part)
        if maker is not None:
            for row, values in zip(part, encoded, strict=True):
                values.append(maker.vector(row))
        yield from encoded


def _completed(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows with an id and a version."""
    missing = iter(new_ids(len(rows)))
    complete = []
    for row in rows:
        made = dict(row)
        if made.get("id") is None:
            made["id"] = next(missing)
        if made.get("version") is None:
            made["version"] = 1
        complete.append(made)
    return complete


def _written(bound: BoundTable, values: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(n for n in values if n in bound.places and n not in ("id", "version"))


def _update_statement(
    writer: Writer, bound: BoundTable, names: tuple[str, ...], versioned: bool, returning: bool = True
) -> tuple[str, Encode]:
    capabilities = writer.cache.catalog.capabilities
    own, keyed = bound.parted(names)
    assignments = [assignment(bound.places[c.name].physical, "", capabilities) for c in own]
    if keyed:
        assignments.append(assignment(bound.ext, keyed[0][0], capabilities))
    text = (f"UPDATE {quoted(bound.sql.name)} SET {', '.join([*assignments, 'version = version + 1'])}"  # noqa: S608
            f" WHERE id = ?{' AND version = ?' if versioned else ''}{' RETURNING version' if returning else ''}")
    return text, encoder(own, capabilities, keyed, patch=True)


def _instant(at: datetime | None) -> int | None:
    return None if at is None else to_instant(at)
