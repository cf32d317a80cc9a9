"""One unit of work on the store. Values go in and come out as ``fieldtypes.kinds`` says; names are logical.

A ``Transaction`` comes from ``Store.read()`` or ``Store.write()`` and lives until that block ends. It never checks who
asks: rights are filters that the caller adds.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from jimu.formulas import Formula
from jimu.formulas.types import Environment
from jimu.storage import history, revisions, rollups, sequences, statistics, titles
from jimu.storage.account_links import AccountLinkRows
from jimu.storage.accounts import AccountRows
from jimu.storage.aggregate import aggregate_rows
from jimu.storage.audit import AuditRow, AuditRows
from jimu.storage.compiled import StatementCache
from jimu.storage.connection import Connection
from jimu.storage.counting import Counting
from jimu.storage.entries import HistoryEntry, IdempotentAnswer, RevisionRow, RollupSpec, Row, Title
from jimu.storage.ids import new_id, new_ids
from jimu.storage.job_rows import JobRows
from jimu.storage.lookups import Lock, Reader
from jimu.storage.match_keys import MatchKeyRows
from jimu.storage.query import Aggregate, Count, Filter, Page, Query, SearchHit
from jimu.storage.rollups_due import RollupDueRows
from jimu.storage.search.find import search_objects
from jimu.storage.select import count_rows, matching_ids, select_page
from jimu.storage.sign_in import SignInRows
from jimu.storage.write import Writer

if TYPE_CHECKING:
    from jimu.storage.connections import Connections


class Transaction(
    AccountRows, AccountLinkRows, SignInRows, AuditRows, MatchKeyRows, JobRows, RollupDueRows
):
    """``connection`` is for the store's own modules."""

    def __init__(
        self, database: Connections, connection: Connection, cache: StatementCache, *, is_writing: bool = True
    ) -> None:
        self.connection = connection
        self._database = database
        self._cache = cache
        self._reader = Reader(connection, cache)
        self._writer = Writer(connection, cache)
        self._savepoints = itertools.count(1)
        self.is_writing = is_writing
        self.gathered: list[AuditRow] = []
        self.audit_key = database.audit_key
        self.has_moved_pulse = False   # what is read from here on may never be committed

    @property
    def database(self) -> Connections:
        """The database that this works on; what is kept for all who work on it is kept by this."""
        return self._database

    def columns_of(self, object: str) -> frozenset[str]:
        """The columns of ``object`` that this database has: an older revision may lack some; empty: no table."""
        return self._cache.catalog.columns_of(object)

    # --- ids ---
    def new_id(self) -> int:
        """A fresh record id (time-sorted, unique without asking the database)."""
        return new_id()

    def new_ids(self, n: int) -> list[int]:
        """``n`` fresh ids in ascending order."""
        return new_ids(n)

    # --- reading ---
    def fetch(self, object: str, ids: Iterable[int], fields: Sequence[str] | None = None, *, lock: Lock = False,
              environment: Environment | None = None) -> dict[int, Row]:
        """Rows by id, those in the recycle bin too; unknown ids are left out.

        ``fields`` None: all stored columns (references columns too, virtual formula columns not); ``id`` and
        ``version`` always come. ``lock`` keeps others from changing the rows until this transaction ends,
        ``"removal"`` also from holding them (``matching``).
        """
        return self._reader.fetch(object, list(ids), fields, lock, environment or Environment())

    def select(self, query: Query) -> Page:
        """One page. ``query.fields`` empty: all stored columns. Raises BadCursor, UnknownColumn."""
        return select_page(self.connection, self._cache, query)

    def count(self, object: str, filter: Filter, environment: Environment | None = None, cap: int | None = None,
              deleted: Literal["alive", "deleted", "any"] = "alive") -> Count:
        """How many rows match; with ``cap`` counting stops there (``exact`` False: at least so many)."""
        query = Query(object, filter=filter, deleted=deleted, environment=environment or Environment())
        return count_rows(self.connection, self._cache, query, cap)

    def count_each(self, object: str, filters: Sequence[Filter], environment: Environment | None = None) -> list[int]:
        """How many living rows match each of ``filters``, in one pass over the table."""
        return Counting(self.connection, self._cache, object, environment or Environment()).counts(filters)

    def first_of_each(self, object: str, filters: Sequence[Filter], limit: int,
                      environment: Environment | None = None) -> list[list[tuple[int, str]]]:
        """(id, title) of the newest ``limit`` living rows that match each of ``filters``, in one statement."""
        return Counting(self.connection, self._cache, object, environment or Environment()).first(filters, limit)

    def aggregate(self, aggregate: Aggregate) -> list[dict[str, Any]]:
        """One dict per group: group and measure names (default: ``a.b`` of the path; ``sum_amount``, ``count``) →
        values.

        Sums are exact Decimals; avg is a Decimal rounded half up to 12 places; a date bucket is the date it begins on.
        """
        return aggregate_rows(self.connection, self._cache, aggregate)

    def matching(self, object: str, ids: Iterable[int], filter: Filter, environment: Environment | None = None,
                 deleted: Literal["alive", "deleted", "any"] = "any", *, hold: bool = False) -> set[int]:
        """Those of ``ids`` that match ``filter``, in one query: access on many records at once. ``hold`` keeps others
        from removing them until this transaction ends.
        """
        listed = list(ids)
        if not listed:
            return set()
        return matching_ids(self.connection, self._cache, object, listed, filter, environment or Environment(), deleted,
                            hold)

    def titles(self, ids: Iterable[int]) -> dict[int, Title]:
        """Object, title and state of any records, of whatever objects, in one query."""
        return self._reader.titles(list(ids))

    def refs(self, object: str, column: str, ids: Iterable[int], *, deleted: bool = True,
             limit: int | None = None) -> list[int]:
        """Ids of rows of ``object`` whose reference (or references) ``column`` points at one of ``ids``.

        ``deleted`` False: only living rows.
        """
        return self._reader.refs(object, column, ids, deleted, limit)

    def find_ids(self, object: str, columns: str | Sequence[str], values: Iterable[Any], *,
                 ignore_case: bool = False) -> dict[Any, list[int]]:
        """Living rows by key, in bulk: key → ids. With several ``columns``, a key is a tuple of values in their order.

        With ``ignore_case`` (text columns) the answer is keyed by the keys as given.
        """
        single = isinstance(columns, str)
        names = [columns] if isinstance(columns, str) else list(columns)
        return self._reader.find_ids(object, names, values, ignore_case, single)

    def search(self, text: str, filters: Mapping[str, tuple[Filter, Environment]], limit: int = 20) -> list[SearchHit]:
        """Ranked living records of the objects in ``filters`` that match all words of ``text`` and their filter."""
        return search_objects(self.connection, self._cache, text, filters, limit)

    def sizes(self, objects: Iterable[str], cap: int) -> dict[str, Count]:
        """How many living rows each object has, counted up to ``cap``, in one statement."""
        return statistics.sizes(self.connection, self._cache.catalog, list(objects), cap)

    # --- writing ---
    def insert(self, object: str, rows: Sequence[Mapping[str, Any]]) -> list[int]:
        """Add rows: identity, columns, links and search index. Missing ``id`` is made, missing ``version`` is 1.

        All rows are taken to have the columns of their union (missing: blank). Many rows go by COPY or executemany.
        Raises UniqueConflict, BrokenReference.
        """
        return self._writer.insert(object, rows)

    def update(self, object: str,
               changes: Sequence[tuple[int, Mapping[str, Any], int | None]]) -> dict[int, int]:
        """Write (id, values, expected version or None) and raise each version by one; returns id → new version.

        Raises VersionConflict (nothing written) when a row is gone or has another version than expected,
        UniqueConflict, BrokenReference.
        """
        return self._writer.update(object, changes)

    def set_deleted(self, object: str, ids: Iterable[int], at: datetime | None) -> dict[int, int]:
        """Move rows into the recycle bin (``at``) or back (None); links stay. Returns id → new version.

        Taking back may raise UniqueConflict.
        """
        return self._writer.set_deleted(object, list(ids), at)

    def purge(self, object: str, ids: Iterable[int]) -> int:
        """Remove rows for good: columns, links from and to them, search entries, identity; history is kept.

        Raises BrokenReference while another row's reference column points at one. Returns how many were removed.
        """
        gone = list(ids)
        self.forget_match_keys(gone)
        return self._writer.purge(object, gone)

    def title_values(self, template: Formula, ids: Sequence[int] | None, after: int, limit: int,
                     environment: Environment) -> list[tuple[int, str | None, Any]]:
        """(id, title, what ``template`` makes of the row now) of the first rows after the id ``after``, in the order of
        ids; ``ids``: only of these. Rows in the recycle bin too.
        """
        return titles.title_values(self.connection, self._cache, template, ids, after, limit, environment)

    def set_titles(self, object: str, changed: Mapping[int, str]) -> None:
        """Give rows other titles, also in the search index. Does not raise their version."""
        titles.set_titles(self.connection, self._cache, object, changed)

    def ids_after(self, object: str, after: int, limit: int) -> list[int]:
        """The ids of the first rows after the id ``after``, in their order, those in the recycle bin too."""
        return self._reader.ids_after(object, after, limit)

    def refresh_statistics(self, object: str) -> None:
        """Tell the database's planner what ``object`` holds now, after many rows came at once.

        A database does so itself after a while; a long import should not wait for that.
        """
        self._writer.refresh_statistics(object)

    def rollup(self, object: str, column: str, spec: RollupSpec, ids: Iterable[int] | None = None) -> list[int]:
        """Recompute roll-up ``column`` of the parents ``ids`` (None: of all) set-wise; returns ids whose value changed.

        Does not raise the parents' version.
        """
        listed = None if ids is None else list(ids)
        if listed is not None and not listed:
            return []
        return rollups.recompute(self.connection, self._cache, object, column, spec, listed)

    def next_numbers(self, key: str, n: int = 1, *, gapless: bool = False) -> range:
        """The next ``n`` numbers of sequence ``key``, from 1.

        ``gapless``: given back if this transaction rolls back, and others wait meanwhile. Otherwise taken from a block
        that the process keeps, so numbers may be left out but nobody waits.
        """
        return sequences.next_numbers(self._database, self.connection, key, n, gapless)

    # --- engine rows ---
    def append_history(self, entries: Sequence[HistoryEntry]) -> None:
        """Add to history, in the same transaction as the change."""
        history.append_history(self.connection, entries)

    def history(self, record_id: int, limit: int = 50, before: int | None = None) -> list[HistoryEntry]:
        """History of one record, newest first; ``before``: the ``id`` of the last entry of the page before."""
        return history.read_history(self.connection, record_id, limit, before)

    def histories(self, record_ids: Iterable[int], limit: int = 50, before: int | None = None) -> list[HistoryEntry]:
        """History of several records in one, newest first; as ``history``."""
        return history.read_histories(self.connection, record_ids, limit, before)

    def scrub_history(self, record_ids: Iterable[int], names: Collection[str]) -> int:
        """Forget the values of the fields ``names`` in the history of records: that they changed stays known. Returns
        how many entries held some.
        """
        return history.scrub_history(self.connection, record_ids, names)

    def latest_entries(self, record_ids: Iterable[int], action: str) -> dict[int, HistoryEntry]:
        """The last entry of ``action`` of each record, in one query."""
        return history.latest_entries(self.connection, record_ids, action)

    def find_number(self, key: str) -> int | None:
        """The number kept under ``key``; None: none is."""
        return sequences.find_number(self.connection, key)

    def raise_number(self, key: str, value: int) -> bool:
        """Set the number kept under ``key`` to ``value`` if that is more than it is; False if it is not."""
        return sequences.raise_number(self.connection, key, value)

    def get_answer(self, scope: str, key: str) -> IdempotentAnswer | None:
        """The answer kept under an idempotency key; ``scope`` says whose (an actor's id)."""
        return revisions.get_answer(self.connection, scope, key)

    def put_answer(self, scope: str, key: str, answer: IdempotentAnswer) -> bool:
        """Keep an answer; False: the key has one already."""
        return revisions.put_answer(self.connection, scope, key, answer)

    def remove_answers(self, before: datetime) -> int:
        """Forget answers given before then."""
        return revisions.remove_answers(self.connection, before)

    def pulse(self) -> int:
        """The number that moves with every applied revision and every change of access data."""
        return revisions.pulse(self.connection)

    def bump_pulse(self) -> int:
        """Say that configuration or access data changed."""
        self.has_moved_pulse = True
        return revisions.bump_pulse(self.connection)

    def add_revision(self, hash: str, files: Mapping[str, str], *, at: datetime, author: str = "", commit: str = "",
                     note: str = "", summary: Mapping[str, int] | None = None) -> int:
        """Record an applied revision as the current one and bump the pulse; returns its id."""
        row = RevisionRow(0, hash, at, author, commit, note, files, summary)
        return revisions.add_revision(self.connection, row)

    def current_revision(self, *, files: bool = True) -> RevisionRow | None:
        """The revision applied last."""
        return revisions.current_revision(self.connection, files)

    def find_revision(self, id_or_hash: int | str) -> RevisionRow | None:
        """A revision by id or by (the beginning of) its hash, with its files; the newest if several."""
        return revisions.find_revision(self.connection, id_or_hash)

    def list_revisions(self, limit: int = 50, before: int | None = None) -> list[RevisionRow]:
        """Newest first, without files; ``before``: the id of the last one of the page before."""
        return revisions.list_revisions(self.connection, limit, before)

    def revision_before(self, id: int) -> RevisionRow | None:
        """The revision applied before ``id``, with its files."""
        return revisions.revision_before(self.connection, id)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Whatever the block wrote is taken back if it raises; the transaction goes on."""
        name = f"unit_{next(self._savepoints)}"
        self.connection.run(f"SAVEPOINT {name}")
        gathered = len(self.gathered)
        try:
            yield
        except BaseException:
            del self.gathered[gathered:]
            self.connection.run(f"ROLLBACK TO SAVEPOINT {name}")
            self.connection.run(f"RELEASE SAVEPOINT {name}")
            raise
        self.connection.run(f"RELEASE SAVEPOINT {name}")
