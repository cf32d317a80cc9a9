"""Files: the bytes lie under ``home/files`` by the digest of their content, and a record of ``attachment`` says what
they are.

Equal content is kept once. Who may read the record that a file belongs to may fetch the file; who may read it may add
one
(``access`` judges the attachment like any record). The faces hand in streams; nothing is ever held in memory whole.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from jimu.access.fields import EDIT, field_access
from jimu.access.rules import require_action
from jimu.errors import Invalid, NotFound, Problem, TooLarge
from jimu.messages import Message
from jimu.records import read, write
from jimu.records.commands import Create, Record
from jimu.records.context import Context
from jimu.records.reading import reading
from jimu.records.stored_files import ATTACHMENT, PICTURES, StoredFile, folder_of, path_of

_CHUNK = 1 << 18


@dataclass(frozen=True)
class Upload:
    """A file on its way in. ``field``: the field of the record that it is for, '' for the record's attachments."""

    name: str
    content_type: str
    stream: IO[bytes]
    field: str = ""
    max_bytes: int = 25 << 20


def store_file(upload: Upload, record_id: int, context: Context) -> Record:
    """Keep ``upload`` as an attachment of the record ``record_id``; returns the attachment's record.

    Raises TooLarge, and what reading the record and creating an attachment raise. Inside a unit of work the
    attachment is
    part of it; bytes of one that was rolled back stay until they are needed again.
    """
    require_action(context.actor, context.manifest, ATTACHMENT, "create")
    name = Path(upload.name.replace("\\", "/")).name.strip()[:255]
    if not name:
        raise Invalid(
            Message("The file has no name."),
            [Problem("required", Message("The file has no name."), upload.field or None)],
        )
    if record_id not in read.resolve_titles([record_id], context):
        raise NotFound(Message("There is no such record."))
    if upload.field:
        _require_field(upload.field, record_id, context)
    digest, size, head = _keep(upload, folder_of(context.settings))
    values = {
        "record": record_id,
        "field": upload.field or None,
        "name": name,
        "size": size,
        "digest": digest,
        "content_type": _content_type(head, upload.content_type),
    }
    # The engine's own fields (digest, size) are written with its rights, in the name of who sent the file.
    return write.write(Create(ATTACHMENT, values), context.as_actor(replace(context.actor, is_system=True)))


def _require_field(name: str, record_id: int, context: Context) -> None:
    """Raises Invalid unless ``name`` is a field for files of the record that the actor may write."""
    with reading(context) as transaction:
        object = transaction.titles([record_id])[record_id].object
    field = context.manifest.objects[object].fields.get(name)
    level = field_access(context.actor, context.manifest, object).get(name)
    if field is None or ATTACHMENT not in field.target or level != EDIT:
        message = Message("There is no field for files called {name}.", {"name": name})
        raise Invalid(message, [Problem("unknown_field", message, "field")])


def find_file(id: int, context: Context) -> StoredFile:
    """The file of the attachment ``id``; raises NotFound where there is none, or none that the actor may read."""
    values = read.get(ATTACHMENT, id, context).values
    digest = str(values.get("digest") or "")
    path = path_of(digest, context.settings)
    if len(digest) != 64 or not path.is_file():
        raise NotFound(Message("The file is not there any more."))
    return StoredFile(
        str(values["name"]),
        str(values.get("content_type") or "application/octet-stream"),
        int(values.get("size") or 0),
        digest,
        path,
    )


def _keep(upload: Upload, folder: Path) -> tuple[str, int, bytes]:
    """Write the stream beside its place, then move it there: a broken upload leaves nothing under a digest's name."""
    folder.mkdir(parents=True, exist_ok=True)
    digest, size, head = hashlib.sha256(), 0, b""
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=".coming-")
    try:
        with os.fdopen(handle, "wb") as file:
            while chunk := upload.stream.read(_CHUNK):
                head = head or chunk[:16]
                size += len(chunk)
                if size > upload.max_bytes:
                    most = upload.max_bytes >> 20
                    raise TooLarge(Message("{name} is larger than {most} MiB.", {"name": upload.name, "most": most}))
                digest.update(chunk)
                file.write(chunk)
        target = folder / digest.hexdigest()[:2] / digest.hexdigest()
        target.parent.mkdir(exist_ok=True)
        os.replace(temporary, target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return digest.hexdigest(), size, head


def _content_type(head: bytes, claimed: str) -> str:
    """The type by the first bytes for pictures; what is claimed for the rest, but never a picture or a page."""
    for start, found in PICTURES.items():
        if head.startswith(start) and (start != b"RIFF" or head[8:12] == b"WEBP"):
            return found
    claimed = claimed.split(";")[0].strip().lower()[:120]
    is_plain = bool(claimed) and not claimed.startswith("image/") and "html" not in claimed and "xml" not in claimed
    return claimed if is_plain or "officedocument" in claimed else "application/octet-stream"
