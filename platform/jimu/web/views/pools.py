"""Pools: the list of what lies in one, claiming, returning and assigning, and what managers look after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from flask import Blueprint, Response, request

from jimu.definitions.kinds.pool import PoolDef
from jimu.errors import BadRequest, Forbidden, Invalid, JimuError, NotFound
from jimu.fieldtypes.ids import decode_id
from jimu.flows.assignments import accept, assign_by_rule
from jimu.flows.pools import Outcome, assign, claim, give_back, require_manager, require_pool, run_pool, undo_run
from jimu.flows.pools.membership import members_of
from jimu.flows.pools.outcome import MOST_AT_ONCE
from jimu.flows.pools.running import get_run
from jimu.messages import Message
from jimu.records import read
from jimu.web.pages.listing import list_request
from jimu.web.pages.mass import selection_of, shown_by
from jimu.web.pages.model import Crumb
from jimu.web.pages.ownership import ownership_panel, pool_of_record
from jimu.web.pages.pools import forecast_view, outcome_rows, pool_cards, pool_head, pool_words, rule_words, run_rows
from jimu.web.pages.reader import Reader, record_url
from jimu.web.responses import fragment, go, is_fetch, local, page, reader_of, record_id
from jimu.web.views import lists
from jimu.web.views.saving import done
from jimu.web.visit import visit


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/pools", view_func=show_pools)
    blueprint.add_url_rule("/pool/<name>", view_func=show_pool)
    blueprint.add_url_rule("/pool/<name>/claim", view_func=claim_records, methods=["POST"])
    blueprint.add_url_rule("/pool/<name>/form/<action>", view_func=show_pool_form, methods=["POST"])
    blueprint.add_url_rule("/pool/<name>/assign", view_func=assign_records, methods=["POST"])
    blueprint.add_url_rule("/pool/<name>/place", view_func=place_records, methods=["POST"])
    blueprint.add_url_rule("/pool/<name>/manage", view_func=manage_pool)
    blueprint.add_url_rule("/pool/<name>/run", view_func=run_now, methods=["POST"])
    blueprint.add_url_rule("/pool/run/<id>/undo", view_func=undo_pool_run, methods=["POST"])
    blueprint.add_url_rule("/o/<object>/<id>/ownership", view_func=show_ownership)
    blueprint.add_url_rule("/o/<object>/<id>/accept", view_func=accept_record, methods=["POST"])
    blueprint.add_url_rule("/o/<object>/<id>/return", view_func=show_return)
    blueprint.add_url_rule("/o/<object>/<id>/return", view_func=return_record, methods=["POST"])
    blueprint.add_url_rule("/o/<object>/<id>/assign", view_func=show_assign)


def show_pools() -> Response:
    """The pools that the reader may look into."""
    reader = reader_of(visit())
    title = visit().say(Message("Pools"))
    return page("pools.html", title, pools=pool_cards(reader), crumbs=[Crumb(title)])


def show_pool(name: str) -> Response:
    """What lies in the pool, as a list like any other."""
    reader = reader_of(visit())
    pool = require_pool(name, reader.context)
    return lists.show_list(pool.object, f"pool_{name}")


# --- claiming and assigning -------------------------------------------------------------------------------------------


def claim_records(name: str) -> Response:
    reader = reader_of(visit())
    pool = require_pool(name, reader.context)
    outcomes = claim(name, _selected(pool, reader), reader.context)
    got = [o for o in outcomes if o.is_done]
    back = _back(f"/pool/{name}")
    if len(got) == len(outcomes):
        only = record_url(pool.object, got[0].id) if len(got) == 1 else back
        return done(only, Message("Claimed: {n}.", {"n": len(got)}))
    return _partly(pool, outcomes, Message("Claimed: {n}.", {"n": len(got)}), back, reader)


def assign_records(name: str) -> Response:
    reader = reader_of(visit())
    pool = require_pool(name, reader.context)
    people = [decode_id(text) for text in request.form.getlist("people") if text]
    back = _back(f"/pool/{name}")
    try:
        outcomes = assign(name, _selected(pool, reader), people, reader.context, request.form.get("note", "")[:1000])
    except Invalid as error:
        if is_fetch():
            problems = [("assign-people", reader.render(p.message)) for p in error.problems]
            return fragment("mass_problems.html", status=422, problems=problems)
        return go(back, error.message)
    return _after(pool, outcomes, Message("Assigned: {n}.", {"n": sum(o.is_done for o in outcomes)}), back, reader)


def place_records(name: str) -> Response:
    """Assign by the rules of the object."""
    reader = reader_of(visit())
    pool = require_pool(name, reader.context)
    outcomes = assign_by_rule(pool.object, _selected(pool, reader), reader.context)
    words = Message("Assigned: {n}.", {"n": sum(o.is_done for o in outcomes)})
    return _after(pool, outcomes, words, _back(f"/pool/{name}"), reader)


def show_pool_form(name: str, action: str) -> Response:
    """The dialog about selected records: claim, assign or place."""
    reader = reader_of(visit())
    pool = require_pool(name, reader.context)
    if action not in ("claim", "assign", "place"):
        raise NotFound(Message("There is nothing at this address."))
    if action != "claim":
        require_manager(pool, reader.context)
    ids = _selected(pool, reader)
    return fragment(
        "pool_form.html",
        pool=pool,
        action=action,
        head=pool_head(pool, reader),
        count=len(ids),
        people=members_of(pool, reader.context) if action == "assign" else [],
        given=[(n, request.form.get(n, "")) for n in ("_all", "_ids", "_query", "_left_out", "_back")],
    )


_PAGE = 500


def _selected(pool: PoolDef, reader: Reader) -> Sequence[int]:
    """The ids that the form names; of "all that match" as many as go at once."""
    if not request.form.get("_all"):
        ids = [record_id(text) for given in request.form.getlist("_ids") for text in given.split(",") if text]
        if not 0 < len(ids) <= MOST_AT_ONCE:
            raise BadRequest(Message("Choose between 1 and {most} records.", {"most": MOST_AT_ONCE}))
        return ids
    selection = selection_of(pool.object, request.form, reader)
    wanted = list_request(pool.object, shown_by(request.form.get("_query", "")), reader)
    wanted = replace(wanted, limit=_PAGE, count="none", expand=(), titles=False)
    left_out, ids = set(selection.left_out), list[int]()
    while len(ids) < MOST_AT_ONCE:
        found = read.list_records(wanted, reader.context)
        ids += [r.id for r in found.records if r.id not in left_out]
        if not found.next:
            break
        wanted = replace(wanted, after=found.next)
    return ids[:MOST_AT_ONCE]


def _back(default: str) -> str:
    return local(request.form.get("_back"), default)


def _after(pool: PoolDef, outcomes: Sequence[Outcome], words: Message, back: str, reader: Reader) -> Response:
    return done(back, words) if all(o.is_done for o in outcomes) else _partly(pool, outcomes, words, back, reader)


def _partly(pool: PoolDef, outcomes: Sequence[Outcome], words: Message, back: str, reader: Reader) -> Response:
    """Some went, some did not: which, and why."""
    rows = outcome_rows(pool.object, outcomes, reader)
    if is_fetch():
        return fragment("pool_outcome.html", words=words, rows=rows, back=back)
    if len(outcomes) == 1:
        message = outcomes[0].message or words
        return go(back, message)
    title = reader.label(pool.label)
    return page(
        "pool_outcome_page.html",
        title,
        object=pool.object,
        words=words,
        rows=rows,
        back=back,
        crumbs=[Crumb(title, back)],
    )


# --- one record -------------------------------------------------------------------------------------------------------


def show_ownership(object: str, id: str) -> Response:
    """The ownership history of a record, for the panel beside it."""
    reader = reader_of(visit())
    record = read.get(object, record_id(id), reader.context)
    return fragment("ownership.html", panel=ownership_panel(record, reader))


def accept_record(object: str, id: str) -> Response:
    number = record_id(id)
    accept(object, number, visit().context)
    return done(record_url(object, number), Message("Taken up."))


def show_return(object: str, id: str, problem: str = "", status: int = 200) -> Response:
    """Why is it returned?"""
    reader = reader_of(visit())
    record = read.get(object, record_id(id), reader.context)
    pool = pool_of_record(record, reader)
    if pool is None or record.values.get("owner") is None:
        raise NotFound(Message("No pool takes this record."))
    is_mine = record.values["owner"] == reader.actor.id
    title = visit().say(Message("Return to the pool") if is_mine else Message("Take back into the pool"))
    href = record_url(object, record.id)
    return page(
        "record_return.html",
        title,
        status=status,
        object=object,
        record=record,
        pool=pool,
        pool_label=reader.label(pool.label),
        reasons=[(r.value, reader.label(r.label)) for r in pool.reasons if not r.retired],
        chosen=request.form.get("reason", ""),
        remark=request.form.get("note", ""),
        problem=problem,
        href=href,
        crumbs=[
            Crumb(reader.label(reader.manifest.object(object).plural), f"/o/{object}"),
            Crumb(record.title, href),
            Crumb(title),
        ],
    )


def return_record(object: str, id: str) -> Response:
    reader, number = reader_of(visit()), record_id(id)
    reason, note = request.form.get("reason", ""), request.form.get("note", "")[:1000]
    try:
        (outcome,) = give_back(object, [number], reason, note, reader.context)
    except Invalid as error:
        return show_return(object, id, reader.render(error.message), 422)
    if outcome.code in ("not_found", "no_pool"):
        raise NotFound(outcome.message or Message("There is no such record."))
    if outcome.code == "not_yours":
        raise Forbidden(outcome.message or Message("You may not do this to this record."))
    if not outcome.is_done:
        return go(record_url(object, number), outcome.message)
    try:
        read.get(object, number, reader.context, fields=(), titles=False)
        back = record_url(object, number)
    except JimuError:
        back = f"/o/{object}"
    return done(back, Message("It lies in the pool again."))


def show_assign(object: str, id: str) -> Response:
    """To whom?"""
    reader = reader_of(visit())
    record = read.get(object, record_id(id), reader.context)
    pool = pool_of_record(record, reader)
    if pool is None:
        raise NotFound(Message("No pool takes this record."))
    require_manager(pool, reader.context)
    title, href = visit().say(Message("Assign")), record_url(object, record.id)
    return page(
        "record_assign.html",
        title,
        object=object,
        record=record,
        pool=pool,
        people=members_of(pool, reader.context),
        href=href,
        crumbs=[
            Crumb(reader.label(reader.manifest.object(object).plural), f"/o/{object}"),
            Crumb(record.title, href),
            Crumb(title),
        ],
    )


# --- managers ---------------------------------------------------------------------------------------------------------


def manage_pool(name: str) -> Response:
    """The rules in words, what tomorrow's run would return, and the last runs."""
    reader = reader_of(visit())
    pool = require_pool(name, reader.context)
    require_manager(pool, reader.context)
    label = reader.label(pool.label)
    return page(
        "pool_manage.html",
        label,
        object=pool.object,
        pool=pool,
        words=pool_words(pool, reader),
        rules=rule_words(pool, reader),
        forecast=forecast_view(pool, reader) if pool.returns else None,
        runs=run_rows(pool, reader),
        crumbs=[Crumb(label, f"/pool/{name}"), Crumb(visit().say(Message("Manage")))],
    )


def run_now(name: str) -> Response:
    reader = reader_of(visit())
    pool = require_pool(name, reader.context)
    require_manager(pool, reader.context)
    run = run_pool(pool, reader.context, again=True)
    words = Message("Went back: {returned}, warnings: {warned}.", {"returned": run.returned, "warned": run.warned})
    return go(_back(f"/pool/{name}/manage"), words)


def undo_pool_run(id: str) -> Response:
    reader, number = reader_of(visit()), record_id(id)
    run = get_run(number, reader.context)
    pool = require_pool(run.pool, reader.context)
    made = undo_run(number, reader.context)
    back = _back(f"/pool/{pool.name}/manage")
    if made.is_job and not made.is_over:
        return go(back, Message("It goes on in the background; you are told when it is done."))
    left = made.failures + made.skipped
    words = Message(
        "Records as they were before: {n}; changed since and left alone: {left}.", {"n": made.changed, "left": left}
    )
    return go(back, words)
