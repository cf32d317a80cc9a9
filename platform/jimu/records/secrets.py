"""Looking at a secret: for those who may do everything, and never without a trace."""

from __future__ import annotations

from jimu.access.rights import require_right
from jimu.errors import NotFound
from jimu.fieldtypes.secret import key_from, reveal
from jimu.messages import Message
from jimu.records.auditing import audit
from jimu.records.context import Context
from jimu.records.one import require_record
from jimu.records.write import unit_of_work
from jimu.storage.entries import HistoryEntry


def reveal_secret(object: str, id: int, field: str, context: Context) -> str:
    """The plain text of the secret ``field``; an entry of history says who looked at it.

    Raises NotFound where there is no such record or field, Forbidden without the right ``modify_all``.
    """
    require_record(object, id, context)
    found = context.manifest.objects[object].fields.get(field)
    if found is None or found.type != "secret" or found.retired:
        raise NotFound(Message("There is no such field."))
    require_right(context.actor, context.manifest, "modify_all")
    with unit_of_work(context) as unit:
        row = unit.transaction.fetch(object, [id])[id]
        sealed = row.get(field)
        entry = HistoryEntry(
            record_id=id,
            object=object,
            at=context.clock(),
            action="reveal",
            actor=context.actor.id,
            via=context.actor.via,
            reason="",
            version=row["version"],
            changes={field: [None, None]},
        )
        unit.transaction.append_history([entry])
        audit(unit, "read.secret", object=object, record=id, text=field)
    if not sealed:
        raise NotFound(Message("There is no secret stored here."))
    key = context.settings["secret_key"]
    return reveal(str(sealed), key_from(key.decode("latin-1") if isinstance(key, bytes) else str(key)))
