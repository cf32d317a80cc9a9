"""Which indexes a table has: sorts that every list can ask for, owners, references, lists, sums, unique keys, search.

An index over living rows is partial where the database can answer from a partial index alone; elsewhere
``deleted_at`` leads it. A name is made of the definition, so that an index that is wanted differently has another name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from jimu.fieldtypes.kinds import Kind
from jimu.storage.binding import SEARCH_COLUMN
from jimu.storage.capabilities import Capabilities
from jimu.storage.names import TRIGRAM_COLLATION, index_name, quoted
from jimu.storage.schema import Table, Unique

ALIVE = "deleted_at IS NULL"
TRIGRAM = f'COLLATE "{TRIGRAM_COLLATION}" gin_trgm_ops'
_MOST_GROUPS = 3      # picklists by which sums are kept ready
_MOST_SUMS = 4        # summed columns in one such index


@dataclass(frozen=True, slots=True)
class WantedIndex:
    """``columns`` are logical names, for people; ``unique`` names the key it enforces."""

    name: str
    columns: tuple[str, ...]
    sql: str
    unique: bool = False


class IndexPlanner:
    """``terms``: SQL text of the table's stored columns by logical name."""

    def __init__(self, table: Table, name: str, terms: Mapping[str, str], capabilities: Capabilities,
                 trigrams: bool) -> None:
        self.table = table
        self.name = name
        self.terms = terms
        self.capabilities = capabilities
        self.trigrams = trigrams

    def wanted(self) -> dict[str, WantedIndex]:
        """All indexes of the table by name."""
        made: dict[str, WantedIndex] = {}
        for index in (*self._living(), *self._references(), *self._sums(), *self._uniques(), *self._search()):
            made.setdefault(index.name, index)
        return made

    def _living(self) -> Iterator[WantedIndex]:
        """Sorted and filtered lists of living rows; one that begins another is left out."""
        lists: list[tuple[str, ...]] = [("created_at",), ("updated_at",), ("title",), ("owner", "created_at")]
        lists += [i.columns for i in self.table.indexes]
        lists += [("owner", i.columns[-1]) for i in self.table.indexes if i.columns[-1].lstrip("-") != "owner"]
        known = [c for c in dict.fromkeys(lists) if all(n.lstrip("-") in self.terms for n in c)]
        for columns in known:
            if not any(other != columns and other[: len(columns)] == columns for other in known):
                yield self._list_index(columns)
        yield self._index("ix", ("deleted_at",), "", f"{self._term('deleted_at')} IS NOT NULL")

    def _list_index(self, columns: tuple[str, ...]) -> WantedIndex:
        """One direction for all keys is read backwards for the other; mixed ones are spelt out."""
        directions = {c.startswith("-") for c in columns[1:]}
        spelt = columns if len(directions) > 1 else tuple(c.lstrip("-") for c in columns)
        if self.capabilities.partial_covering:
            return self._index("ix", (*spelt, "id"), "", ALIVE)
        return self._index("ix", ("deleted_at", *spelt), "", "")

    def _references(self) -> Iterator[WantedIndex]:
        """By lookup, also for rows in the recycle bin: related lists, deletion, and the foreign key's own checks."""
        for column in self.table.columns.values():
            system = column.name in ("id", "owner", "created_by", "updated_by")
            if column.kind is Kind.REFERENCE and column.name in self.terms and not system:
                yield self._index("ix", (column.name, "created_at"), "", f"{self._term(column.name)} IS NOT NULL")

    def _sums(self) -> Iterator[WantedIndex]:
        """Group column and summed columns together, so that a sum by group reads the index only."""
        columns = self.table.columns
        sums = [n for n, c in columns.items() if c.summed and not c.sparse and n in self.terms][:_MOST_SUMS]
        with_codes = [n for s in sums for n in (s, f"{s}_currency") if n in self.terms]
        groups = [n for n, c in columns.items()
                  if c.symbol.choices and c.kind is Kind.TEXT and not c.sparse and n in self.terms][:_MOST_GROUPS]
        for group in groups if sums else ():
            rest = [n for n in with_codes if n != group]
            if self.capabilities.partial_covering:
                included = ", ".join(self._term(n) for n in rest)
                yield self._index("ix", (group,), f" INCLUDE ({included})", ALIVE)
            else:
                yield self._index("ix", ("deleted_at", group, *rest), "", "")

    def _uniques(self) -> Iterator[WantedIndex]:
        for unique in self.table.uniques:
            if all(n in self.terms for n in unique.columns):
                yield self._unique(unique)

    def _unique(self, unique: Unique) -> WantedIndex:
        """Living rows only. A blank differs from every other, unless the key counts it as a value."""
        terms = [self._term(n) for n in unique.columns]
        if not unique.blank_aware:
            terms += [f"({t} IS NULL)" for t in terms]
            terms[: len(unique.columns)] = [self._without_blank(n) for n in unique.columns]
        spelt = f"({', '.join(terms)}) WHERE {ALIVE}"
        name = index_name("ux", self.name, spelt)
        return WantedIndex(name, unique.columns, f"CREATE UNIQUE INDEX {name} ON {quoted(self.name)} {spelt}", True)

    def _without_blank(self, name: str) -> str:
        """Blank as some value of the type; ``IS NULL`` beside it tells the two apart."""
        kind = self.table.columns[name].kind
        is_text = kind is Kind.TEXT or (not self.capabilities.exact_numeric and kind in (Kind.DATE, Kind.TIME))
        exact = {Kind.BOOLEAN: "false", Kind.DATE: "'-infinity'", Kind.TIME: "'00:00'", Kind.DATETIME: "'-infinity'"}
        blank = "''" if is_text else exact.get(kind, "0") if self.capabilities.exact_numeric else "0"
        return f"coalesce({self._term(name)}, {blank})"

    def _search(self) -> Iterator[WantedIndex]:
        if not self.table.search or not self.capabilities.text_search_in_row:
            return
        yield self._using("gin", quoted(SEARCH_COLUMN), ("title",))
        for column in self.table.columns.values():
            if column.search and column.kind is Kind.TEXT and column.name in self.terms and self.trigrams:
                yield self._using("gin", f"{self._term(column.name)} {TRIGRAM}", (column.name,))

    def _using(self, method: str, term: str, columns: tuple[str, ...]) -> WantedIndex:
        name = index_name("ix", self.name, f"{method} {term}")
        return WantedIndex(name, columns, f"CREATE INDEX {name} ON {quoted(self.name)} USING {method} ({term})")

    def _index(self, prefix: str, columns: Sequence[str], included: str, where: str) -> WantedIndex:
        terms = ", ".join(self._term(c.lstrip("-")) + (" DESC" if c.startswith("-") else "") for c in columns)
        spelt = f"({terms}){included}{f' WHERE {where}' if where else ''}"
        name = index_name(prefix, self.name, spelt)
        shown = tuple(c for c in columns if c not in ("deleted_at", "id")) or tuple(columns)
        return WantedIndex(name, shown, f"CREATE INDEX {name} ON {quoted(self.name)} {spelt}")

    def _term(self, name: str) -> str:
        return self.terms[name]
