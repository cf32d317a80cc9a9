"""Reading rows by what identifies them: ids, titles, references, keys."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any, Literal

import sqlalchemy as sa

from jimu.fieldtypes.kinds import Kind
from jimu.formulas.types import Environment
from jimu.storage.codecs import decoder
from jimu.storage.compiled import StatementCache
from jimu.storage.connection import Connection
from jimu.storage.entries import Row, Title
from jimu.storage.errors import UnknownColumn
from jimu.storage.filters import among
from jimu.storage.links import read_links
from jimu.storage.names import quoted
from jimu.storage.scope import SelectScope
from jimu.storage.select import selected
from jimu.storage.shapes import ShapeReader

_KEYS_AT_ONCE = 5000

# Whether others may change the rows meanwhile; "removal": nor begin to refer to them.
Lock = bool | Literal["removal"]


class Reader:
    """The part of a transaction that reads by identity."""

    def __init__(self, connection: Connection, cache: StatementCache) -> None:
        self.connection = connection
        self.cache = cache

    def fetch(self, object: str, ids: Sequence[int], fields: Sequence[str] | None, lock: Lock,
              environment: Environment) -> dict[int, Row]:
        """See ``Transaction.fetch``."""
        if not ids:
            return {}
        reader = ShapeReader(self.cache.catalog, environment)
        wanted = None if fields is None else tuple(dict.fromkeys(fields))
        key = ("fetch", object, wanted, lock, len(ids) == 1,
               reader.fields_key(object, wanted or ()))
        build = partial(self._build_fetch, object, wanted, lock, len(ids) == 1, environment)
        prepared, decode, links = self.cache.get(key, reader.cacheable, build)
        value = ids[0] if len(ids) == 1 else self.cache.list_value(ids)
        rows = decode(self.connection.rows(prepared.text, prepared.params({"ids": value})))
        read_links(self.connection, self.cache.catalog.table(object), rows, links)
        return {row["id"]: row for row in rows}

    def _build_fetch(self, object: str, fields: Sequence[str] | None, lock: Lock, single: bool,
                     environment: Environment) -> tuple[Any, Any, list[str]]:
        scope = SelectScope(self.cache.catalog, object)
        bound = scope.bound
        elements, decoders = selected(scope, [] if fields is None else list(fields), environment)
        id = scope.own("id")
        condition = id == sa.bindparam("ids", type_=id.type) if single else self.cache.among(id, "ids")
        statement = sa.select(*elements).select_from(scope.from_clause()).where(condition)
        if lock and self.cache.catalog.capabilities.skip_locked:
            statement = statement.order_by(id).with_for_update(key_share=lock != "removal", of=scope.root)
        links = list(bound.links) if fields is None else [f for f in fields if f in bound.links]
        return self.cache.prepare(statement), decoder(decoders, self.cache.catalog.capabilities), links

    def ids_after(self, object: str, after: int, limit: int) -> list[int]:
        """See ``Transaction.ids_after``."""
        table = quoted(self.cache.catalog.table(object).sql.name)
        rows = self.connection.ask(f"SELECT id FROM {table} WHERE id > ? ORDER BY id LIMIT ?", after, limit)  # noqa: S608
        return [row[0] for row in rows]

    def titles(self, ids: Sequence[int]) -> dict[int, Title]:
        """See ``Transaction.titles``."""
        if not ids:
            return {}
        rows = self.connection.ask(
            f"SELECT id, object, title, deleted_at FROM record WHERE id {self.connection.among()}",  # noqa: S608
            self.connection.list_value(ids))
        return {id: Title(object, title or "", deleted is not None) for id, object, title, deleted in rows}

    def refs(self, object: str, column: str, ids: Iterable[int], deleted: bool, limit: int | None) -> list[int]:
        """See ``Transaction.refs``."""
        bound = self.cache.catalog.table(object)
        table, among, cut = quoted(bound.sql.name), self.connection.among(), f" LIMIT {int(limit)}" if limit else ""
        listed = self.connection.list_value(ids)
        if column in bound.links:
            alive = "" if deleted else f" AND (SELECT deleted_at FROM {table} o WHERE o.id = link.from_id) IS NULL"  # noqa: S608
            rows = self.connection.ask(
                f"SELECT DISTINCT from_id FROM link WHERE to_id {among} AND field = ?{alive} ORDER BY from_id{cut}",  # noqa: S608
                listed, bound.links[column])
        elif column in bound.places and bound.column(column).kind is Kind.REFERENCE:
            alive = "" if deleted else " AND deleted_at IS NULL"
            name = bound.text(column)
            rows = self.connection.ask(
                f"SELECT id FROM {table} WHERE {name} {among}{alive} ORDER BY id{cut}", listed)  # noqa: S608
        else:
            raise UnknownColumn(object, column)
        return [row[0] for row in rows]

    def find_ids(self, object: str, columns: Sequence[str], values: Iterable[Any], ignore_case: bool,
                 single: bool) -> dict[Any, list[int]]:
        """See ``Transaction.find_ids``; ``single``: keys are plain values, not tuples."""
        given = list(dict.fromkeys(values))
        found: dict[Any, list[int]] = {}
        for start in range(0, len(given), _KEYS_AT_ONCE):
            keys = given[start : start + _KEYS_AT_ONCE]
            if len(columns) == 1:
                plain = keys if single else [k[0] for k in keys]
                part = self._by_column(object, columns[0], plain, ignore_case)
                found.update(part if single else {(k,): ids for k, ids in part.items()})
            else:
                found.update(self._by_columns(object, tuple(columns), keys, ignore_case))
        return found

    def _by_column(self, object: str, name: str, values: Sequence[Any], ignore_case: bool) -> dict[Any, list[int]]:
        bound = self.cache.catalog.table(object)
        if name not in bound.places:
            raise UnknownColumn(object, name)
        encode = bound.encoders[name]
        encoded: dict[Any, list[Any]] = {}
        for value in values:
            if value is not None:
                encoded.setdefault(_folded(encode(value), ignore_case), []).append(value)
        scope = SelectScope(self.cache.catalog, object)
        element: Any = scope.own(name)
        searched = _lowered(element) if ignore_case else element

        def build() -> Any:
            condition = among(searched, lambda type_: sa.bindparam("keys", type_=type_),
                              self.cache.catalog.capabilities.arrays)
            return self.cache.prepare(sa.select(element, scope.own("id")).where(
                condition, scope.own("deleted_at").is_(None)).order_by(scope.own("id")))

        prepared = self.cache.get(("find", object, name, ignore_case), True, build)
        found: dict[Any, list[int]] = {}
        for raw, id in self.connection.rows(prepared.text, prepared.params(
                {"keys": self.cache.list_value(list(encoded))})):
            for value in encoded.get(_folded(raw, ignore_case), ()):
                found.setdefault(value, []).append(id)
        return found

    def _by_columns(self, object: str, names: tuple[str, ...], keys: Sequence[tuple[Any, ...]],
                    ignore_case: bool) -> dict[Any, list[int]]:
        """Look up by the first column, then compare the others: the database does the wide part."""
        bound = self.cache.catalog.table(object)
        encoders = [bound.encoders[n] for n in names]
        encoded = {tuple(_folded(e(v) if v is not None else None, ignore_case) for e, v in zip(encoders, k,
        strict=True)): k for k in keys}
        first = self._by_column(object, names[0], [k[0] for k in keys], ignore_case)
        ids = sorted({id for found in first.values() for id in found})
        listed = ", ".join(bound.text(n) for n in names)
        text = f"SELECT id, {listed} FROM {quoted(bound.sql.name)} WHERE id {self.connection.among()} ORDER BY id"  # noqa: S608
        found: dict[Any, list[int]] = {}
        for id, *raw in self.connection.ask(text, self.connection.list_value(ids)):
            key = encoded.get(tuple(_folded(v, ignore_case) for v in raw))
            if key is not None:
                found.setdefault(key, []).append(id)
        return found


def _folded(value: Any, ignore_case: bool) -> Any:
    return value.lower() if ignore_case and isinstance(value, str) else value


def _lowered(element: Any) -> Any:
    return sa.func.lower(element, type_=element.type)
