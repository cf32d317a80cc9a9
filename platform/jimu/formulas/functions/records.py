"""What only Python can know of a record: its values before the change, and regions. These have no SQL form."""

from __future__ import annotations

from typing import Any

from jimu.formulas.signature import define, signature
from jimu.formulas.types import Environment


def prior(environment: Environment, name: str) -> Any:
    """The field's value before the change; blank for a new record."""
    return None if environment.prior is None else environment.prior.get(name)


def changed(environment: Environment, value: Any, name: str) -> bool:
    return bool(value != prior(environment, name))


def region_name(environment: Environment, code: str) -> str | None:
    return environment.regions.name(code, environment.language) if environment.regions else None


def region_parent(environment: Environment, code: str) -> str | None:
    return environment.regions.parent(code) if environment.regions else None


FUNCTIONS = (
    define(
        "changed",
        "record",
        "Whether the change at hand gives the field another value; for a new record: not blank.",
        signature(
            "field: any -> boolean",
            changed,
            environment=True,
            takes_blanks=True,
            may_be_blank=False,
            reads=("prior",),
            python_only=True,
        ),
    ),
    define(
        "prior",
        "record",
        "The field's value before the change at hand; blank for a new record.",
        signature(
            "field: T -> T",
            prior,
            environment=True,
            takes_blanks=True,
            reads=("prior",),
            python_only=True,
            shape=lambda args: args[0].shape,
        ),
    ),
    define(
        "region_name",
        "record",
        "The name of a region of the region tree in the reader's language.",
        signature("code: text -> text", region_name, environment=True, reads=("clock",), python_only=True),
    ),
    define(
        "region_parent",
        "record",
        "The code of the region that the region belongs to.",
        signature("code: text -> text", region_parent, environment=True, reads=("clock",), python_only=True),
    ),
)
