"""What every reading function starts with: a transaction, the environment of formulas, the right to read the object."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from jimu.access import require_action
from jimu.records.context import Context

if TYPE_CHECKING:
    from jimu.storage import Transaction


@contextmanager
def reading(context: Context) -> Iterator[Transaction]:
    """The caller's transaction if there is one, else a reading one of its own."""
    if context.transaction is not None:
        yield context.transaction
        return
    with context.store.read() as transaction:
        yield transaction


def require_readable(object: str, context: Context) -> None:
    """Raises NotFound unless ``object`` exists and the actor may read some of its records."""
    require_action(context.actor, context.manifest, object, "read")
