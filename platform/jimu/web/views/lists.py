"""Lists of records with what their scripts ask for (the words of a filter, sums, a look at a record), and files of
them.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, request, send_file

from jimu.access.rules import require_action
from jimu.errors import BadRequest, NotFound
from jimu.exchange import ExportRequest, export_to
from jimu.exchange.exporting.export import FileFormat
from jimu.messages import Message
from jimu.records import read
from jimu.records.requests import ListRequest
from jimu.web.pages.list_address import asked_of
from jimu.web.pages.list_conditions import Tree, conditions_of, plain, read_tree
from jimu.web.pages.list_fields import fields_on, finder, path_label
from jimu.web.pages.list_filter import tree_of
from jimu.web.pages.list_formulas import Unfit, formula_of
from jimu.web.pages.list_peek import build_peek
from jimu.web.pages.list_picker import fields_for, filter_entry
from jimu.web.pages.list_words import titles_in, value_words, words_of
from jimu.web.pages.listing import build_list_page, list_request, list_totals, page_data
from jimu.web.pages.mass import work_data
from jimu.web.pages.model import Crumb
from jimu.web.pages.pools import pool_head, pool_work
from jimu.web.pages.reader import Reader
from jimu.web.responses import fragment, is_fetch, json, page, reader_of, record_id
from jimu.web.views import list_saving
from jimu.web.visit import visit

EXPORT_TYPES = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/o/<object>", view_func=show_list)
    blueprint.add_url_rule("/o/<object>/check", view_func=check_filter)
    blueprint.add_url_rule("/o/<object>/filter", view_func=read_filter)
    blueprint.add_url_rule("/o/<object>/fields", view_func=pick_fields)
    blueprint.add_url_rule("/o/<object>/totals", view_func=show_totals)
    blueprint.add_url_rule("/o/<object>/peek/<id>", view_func=peek)
    blueprint.add_url_rule("/o/<object>/export.<format>", view_func=export)
    list_saving.register(blueprint)


def _reader(object: str) -> Reader:
    """Who asks; raises NotFound if they may not read ``object``."""
    reader = reader_of(visit())
    require_action(reader.actor, reader.manifest, object, "read")
    return reader


def show_list(object: str, key: str = "") -> Response:
    """``key``: the list to show where the address names none."""
    reader = _reader(object)
    asked = asked_of(request.args)
    if key and not asked.list:
        asked = replace(asked, list=key)
    found = build_list_page(object, asked, reader)
    if is_fetch() and request.args.get("rows"):
        return fragment("list_group_rows.html" if asked.inside else "list_rows.html", page=found)
    pool = reader.manifest.all("pool").get(found.arrangement.layout.pool)
    head = pool_head(pool, reader) if pool is not None else None
    data = {**page_data(found), **work_data(found, reader)}
    if head is not None:
        data["work"] = {**data["work"], "more": pool_work(head, reader)}
    return page(
        "pool.html" if head is not None else "list.html",
        found.label,
        object=object,
        page=found,
        pool=head,
        data=data,
        export_address=asked.address(object, "/export.xlsx"),
        crumbs=[Crumb(found.title)],
    )


def check_filter(object: str) -> Response:
    """Whether the formula typed into the filter can be used, and if not, why not; and its conditions, if it is made of
    conditions."""
    reader = _reader(object)
    where = request.args.get("where", "")
    try:
        read.list_records(ListRequest(object, where=where, limit=1, fields=("id",)), reader.context)
    except BadRequest as error:
        return json({"problems": [reader.render(p.message) for p in error.problems] or [reader.render(error.message)]})
    tree = tree_of(where, object, reader)
    return json({"problems": []} if tree is None else {"problems": [], **_described(tree, object, reader)})


def read_filter(object: str) -> Response:
    """A tree of conditions as a formula and in words; where conditions do not fit, which ones by their place."""
    reader = _reader(object)
    tree = read_tree(request.args.get("tree", ""))
    if tree is None:
        raise BadRequest(Message("This filter cannot be used"))
    find = finder(object, reader)
    unfit = []
    for number, condition in enumerate(conditions_of(tree)):
        try:
            formula_of(condition, find)
        except Unfit:
            unfit.append([number, reader.render(Message("Give a value that fits this field."))])
    if unfit:
        return json({"unfit": unfit, **_described(tree, object, reader)})
    return json({"formula": formula_of(tree, find), **_described(tree, object, reader)})


def _described(tree: Tree, object: str, reader: Reader) -> dict[str, Any]:
    """The tree, its words, the fields it names, and the titles of the records it names."""
    titles = titles_in([tree], object, reader)
    find = finder(object, reader)
    fields: dict[str, Any] = {}
    named: dict[str, str] = {}
    for condition in conditions_of(tree):
        field = find(condition.field)
        if field is None:
            continue
        entry = filter_entry(field, reader)
        steps = fields_on(condition.field, object, reader)
        fields[condition.field] = {**entry, "full": path_label(steps or [field], reader)}
        if "source" in entry:
            named |= {v: value_words(v, field, reader, titles) for v in condition.values}
    return {"tree": plain(tree), "words": words_of(tree, object, reader, titles), "fields": fields, "titles": named}


def pick_fields(object: str) -> Response:
    """The fields that can be picked, for one purpose."""
    args = request.args
    return json(fields_for(object, args.get("through", ""), args.get("for", "filter"), _reader(object)))


def show_totals(object: str) -> Response:
    reader = _reader(object)
    count, totals = list_totals(object, asked_of(request.args), reader)
    return fragment("list_totals.html", count=count, totals=totals)


def peek(object: str, id: str) -> Response:
    return fragment("list_peek.html", peek=build_peek(object, record_id(id), _reader(object)))


def export(object: str, format: FileFormat) -> Response:
    """The list that is shown, all its pages and every readable field, as a file."""
    now = visit()
    reader = reader_of(now)
    if format not in EXPORT_TYPES:
        raise NotFound(Message("There is nothing at this address."))
    shown = list_request(object, asked_of(request.args), reader)
    file = tempfile.TemporaryFile()  # noqa: SIM115
    wanted = ExportRequest(
        object, shown.where, shown.also, shown.order, search=shown.search, labels=True, format=format
    )
    export_to(file, wanted, now.context)
    file.seek(0)
    name = f"{reader.label(reader.manifest.object(object).plural)}.{format}"
    return send_file(file, mimetype=EXPORT_TYPES[format], as_attachment=True, download_name=name)
