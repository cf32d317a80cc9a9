"""Giving records back to their pool: by their owner with a reason, or taken back by a manager of the pool."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jimu.definitions.kinds.pool import PoolDef
from jimu.errors import Invalid, Problem
from jimu.flows.pools.claiming import outcome_of
from jimu.flows.pools.membership import in_name_of, may_manage, require_writable
from jimu.flows.pools.notices import Notice, send
from jimu.flows.pools.outcome import Outcome, absent, in_portions, refused
from jimu.messages import Message
from jimu.records import Context, Update, write
from jimu.records.commands import OwnerNote
from jimu.records.guarding import find_locks
from jimu.records.locking import hold
from jimu.records.ownership import pools_for, readable

NO_POOL = Message("No pool takes this record.")
NOT_YOURS = Message("Only its owner or a manager of the pool may return this.")
NO_OWNER = Message("Nobody owns this.")
TAKEN_BACK = Message("{count} records were taken back into {pool}")
ONE_TAKEN_BACK = Message("Taken back into {pool}: {title}")


def give_back(object: str, ids: Sequence[int], reason: str, note: str, context: Context) -> list[Outcome]:
    """Return the records to the pools that answer for them; one outcome per id, in order.

    ``reason``: one of the pool's reasons, needed where it has any; ``note``: a remark. Raises Invalid where the reason
    fits none of the records' pools.
    """
    context.manifest.object(object)
    return in_portions(
        ids, context, lambda unit, part: _Returning(object, reason.strip(), note.strip(), unit).run(part)
    )


def require_reason(pool: PoolDef, reason: str) -> None:
    """Raises Invalid unless ``reason`` is one that the pool knows (any or none where it has no reasons)."""
    if pool.reasons and pool.reason(reason) is None:
        message = Message("Say why it is returned.") if not reason else Message("Choose one of the reasons.")
        raise Invalid(message, [Problem("required" if not reason else "unknown_option", message, "reason")])


class _Returning:
    def __init__(self, object: str, reason: str, note: str, context: Context) -> None:
        self.object, self.reason, self.note, self.context = object, reason, note, context

    def run(self, ids: Sequence[int]) -> list[Outcome]:
        rows = hold(self.object, ids, self.context)
        seen = readable(self.object, rows, self.context)
        pools = pools_for(self.object, rows, self.context)
        for pool in {p.name: p for id, p in pools.items() if id in seen}.values():
            require_writable(pool, self.context)
            require_reason(pool, self.reason)
        outcomes: dict[int, Outcome] = {}
        commands: dict[int, Update] = {}
        for id in ids:
            row, answering = rows.get(id), pools.get(id)
            refusal = self._refusal(id, row, answering, id in seen)
            if refusal is not None or row is None or answering is None:
                outcomes[id] = refusal or absent(id)
            else:
                commands[id] = self._command(id, row, answering)
        for id, error in find_locks(self.object, commands, self.context).items():
            del commands[id]
            outcomes[id] = refused(id, error.code, error.message)
        outcomes.update(self._write(commands, rows))
        self._tell(rows, pools, [id for id, o in outcomes.items() if o.is_done])
        return [outcomes[id] for id in ids]

    def _refusal(self, id: int, row: Mapping[str, Any] | None, pool: PoolDef | None, is_seen: bool) -> Outcome | None:
        if row is None or not is_seen:
            return absent(id)
        if pool is None:
            return refused(id, "no_pool", NO_POOL)
        if row["owner"] is None:
            return refused(id, "no_owner", NO_OWNER)
        if row["owner"] != self.context.actor.id and not may_manage(pool, self.context):
            return refused(id, "not_yours", NOT_YOURS)
        return None

    def _command(self, id: int, row: Mapping[str, Any], pool: PoolDef) -> Update:
        action = "returned" if row["owner"] == self.context.actor.id else "taken_back"
        note = OwnerNote(action, pool.name, reason=self.reason, note=self.note)
        return Update(self.object, id, {"owner": None}, row["version"], note)

    def _write(self, commands: Mapping[int, Update], rows: Mapping[int, Any]) -> dict[int, Outcome]:
        if not commands:
            return {}
        done = write.write_many(list(commands.values()), in_name_of(self.context), atomic=False, values=False).rows
        return {id: outcome_of(id, row, None) for id, row in zip(commands, done, strict=True)}

    def _tell(self, rows: Mapping[int, Any], pools: Mapping[int, PoolDef], done: Sequence[int]) -> None:
        """Whoever lost records without having returned them is told."""
        by_owner: dict[tuple[int, str], list[Mapping[str, Any]]] = {}
        for id in done:
            if rows[id]["owner"] != self.context.actor.id:
                by_owner.setdefault((rows[id]["owner"], pools[id].name), []).append(rows[id])
        notices = []
        for (owner, name), lost in by_owner.items():
            pool = self.context.manifest.all("pool")[name]
            notices.append(Notice(owner, TAKEN_BACK, ONE_TAKEN_BACK, pool, tuple(lost), self.note or self.reason))
        send(notices, self.context)
