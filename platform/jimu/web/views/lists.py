"""Lists of records, the check of a filter while it is typed, and the search over everything."""

from __future__ import annotations

import tempfile

from flask import Blueprint, Response, request, send_file

from jimu.access.rules import require_action
from jimu.errors import BadRequest, NotFound
from jimu.exchange import ExportRequest, export_to
from jimu.exchange.exporting.export import FileFormat
from jimu.messages import Message
from jimu.records import read
from jimu.records.requests import ListRequest, SearchResult
from jimu.web.pages.filters import Condition, builder_for, read_condition
from jimu.web.pages.listing import Asked, build_list_page, filterable_fields, list_request
from jimu.web.pages.model import Crumb
from jimu.web.pages.reader import record_url
from jimu.web.responses import fragment, json, page, reader_of
from jimu.web.visit import visit

EXPORT_TYPES = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/o/<object>", view_func=show_list)
    blueprint.add_url_rule("/o/<object>/check", view_func=check_filter)
    blueprint.add_url_rule("/o/<object>/export.<format>", view_func=export)
    blueprint.add_url_rule("/search", view_func=search)


def show_list(object: str) -> Response:
    now = visit()
    reader = reader_of(now)
    require_action(reader.actor, reader.manifest, object, "read")
    asked = asked_of()
    found = build_list_page(object, asked, reader)
    if "HX-Request" in request.headers and request.args.get("rows"):
        return fragment("list_rows.html", page=found)
    title = next((label for label, _, is_on in found.lists if is_on), found.title)
    return page(
        "list.html",
        title,
        object=object,
        page=found,
        export_address=asked.address(object).replace(f"/o/{object}", f"/o/{object}/export.xlsx", 1),
        crumbs=[Crumb(found.title)],
        builder=builder_for(object, reader, lambda: filterable_fields(object, reader)),
    )


def asked_of() -> Asked:
    """What the address of a list says; the plain forms of the page send ``f_field``, ``f_operator`` too."""
    args = request.args
    conditions = [c for text in args.getlist("f") if (c := read_condition(text)) is not None]
    for name in args:
        if name.startswith("contains.") and args[name].strip():
            conditions.append(Condition(name.removeprefix("contains."), "contains", (args[name].strip(),)))
    count = args.get("count", "estimated")
    return Asked(
        args.get("list", ""),
        args.get("q", "").strip(),
        args.get("where", "").strip(),
        tuple(dict.fromkeys(conditions)),
        args.get("sort", ""),
        args.get("after", ""),
        tuple(x for x in args.get("trail", "").split("~") if x),
        count if count in ("none", "estimated", "exact") else "estimated",
    )


def check_filter(object: str) -> Response:
    """Whether the formula typed into the filter can be used, and if not, why not."""
    now = visit()
    request_ = ListRequest(object, where=request.args.get("where", ""), limit=1, fields=("id",))
    try:
        read.list_records(request_, now.context)
    except BadRequest as error:
        return json({"problems": [now.say(p.message) for p in error.problems] or [now.say(error.message)]})
    return json({"problems": []})


def export(object: str, format: FileFormat) -> Response:
    """The list that is shown, all its pages and every readable field, as a file."""
    now = visit()
    reader = reader_of(now)
    if format not in EXPORT_TYPES:
        raise NotFound(Message("There is nothing at this address."))
    shown = list_request(object, asked_of(), reader)
    file = tempfile.TemporaryFile()  # noqa: SIM115
    wanted = ExportRequest(
        object, shown.where, shown.also, shown.order, search=shown.search, labels=True, format=format
    )
    export_to(file, wanted, now.context)
    file.seek(0)
    name = f"{reader.label(reader.manifest.object(object).plural)}.{format}"
    return send_file(file, mimetype=EXPORT_TYPES[format], as_attachment=True, download_name=name)


def search() -> Response:
    now = visit()
    text = request.args.get("q", "").strip()
    hits = read.search(text, now.context, limit=50) if text else []
    return page(
        "search.html",
        now.say(Message("Search")),
        text=text,
        groups=_groups(hits),
        crumbs=[Crumb(now.say(Message("Search")))],
    )


def _groups(hits: list[SearchResult]) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Hits by object, the object of the best hit first: (plural, icon, [(title, address)])."""
    now = visit()
    found: dict[str, list[tuple[str, str]]] = {}
    for hit in hits:
        found.setdefault(hit.object, []).append((hit.title, record_url(hit.object, hit.id)))
    return [
        (now.manifest.objects[name].plural.get(now.locale), now.manifest.objects[name].icon, rows)
        for name, rows in found.items()
    ]
