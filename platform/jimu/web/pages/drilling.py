"""From a number to what it is made of: the list of exactly the records that a roll-up counts.

The number is of all of them, the list of those that its reader may see. Called by the pages that show the fields of a
record.
"""

from __future__ import annotations

from jimu.access import action_allowed
from jimu.definitions.model import FieldDef
from jimu.fieldtypes.ids import encode_id
from jimu.records.names import scope_of
from jimu.web.pages.list_address import Asked
from jimu.web.pages.reader import Reader


def rolled_up_address(field: FieldDef, id: int, reader: Reader) -> str:
    """Where the records are listed over which ``field`` of record ``id`` is computed; '' if it is no roll-up, or one
    whose list the reader could not ask for."""
    rollup = field.rollup
    if rollup is None or not action_allowed(reader.actor, reader.manifest, rollup.object, "read"):
        return ""
    where = f"{rollup.lookup} == '{encode_id(id)}'"
    if rollup.where is not None:
        where = f"{where} and ({rollup.where.source})"
    if scope_of(reader.actor, reader.manifest).check(rollup.object, where)[0] is None:
        return ""
    return Asked(where=where).address(rollup.object)
