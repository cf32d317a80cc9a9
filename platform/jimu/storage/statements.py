"""Compiled statements: SQL text and where its parameters come from, so that a shape is compiled once and run often."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

_TEXT_OPERATORS = (" ILIKE ", " LIKE ", " @@ ")


@dataclass(frozen=True, slots=True)
class Prepared:
    """``order`` names the parameters of a positional driver; None: the driver takes names.

    ``constants`` are the values compiled in; ``params`` adds those of one run. ``depends_on_text``: it looks for a part
    of a text, so a plan that does not know the text is a guess that may be a thousand times slower.
    """

    text: str
    order: tuple[str, ...] | None
    constants: Mapping[str, Any]
    depends_on_text: bool = False

    def params(self, values: Mapping[str, Any] | None = None) -> Any:
        """The driver's parameters; ``values`` by the names of the statement's own bind parameters."""
        merged = {**self.constants, **values} if values else self.constants
        return merged if self.order is None else [merged[name] for name in self.order]


def prepare(statement: sa.ClauseElement, dialect: sa.Dialect) -> Prepared:
    """Compile ``statement``. Lists in ``in_()`` are expanded with the values that they have now."""
    compiled: Any = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    constants = dict(compiled.construct_params(_check=False))
    processors = compiled._bind_processors
    for name, process in processors.items():
        if constants.get(name) is not None:
            constants[name] = process(constants[name])
    order = tuple(compiled.positiontup) if compiled.positiontup is not None else None
    escaped = compiled.escaped_bind_names
    if escaped:
        constants = {escaped.get(name, name): value for name, value in constants.items()}
    return Prepared(compiled.string, order, constants, any(mark in compiled.string for mark in _TEXT_OPERATORS))
