"""Fetching files. Nothing that was uploaded ever runs in our origin: pictures are shown, PDF goes to the browser's own
viewer, text is told as plain text, all else is saved.
"""

from __future__ import annotations

from flask import Blueprint, Response, request, send_file

from jimu.errors import NotFound
from jimu.messages import Message
from jimu.records.files import StoredFile, find_file
from jimu.web.responses import record_id
from jimu.web.visit import visit

SANDBOX = "default-src 'none'; sandbox"
# A sandboxed document gets no viewer for PDF in Chromium. The bytes were found to be a PDF and are sent as one and as
# nothing else; scripts inside a PDF run in the viewer, which has no access to our pages.
VIEWER = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"
MOST_TEXT = 200_000


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/files/<id>", view_func=fetch_file)
    blueprint.add_url_rule("/files/<id>/view", view_func=view_file)
    blueprint.add_url_rule("/files/<id>/text", view_func=read_text)


def fetch_file(id: str) -> Response:
    found = find_file(record_id(id), visit().context)
    return _send(found, SANDBOX, as_attachment=not found.is_picture or "save" in request.args)


def view_file(id: str) -> Response:
    """A PDF in the browser's viewer; raises NotFound for whatever is none."""
    found = find_file(record_id(id), visit().context)
    if found.preview != "pdf":
        raise NotFound(Message("This file cannot be shown; it can be saved."))
    return _send(found, VIEWER, as_attachment=False)


def read_text(id: str) -> Response:
    """The beginning of a text file as plain text, whatever it is called."""
    found = find_file(record_id(id), visit().context)
    if found.preview != "text":
        raise NotFound(Message("This file cannot be shown; it can be saved."))
    with found.path.open("rb") as file:
        text = _decoded(file.read(MOST_TEXT))
    response = Response(text, mimetype="text/plain")
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["Cache-Control"] = "private, max-age=300"
    return response


def _decoded(given: bytes) -> str:
    """UTF-8, else the encoding of most other texts that people here have; what fits neither is marked."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return given.decode(encoding)
        except UnicodeDecodeError as error:
            if error.start > len(given) - 4:  # only the last character was cut in two
                return given[: error.start].decode(encoding)
    return given.decode("utf-8", "replace")


def _send(found: StoredFile, policy: str, *, as_attachment: bool) -> Response:
    response = send_file(
        found.path,
        mimetype=found.content_type,
        as_attachment=as_attachment,
        download_name=found.name,
        conditional=True,
        etag=found.digest,
    )
    response.headers["Content-Security-Policy"] = policy
    response.headers["Cache-Control"] = "private, max-age=300"
    return response
