"""Files up and down. A file belongs to a record; who may read the record may fetch it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, request, send_file

from jimu.api.answers import Answer
from jimu.api.call import Call
from jimu.api.endpoints import RECORD_ERRORS, Endpoint
from jimu.api.errors import UnsupportedMediaType
from jimu.api.parameters import ParameterSet, choice, record_id, text
from jimu.api.records import path_id, written
from jimu.errors import BadRequest, NotFound, Problem
from jimu.messages import Message
from jimu.records import files
from jimu.records.stored_files import StoredFile
from jimu.records.thumbnails import CONTENT_TYPE, SIZES, find_thumbnail
from jimu.settings import Settings

# A file is somebody's input: it is never a page of this site, whatever it says it is.
_POLICY = "default-src 'none'; sandbox"
_ORIGINAL = "original"


def upload_view(call: Call, parameters: Mapping[str, Any]) -> Answer:
    if request.mimetype != "multipart/form-data":
        raise UnsupportedMediaType(
            Message("The body must be a form (multipart/form-data) with the file in the part `file`.")
        )
    sent = request.files.getlist("file")
    if len(sent) != 1:
        missing = Message("Send one file, in the part `file`.")
        raise BadRequest(missing, [Problem("missing_file", missing, "file")])
    upload = files.Upload(
        name=sent[0].filename or "",
        content_type=sent[0].mimetype,
        stream=sent[0].stream,
        field=parameters["field"],
        max_bytes=call.runtime.settings.max_request_mb << 20,
    )
    return written(call, files.store_file(upload, parameters["record"], call.context), 201)


def download_view(call: Call, parameters: Mapping[str, Any], id: str) -> Response:
    """The bytes; pictures may be shown in place, everything else is only downloaded."""
    file = files.find_file(path_id(id), call.context)
    if parameters["size"] != _ORIGINAL:
        return _thumbnail(file, int(parameters["size"]))
    in_place = file.is_picture and parameters["disposition"] == "inline"
    response = send_file(
        file.path,
        mimetype=file.content_type,
        as_attachment=not in_place,
        download_name=file.name,
        conditional=True,
        etag=file.digest,
        max_age=0,
    )
    return _guarded(response)


def _thumbnail(file: StoredFile, size: int) -> Response:
    """Raises NotFound for what is no picture, or none that can be opened safely."""
    path = find_thumbnail(file, size)
    if path is None:
        raise NotFound(Message("This file has no thumbnail."))
    return _guarded(
        send_file(path, mimetype=CONTENT_TYPE, conditional=True, etag=f"{file.digest}-{size}", max_age=0)
    )


def _guarded(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def endpoints(settings: Settings) -> tuple[Endpoint, ...]:
    up = ParameterSet(
        (
            record_id("record", "The record that the file belongs to.", required=True),
            text("field", "The record's attachment or image field that it is for.", most=60),
        )
    )
    down = ParameterSet(
        (
            choice("disposition", "inline: pictures are shown in place.", ("attachment", "inline"), "attachment"),
            choice(
                "size",
                "A thumbnail (WebP, upright, without the camera's notes) of at most so many pixels each way; 404 for"
                " files that have none.",
                (_ORIGINAL, *map(str, SIZES)),
                _ORIGINAL,
            ),
        )
    )
    return (
        Endpoint(
            "POST",
            "/files",
            upload_view,
            "Upload a file",
            "files",
            "upload",
            up,
            body="file",
            result="any",
            status=201,
            errors=(403, 404, 413, 415, 422),
        ),
        Endpoint(
            "GET",
            "/files/{id}",
            download_view,
            "Download a file",
            "files",
            "download",
            down,
            result="bytes",
            errors=(304, 416, *RECORD_ERRORS),
        ),
    )
