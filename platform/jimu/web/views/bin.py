"""The recycle bin: what was deleted, to be taken out again or, with the right to it, removed for good."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, Response, request

from jimu.access.rules import action_allowed, require_action
from jimu.bulk import MassRequest, Selection, start
from jimu.care.retention import purge_days
from jimu.definitions.model import ObjectDef
from jimu.errors import BadRequest
from jimu.fieldtypes.ids import encode_id
from jimu.messages import Message
from jimu.records import read, write
from jimu.records.commands import Delete, Record, Restore
from jimu.records.deletions import Deletion, find_deletions
from jimu.records.requests import ListRequest, RecordPage
from jimu.web.pages.model import Crumb
from jimu.web.pages.reader import Reader, record_url
from jimu.web.responses import go, page, reader_of, record_id
from jimu.web.views.admin_base import moment_of
from jimu.web.views.mass import ended
from jimu.web.visit import visit

MOST_AT_ONCE = 200
MOST_PAGES = 10
NOBODYS = Deletion()


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/bin", view_func=show_bin)
    blueprint.add_url_rule("/bin/<object>/restore", view_func=restore_many, methods=["POST"])
    blueprint.add_url_rule("/bin/<object>/purge", view_func=purge_many, methods=["POST"])
    blueprint.add_url_rule("/bin/<object>/<id>/restore", view_func=restore, methods=["POST"])
    blueprint.add_url_rule("/bin/<object>/<id>/purge", view_func=purge, methods=["POST"])


def show_bin() -> Response:
    reader = reader_of(visit())
    objects = sorted(
        (
            o
            for o in reader.manifest.objects.values()
            if _is_kept(o) and action_allowed(reader.actor, reader.manifest, o.name, "delete")
        ),
        key=lambda o: (o.system, reader.label(o.plural)),
    )
    chosen = next((o for o in objects if o.name == request.args.get("object")), objects[0] if objects else None)
    text = request.args.get("q", "").strip()[:200]
    is_mine = request.args.get("mine") == "1"
    found, deletions = _find_deleted(chosen, text, is_mine, reader) if chosen else (RecordPage([], None), {})
    people = read.resolve_titles({d.actor for d in deletions.values() if d.actor}, reader.context)
    query = {"object": chosen.name if chosen else "", "q": text, "after": found.next or "", "mine": "1" * is_mine}
    title = reader.render(Message("Recycle bin"))
    return page(
        "bin.html",
        title,
        crumbs=[Crumb(title)],
        objects=objects,
        chosen=chosen,
        text=text,
        is_mine=is_mine,
        purge_days=purge_days(chosen) if chosen else None,
        rows=[_row(r, deletions.get(r.id, Deletion()), people, reader) for r in found.records],
        next=f"/bin?{urlencode({k: v for k, v in query.items() if v})}" if found.next else "",
        moment=moment_of(reader),
        may_purge=bool(chosen and action_allowed(reader.actor, reader.manifest, chosen.name, "purge")),
    )


def _is_kept(object: ObjectDef) -> bool:
    """Whether people look for its records here: of the engine's own objects those whose history is kept, too."""
    return not object.retired and (not object.system or "history" in object.features)


def _find_deleted(
    object: ObjectDef, text: str, is_mine: bool, reader: Reader
) -> tuple[RecordPage, dict[int, Deletion]]:
    """A page and how its records got there; ``is_mine``: only what the reader deleted, looked for on a few pages."""
    after = request.args.get("after") or None
    kept: list[Record] = []
    known: dict[int, Deletion] = {}
    for _ in range(MOST_PAGES if is_mine else 1):
        found = _find(object, text, after, reader)
        deletions = find_deletions([r.id for r in found.records], reader.context) if found.records else {}
        known |= deletions
        kept += [r for r in found.records if not is_mine or deletions.get(r.id, NOBODYS).actor == reader.actor.id]
        after = found.next
        if after is None or kept:
            break
    return RecordPage(kept, after), known


def _find(object: ObjectDef, text: str, after: str | None, reader: Reader) -> RecordPage:
    """One page, the last deleted first; ``text`` is looked for in the titles."""
    also = [f"contains(lower(title), {text.lower()!r})"] if text else []
    return read.list_records(
        ListRequest(
            object.name,
            also=also,
            deleted="deleted",
            order=("-deleted_at",),
            fields=("title", "deleted_at"),
            after=after,
        ),
        reader.context,
    )


def _row(
    record: Record, deletion: Deletion, people: dict[int, str], reader: Reader
) -> tuple[Record, str, str, list[str], bool]:
    """(record, its id, who deleted it, what went along, whether it went along with another)."""
    along = [f"{n} {reader.label(reader.manifest.objects[object].plural)}" for object, n in deletion.along.items()]
    who = people.get(deletion.actor or 0, reader.render(Message("the system")) if deletion.actor == 0 else "")
    return record, encode_id(record.id), who, along, deletion.went_with is not None


def restore(object: str, id: str) -> Response:
    record = write.write(Restore(object, record_id(id)), visit().context)
    return go(
        record_url(object, record.id), Message("{title} was taken out of the recycle bin.", {"title": record.title})
    )


def restore_many(object: str) -> Response:
    """All that were ticked come back as one action, which can be taken back; those that cannot say why."""
    reader = reader_of(visit())
    require_action(reader.actor, reader.manifest, object, "delete")
    selection = Selection(object, tuple(_chosen()), deleted=True)
    return ended(start(MassRequest(selection, "restore"), reader.context), reader, f"/bin?object={object}")


def purge(object: str, id: str) -> Response:
    return _purge(object, [record_id(id)])


def purge_many(object: str) -> Response:
    require_action(visit().actor, visit().manifest, object, "purge")
    return _purge(object, _chosen())


def _chosen() -> list[int]:
    """The ids that were ticked. Raises BadRequest for none, or more than a page can hold."""
    ids = [record_id(text) for text in request.form.getlist("id")[: MOST_AT_ONCE + 1]]
    if not ids or len(ids) > MOST_AT_ONCE:
        raise BadRequest(Message("Choose records first, at most {most}.", {"most": MOST_AT_ONCE}))
    return list(dict.fromkeys(ids))


def _purge(object: str, ids: list[int]) -> Response:
    """All or none; the name of the objects has to be typed, since nothing brings them back."""
    now = visit()
    require_action(now.actor, now.manifest, object, "purge")
    word = now.manifest.object(object).plural.get(now.locale)
    if request.form.get("confirmation", "").strip().casefold() != word.casefold():
        raise BadRequest(Message("Nothing was removed: type {word} to confirm.", {"word": word}))
    with write.unit_of_work(now.context) as unit:
        for id in ids:
            write.write(Delete(object, id, purge=True), unit)
    return go(f"/bin?object={object}", Message("Records removed for good: {n}.", {"n": len(ids)}))
