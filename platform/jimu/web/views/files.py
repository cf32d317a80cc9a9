"""Fetching files. Nothing that was uploaded ever runs in our origin: only pictures are shown, all else is saved."""

from __future__ import annotations

from flask import Blueprint, Response, send_file

from jimu.records.files import find_file
from jimu.web.responses import record_id
from jimu.web.visit import visit


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/files/<id>", view_func=fetch_file)


def fetch_file(id: str) -> Response:
    found = find_file(record_id(id), visit().context)
    response = send_file(
        found.path,
        mimetype=found.content_type,
        as_attachment=not found.is_picture,
        download_name=found.name,
        conditional=True,
        etag=found.digest,
    )
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, max-age=300"
    return response
