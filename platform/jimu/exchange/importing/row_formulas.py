"""Formulas over a row of the file: each column is a text, named by its header in snake_case."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

from jimu.errors import Problem
from jimu.exchange.readers import Cell
from jimu.formulas import Environment, Formula, check, evaluate
from jimu.formulas.types import BOOLEAN, TEXT, Path, Symbol, Type
from jimu.messages import Message

ROW = "row"
_UNNAMEABLE = re.compile(r"[^a-z0-9]+")


class RowScope:
    """The ``formulas.Scope`` of a file: its columns, all of type text."""

    object = ROW

    def __init__(self, headers: Sequence[str]) -> None:
        self.positions = {name: position for position, name in reversed(list(enumerate(formula_names(headers))))}

    def find(self, object: str, name: str) -> Symbol | None:
        return Symbol(TEXT) if object == ROW and name in self.positions else None

    def names(self, object: str) -> list[str]:
        return list(self.positions)

    def compile(self, source: str, name: str, problems: list[Problem], expected: Type | None = None) -> Formula | None:
        """The checked formula; what is wrong with it is added to ``problems`` under ``name``."""
        formula, diagnostics = check(source, self, ROW, expected)
        problems.extend(
            Problem(d.code, Message("In the formula of {field}: {reason}", {"field": name, "reason": d.message}), name)
            for d in diagnostics
        )
        return formula

    def compile_condition(self, source: str, problems: list[Problem]) -> Formula | None:
        return self.compile(source, "where", problems, BOOLEAN)

    def reader(self, cells: Sequence[Cell]) -> Callable[[Path], Any]:
        """``get`` for ``evaluate``: the row's cells as text, blank as None."""

        def get(path: Path) -> str | None:
            value = cells[self.positions[path[0]]]
            return None if value is None or value == "" else str(value)

        return get


def formula_names(headers: Sequence[str]) -> list[str]:
    """Headers as names in formulas: ``Close Value ($)`` is close_value; one without a Latin letter is column_N."""
    result = []
    for position, header in enumerate(headers, start=1):
        plain = unicodedata.normalize("NFKD", header).encode("ascii", "ignore").decode().lower()
        name = _UNNAMEABLE.sub("_", plain).strip("_")
        result.append(name if name and name[0].isalpha() else f"column_{position}")
    return result


def value_of(formula: Formula, get: Callable[[Path], Any], environment: Environment) -> Any:
    return evaluate(formula, get, environment)
