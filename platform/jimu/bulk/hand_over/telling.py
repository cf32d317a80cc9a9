"""One notification for each who got something by a hand-over: from whom, how many of what, with the note."""

from __future__ import annotations

from collections.abc import Mapping

from jimu.access.loading import load_actor
from jimu.bulk.hand_over.asked import HandOver
from jimu.bulk.noting import as_engine
from jimu.bulk.results import NOTIFICATION, Run
from jimu.fieldtypes.ids import decode_id
from jimu.messages import Message
from jimu.records import Context, Create, read, write
from jimu.translation import translator


def tell_receivers(run: Run, asked: HandOver, unit: Context) -> None:
    shares: dict[int, dict[str, int]] = {}
    for key, count in (run.carry.get("got") or {}).items():
        person, _, object = key.partition(":")
        shares.setdefault(decode_id(person), {})[object] = int(count)
    name = read.resolve_titles([asked.leaver], as_engine(unit)).get(asked.leaver, "")
    told = [_notice(person, share, name, asked, unit) for person, share in shares.items() if person != unit.actor.id]
    write.write_many(told, as_engine(unit), values=False)


def _notice(person: int, share: Mapping[str, int], name: str, asked: HandOver, unit: Context) -> Create:
    """In the receiver's language."""
    actor = load_actor(unit.transaction, unit.manifest, person, via="job")
    locale = actor.locale if actor is not None else unit.manifest.workspace.locale
    say = translator(locale)
    objects = unit.manifest.objects
    parts = ", ".join(f"{objects[o].plural.get(locale)}: {n}" for o, n in share.items() if o in objects)
    values = {
        "owner": person,
        "subject": Message("{name} has handed work over to you", {"name": name}).render(say)[:255],
        "text": f"{parts}. {asked.note}".strip(),
        "reason": "hand_over",
    }
    return Create(NOTIFICATION, values)
