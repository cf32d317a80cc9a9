"""From a question to its shape: which fields it compares, sorts and groups by. Called when a statement is compiled."""

from __future__ import annotations

from jimu.fieldtypes.kinds import Kind
from jimu.formulas.folding import reads_record
from jimu.formulas.tree import Call, Field, Node
from jimu.formulas.types import BOOLEAN, Path
from jimu.storage.binding import BoundTable, Catalog
from jimu.storage.observed import QuestionShape
from jimu.storage.query import Aggregate, AllOf, AnyOf, Compare, Filter, HasRow, Matches, Query, Related, SeenBy, Where

_RANGES = frozenset({"less", "less_equal", "greater", "greater_equal", "between"})


def list_shape(catalog: Catalog, query: Query, kind: str = "list") -> QuestionShape | None:
    """The shape of a list or of its count; None for what is not counted: searches and the recycle bin."""
    if query.deleted != "alive":
        return None
    reader = _Reader(catalog.table(query.object))
    reader.read(query.filter)
    sort = () if kind == "count" else tuple(("-" if s.descending else "") + ".".join(s.path) for s in query.sort)
    for asked in query.sort if sort else ():
        reader.joins = reader.joins or len(asked.path) > 1
    return None if reader.searches else reader.shape(query.object, kind, sort=sort)


def aggregate_shape(catalog: Catalog, aggregate: Aggregate) -> QuestionShape | None:
    """The shape of an aggregate."""
    reader = _Reader(catalog.table(aggregate.object))
    reader.read(aggregate.filter)
    groups = tuple(".".join(group.path) for group in aggregate.groups)
    measured = tuple(dict.fromkeys(".".join(m.path) for m in aggregate.measures if m.path))
    reader.joins = reader.joins or any("." in name for name in (*groups, *measured))
    reader.other = reader.other or any(group.bucket for group in aggregate.groups)
    return None if reader.searches else reader.shape(aggregate.object, "aggregate", groups=groups, measured=measured)


def equal_columns(catalog: Catalog, object: str, filter: Filter) -> frozenset[str]:
    """Own columns that ``filter`` compares with one value, or some, in a part that must hold."""
    reader = _Reader(catalog.table(object))
    reader.read(filter)
    return frozenset(reader.equal)


class _Reader:
    """Collects from the parts of a filter that must all hold."""

    def __init__(self, bound: BoundTable) -> None:
        self.bound = bound
        self.equal: set[str] = set()
        self.ranges: set[str] = set()
        self.joins = self.other = self.searches = False

    def shape(
        self,
        object: str,
        kind: str,
        *,
        sort: tuple[str, ...] = (),
        groups: tuple[str, ...] = (),
        measured: tuple[str, ...] = (),
    ) -> QuestionShape:
        equal, ranges = tuple(sorted(self.equal)), tuple(sorted(self.ranges - self.equal))
        return QuestionShape(object, kind, equal, ranges, sort, groups, measured, self.joins, self.other)

    def read(self, filter: Filter) -> None:
        if isinstance(filter, AllOf) or (isinstance(filter, AnyOf) and len(filter.filters) == 1):
            for part in filter.filters:
                self.read(part)
        elif isinstance(filter, Compare):
            self._compare(filter)
        elif isinstance(filter, Where):
            self._node(filter.formula.tree)
        elif isinstance(filter, Matches):
            self.searches = True
        else:
            self.joins = self.joins or isinstance(filter, (Related, HasRow, SeenBy))
            self.other = True

    def _compare(self, filter: Compare) -> None:
        if filter.op == "eq" and filter.value is not None:
            self._add((filter.column,), self.equal)
        elif filter.op == "in":
            self._add((filter.column,), self.equal if len(list(filter.value)) == 1 else self.ranges)
        elif filter.op in ("lt", "le", "gt", "ge"):
            self._add((filter.column,), self.ranges)
        else:
            self.other = True

    def _node(self, node: Node) -> None:
        if isinstance(node, Field) and node.type == BOOLEAN:
            self._add(node.path, self.equal)
        elif not isinstance(node, Call):
            self.other = True
        elif node.key in ("and", "truth"):
            for part in node.args:
                self._node(part)
        else:
            self._comparison(node)

    def _comparison(self, node: Call) -> None:
        fields = [part for part in node.args if isinstance(part, Field)]
        if len(fields) != 1 or any(reads_record(part) for part in node.args if part is not fields[0]):
            self.other = True
        elif node.key == "equal" or (node.key == "in" and node.args[0] is fields[0] and len(node.args) == 2):
            self._add(fields[0].path, self.equal)
        elif node.key in _RANGES or (node.key == "in" and node.args[0] is fields[0]):
            self._add(fields[0].path, self.ranges)
        else:
            self.other = True

    def _add(self, path: Path, where: set[str]) -> None:
        """An own column that has values; what lies over a lookup, or is computed when read, is no index's business."""
        column = self.bound.table.columns.get(path[0])
        if len(path) > 1 or column is None or column.is_virtual or column.kind is Kind.REFERENCES:
            self.joins = self.joins or len(path) > 1
            self.other = True
        else:
            where.add(path[0])
