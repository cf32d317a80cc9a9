"""Fetching files. Nothing that was uploaded ever runs in our origin: pictures are shown, PDF goes to the browser's own
viewer, text is told as plain text, all else is saved.
"""

from __future__ import annotations

from flask import Blueprint, Response, request, send_file

from jimu.errors import NotFound
from jimu.messages import Message
from jimu.records.files import find_file
from jimu.records.stored_files import StoredFile
from jimu.records.thumbnails import CONTENT_TYPE, SIZES, find_thumbnail
from jimu.web.responses import record_id
from jimu.web.visit import visit

SANDBOX = "default-src 'none'; sandbox"
# A sandboxed document gets no viewer for PDF in Chromium. The bytes were found to be a PDF and are sent as one and as
# nothing else; scripts inside a PDF run in the viewer, which has no access to our pages.
VIEWER = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"
MOST_TEXT = 200_000
# What stands in the place of a picture that has no thumbnail.
NO_THUMBNAIL = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-12 -12 48 48" fill="none" stroke="#8a93a3" stroke-width="1.5"'
    b' stroke-linecap="round" stroke-linejoin="round"><path d="M15 8h.01M3 6a3 3 0 0 1 3-3h12a3 3 0 0 1 3 3v12a3 3 0 0'
    b' 1-3 3H6a3 3 0 0 1-3-3zM3 16l5-5c.9-.9 2.1-.9 3 0l5 5M14 14l1-1c.9-.9 2.1-.9 3 0l3 3"/></svg>'
)


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/files/<id>", view_func=fetch_file)
    blueprint.add_url_rule("/files/<id>/view", view_func=view_file)
    blueprint.add_url_rule("/files/<id>/text", view_func=read_text)


def fetch_file(id: str) -> Response:
    """The file, or with ``?size=`` its thumbnail."""
    found = find_file(record_id(id), visit().context)
    if "size" in request.args:
        return _thumbnail(found, request.args["size"])
    return _send(found, SANDBOX, as_attachment=not found.is_picture or "save" in request.args)


def _thumbnail(found: StoredFile, size: str) -> Response:
    """Raises NotFound for a size that there is not. A picture that has no thumbnail is told by the mark of one."""
    if size not in map(str, SIZES):
        raise NotFound(Message("There is nothing at this address."))
    path = find_thumbnail(found, int(size))
    if path is None:
        response = Response(NO_THUMBNAIL, mimetype="image/svg+xml")
    else:
        etag = f"{found.digest}-{size}"
        response = send_file(path, mimetype=CONTENT_TYPE, conditional=True, etag=etag)
    return _guarded(response, SANDBOX)


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
    return _guarded(Response(text, mimetype="text/plain"), SANDBOX)


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
    return _guarded(response, policy)


def _guarded(response: Response, policy: str) -> Response:
    response.headers["Content-Security-Policy"] = policy
    response.headers["Cache-Control"] = "private, max-age=300"
    return response
