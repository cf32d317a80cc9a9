"""Whether an actor may do something to a record that is at hand: told from its values, without asking the store.

For pages, which leave out buttons that would lead nowhere. Where other records decide it says yes: writing judges.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jimu.access.actor import Actor
from jimu.access.evaluation import row_matches
from jimu.access.rules import record_filter
from jimu.definitions.manifest import Manifest
from jimu.storage.query import NOTHING


def is_likely(actor: Actor, manifest: Manifest, object: str, action: str, row: Mapping[str, Any]) -> bool:
    """False only if ``actor`` surely may not do ``action`` to the record of ``object`` with these values."""
    rule = record_filter(actor, manifest, object, action)
    return rule != NOTHING and row_matches(rule, row) is not False
