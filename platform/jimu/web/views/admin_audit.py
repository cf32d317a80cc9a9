"""The audit: search it, take it out, check that nobody has meddled with it."""

from __future__ import annotations

import tempfile
from urllib.parse import urlencode

from flask import Blueprint, Response, request, send_file

from jimu.access.audit import verify_audit
from jimu.access.audit_kinds import GROUPS, KINDS
from jimu.errors import NotFound
from jimu.exchange.audit_files import AuditExport, export_audit
from jimu.messages import Message
from jimu.records import read
from jimu.web.pages.admin_audit import Asked, find_entries
from jimu.web.responses import reader_of, whole_number
from jimu.web.views.admin_base import add, admin_page
from jimu.web.visit import visit

TYPES = {"csv": "text/csv", "jsonl": "application/x-ndjson"}
REASONS = {
    "gap": Message("Entry {place} is missing."),
    "changed": Message("Entry {place} is not what was written."),
    "cut": Message("The end is missing, from entry {place}."),
    "foreign_head": Message("The seal on the newest entry ({place}) was not made with this installation's key."),
    "not_noted": Message("Entry {place} is not the one that was noted."),
}


def register(blueprint: Blueprint) -> None:
    add(blueprint, "/admin/audit", show_audit, "audit")
    add(blueprint, "/admin/audit/verify", check_audit, "audit", post=True)
    add(blueprint, "/admin/audit/export.<format>", take_out, "audit")


def show_audit(verdict: str = "", *, is_whole: bool = True) -> Response:
    now = visit()
    reader, asked = reader_of(now), Asked.of(request.args)
    entries, before = find_entries(asked, whole_number(request.args.get("before")), reader)
    with now.snapshot.store.read() as transaction:
        head = transaction.audit_head()
    query = asked.query()
    person = read.resolve_titles([asked.search(reader.time_zone).subject or 0], now.context) if asked.person else {}
    objects = sorted(
        (o for o in now.manifest.objects.values() if not o.retired), key=lambda o: reader.label(o.label)
    )
    return admin_page(
        "audit",
        now.say(Message("Audit")),
        "audit",
        entries=entries,
        asked=asked,
        person=next(iter(person.values()), ""),
        groups=GROUPS,
        kinds=KINDS,
        objects=objects,
        head=head,
        verdict=verdict,
        is_whole=is_whole,
        query=urlencode(query),
        next=f"/admin/audit?{urlencode({**query, 'before': before})}" if before else "",
        is_later_page="before" in request.args,
    )


def check_audit() -> Response:
    """Reads the whole chain; for long ones there is ``jimu audit verify``."""
    now = visit()
    with now.snapshot.store.read() as transaction:
        found = verify_audit(transaction, now.runtime.secret_key)
    if found.is_whole:
        text = Message("Whole: {n} entries are as they were written.", {"n": found.checked})
    else:
        text = Message(REASONS[found.reason].template, {"place": found.place})
    return show_audit(now.say(text), is_whole=found.is_whole)


def take_out(format: str) -> Response:
    now = visit()
    if format not in TYPES:
        raise NotFound(Message("There is nothing at this address."))
    reader = reader_of(now)
    search = Asked.of(request.args).search(reader.time_zone)
    file = tempfile.TemporaryFile()  # noqa: SIM115 - sent and closed by the server
    wanted = AuditExport(search, "csv" if format == "csv" else "jsonl", now.renderer.catalogue)
    export_audit(file, wanted, now.snapshot.store, now.by)
    file.seek(0)
    return send_file(file, mimetype=TYPES[format], as_attachment=True, download_name=f"audit.{format}")
