"""Filters as SQL conditions. Constants are parameters p0, p1, … in the order in which ``storage.shapes`` gave them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import UnaryExpression

from jimu.formulas.types import Environment
from jimu.storage import tables
from jimu.storage.errors import UnknownColumn
from jimu.storage.expressions import as_column_value, as_condition
from jimu.storage.query import AllOf, AnyOf, Compare, Filter, HasRow, Matches, Not, Related, SeenBy, Where
from jimu.storage.scope import SelectScope
from jimu.storage.search.match import contains_condition, match_condition, match_text
from jimu.storage.shapes import SHORT_LIST


class FilterCompiler:
    """One per statement: numbers its parameters, whose names begin with ``prefix``."""

    def __init__(self, environment: Environment, prefix: str = "p") -> None:
        self.environment = environment
        self.prefix = prefix
        self.drives = False        # what is compiled is the way in to the rows, not a condition on rows at hand
        self.kept_out: Filter | None = None   # what is no way in to the rows although an index of it is there
        self.out_of_index = False
        self.gathered: frozenset[int] = frozenset()   # by identity: rows to be gathered once, see ``branches``
        self.hashes_lists = False  # a long list is looked into row by row, not entered by
        self._is_rare = False      # what is compiled holds for hardly any row, whatever the database thinks
        self._count = 0

    def parameter(self, type_: Any = None) -> sa.BindParameter[Any]:
        """The next parameter."""
        name = f"{self.prefix}{self._count}"
        self._count += 1
        return sa.bindparam(name, type_=type_)

    def condition(self, filter: Filter, scope: SelectScope) -> sa.ColumnElement[bool]:
        """True exactly for rows that match; never NULL where it is negated."""
        if filter is self.kept_out:
            self.kept_out, self.out_of_index = None, True
            try:
                return self.condition(filter, scope)
            finally:
                self.kept_out, self.out_of_index = filter, False
        if isinstance(filter, AllOf):
            return sa.and_(sa.true(), *(self.condition(f, scope) for f in filter.filters))
        if isinstance(filter, AnyOf):
            return sa.or_(sa.false(), *(self.condition(f, scope) for f in filter.filters))
        if isinstance(filter, Compare):
            return self._compare(filter, scope)
        if isinstance(filter, Where):
            with scope.guarding(filter.guarded):
                found = as_condition(filter.formula, scope, self.environment)
            faster = contains_condition(filter.formula, scope)
            return found if faster is None else sa.and_(faster, found)
        if isinstance(filter, Not):
            return sa.not_(sa.func.coalesce(self.condition(filter.filter, scope), sa.false()))
        if isinstance(filter, Related):
            return self._related(filter, scope)
        if isinstance(filter, HasRow):
            return self._has_row(filter, scope)
        if isinstance(filter, SeenBy):
            return self._seen_by(filter, scope)
        if isinstance(filter, Matches):
            return self._matches(filter, scope)
        raise TypeError(f"no such filter: {type(filter).__name__}")

    def _seen_by(self, filter: SeenBy, scope: SelectScope) -> sa.ColumnElement[bool]:
        before, self.environment = self.environment, replace(self.environment, user=filter.user)
        try:
            return self.condition(filter.filter, scope)
        finally:
            self.environment = before

    def _inside(self, filter: Filter, scope: SelectScope) -> sa.ColumnElement[bool]:
        """A condition on the rows of another table, which are found by its own indexes."""
        before = self.drives, self.out_of_index, self.hashes_lists
        self.drives = self.out_of_index = self.hashes_lists = False
        try:
            return self.condition(filter, scope)
        finally:
            self.drives, self.out_of_index, self.hashes_lists = before

    def _related(self, filter: Related, scope: SelectScope) -> sa.ColumnElement[bool]:
        drives = self.drives
        other = SelectScope(scope.catalog, filter.object)
        condition = self._inside(filter.filter, other)
        if drives:
            ids = sa.select(other.own("id")).select_from(other.from_clause()).where(condition)
            return scope.own(filter.column).in_(ids)  # type: ignore[no-any-return]
        return _exists(other, other.own("id") == scope.own(filter.column), condition)

    def _has_row(self, filter: HasRow, scope: SelectScope) -> sa.ColumnElement[bool]:
        """As the way in the ids that the rows point at, else a look at the rows that point here."""
        if self.drives or id(filter) in self.gathered:
            return scope.own("id").in_(self._pointed_at(filter, scope))  # type: ignore[no-any-return]
        other = SelectScope(scope.catalog, filter.object)
        conditions = [self._inside(filter.filter, other), other.own("deleted_at").is_(None)]
        if filter.column in other.bound.links:
            link = tables.link.alias()
            linked = sa.exists().where(link.c.from_id == other.own("id"), link.c.to_id == scope.own("id"),
                                       link.c.field == other.bound.links[filter.column])
            return _exists(other, linked, *conditions)
        return _exists(other, other.own(filter.column) == scope.own("id"), *conditions)

    def _pointed_at(self, filter: HasRow, scope: SelectScope) -> Any:
        """The ids that the rows point at; where one of several conditions is enough, by the index of each."""
        other = SelectScope(scope.catalog, filter.object)
        common, alternatives = self._parted(filter.filter, other)
        common.append(other.own("deleted_at").is_(None))
        rows = other.from_clause()
        if filter.column in other.bound.links:
            link = tables.link.alias()
            column: Any = link.c.to_id
            rows = rows.join(link, link.c.from_id == other.own("id"))
            common.append(link.c.field == other.bound.links[filter.column])
        else:
            column = other.own(filter.column)
        selects = [sa.select(column).select_from(rows).where(column.is_not(None), a, *common) for a in alternatives]
        return selects[0] if len(selects) == 1 else sa.union_all(*selects)

    def _parted(self, filter: Filter, scope: SelectScope) -> tuple[list[Any], list[Any]]:
        """What must hold, and conditions of which one must."""
        common: list[Any] = []
        alternatives: list[Any] = []
        for part in filter.filters if isinstance(filter, AllOf) else (filter,):
            if isinstance(part, AnyOf) and part.filters and not alternatives:
                self._is_rare = not scope.catalog.capabilities.plans_by_statistics
                alternatives = [self._inside(each, scope) for each in part.filters]
                self._is_rare = False
            else:
                common.append(self._inside(part, scope))
        return common, alternatives or [sa.true()]

    def _matches(self, filter: Matches, scope: SelectScope) -> sa.ColumnElement[bool]:
        if match_text(filter.text, scope.catalog.capabilities) is None:
            return sa.false()
        return match_condition(scope, self.parameter(sa.Text()))

    def _compare(self, filter: Compare, scope: SelectScope) -> sa.ColumnElement[bool]:
        column = scope.bound.column(filter.column)
        if filter.column in scope.bound.links:
            return self._compare_links(filter, scope)
        if column.expression is not None:
            element = as_column_value(column.expression, scope, self.environment, column.kind, column.scale)
        else:
            own: sa.ColumnElement[Any] = scope.own(filter.column)
            element = UnaryExpression(own, operator=_OUT_OF_INDEX, type_=own.type) if self.out_of_index else own
        if filter.op == "blank":
            return element.is_(None)
        if filter.op == "not_blank":
            return element.is_not(None)
        found = self._in(filter, element, scope) if filter.op in ("in", "not_in") else self._binary(filter, element)
        if self._is_rare and filter.op in ("eq", "in") and filter.column in scope.bound.leads_index:
            # SQLite takes the many blanks of a column for a value that all have.
            return sa.func.likelihood(found, sa.literal_column("0.0001"))
        return found

    def _binary(self, filter: Compare, element: Any) -> sa.ColumnElement[bool]:
        if filter.value is None:
            with_blank: dict[str, sa.ColumnElement[bool]] = {"eq": element.is_(None), "ne": element.is_not(None)}
            return with_blank.get(filter.op, sa.false())
        value = self.parameter(element.type)
        if filter.op == "ne":
            return sa.or_(element != value, element.is_(None))
        compared: dict[str, sa.ColumnElement[bool]] = {
            "eq": element == value, "lt": element < value, "le": element <= value, "gt": element > value,
            "ge": element >= value,
        }
        return compared[filter.op]

    def _in(self, filter: Compare, element: Any, scope: SelectScope) -> sa.ColumnElement[bool]:
        given = list(filter.value)
        values = [v for v in given if v is not None]
        condition = self._among(element, len(values), scope)
        if len(values) != len(given):
            condition = sa.or_(condition, element.is_(None))
        if filter.op == "not_in":
            return sa.not_(sa.func.coalesce(condition, sa.false()))
        return condition

    def _among(self, element: Any, count: int, scope: SelectScope) -> sa.ColumnElement[bool]:
        if count == 0:
            return sa.false()
        if count <= SHORT_LIST:
            found: sa.ColumnElement[bool] = element.in_([self.parameter(element.type) for _ in range(count)])
            return found
        if self.hashes_lists and scope.catalog.capabilities.arrays and isinstance(element.type, sa.Integer):
            # A planner weighs each value of an array, and a kept plan looks through it value by value.
            return element.in_(sa.select(sa.func.unnest(self.parameter(sa.ARRAY(element.type)))))  # type: ignore[no-any-return]
        return among(element, self.parameter, scope.catalog.capabilities.arrays)

    def _compare_links(self, filter: Compare, scope: SelectScope) -> sa.ColumnElement[bool]:
        link = tables.link.alias()
        base = sa.exists().where(link.c.from_id == scope.own("id"), link.c.field == scope.bound.links[filter.column])
        if filter.op in ("blank", "not_blank"):
            return base if filter.op == "not_blank" else sa.not_(base)
        if filter.op in ("in", "not_in"):
            values = [v for v in filter.value if v is not None]
            found = base.where(self._among(link.c.to_id, len(values), scope))
        elif filter.op in ("eq", "ne"):
            found = base.where(link.c.to_id == self.parameter(sa.BigInteger()))
        else:
            raise UnknownColumn(scope.object, filter.column)
        return sa.not_(found) if filter.op in ("ne", "not_in") else found


def among(element: Any, parameter: Any, arrays: bool) -> sa.ColumnElement[bool]:
    """``element`` is one of a list given as one parameter: an array, or a JSON array."""
    if arrays:
        item = sa.Text() if isinstance(element.type, sa.Text) else element.type
        condition: sa.ColumnElement[bool] = element == sa.any_(parameter(sa.ARRAY(item)))
        return condition
    values = sa.func.json_each(parameter(sa.Text())).table_valued("value")
    return element.in_(sa.select(values.c.value))  # type: ignore[no-any-return]


def _exists(scope: SelectScope, *conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.exists(sa.select(sa.literal_column("1")).select_from(scope.from_clause()).where(*conditions))


# A plus before a column keeps SQLite from entering by an index that begins with it.
_OUT_OF_INDEX: operators.custom_op[Any] = operators.custom_op("+")


def state_condition(scope: SelectScope, deleted: str) -> list[sa.ColumnElement[bool]]:
    """The rows that are alive, in the recycle bin, or any."""
    if deleted == "any":
        return []
    column: Any = scope.own("deleted_at")
    if scope.enters_by_id:
        column = UnaryExpression(column, operator=_OUT_OF_INDEX, type_=column.type)
    return [column.is_(None) if deleted == "alive" else column.is_not(None)]

