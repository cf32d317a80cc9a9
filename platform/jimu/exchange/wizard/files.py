"""Where the file of an import lies: kept like every attachment, and under its own name in a folder of the import."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from jimu.errors import NotFound
from jimu.fieldtypes.ids import encode_id
from jimu.messages import Message
from jimu.records import Context, ListRequest, read
from jimu.records.files import find_file
from jimu.records.stored_files import ATTACHMENT


def folder_of(import_id: int, context: Context) -> Path:
    """The folder for what belongs to an import besides its file; made when it is first asked for."""
    folder = Path(context.settings["home"]) / "imports" / encode_id(import_id)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def local_file(import_id: int, context: Context) -> Path:
    """The file itself, called as it was called. Raises NotFound if it is gone."""
    where = f"record == '{encode_id(import_id)}'"
    page = read.list_records(ListRequest(ATTACHMENT, where=where, order=("id",), limit=1, titles=False), context)
    if not page.records:
        raise NotFound(Message("The file is not there any more."))
    stored = find_file(page.records[0].id, context)
    folder = folder_of(import_id, context) / "file"
    name = stored.name if stored.name.strip(".") else "file"
    path = folder / name
    if not path.exists():
        folder.mkdir(exist_ok=True)
        _link(stored.path, path)
    return path


def _link(source: Path, target: Path) -> None:
    part = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        os.link(source, part)
    except OSError:
        shutil.copyfile(source, part)
    os.replace(part, target)
