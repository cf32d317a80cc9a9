"""Formulas as SQL: the same checked tree as the Python evaluators, with equal results on SQLite and PostgreSQL.

``as_condition`` for WHERE, ``as_value`` for SELECT, ORDER BY and GROUP BY, ``as_column_value`` to fill a stored formula
column. Columns and joins come from a ``SqlScope``. Everything that a person wrote reaches SQL as a bound parameter.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement

from jimu.fieldtypes.kinds import Kind
from jimu.formulas import Environment, Formula
from jimu.storage.expressions.compiler import Compiler, NotInSql
from jimu.storage.expressions.money import MONEY
from jimu.storage.expressions.postgresql import ARITHMETIC, PostgresqlCompiler
from jimu.storage.expressions.postgresql_days import DAYS
from jimu.storage.expressions.postgresql_moments import MOMENTS
from jimu.storage.expressions.postgresql_texts import TEXTS
from jimu.storage.expressions.scope import Prefixed, SqlScope, SqlValue
from jimu.storage.expressions.sqlite import SqliteCompiler
from jimu.storage.expressions.sqlite_builders import BUILDERS

__all__ = ["NotInSql", "Prefixed", "SqlScope", "SqlValue", "as_column_value", "as_condition", "as_value"]

SqliteCompiler.builders = {**BUILDERS, **MONEY}
PostgresqlCompiler.builders = {**ARITHMETIC, **TEXTS, **DAYS, **MOMENTS, **MONEY}


def _compiler(scope: SqlScope, environment: Environment) -> Compiler:
    kind = SqliteCompiler if scope.dialect == "sqlite" else PostgresqlCompiler
    return kind(scope, environment)


def as_condition(formula: Formula, scope: SqlScope, environment: Environment) -> ColumnElement[bool]:
    """For WHERE: true exactly for the records for which the formula is true (false may come out as NULL).

    Raises NotInSql for a formula with a function that only Python has (``Formula.python_only``).
    """
    return _compiler(scope, environment).condition(formula.tree)


def as_value(
    formula: Formula,
    scope: SqlScope,
    environment: Environment,
    kind: Kind | None = None,
    scale: int = 0,
) -> SqlValue:
    """For SELECT, ORDER BY and GROUP BY. With ``kind`` and ``scale`` the value is what a field of that kind holds.

    In a GROUP BY name the selected expression by its label: its parameters are not the same twice for PostgreSQL.
    """
    compiler = _compiler(scope, environment)
    return compiler.selected(formula.tree) if kind is None else compiler.selected_column(formula.tree, kind, scale)


def as_column_value(
    formula: Formula,
    scope: SqlScope,
    environment: Environment,
    kind: Kind,
    scale: int = 0,
) -> ColumnElement[Any]:
    """The value as a column of ``kind`` and ``scale`` stores it: to back-fill, to sum, to sort a formula field."""
    return _compiler(scope, environment).column_value(formula.tree, kind, scale)
